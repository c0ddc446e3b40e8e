//! The jobs of our recipe, run for real: the written script, by `sh`, in a checkout, with the real `repin` and a real
//! registry. Only docker is another.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use saphyr::{LoadableYamlNode as _, Yaml};
use sha2::{Digest as _, Sha256};

use crate::gitlab::{Kind, Options, Project, Reach, Repository, Server, Token, Visibility};
use crate::pipelines::{Held, Outcome, Pipeline};
use crate::registry::{Registry, date};
use crate::site::Site;
use crate::{Error, Git, Result};

const PROJECT: &str = "ada/course";
const JOB_TOKEN: &str = "a-job's-own-token";
/// The tag that is no image: what `repin attempt` writes down.
const RECORD: &str = "repin-attempts";
const DOCKER: &str = include_str!("docker.sh");

/// What became of a job.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Whether it ended well.
    pub is_green: bool,
    /// Its log.
    pub said: String,
    /// What later jobs are told.
    pub report: BTreeMap<String, String>,
    /// Builds that began.
    pub builds: usize,
    /// Those of them that failed or were cancelled.
    pub faults: usize,
}

/// Where the jobs run.
pub(super) struct Runner {
    server: Server,
    registry: Arc<Registry>,
    site: Site,
    clone: Git,
    folder: PathBuf,
    repin: PathBuf,
    ci: ImageJob,
    checksum: String,
    pub(super) builds: usize,
    pub(super) failures: usize,
    /// The digest of each content that was pushed.
    digests: HashMap<String, String>,
}

impl Runner {
    pub(super) fn new(folder: &Path, origin: &Git, repin: &Path, ci: &str) -> Result<Self> {
        let server = Server::start(Options::default())?;
        let registry = Arc::new(Registry::start(&format!("{}/jwt/auth", server.url()))?);
        server.attach(Arc::clone(&registry));
        let id = server.add(Project {
            path: PROJECT.to_owned(),
            repository: origin.dir().to_owned(),
            visibility: Visibility::Private,
            images: vec![Repository::default()],
            ..Project::default()
        });
        let projects = Reach::Only(vec![id]);
        let secret = JOB_TOKEN.to_owned();
        server.add_token(Token { secret, kind: Kind::Job, scopes: Vec::new(), projects, expired: false });
        for name in ["bin", "site", "docker"] {
            let path = folder.join(name);
            fs::create_dir_all(&path).map_err(|error| Error::io("make the folder", &path, &error))?;
        }
        let docker = folder.join("bin/docker");
        let program = format!("#!/bin/sh\nexec '{}' \"$@\"\n", repin.display());
        write(&docker, DOCKER)?;
        write(&folder.join("site/repin"), &program)?;
        fs::set_permissions(&docker, fs::Permissions::from_mode(0o755))
            .map_err(|error| Error::io("change", &docker, &error))?;
        let clone = folder.join("job");
        origin.run(&["clone", "--quiet", "--shared", "--no-checkout", ".", &clone.to_string_lossy()])?;
        Ok(Self {
            server,
            registry,
            site: Site::start(&folder.join("site"), 0)?,
            clone: Git::open(&clone),
            folder: folder.to_owned(),
            repin: repin.to_owned(),
            ci: ImageJob::new(ci)?,
            checksum: data_encoding::HEXLOWER.encode(&Sha256::digest(program)),
            builds: 0,
            failures: 0,
            digests: HashMap::new(),
        })
    }

    /// Runs the image job of a pipeline.
    pub(super) fn job(&mut self, pipeline: &Pipeline, outcome: &Outcome) -> Result<()> {
        let fault = match outcome {
            Outcome::Success => None,
            Outcome::Failed(_) => Some("fails"),
            _ => Some("is-canceled"),
        };
        let ran = self.run(pipeline, fault, &[])?;
        self.builds += ran.builds;
        self.failures += ran.faults;
        if !ran.is_green && ran.faults == 0 {
            return Err(Error::new(format!("the job of {} failed:\n{}", pipeline.sha, ran.said)));
        }
        Ok(())
    }

