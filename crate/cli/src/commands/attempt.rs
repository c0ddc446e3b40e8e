//! `repin attempt`

use repin::needed;
use repin::source::Source as _;

use crate::args::{Attempt, Color};
use crate::attempts;
use crate::error::Failure;
use crate::job::Job;
use crate::project::Project;

/// The exit code where no build should begin.
const NOT_NOW: u8 = 3;

/// Writes down that a build of a commit begins, if it may.
pub(crate) fn run(options: &Attempt, color: Color) -> Result<u8, Failure> {
    let project = Project::open(&options.asked, &[], Some(&options.registry()), color)?;
    let (commit, repository) = project.ask(async |source, question| {
        let commit = source.commit(question.revision.as_deref()).await?.id;
        Ok((commit, needed::repository(source, question, commit).await?))
    })?;
    let (Some(registries), Some(repository)) = (project.registries(), repository) else {
        return Err(Failure::new("which registry repository holds the images is not known")
            .hint("run it in a folder, and name the repository with --image"));
    };
    let mut attempts = attempts::read(&registries, &repository)?;
    let now = Job::read().now;
    let is_permitted = attempts.permit(&[commit], now);
    if is_permitted {
        attempts.begin(commit, now);
        attempts::keep(&registries, &repository, &attempts)?;
    }
    project.progress.clear();
    let short = commit.abbreviated(7);
    if !is_permitted {
        eprintln!("{short}: not now, as a build of it was begun not long ago, and it has no image");
        return Ok(NOT_NOW);
    }
    eprintln!("{short}: a build begins");
    Ok(0)
}
