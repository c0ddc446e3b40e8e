//! What is asked, and the parts of an answer that `resolve` and `history` share.

use std::sync::Arc;

use crate::Oid;
use crate::config::Config;
use crate::inputs::{CONFIG_PATH, Inputs, Spec};
use crate::reference::Reference;
use crate::scheme::{CommitNames, TagScheme};
use crate::source::{Commit, Images, Project, Source, SourceError};

/// A question about one commit, or about the history that leads to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// The commit; `None`: the project's own head.
    pub revision: Option<String>,
    /// Patterns that say what the image is built from; empty: the recipe says it.
    pub inputs: Vec<String>,
    /// The path of the project's CI file, where the caller knows it.
    pub ci_path: Option<String>,
    /// The registry repository of the images, where the caller knows it.
    pub image: Option<String>,
    /// The context folder, from the repository's root (`.` is the root), where Renku 2 builds the image from code: then
    /// no Dockerfile and no image job count, and the tags are whole commit ids, those of the builds.
    pub build: Option<String>,
}

impl Question {
    /// The spec that a commit and those compared with it are looked at under, and what is wrong with the commit's
    /// `.repin.toml`, if it cannot be read.
    ///
    /// # Errors
    /// The source failed.
    pub async fn spec_at(&self, source: &impl Source, commit: Oid) -> Result<(Arc<Spec>, Option<String>), SourceError> {
        let text = source.read(commit, CONFIG_PATH).await?;
        let (config, problem) = match text.as_deref().map(Config::parse) {
            None => (Config::default(), None),
            Some(Ok(config)) => (config, None),
            Some(Err(error)) => (Config::default(), Some(format!("{CONFIG_PATH} cannot be read: {error}"))),
        };
        Ok((self.spec(&source.project(), config), problem))
    }

    /// The spec with these settings of `.repin.toml`.
    pub(crate) fn spec(&self, project: &Project, config: Config) -> Arc<Spec> {
        let ci_path = self.ci_path.clone().or_else(|| project.ci_path.clone());
        Arc::new(Spec { patterns: self.inputs.clone(), ci_path, config, build: self.build.clone() })
    }

    /// The registry repository that the tags belong to, where somebody names it: the caller, `.repin.toml`, or the job that
    /// pushes to it.
    pub fn named_repository(&self, project: &Project, spec: &Spec, inputs: &Inputs) -> Option<String> {
        if let Some(image) = self.image.clone().or_else(|| spec.config.image.as_ref().map(Reference::name)) {
            return Some(image);
        }
        let job = inputs.image.as_ref()?;
        let own = ["$CI_REGISTRY_IMAGE", "$CI_REGISTRY/$CI_PROJECT_PATH"];
        if let Some(rest) = own.iter().find_map(|own| job.strip_prefix(own)) {
            return project.image.as_ref().map(|image| format!("{image}{rest}"));
        }
        (!job.contains('$')).then(|| job.clone())
    }

    /// The same, or the project's own where nobody names one.
    pub fn repository(&self, project: &Project, spec: &Spec, inputs: &Inputs) -> Option<String> {
        match self.named_repository(project, spec, inputs) {
            // A job may push to what cannot be known.
            None if inputs.image.is_some() => None,
            None => project.image.clone(),
            named => named,
        }
    }

    /// The image tags, and the registry repository that they are of.
    pub(crate) async fn images(
        &self,
        source: &impl Source,
        project: &Project,
        spec: &Spec,
        inputs: &Inputs,
    ) -> Result<(Option<Images>, Option<String>), SourceError> {
        let named = self.named_repository(project, spec, inputs);
        let images = source.images(named.as_deref()).await?;
        let listed = images.as_ref().and_then(|images| images.repository.clone());
        let repository = match inputs.image {
            None if named.is_none() && listed.is_some() => listed,
            _ => self.repository(project, spec, inputs),
        };
        Ok((images, repository))
    }
}

/// The tag that a build of `commit` would get; `None` where the job's tags do not follow from the commit.
///
/// # Errors
/// The source failed.
pub async fn expected_tag(
    source: &impl Source,
    scheme: &TagScheme,
    commit: &Commit,
) -> Result<Option<String>, SourceError> {
    let branch = match commit.branch.as_deref().filter(|_| scheme.uses_ref()) {
        Some(name) if source.is_branch(name).await? => Some(name),
        _ => None,
    };
    let mut names = CommitNames { id: commit.id, git_tag: None, ref_name: branch };
    if let Some(tag) = scheme.expected(&names) {
        return Ok(Some(tag));
    }
    if !scheme.names_commits() {
        return Ok(None);
    }
    let tags = source.git_tags(commit.id).await?;
    names.git_tag = tags.first().map(String::as_str);
    names.ref_name = names.ref_name.or(names.git_tag);
    Ok(scheme.expected(&names))
}