    /// The same, for whoever looks at what it did.
    pub(super) fn run(&mut self, pipeline: &Pipeline, fault: Option<&str>, settings: &[(&str, &str)]) -> Result<Ran> {
        let docker = self.folder.join("docker");
        fs::remove_dir_all(&docker).map_err(|error| Error::io("remove", &docker, &error))?;
        fs::create_dir_all(&docker).map_err(|error| Error::io("make the folder", &docker, &error))?;
        if let Some(fault) = fault {
            write(&docker.join(fault), "")?;
        }
        self.clone.run(&["checkout", "--quiet", "--force", "--detach", &pipeline.sha])?;
        self.clone.run(&["clean", "-ffdxq"])?;
        let mut job = Command::new("sh");
        job.args(["-ec", &self.ci.script]).current_dir(self.clone.dir());
        self.surround(&mut job, pipeline)?.env("STANDIN", &docker).envs(settings.iter().copied());
        let output = job.output().map_err(|error| Error::new(format!("cannot run sh: {error}")))?;
        let log = fs::read_to_string(docker.join("log")).unwrap_or_default();
        let report = fs::read_to_string(self.clone.dir().join("repin.env")).unwrap_or_default();
        let report = report.lines().filter_map(|line| line.split_once('='));
        let mut ran = Ran {
            is_green: output.status.success(),
            said: said(&output),
            report: report.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            builds: 0,
            faults: 0,
        };
        for line in log.lines() {
            match line.split(' ').collect::<Vec<_>>()[..] {
                ["build"] => ran.builds += 1,
                ["failed" | "canceled"] => ran.faults += 1,
                ["push", reference, content] => self.pushed(reference, content)?,
                _ => return Err(Error::new(format!("the stand-in of docker wrote `{line}`"))),
            }
        }
        Ok(ran)
    }

    /// Lets the runner see what was pushed since it was made.
    pub(super) fn fetch(&self) -> Result<()> {
        self.clone.run(&["fetch", "--quiet", "--tags", "--force", "origin"]).map(drop)
    }

    fn pushed(&mut self, reference: &str, content: &str) -> Result<()> {
        let (_, tag) = reference.rsplit_once(':').ok_or_else(|| Error::new(format!("{reference} has no tag")))?;
        let held = Held { repository: String::new(), tag: tag.to_owned(), sha: content.to_owned(), created_at: 0 };
        self.registry.fill(PROJECT, &[held])?;
        if let Some(digest) = self.registry.digest(PROJECT, tag)? {
            self.digests.insert(content.to_owned(), digest);
        }
        Ok(())
    }

