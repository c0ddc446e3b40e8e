//! A long history with Renku's usual recipe, and the images that its pushes gave.

use std::io::{self, Write};
use std::path::Path;

use repin_sandbox::Git;
use repin_sandbox::gitlab::{Job, Pipeline, Project, RegistryTag, Repository};

use crate::error::{Error, Result};

/// Renku's recipe, by its own names.
pub(crate) const RECIPE: [&str; 5] =
    ["Dockerfile", "requirements.txt", "environment.yml", "install.R", ".gitlab-ci.yml"];

const DOCKERFILE: &str = "\
FROM renku/renkulab-py:3.11-0.25.0
COPY requirements.txt environment.yml install.R /tmp/
RUN pip install -r /tmp/requirements.txt
";
const CI_FILE: &str = include_str!("../../../course/gitlab-ci.yml");

/// Registries are cleaned up: they have no more tags than this.
const TAGS: usize = 2_000;
/// Commits between two changes of the recipe.
const INPUTS_EVERY: usize = 60;
/// Commits between two merges of a side branch of three commits.
const MERGE_EVERY: usize = 25;
const SIDE: usize = 3;
const NOTEBOOKS: usize = 400;

/// A project and its tags, which are also listed in a file beside the repository.
pub(crate) struct Made {
    pub(crate) git: Git,
    pub(crate) project: Project,
}

/// Makes the history in `dir`, or takes the one that an earlier run made.
pub(crate) fn made(dir: &Path, commits: usize) -> Result<Made> {
    let repository = dir.join(format!("usual-{commits}"));
    if !repository.is_dir() {
        eprintln!("making a history of {commits} commits in {}", repository.display());
        // Under its own name only when it is whole.
        let partial = repository.with_extension("partial");
        std::fs::remove_dir_all(&partial).ok();
        write(&partial, commits)?;
        let moved = std::fs::rename(&partial, &repository);
        moved.map_err(|error| Error::new(format!("cannot rename {}: {error}", partial.display())))?;
    }
    let git = Git::open(&repository);
    let (pipelines, tags) = pushes(&git, "main")?;
    let tags_file = tags.iter().fold(String::new(), |all, tag| all + &tag.name + "\n");
    let path = tags_path(&git);
    std::fs::write(&path, tags_file)
        .map_err(|error| Error::new(format!("cannot write {}: {error}", path.display())))?;
    let project = Project {
        path: "ada/usual".to_owned(),
        repository,
        images: vec![Repository { tags, ..Repository::default() }],
        pipelines,
        ..Project::default()
    };
    Ok(Made { git, project })
}

/// Any repository of this machine, with the images that the pushes of its branch could have given.
pub(crate) fn of(dir: &Path) -> Result<Project> {
    let git = Git::open(dir);
    let branch = git.run(&["symbolic-ref", "--short", "HEAD"])?.trim().to_owned();
    let (pipelines, tags) = pushes(&git, &branch)?;
    let name = dir.canonicalize().ok().and_then(|dir| Some(dir.file_name()?.to_string_lossy().into_owned()));
    Ok(Project {
        default_branch: branch,
        path: format!("local/{}", name.unwrap_or_default().trim_end_matches(".git")),
        repository: dir.to_owned(),
        images: vec![Repository { tags, ..Repository::default() }],
        pipelines,
        ..Project::default()
    })
}

/// Where the list of a repository's tags lies.
pub(crate) fn tags_path(git: &Git) -> std::path::PathBuf {
    git.dir().with_extension("tags")
}

fn write(dir: &Path, commits: usize) -> Result<()> {
    let git = Git::init_bare(dir)?;
    git.feed(&["fast-import", "--quiet", "--done"], |out| {
        for number in 1..=commits {
            commit(out, number, git.tick())?;
        }
        writeln!(out, "done")
    })?;
    // As a GitLab keeps its repositories.
    git.run(&["repack", "-a", "-d", "--quiet", "--write-bitmap-index"])?;
    git.run(&["commit-graph", "write", "--reachable"])?;
    Ok(())
}

