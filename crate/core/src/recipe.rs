//! What the image of one commit is built from, for people and programs: the answer of `repin inputs`.

use serde::{Deserialize, Serialize};

use crate::Oid;
use crate::environment::key;
use crate::inputs::Inputs;
use crate::question::{Question, expected_tag};
use crate::resolution::{InputFile, InputsSummary, Reason};
use crate::source::{Commit, Source, SourceError};
use crate::tree::{Entry, display_path};

/// The value of [`Recipe::schema`].
pub const SCHEMA: &str = "repin/inputs/1";

/// What the image of a commit is built from, and why. Serialised, it is the JSON of schema `repin/inputs/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "Inputs"))]
pub struct Recipe {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The project's path, `group/name`, where it is known.
    pub project: Option<String>,
    /// The commit that was looked at.
    pub commit: Oid,
    /// As in a resolution.
    pub inputs: InputsSummary,
    /// Which files count by which rule, and why.
    pub rules: Vec<Rule>,
    /// The files; `None` where there is no environment.
    pub environment: Option<Environment>,
    /// Why there is no environment.
    pub no_recipe: Option<String>,
    /// Why only the commit's own image can be right.
    pub exact_only: Option<String>,
    /// The job that builds the image.
    pub job: Option<String>,
    /// The Dockerfile that it builds.
    pub dockerfile: Option<String>,
    /// What the Dockerfile starts from.
    pub base_images: Vec<BaseImage>,
    /// The form of the tags that the job gives.
    pub tag_scheme: String,
    /// The tag that a build of this very commit would get.
    pub expected_tag: Option<String>,
    /// The registry repository that the tags belong to, where known.
    pub repository: Option<String>,
    /// Inputs whose change starts no build, since the job's `changes:` list lacks them.
    pub uncovered: Vec<String>,
    /// What else a person should know.
    pub notes: Vec<String>,
}

/// Some files that count, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Rule {
    /// The files, as the recipe names them.
    pub pattern: String,
    /// The reason.
    pub because: String,
}

/// The files that an image is built from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Environment {
    /// See [`environment::key`](crate::environment::key).
    pub key: String,
    /// The files, sorted by the bytes of their paths.
    pub files: Vec<File>,
}

/// A file, and why it counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct File {
    /// As in a resolution.
    #[serde(flatten)]
    pub file: InputFile,
    /// Every reason that there is; at least one.
    pub why: Vec<String>,
}

/// An image that another one is built on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct BaseImage {
    /// Its name.
    pub name: String,
    /// `FROM`, or `COPY --from` and the like.
    pub instruction: String,
    /// The line of the Dockerfile, counted from 1.
    pub line: usize,
    /// Whether a digest says which bits it is.
    pub pinned: bool,
}

/// Says what the image of the commit asked about is built from.
///
/// The second value is a reason where it cannot be known: code `bad-config` where `.repin.toml` cannot be read, `partial`
/// where the commit is not all there.
///
/// # Errors
/// The revision is unknown, or the source failed.
pub async fn recipe<S: Source>(
    source: &S,
    question: &Question,
) -> Result<(Commit, Result<Recipe, Reason>), SourceError> {
    let commit = source.commit(question.revision.as_deref()).await?;
    let (spec, problem) = question.spec_at(source, commit.id).await?;
    if let Some(problem) = problem.filter(|_| question.inputs.is_empty()) {
        return Ok((commit, Err(Reason::new("bad-config", problem))));
    }
    let (snapshot, files) = source.files(&spec, commit.id).await?;
    if let Some(unseen) = snapshot.unseen {
        return Ok((commit, Err(Reason::new("partial", unseen))));
    }
    let project = source.project();
    let found = &*snapshot.inputs;
    let recipe = Recipe {
        expected_tag: expected_tag(source, &found.scheme, &commit).await?,
        repository: question.repository(&project, &spec, found),
        notes: source.notes(),
        ..Recipe::of(project.path, commit.id, found, &files, snapshot.environment.is_some())
    };
    Ok((commit, Ok(recipe)))
}

impl Recipe {
    fn of(project: Option<String>, commit: Oid, inputs: &Inputs, files: &[Entry], has_environment: bool) -> Self {
        let rule = |rule: &crate::inputs::Rule| Rule { pattern: rule.pattern.clone(), because: rule.because.clone() };
        let base = |image: &crate::dockerfile::BaseImage| BaseImage {
            name: image.name.clone(),
            instruction: image.instruction.to_owned(),
            line: image.line,
            pinned: image.pinned,
        };
        let environment = || Environment { key: key(files), files: files.iter().map(|it| file(inputs, it)).collect() };
        Self {
            schema: SCHEMA.to_owned(),
            project,
            commit,
            inputs: inputs.summary(),
            rules: inputs.rules.iter().map(rule).collect(),
            environment: has_environment.then(environment),
            no_recipe: inputs.no_recipe.clone(),
            exact_only: inputs.exact_only.clone(),
            job: inputs.job.clone(),
            dockerfile: inputs.dockerfile.clone(),
            base_images: inputs.base_images.iter().map(base).collect(),
            tag_scheme: inputs.scheme.to_string(),
            expected_tag: None,
            repository: None,
            uncovered: inputs.uncovered(files).into_iter().map(|file| display_path(&file.path)).collect(),
            notes: Vec::new(),
        }
    }

    /// The files alone; none where there is no environment.
    pub fn files(&self) -> &[File] {
        self.environment.as_ref().map_or(&[], |environment| &environment.files)
    }
}

fn file(inputs: &Inputs, entry: &Entry) -> File {
    let mut why: Vec<String> = inputs.why(&entry.path).into_iter().map(str::to_owned).collect();
    if why.is_empty() {
        why.push("a link leads to it".to_owned());
    }
    why.dedup();
    let path = display_path(&entry.path);
    File { file: InputFile { path, mode: entry.mode.to_string(), oid: entry.oid }, why }
}
