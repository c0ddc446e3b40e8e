//! A commit's own tag for the image that is right for it.

use repin::reference::Reference;
use repin::resolution::{Image, Relation, Resolution, Status};
use repin::retag::{false_names, narrowed};
use repin_forge::gitlab::token::{Token, TokenKind};
use repin_forge::http::{Limits, Origin};
use repin_forge::registry::{self, Login, Reach, Registry};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::ask::Asked;
use crate::cross::object;
use crate::failure::{ErrorCode, Failure};
use crate::host::Host;
use crate::retagged::{Retag, RetagSource};
use crate::told::Told;

/// Gives a commit its own tag for the image that is right for it: a `Retag`.
#[wasm_bindgen]
pub async fn retag(project: String, options: JsValue, host: Host) -> Result<JsValue, JsValue> {
    let asked = Asked::new(&project, options, host)?;
    asked.options.only_what_the_repository_says()?;
    let answer = asked.unless_cancelled(asked.project.resolve(&asked.question)).await?;
    let (image, reference, tag) = of_answer(&answer)?;
    let source = asked.project.source();
    if let Some(narrowed) = asked.unless_cancelled(narrowed(&*source, &asked.question, &answer)).await? {
        return Err(Failure::from(narrowed).into());
    }
    let names = false_names(&*source, &asked.question, answer.commit, std::slice::from_ref(tag));
    if let Some(name) = asked.unless_cancelled(names).await?.first() {
        let message =
            format!("the tag {tag} stands for the commit {} as well, which this image is not right for", name.commit);
        return Err(Failure::new(ErrorCode::Occupied, message).into());
    }
    let origin = Origin::of(&asked.project.location().base);
    let login = asked.options.token()?.zip(origin).map(|(token, gitlab)| login(&token, gitlab));
    let limits = Limits { max_requests: Some(MOST), ..Limits::default() };
    let work = async {
        let registry = Registry::new(Told::new(asked.host.clone()), reference.registry(), login, limits)?;
        let wanted = registry::Retag {
            from: reference.repository(),
            image: &image.tag,
            digest: asked.options.digest.as_deref().or(image.digest.as_deref()),
            to: reference.repository(),
            tags: std::slice::from_ref(tag),
            force: false,
            dry_run: asked.options.dry_run,
        };
        registry.retag(wanted).await
    };
    let done = asked.unless_cancelled(async { Ok(work.await) }).await?.map_err(Failure::from)?;
    let source = RetagSource { reference: reference.to_string(), digest: done.digest.clone(), commit: image.commit };
    object(&Retag::new(answer.commit, &reference.name(), source, done))
}

/// Requests to the registry: a challenge, a token, a manifest, two looks and a push, and some of them once more.
const MOST: u64 = 12;

/// The image to tag, by its parts, and the tag that it is to get.
fn of_answer(answer: &Resolution) -> Result<(&Image, Reference, &String), Failure> {
    let none = |message: String| Failure::new(ErrorCode::NoImage, message);
    let image = answer.image.as_ref().filter(|_| answer.status == Status::Found).ok_or_else(|| {
        let why = answer.reason.as_ref().map_or_else(String::new, |reason| format!(": {}", reason.message));
        none(format!("no image is known to be right for {}{why}", answer.commit.abbreviated(7)))
    })?;
    if image.project != answer.project {
        return Err(none(
            "the image that is right is another project's: it cannot be tagged in this one's registry from here"
                .to_owned(),
        )
        .hint("The command `repin retag` can take it along."));
    }
    let reference = image.reference.as_deref().and_then(|text| Reference::parse(text).ok());
    let reference =
        reference.ok_or_else(|| none(format!("which registry has the image {} is not known", image.tag)))?;
    let own = if image.relation == Relation::Exact { Some(&image.tag) } else { answer.expected_tag.as_ref() };
    let tag =
        own.ok_or_else(|| none("the image job gives its images tags that cannot be told from the commit".to_owned()))?;
    Ok((image, reference, tag))
}

/// The token as a registry of GitLab's takes it. The name does not matter, but for that of a job.
fn login(token: &Token, gitlab: Origin) -> Login {
    let user = if token.kind == TokenKind::Job { "gitlab-ci-token" } else { "oauth2" };
    Login {
        user: user.to_owned(),
        password: token.secret.clone(),
        place: "this token".to_owned(),
        reach: Reach::Server(gitlab),
        realm: None,
    }
}