/// The main line changes a notebook a commit and now and then the recipe; side branches change notebooks.
fn commit(out: &mut dyn Write, number: usize, date: u64) -> io::Result<()> {
    let place = number % MERGE_EVERY;
    let aside = number > MERGE_EVERY && place < SIDE;
    let merge = number > MERGE_EVERY && place == SIDE;
    let branch = if aside { "refs/heads/side" } else { "refs/heads/main" };
    writeln!(out, "commit {branch}\nmark :{number}\ncommitter Ada Example <ada@example.org> {date} +0100")?;
    data(out, &if merge { "Merge branch 'side'".to_owned() } else { format!("Commit {number}") })?;
    if aside && place == 0 {
        writeln!(out, "from :{}", number - 1)?;
    } else if merge {
        writeln!(out, "from :{}\nmerge :{}", number - SIDE - 1, number - 1)?;
    }
    if number == 1 {
        for (path, content) in RECIPE.iter().zip([DOCKERFILE, "numpy\n", "name: base\n", "# none\n", CI_FILE]) {
            file(out, path, content)?;
        }
        for notebook in 0..NOTEBOOKS {
            file(out, &path(notebook), "{}\n")?;
        }
    }
    if merge {
        return (number - SIDE..number).try_for_each(|side| change(out, side));
    }
    if number.is_multiple_of(INPUTS_EVERY) && !aside {
        let turn = number / INPUTS_EVERY;
        match turn % 4 {
            0 => file(out, "Dockerfile", &format!("{DOCKERFILE}LABEL turn={turn}\n")),
            1 => file(out, "environment.yml", &format!("name: base\n# {turn}\n")),
            // Every other change of the requirements takes the one before it back.
            2 => file(out, "requirements.txt", &format!("numpy\npandas=={turn}\n")),
            _ => file(out, "requirements.txt", "numpy\n"),
        }
    } else {
        change(out, number)
    }
}

fn change(out: &mut dyn Write, number: usize) -> io::Result<()> {
    file(out, &path(number * 149), &format!("{{\"cell\": {number}}}\n"))
}

fn path(number: usize) -> String {
    format!("notebooks/{:03}.ipynb", number % NOTEBOOKS)
}

fn file(out: &mut dyn Write, path: &str, content: &str) -> io::Result<()> {
    writeln!(out, "M 100644 inline {path}")?;
    data(out, content)
}

fn data(out: &mut dyn Write, content: &str) -> io::Result<()> {
    writeln!(out, "data {}\n{content}", content.len())
}

/// Pushes of one to five commits of a branch's main line; one build in ten failed, and clean-up left no more than [`TAGS`] images.
fn pushes(git: &Git, branch: &str) -> Result<(Vec<Pipeline>, Vec<RegistryTag>)> {
    let line = git.run(&["log", "--first-parent", "--reverse", "--format=%H %ct", branch])?;
    let (mut pipelines, mut left, mut before) = (Vec::new(), 0_u64, "0".repeat(40));
    for (number, entry) in (1_u64..).zip(line.lines()) {
        if left > 0 {
            left -= 1;
            continue;
        }
        left = number.wrapping_mul(2_654_435_761) / 7 % 5;
        let (sha, date) = entry.split_once(' ').unwrap_or((entry, "0"));
        let at = date.parse().unwrap_or_default();
        let id = pipelines.len() as u64 + 1;
        let status = if id % 10 == 9 { "failed" } else { "success" }.to_owned();
        let job = Job {
            id: id + 1_000_000,
            name: "image_build".to_owned(),
            stage: "build".to_owned(),
            failure_reason: (status == "failed").then(|| "script_failure".to_owned()),
            status: status.clone(),
            created_at: at,
            started_at: Some(at),
            finished_at: Some(at),
            ..Job::default()
        };
        pipelines.push(Pipeline {
            id,
            iid: id,
            sha: sha.to_owned(),
            ref_name: branch.to_owned(),
            source: "push".to_owned(),
            status,
            before_sha: std::mem::replace(&mut before, sha.to_owned()),
            created_at: at,
            updated_at: at,
            started_at: Some(at),
            finished_at: Some(at),
            jobs: vec![job],
            ..Pipeline::default()
        });
    }
    let built: Vec<&Pipeline> = pipelines.iter().filter(|pipeline| pipeline.status == "success").collect();
    let step = built.len().div_ceil(TAGS).max(1);
    let kept = built.iter().rev().step_by(step).filter_map(|pipeline| pipeline.sha.get(..7));
    let tags = kept.map(|tag| RegistryTag { name: tag.to_owned(), ..RegistryTag::default() }).collect();
    Ok((pipelines, tags))
}

#[cfg(test)]
mod tests {
    use super::{made, of};

    #[test]
    fn any_repository_can_be_served() {
        let folder = std::env::temp_dir().join(format!("repin-sandbox-any-{}", std::process::id()));
        let made = made(&folder, 100);
        let any = made.and_then(|made| of(made.git.dir()));
        std::fs::remove_dir_all(&folder).ok();
        let project = any.unwrap_or_else(|_| panic!("a repository of 100 commits is served"));
        assert_eq!((project.path.as_str(), project.default_branch.as_str()), ("local/usual-100", "main"));
        let pushed = project.pipelines.len();
        assert!((10..100).contains(&pushed), "{pushed} pushes");
        let tags = project.images[0].tags.len();
        assert!(tags > 0 && tags < pushed, "one build in ten fails: {tags} of {pushed}");
    }
}
