//! `repin resolve`

use std::io::Write as _;

use repin::resolution::{Resolution, Status};

use crate::args::{Color, Format, Resolve};
use crate::error::Failure;
use crate::output::answer::Around;
use crate::output::{Screen, json_stdout};
use crate::project::Project;
use crate::source::{Named, Remote};
use crate::uncommitted;

/// Answers for one commit.
pub(crate) fn run(options: &Resolve, color: Color) -> Result<u8, Failure> {
    let project = Project::open(&options.asked, &options.patterns.inputs, Some(&options.registry), color)?;
    let resolution = answer(&project)?;
    print(&project, &resolution, options.format, color)?;
    Ok(resolution.status.exit_code())
}

/// The answer to the project's question.
pub(crate) fn answer(project: &Project) -> Result<Resolution, Failure> {
    let mut resolution = project.wait(async {
        match &project.named {
            Named::Local(_) => repin::resolve::resolve(&project.named.source(), &project.question).await,
            Named::Remote(remote) => remote.resolve(&project.question).await,
        }
    })?;
    resolution.notes.extend(note(project, &resolution));
    Ok(resolution)
}

/// Prints it.
pub(crate) fn print(project: &Project, resolution: &Resolution, format: Format, color: Color) -> Result<(), Failure> {
    match format {
        Format::Json => {
            let mut out = json_stdout();
            serde_json::to_writer_pretty(&mut out, resolution)?;
            writeln!(out)?;
            out.flush()?;
        }
        Format::Text => {
            let mut screen = match resolution.status {
                Status::Found | Status::Predicted => Screen::stdout(color),
                _ => Screen::stderr(color),
            };
            text(project, resolution, &mut screen)?;
        }
    }
    Ok(())
}

/// Writes the answer for people.
pub(crate) fn text(project: &Project, resolution: &Resolution, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let image = match &resolution.image {
        Some(image) if image.commit != resolution.commit => Some(project.commit(image.commit)),
        _ => None,
    };
    let nearest = resolution.nearest.as_ref().map(|nearest| project.commit(nearest.commit));
    let around = Around {
        commit: project.commit(resolution.commit),
        image,
        nearest,
        has_tags: project.has_tags(),
        is_remote: project.named.remote().is_some(),
        cost: resolution.cost.or_else(|| project.named.remote().map(Remote::cost)),
    };
    crate::output::answer::write(screen, resolution, &around)?;
    screen.flush()?;
    Ok(())
}

/// Uncommitted changes to the inputs, where they could be.
fn note(project: &Project, resolution: &Resolution) -> Option<String> {
    let work_dir = project.work_dir()?;
    let files = resolution.environment.as_ref().map_or(&[][..], |environment| &environment.files);
    let committed = |path: &str| project.committed(resolution.commit, path);
    uncommitted::note(&uncommitted::uncommitted(&work_dir, files, &resolution.inputs.patterns, committed))
}
