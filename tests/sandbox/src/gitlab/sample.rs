//! The sample course as a project of the stand-in.

use super::model::{Project, RegistryTag, Repository};
use super::server::Server;
use crate::pipelines::{Settings, shelf, simulate};
use crate::registry::Registry;
use crate::{Course, Error, Result};

/// The course's path.
const PATH: &str = "ada/course";

impl Server {
    /// Adds the sample course as `ada/course`, with the pipelines and the images that GitLab's rules give for its pushes, and
    /// returns its number. The images are put into `registry`, if there is one; it should be
    /// [attached](Server::attach).
    ///
    /// # Errors
    /// git fails, or the registry refuses.
    pub fn add_course(&self, course: &Course, registry: Option<&Registry>) -> Result<u64> {
        let simulated = simulate(&course.git, &Settings::new(PATH), &course.events)?;
        let held = shelf(&simulated.images, &course.changes);
        if let Some(registry) = registry {
            registry.fill(PATH, &held)?;
        }
        let tags = held.into_iter().map(|held| {
            let at = i64::try_from(held.created_at).ok().and_then(|at| jiff::Timestamp::from_second(at).ok());
            let at = at.ok_or_else(|| Error::new(format!("{} is no date", held.created_at)))?;
            let created_at = Some(at.strftime("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string());
            Ok(RegistryTag { name: held.tag, created_at, ..RegistryTag::default() })
        });
        Ok(self.add(Project {
            path: PATH.to_owned(),
            repository: course.git.dir().to_owned(),
            images: vec![Repository { tags: tags.collect::<Result<_>>()?, ..Repository::default() }],
            pipelines: simulated.pipelines,
            ..Project::default()
        }))
    }
}
