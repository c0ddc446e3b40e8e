//! The projects on the GitLab.

use std::collections::HashSet;
use std::path::Path;

use super::{MEMBERS, NOBODYS, RIGHT, SPRING};
use crate::gitlab::{Access, Project, RegistryTag, Repository, Server};
use crate::registry::Registry;
use crate::{Course, Error, Git, Result};

/// The title of the last commit of [`SPRING`].
const HEAD: &str = "Unpin the image [skip ci]";

/// Adds to a GitLab that has the course the projects that Renku's are over, and images to its private one.
///
/// # Errors
/// git fails, there is no course, or the registry refuses.
pub fn projects(server: &Server, course: &Course, registry: Option<&Registry>, folder: &Path) -> Result<()> {
    let paths = server.paths();
    let of = |path: &str| paths.iter().find(|(_, known)| known == path).map(|(id, _)| *id);
    let known = of("ada/course").and_then(|id| server.project(id));
    let known = known.ok_or_else(|| Error::new("the GitLab has no ada/course".to_owned()))?;
    let tags = known.images.first().map(|repository| repository.tags.clone()).unwrap_or_default();

    let git = spring(course, folder)?;
    let reachable: HashSet<String> = git.run(&["rev-list", "--all"])?.lines().map(str::to_owned).collect();
    let pipelines = known.pipelines.iter().filter(|pipeline| reachable.contains(&pipeline.sha)).cloned().collect();
    let project = Project {
        path: SPRING.to_owned(),
        repository: folder.to_owned(),
        images: vec![Repository { tags: with(&tags, NOBODYS), ..Repository::default() }],
        pipelines,
        ..Project::default()
    };
    server.add(project.clone());
    let container_registry = Access::Private;
    server.add(Project { path: MEMBERS.to_owned(), container_registry, ..project });
    if let Some(drafts) = of("ada/drafts") {
        server.update(drafts, |project| {
            project.images = vec![Repository { tags: tags.clone(), ..Repository::default() }];
        });
    }
    let Some(registry) = registry else { return Ok(()) };
    for path in [SPRING, MEMBERS, "ada/drafts"] {
        for tag in &with(&tags, NOBODYS) {
            let at: Option<jiff::Timestamp> = tag.created_at.as_deref().and_then(|at| at.parse().ok());
            let created = at.and_then(|at| at.as_second().try_into().ok()).unwrap_or_default();
            registry.push(path, &tag.name, created)?;
        }
    }
    Ok(())
}

fn with(tags: &[RegistryTag], name: &str) -> Vec<RegistryTag> {
    let one = RegistryTag { name: name.to_owned(), ..RegistryTag::default() };
    tags.iter().cloned().chain([one]).collect()
}

/// Makes the repository of [`SPRING`].
fn spring(course: &Course, folder: &Path) -> Result<Git> {
    let git = Git::init_bare(folder)?;
    let from = course.git.dir().to_string_lossy();
    git.run(&["fetch", "--quiet", &from, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"])?;
    let title = format!("--grep=^{RIGHT}$");
    let last = git.run(&["log", "-1", "--format=%H %ct", &title, "main"])?;
    let (last, date) = last.split_once(' ').ok_or_else(|| Error::new(format!("the course has no commit {RIGHT}")))?;
    let date = date.parse::<u64>().unwrap_or_default() + 3600;
    git.feed(&["fast-import", "--quiet", "--force"], |out| {
        writeln!(out, "commit refs/heads/main\ncommitter Ada Example <ada@example.org> {date} +0100")?;
        writeln!(out, "data {}\n{HEAD}\nfrom {last}", HEAD.len())?;
        let settings = "[interactive]\ndefault_url = /lab\n";
        writeln!(out, "M 100644 inline .renku/renku.ini\ndata {}\n{settings}", settings.len())
    })?;
    // What came after is not of this project.
    git.run(&["repack", "-a", "-d", "--quiet"])?;
    git.run(&["prune", "--expire=now"])?;
    Ok(git)
}