    /// What GitLab and its runner tell a job.
    fn surround<'c>(&self, command: &'c mut Command, pipeline: &Pipeline) -> Result<&'c mut Command> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut places = vec![self.folder.join("bin")];
        places.extend(std::env::split_paths(&path));
        let path = std::env::join_paths(places).unwrap_or(path);
        command.env_clear().stdin(Stdio::null()).env("PATH", path).env("HOME", &self.folder);
        command.envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1"), ("LC_ALL", "C")]);
        let image = format!("{}/{PROJECT}", self.registry.host());
        let iid = pipeline.iid.to_string();
        let started = date(pipeline.jobs.iter().find_map(|job| job.started_at).unwrap_or(pipeline.created_at))?;
        let slug: String = pipeline
            .ref_name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .collect();
        let api = format!("{}/api/v4", self.server.url());
        let place = self.clone.dir().to_string_lossy().into_owned();
        let url = format!("{}/repin", self.site.url());
        let mut variables: Vec<(&str, &str)> = vec![
            ("CI", "true"),
            ("CI_COMMIT_SHA", &pipeline.sha),
            ("CI_COMMIT_SHORT_SHA", &pipeline.sha[..8]),
            ("CI_COMMIT_REF_NAME", &pipeline.ref_name),
            ("CI_COMMIT_REF_SLUG", &slug),
            (if pipeline.tag { "CI_COMMIT_TAG" } else { "CI_COMMIT_BRANCH" }, &pipeline.ref_name),
            ("CI_PIPELINE_SOURCE", &pipeline.source),
            ("CI_PIPELINE_IID", &iid),
            ("CI_PROJECT_PATH", PROJECT),
            ("CI_PROJECT_DIR", &place),
            ("CI_SERVER_URL", self.server.url()),
            ("CI_API_V4_URL", &api),
            ("CI_REGISTRY", self.registry.host()),
            ("CI_REGISTRY_IMAGE", &image),
            ("CI_REGISTRY_USER", "gitlab-ci-token"),
            ("CI_REGISTRY_PASSWORD", JOB_TOKEN),
            ("CI_JOB_TOKEN", JOB_TOKEN),
            ("CI_JOB_STARTED_AT", &started),
        ];
        // GitLab puts the values of others into those of the file, before the job begins; the project's own win.
        let own: Vec<(String, String)> =
            self.ci.variables.iter().map(|(name, value)| (name.clone(), expanded(value, &variables))).collect();
        variables.extend(own.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        variables.extend([("REPIN_URL", url.as_str()), ("REPIN_SHA256", &self.checksum)]);
        Ok(command.envs(variables))
    }

    pub(super) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The tags of images, and what digest each has.
    pub(super) fn tags(&self) -> Result<Vec<(String, String)>> {
        let mut tags = Vec::new();
        for tag in self.registry.tags(PROJECT)?.into_iter().filter(|tag| tag != RECORD) {
            let digest = self.registry.digest(PROJECT, &tag)?;
            tags.extend(digest.map(|digest| (tag, digest)));
        }
        Ok(tags)
    }

    /// The digest of the image with this content, if it was ever pushed.
    pub(super) fn digest(&self, content: &str) -> Option<&str> {
        self.digests.get(content).map(String::as_str)
    }

    /// Deletes one of the tags; whether it was that of an image.
    pub(super) fn delete(&self, place: usize) -> Result<bool> {
        let tags = self.registry.tags(PROJECT)?;
        if tags.is_empty() {
            return Ok(false);
        }
        let tag = &tags[place % tags.len()];
        Ok(self.registry.delete(PROJECT, tag)? && tag != RECORD)
    }

    /// What Repin itself names for each commit of a history: commit and tag.
    pub(super) fn history(&self, tip: &str) -> Result<Vec<(String, Option<String>)>> {
        let mut command = Command::new(&self.repin);
        command.args(["history", "--registry", "--format", "json", "--commit", tip]).current_dir(self.clone.dir());
        let pipeline = Pipeline { sha: tip.to_owned(), ..Pipeline::default() };
        let output = self.surround(&mut command, &pipeline)?.output();
        let output = output.map_err(|error| Error::new(format!("cannot run {}: {error}", self.repin.display())))?;
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| Error::new(format!("repin history: {error}\n{}", said(&output))))?;
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let entries = answer.as_array().into_iter().flatten();
        Ok(entries.filter_map(|entry| Some((text(&entry["commit"])?, text(&entry["tag"])))).collect())
    }
}

/// The image job of a CI file, as far as it is run here.
struct ImageJob {
    script: String,
    /// Those of the file, then those of the job.
    variables: Vec<(String, String)>,
}

impl ImageJob {
    fn new(ci: &str) -> Result<Self> {
        let documents = Yaml::load_from_str(ci).map_err(|error| Error::new(format!("the CI file: {error}")))?;
        let root = documents.first();
        let job = root.and_then(|root| root.as_mapping_get("image_build"));
        let lines = ["before_script", "script"].into_iter().filter_map(|key| job?.as_mapping_get(key));
        let lines = lines.flat_map(|list| match list.as_sequence() {
            Some(items) => items.iter().filter_map(Yaml::as_str).collect::<Vec<_>>(),
            None => list.as_str().into_iter().collect(),
        });
        let script: Vec<&str> = lines.collect();
        if script.is_empty() {
            return Err(Error::new("the CI file has no job image_build".to_owned()));
        }
        let variables =
            [root, job].into_iter().flatten().filter_map(|place| place.as_mapping_get("variables")?.as_mapping());
        let texts =
            |(name, value): (&Yaml<'_>, &Yaml<'_>)| Some((name.as_str()?.to_owned(), value.as_str()?.to_owned()));
        Ok(Self { script: script.join("\n"), variables: variables.flatten().filter_map(texts).collect() })
    }
}

/// A value with those of other variables in it.
fn expanded(value: &str, variables: &[(&str, &str)]) -> String {
    let mut names: Vec<&(&str, &str)> = variables.iter().collect();
    // A name can be the beginning of another.
    names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    names.iter().fold(value.to_owned(), |text, (name, value)| text.replace(&format!("${name}"), value))
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn write(path: &Path, content: &str) -> Result<()> {
    fs::write(path, content).map_err(|error| Error::io("write", path, &error))
}
