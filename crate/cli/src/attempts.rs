//! The record of builds that were begun for other commits, in the registry that has the images.

use repin::attempts::{Attempts, TAG};
use repin::reference::Reference;

use crate::error::Failure;
use crate::project::Project;
use crate::registry::Registries;

/// What people are told who find the record among their images.
const DESCRIPTION: &str =
    "No image to run: which builds of earlier commits `repin` began. Delete the tag, and what failed is tried again.";

/// Those of a repository, `registry.example.org/group/name`.
pub(crate) fn read(project: &Project, registries: &Registries, repository: &str) -> Result<Attempts, Failure> {
    let place = parse(repository)?;
    let record = project.finish(async { registries.at(place.registry())?.record(place.repository(), TAG).await });
    let record = record.map_err(|error| Failure::of_registry("what was tried before is not known", error))?;
    let attempts = record.as_deref().map_or_else(|| Ok(Attempts::default()), Attempts::parse);
    attempts.map_err(|error| {
        Failure::new(format!("what was tried before is not known: {repository}:{TAG}")).because(&error).hint(
            "a newer repin may have written it; else delete the tag: what failed is then tried again, and no image is lost",
        )
    })
}

/// Keeps them in place of those that were there.
pub(crate) fn keep(
    project: &Project,
    registries: &Registries,
    repository: &str,
    attempts: &Attempts,
) -> Result<(), Failure> {
    let place = parse(repository)?;
    let kept = project.finish(async {
        let registry = registries.at(place.registry())?;
        registry.keep_record(place.repository(), TAG, &attempts.to_json(), DESCRIPTION).await
    });
    kept.map_err(|error| Failure::of_registry("that the build begins cannot be written down", error))
}

fn parse(repository: &str) -> Result<Reference, Failure> {
    Reference::parse(repository)
        .map_err(|error| Failure::new(format!("{repository} is no name of a repository")).because(&error))
}
