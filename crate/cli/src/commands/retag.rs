//! `repin retag`

use std::rc::Rc;

use clap::CommandFactory as _;
use clap::error::ErrorKind;
use repin::needed::own_tag;
use repin::resolution::{Image, Status};
use repin::retag::{Plan, Refusal};
use repin_forge::http::Limits;
use repin_forge::registry::{Done, RetagError, Retagged};

use super::resolve;
use crate::args::{Args, Color, Retag};
use crate::error::Failure;
use crate::job::Job;
use crate::project::Project;
use crate::registry::Registries;

mod after;
mod output;

/// Gives the image that is right for a commit that commit's own tag.
pub(crate) fn run(options: &Retag, color: Color) -> Result<u8, Failure> {
    if !options.inputs.is_empty() {
        let why = "--inputs cannot be used with retag: the tag would say for ever that the image is the commit's own, \
                   which is true of the files you name and not of those that the recipe names. Use the image that \
                   `repin resolve` names with --inputs by its own name.";
        Args::command().error(ErrorKind::ArgumentConflict, why).exit();
    }
    let project = Project::open(&options.asked, &[], Some(&options.registry.by_default()), color)?;
    let resolution = resolve::answer(&project)?;
    let (Status::Found, Some(image)) = (resolution.status, &resolution.image) else {
        resolve::print(&project, &resolution, options.format, color)?;
        return Ok(resolution.status.exit_code());
    };
    let job = Job::read();
    let place = job.place(resolution.commit);
    let plan = project.ask(async |source, question| {
        let own = own_tag(source, question, &resolution, place).await?;
        Plan::make(source, question, &resolution, own, &options.tag).await
    })?;
    let plan = plan.map_err(|refusal| refused(&refusal))?;
    let done = carry_out(options, &project, &plan, image)?;
    let after = after::look(options, &project, &resolution, &plan, &done);
    output::write(options, color, &project, &resolution, &plan, &done, &after)?;
    Ok(0)
}

/// What a person is told of a plan that would say something wrong.
fn refused(refusal: &Refusal) -> Failure {
    let failure = Failure::new(format!("{refusal}; nothing was changed"));
    match refusal {
        Refusal::NoImage { .. } => failure,
        Refusal::NoRegistry { .. } | Refusal::NoPlace { .. } => failure.hint("name its repository with --image"),
        Refusal::NoTag => failure.hint("name one with --tag, or say how images are tagged with `tag` in .repin.toml"),
        Refusal::Narrowed(narrowed) => {
            failure.hint(format!("use {} by its own name, or build the commit's image", narrowed.image))
        }
        Refusal::FalseName(name) => failure.hint(format!(
            "to give that commit the image that is right for it: repin retag --commit {}",
            name.commit.abbreviated(7)
        )),
    }
}

/// Asks the registry to do it.
fn carry_out(options: &Retag, project: &Project, plan: &Plan, image: &Image) -> Result<Retagged, Failure> {
    let tags: Vec<String> = plan.tags.iter().filter(|tag| !plan.has_already(tag)).cloned().collect();
    if let (true, Some(digest)) = (tags.is_empty(), &image.digest) {
        return Ok(already(plan, digest));
    }
    let registries = registries(options, project, plan);
    let retag = repin_forge::registry::Retag {
        from: plan.source.repository(),
        image: &image.tag,
        digest: image.digest.as_deref(),
        to: &plan.to,
        tags: &tags,
        force: options.force,
        dry_run: options.dry_run,
    };
    let done = project.finish(async { registries.at(plan.source.registry())?.retag(retag).await });
    let done = done.map_err(|error: RetagError| Failure::of_retag(&error))?;
    let mut all = already(plan, &done.digest);
    all.tags.extend(done.tags);
    // In the order in which they were asked for.
    all.tags.sort_by_key(|tagged| plan.tags.iter().position(|tag| *tag == tagged.tag));
    Ok(all)
}

/// The tags that the image was found by.
fn already(plan: &Plan, digest: &str) -> Retagged {
    let mut tags: Vec<&String> = plan.tags.iter().filter(|tag| plan.has_already(tag)).collect();
    tags.dedup();
    let tagged =
        |tag: &String| repin_forge::registry::Tagged { tag: tag.clone(), done: Done::Already, instead_of: None };
    Retagged { digest: digest.to_owned(), tags: tags.into_iter().map(tagged).collect() }
}

/// Those that were asked for the list of images know their way already; mounts may take more requests than an answer.
fn registries(options: &Retag, project: &Project, plan: &Plan) -> Rc<Registries> {
    match project.registries() {
        Some(known) if !plan.of_parent => known,
        _ => Rc::new(project.registries_within(&options.asked, Limits::any_number())),
    }
}
