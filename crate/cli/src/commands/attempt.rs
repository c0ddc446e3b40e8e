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
    let mut attempts = attempts::read(&project, &registries, &repository)?;
    let now = Job::read().now;
    let short = commit.abbreviated(7);
    if !attempts.permit(&[commit], now) {
        eprintln!("{short}: not now, as a build of it was begun not long ago");
        return Ok(NOT_NOW);
    }
    attempts.begin(commit, now);
    attempts::keep(&project, &registries, &repository, &attempts)?;
    eprintln!("{short}: a build begins");
    Ok(0)
}
