//! `repin retag`

use std::rc::Rc;

use clap::CommandFactory as _;
use clap::error::ErrorKind;
use repin::needed::own_tag;
use repin::reference::Reference;
use repin::resolution::{Image, Relation, Resolution, Status};
use repin::retag::{false_names, narrowed};
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
    let narrowed = project.ask(async |source, question| narrowed(source, question, &resolution).await)?;
    if let Some(narrowed) = narrowed {
        return Err(Failure::new(format!("{narrowed}; nothing was changed"))
            .hint(format!("use {} by its own name, or build the commit's image", narrowed.image)));
    }
    let job = Job::read();
    let place = job.place(resolution.commit);
    let own = project.ask(async |source, question| own_tag(source, question, &resolution, place).await)?;
    let plan = Plan::new(options, &resolution, image, own)?;
    refuse_false_names(&project, &resolution, &plan)?;
    let done = carry_out(options, &project, &plan, image)?;
    let after = after::look(options, &project, &resolution, &plan, &done);
    output::write(options, color, &project, &resolution, &plan, &done, &after)?;
    Ok(0)
}

/// What is to be done.
struct Plan {
    /// The image, by its tag.
    source: Reference,
    /// The repository that gets the tags, by its path in the registry.
    to: String,
    /// The tags; that of the commit first.
    tags: Vec<String>,
    /// Whether the image is in the registry of the project that this one is a fork of.
    of_parent: bool,
}

impl Plan {
    /// With the tag that the commit's own job gives, where it can be told.
    fn new(options: &Retag, resolution: &Resolution, image: &Image, own: Option<String>) -> Result<Self, Failure> {
        let reference = image.reference.as_deref().ok_or_else(|| {
            Failure::new(format!("which registry has the image {} is not known", image.tag))
                .hint("name its repository with --image")
        })?;
        let source = Reference::parse(reference)
            .map_err(|error| Failure::new(format!("{reference} is no name of an image")).because(&error))?;
        let own = own.or_else(|| (image.relation == Relation::Exact).then(|| image.tag.clone()));
        let mut tags: Vec<String> = own.into_iter().collect();
        tags.extend(options.tag.iter().cloned());
        if tags.is_empty() {
            return Err(Failure::new("which tag a build of this commit would get cannot be told from its recipe")
                .hint("name one with --tag, or say how images are tagged with `tag` in .repin.toml"));
        }
        let parent = image.project.as_deref().filter(|_| image.project != resolution.project);
        let to = match (parent, resolution.project.as_deref()) {
            (Some(parent), Some(own)) => {
                // The registry has the images of both in the same way, below their paths (facts/gitlab.md, 4).
                let below = source.repository().strip_prefix(&parent.to_lowercase()).ok_or_else(|| {
                    Failure::new(format!(
                        "where the images of {own} belong in the registry cannot be told from {source}"
                    ))
                    .hint("name the repository with --image")
                })?;
                format!("{}{below}", own.to_lowercase())
            }
            _ => source.repository().to_owned(),
        };
        let of_parent = to != source.repository();
        Ok(Self { source, to, tags, of_parent })
    }

    /// The image by one of its new tags.
    fn reference(&self, tag: &str) -> String {
        format!("{}/{}:{tag}", self.source.registry(), self.to)
    }

    /// Those of the tags that the image has anyway: it was found by them.
    fn has_already(&self, tag: &str) -> bool {
        !self.of_parent && self.source.tag() == Some(tag)
    }
}

/// A tag that stands for another commit would say for ever that the image is that commit's own.
fn refuse_false_names(project: &Project, resolution: &Resolution, plan: &Plan) -> Result<(), Failure> {
    let names =
        project.ask(async |source, question| false_names(source, question, resolution.commit, &plan.tags).await)?;
    let Some(name) = names.first() else { return Ok(()) };
    let other = name.commit.abbreviated(7);
    Err(Failure::new(format!(
        "the tag {} stands for the commit {other}, which this image is not right for; nothing was changed",
        name.tag
    ))
    .hint(format!("to give that commit the image that is right for it: repin retag --commit {other}")))
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
    let done = pollster::block_on(async { registries.at(plan.source.registry())?.retag(retag).await });
    project.progress.clear();
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
