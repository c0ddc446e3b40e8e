//! One repository with the recipe, whose pipelines are run one by one: for CI files of any form.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::ours::{Ran, Runner};
use super::written;
use crate::pipelines::Pipeline;
use crate::registry::Registry;
use crate::{ADA, Git, Result};

/// When the first pipeline is made, and how long after it the next one, in seconds.
const START: u64 = 1_700_000_000;
const HOUR: u64 = 3_600;

/// A repository, and where its jobs run.
pub struct Rehearsal {
    /// The repository.
    pub git: Git,
    runner: Runner,
    pipelines: u64,
}

impl Rehearsal {
    /// A repository with this CI file, after `repin ci --write`, and a Dockerfile that copies `requirements.txt`.
    ///
    /// # Errors
    /// git, the registry or `repin` fails.
    pub fn new(folder: &Path, repin: &Path, ci: &str) -> Result<Self> {
        let ci = written(&folder.join("recipe"), repin, ci)?;
        let git = Git::init(&folder.join("origin"))?;
        git.write(".gitlab-ci.yml", &ci)?;
        git.write("Dockerfile", "FROM python:3.12\nCOPY requirements.txt /tmp/\n")?;
        git.write("requirements.txt", "numpy\n")?;
        git.commit(ADA, "Start")?;
        let runner = Runner::new(&folder.join("jobs"), &git, repin, &ci)?;
        Ok(Self { git, runner, pipelines: 0 })
    }

    /// One more commit, with this file.
    ///
    /// # Errors
    /// git fails.
    pub fn commit(&self, path: &str, text: &str) -> Result<String> {
        self.git.write(path, text)?;
        self.git.commit(ADA, &format!("Write {path}"))
    }

    /// The pipeline of a branch or a git tag, with these variables of the project. There is one each hour.
    ///
    /// # Errors
    /// The job cannot be run. That it failed is no error.
    pub fn pipeline(&mut self, reference: &str, settings: &[(&str, &str)]) -> Result<Ran> {
        self.pipelines += 1;
        self.runner.fetch()?;
        let pipeline = Pipeline {
            iid: self.pipelines,
            sha: self.git.run(&["rev-parse", &format!("{reference}^{{commit}}")])?,
            ref_name: reference.to_owned(),
            source: "push".to_owned(),
            created_at: START + self.pipelines * HOUR,
            tag: self.git.run(&["rev-parse", "--verify", "--quiet", &format!("refs/tags/{reference}")]).is_ok(),
            ..Pipeline::default()
        };
        self.runner.run(&pipeline, None, settings)
    }

    /// The registry, which has the images in `ada/course`.
    pub fn registry(&self) -> &Registry {
        self.runner.registry()
    }

    /// The tags of images.
    ///
    /// # Errors
    /// The registry fails.
    pub fn tags(&self) -> Result<Vec<String>> {
        Ok(self.runner.tags()?.into_iter().map(|(tag, _)| tag).collect())
    }

    /// Whether the image of this tag is what the commit says, by brute force; `None` if there is no such tag.
    ///
    /// # Errors
    /// git or the registry fails.
    pub fn is_right(&self, tag: &str, commit: &str) -> Result<Option<bool>> {
        let list = ["ls-tree", "-r", "--format=%(objectname) %(path)", commit, "--", "Dockerfile", "requirements.txt"];
        let content = Sha256::digest(format!("{}\n", self.git.run(&list)?));
        let right = self.runner.digest(&data_encoding::HEXLOWER.encode(&content));
        let found = self.runner.tags()?.into_iter().find(|(name, _)| name == tag);
        Ok(found.map(|(_, digest)| Some(digest.as_str()) == right))
    }
}
