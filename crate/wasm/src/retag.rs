//! A commit's own tag for the image that is right for it.

use repin::resolution::Relation;
use repin::retag::Plan;
use repin_forge::gitlab::token::{Token, TokenKind};
use repin_forge::http::{Limits, Origin};
use repin_forge::registry::{self, Login, Reach, Registry};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::ask::Asked;
use crate::cross::object;
use crate::failure::{ErrorCode, Failure};
use crate::host::Host;
use crate::told::Told;

/// Gives a commit its own tag for the image that is right for it: a `Retag`.
#[wasm_bindgen]
pub async fn retag(project: String, options: JsValue, host: Host) -> Result<JsValue, JsValue> {
    let asked = Asked::new(&project, options, host)?;
    asked.options.only_what_the_repository_says()?;
    let answer = asked.unless_cancelled(asked.project.resolve(&asked.question)).await?;
    let is_own = answer.image.as_ref().is_some_and(|image| image.relation == Relation::Exact);
    let own = answer.expected_tag.clone().filter(|_| !is_own);
    let source = asked.project.source();
    let plan = asked.unless_cancelled(Plan::make(&*source, &asked.question, &answer, own, &[])).await?;
    let plan = plan.map_err(Failure::from)?;
    if plan.of_parent {
        return Err(of_parent().into());
    }
    let digest = answer.image.as_ref().and_then(|image| image.digest.as_deref());
    let origin = Origin::of(&asked.project.location().base);
    let login = asked.options.token()?.zip(origin).map(|(token, gitlab)| login(&token, gitlab));
    let limits = Limits { max_requests: Some(MOST), ..Limits::default() };
    let work = async {
        let registry = Registry::new(Told::new(asked.host.clone()), plan.source.registry(), login, limits)?;
        let wanted = registry::Retag {
            from: plan.source.repository(),
            image: plan.source.tag().unwrap_or_default(),
            digest: asked.options.digest.as_deref().or(digest),
            to: &plan.to,
            tags: &plan.tags,
            force: false,
            dry_run: asked.options.dry_run,
        };
        registry.retag(wanted).await
    };
    let done = asked.unless_cancelled(async { Ok(work.await) }).await?.map_err(Failure::from)?;
    object(&done.report(&plan))
}

/// Requests to the registry: a challenge, a token, a manifest, two looks and a push, and some of them once more.
const MOST: u64 = 12;

fn of_parent() -> Failure {
    let message = "the image that is right is another project's: it cannot be tagged in this one's registry from here";
    Failure::new(ErrorCode::NoImage, message).hint("The command `repin retag` can take it along.")
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
