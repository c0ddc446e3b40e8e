//! What an image is built from.
//!
//! - Where the caller gives patterns, they and nothing else.
//! - Where `.repin.toml` gives patterns, they and nothing else.
//! - Otherwise everything that is known to matter, together: the CI file (counted even where no image job can be
//!   recognised in it) and the local files it includes; the image job's `changes:` list; the Dockerfile, its
//!   `.dockerignore`, and what the stages that the target needs read from the build context, less what is ignored.
//!   A link counts with its target, a submodule with its commit id.
//! - Where a source cannot be known (a literal one that no tracked file matches was made by the job before the build),
//!   every file of the tree counts: only identical trees are then equal.
//! - With neither a Dockerfile nor an image job, Renku's own set of files, and no environment.
//!
//! The inputs are read from one commit, under a [`Spec`] that belongs to the commit asked about. Because the recipe is
//! among them, a commit with the same environment has the same inputs.

use crate::Oid;
use crate::ci::{self, CiFile, ImageJob};
use crate::config::Config;
use crate::dockerfile::{self, BuildOptions, ContextSource, ContextUse, Dockerfile, DockerfileErrorKind, SourcePath};
use crate::dockerignore::Dockerignore;
use crate::glob::Globs;
use crate::probe::{End, MAX_RECIPE, Probe, Read};
use crate::resolution::{InputsSource, InputsSummary};
use crate::scheme::TagScheme;
use crate::select::{Context, Selection};
use crate::tree::{self, Entry, Mode, Tree, display_path, join};

/// The path of Repin's own file in a repository.
pub const CONFIG_PATH: &str = ".repin.toml";
/// Where GitLab looks for the CI file, unless the project says otherwise.
pub const CI_PATH: &str = ".gitlab-ci.yml";
/// What Renku's documentation and its forum name as the files that an image is built from.
pub const RENKU_FILES: [&str; 5] = ["Dockerfile", "install.R", "environment.yml", "requirements.txt", CI_PATH];

/// Renku's builds from code are known by the whole commit ids of their revisions.
const BUILT: &str = "$CI_COMMIT_SHA";

const WAY_OUT: &str = "a `.repin.toml` with `inputs = [\"…\"]` narrows it";

/// Who says what the inputs are: the caller and the `.repin.toml` of the commit asked about. The same spec is applied
/// to every other commit that is compared with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spec {
    /// Patterns given by the caller; empty: none.
    pub patterns: Vec<String>,
    /// The path of the project's CI file, where it is not [`CI_PATH`] (GitLab's `ci_config_path`).
    pub ci_path: Option<String>,
    /// The settings of [`CONFIG_PATH`], as the commit asked about has them.
    pub config: Config,
    /// The context folder of Renku 2's build from code, where that makes the image.
    pub build: Option<String>,
}

/// The inputs of an image at one commit.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// Who said so.
    pub source: InputsSource,
    /// Which files count, each rule with its reason, in the order in which the recipe names them.
    pub rules: Vec<Rule>,
    /// All rules together.
    pub selection: Selection,
    /// What a person should know about them.
    pub notes: Vec<String>,
    /// The form of the tags that the image job gives.
    pub scheme: TagScheme,
    /// The job that builds the image, where one was recognised.
    pub job: Option<String>,
    /// The registry repository that it pushes to, as the job writes it, where it names one.
    pub image: Option<String>,
    /// Why only the commit's own image can be right: a build argument differs by commit.
    pub exact_only: Option<String>,
    /// Why there is no environment: the Dockerfile is absent.
    pub no_recipe: Option<String>,
    /// The `changes:` list of the job, where it has one.
    pub changes: Option<Globs>,
    /// The Dockerfile that is built, where known.
    pub dockerfile: Option<String>,
    /// The `.dockerignore` that holds for it, if there is one.
    pub dockerignore: Option<String>,
    /// Base images and other things outside of the repository that decide what is built.
    pub base_images: Vec<dockerfile::BaseImage>,
    /// The blob of the commit's own [`CONFIG_PATH`], whether or not the spec came from it.
    pub config: Option<Oid>,
    /// The CI file, and the local files that it includes: those that are missing too.
    pub ci_files: Vec<String>,
    /// Whether links count with their targets (they do unless the inputs were narrowed).
    pub(crate) follow_links: bool,
}

/// Some files that count, and why.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The files, for display.
    pub pattern: String,
    /// The reason, for people.
    pub because: String,
    /// The files.
    pub(crate) selection: Selection,
}

impl Inputs {
    /// Those of a commit whose files are not here: none that could be known.
    pub(crate) fn unseen(spec: &Spec) -> Self {
        Finder::new(spec, None).inputs
    }

    /// For the answer.
    pub fn summary(&self) -> InputsSummary {
        let mut patterns: Vec<String> = Vec::new();
        for rule in &self.rules {
            if !patterns.contains(&rule.pattern) {
                patterns.push(rule.pattern.clone());
            }
        }
        InputsSummary {
            source: self.source,
            patterns,
            whole_tree: self.selection.is_whole_tree(),
            notes: self.notes.clone(),
        }
    }

    /// Why the file at `path` counts; empty if it does not, or only as the target of a link.
    pub fn why(&self, path: &[u8]) -> Vec<&str> {
        self.rules.iter().filter(|rule| rule.selection.contains(path)).map(|rule| rule.because.as_str()).collect()
    }

    /// The files that the image is built from but that do not start a build, since the job's `changes:` list lacks
    /// them. Empty where the job has no such list.
    pub fn uncovered<'f>(&self, files: &'f [Entry]) -> Vec<&'f Entry> {
        let Some(changes) = &self.changes else { return Vec::new() };
        files.iter().filter(|file| !changes.matches_bytes(&file.path)).collect()
    }
}

/// Reads the inputs of the commit behind `probe`, under `spec`.
pub(crate) fn discover<T: Tree>(spec: &Spec, probe: &mut Probe<'_, T>) -> Result<Inputs, T::Error> {
    let ci_path = spec.ci_path.as_deref().unwrap_or(CI_PATH);
    let ci = CiFile::load(ci_path, probe)?;
    let job = ci.image_job(spec.config.job.as_deref());
    let mut found = Finder::new(spec, job.as_ref());
    found.inputs.config = probe.content(CONFIG_PATH.as_bytes())?;
    found.inputs.ci_files = ci.files().to_vec();
    let narrowed = if spec.patterns.is_empty() {
        spec.config.inputs.as_deref().map(|patterns| (InputsSource::Config, patterns, "named in .repin.toml"))
    } else {
        Some((InputsSource::Option, spec.patterns.as_slice(), "given by the caller"))
    };
    if let Some((source, patterns, because)) = narrowed {
        found.inputs.source = source;
        found.inputs.follow_links = false;
        for pattern in patterns {
            found.rule(pattern.clone(), because.to_owned(), Selection::of_globs(Globs::new([pattern])));
        }
        return Ok(found.inputs);
    }
    if let Some(folder) = &spec.build {
        found.build(folder);
        return Ok(found.inputs);
    }
    found.ci_file(ci_path, &ci);
    if let (None, Some(wanted)) = (&job, &spec.config.job) {
        found.inputs.notes.push(format!("{CONFIG_PATH} names the job {wanted}, which {ci_path} does not have"));
    }
    found.recipe(job.as_ref(), probe)?;
    if let Some(job) = &job {
        found.changes(job);
    }
    Ok(found.inputs)
}

/// The inputs as far as they are found.
struct Finder<'s> {
    spec: &'s Spec,
    inputs: Inputs,
}

impl<'s> Finder<'s> {
    fn new(spec: &'s Spec, job: Option<&ImageJob>) -> Self {
        let scheme = match (&spec.build, &spec.config.tag) {
            (Some(_), _) => TagScheme::parse(BUILT),
            (None, Some(template)) => TagScheme::parse(template),
            (None, None) => job.map_or_else(TagScheme::default, |job| job.scheme.clone()),
        };
        let inputs = Inputs {
            source: InputsSource::Dockerfile,
            rules: Vec::new(),
            selection: Selection::default(),
            notes: Vec::new(),
            scheme,
            job: job.map(|job| job.name.clone()),
            image: job.and_then(ImageJob::repository),
            exact_only: None,
            no_recipe: None,
            changes: None,
            dockerfile: None,
            dockerignore: None,
            base_images: Vec::new(),
            config: None,
            ci_files: Vec::new(),
            follow_links: true,
        };
        Self { spec, inputs }
    }

    fn rule(&mut self, pattern: String, because: String, selection: Selection) {
        self.inputs.selection.merge(&selection);
        self.inputs.rules.push(Rule { pattern, because, selection });
    }

    fn path_rule(&mut self, path: &[u8], because: &str) {
        let mut selection = Selection::default();
        selection.add_path(path);
        self.rule(display_path(path), because.to_owned(), selection);
    }

    fn whole_tree(&mut self, because: String) {
        let note = format!(
            "every file counts, since {because}: only a commit with the identical tree can share an image; {WAY_OUT}"
        );
        self.inputs.notes.push(note);
        self.rule("**".to_owned(), because, Selection::whole_tree());
    }

    /// Renku 2 builds from the whole folder `build_parameters.context_dir` at the built revision.
    fn build(&mut self, folder: &str) {
        const BECAUSE: &str = "in the folder that Renku builds the image from";
        self.inputs.source = InputsSource::Build;
        match tree::normalize(folder.as_bytes()) {
            None => self.inputs.no_recipe = Some("the build context lies outside of the repository".to_owned()),
            Some(folder) if folder.is_empty() => {
                self.whole_tree("Renku builds the image from the whole repository".to_owned());
            }
            Some(folder) => {
                let mut selection = Selection::default();
                selection.add_subtree(folder.clone());
                self.rule(format!("{}/**", display_path(&folder)), BECAUSE.to_owned(), selection);
            }
        }
    }

    fn ci_file(&mut self, ci_path: &str, ci: &CiFile) {
        for path in ci.files() {
            let because = if path == ci_path { "the CI file".to_owned() } else { format!("included by {ci_path}") };
            self.path_rule(path.as_bytes(), &because);
        }
        self.inputs.notes.extend_from_slice(ci.notes());
    }

    fn changes(&mut self, job: &ImageJob) {
        let lists: Vec<_> = job.changes.iter().filter(|changes| !changes.negative).collect();
        let patterns: Vec<&str> = lists.iter().flat_map(|changes| &changes.patterns).map(String::as_str).collect();
        if lists.is_empty() {
            return;
        }
        self.inputs.source = InputsSource::Ci;
        for pattern in &patterns {
            let because = format!("in the `changes:` list of the job {}", job.name);
            self.rule((*pattern).to_owned(), because, Selection::of_globs(Globs::new([pattern])));
        }
        self.inputs.changes = Some(Globs::new(patterns));
    }

    fn recipe<T: Tree>(&mut self, job: Option<&ImageJob>, probe: &mut Probe<'_, T>) -> Result<(), T::Error> {
        let config = &self.spec.config;
        if let Some(job) = job {
            self.inputs.notes.extend_from_slice(&job.notes);
        }
        let context = match (&config.context, job.map(|job| &job.build.context)) {
            (Some(context), _) | (None, Some(ci::Text::Known(context))) => context.clone().into_bytes(),
            (None, Some(ci::Text::Unknown { text })) => {
                self.whole_tree(format!("the build context `{text}` cannot be known from the repository"));
                Vec::new()
            }
            (None, None) => Vec::new(),
        };
        let Some(context) = tree::normalize(&context) else {
            self.inputs.no_recipe = Some("the build context lies outside of the repository".to_owned());
            return Ok(());
        };
        let mut candidates = Vec::new();
        if let Some(path) = &config.dockerfile {
            candidates.push(path.clone().into_bytes());
        } else {
            let mut build = job.map(|job| job.build.clone()).unwrap_or_default();
            if let Some(context) = &config.context {
                build.context = ci::Text::Known(context.clone());
            }
            for place in build.dockerfiles() {
                match place {
                    ci::Text::Known(path) => candidates.push(path.into_bytes()),
                    ci::Text::Unknown { text } => {
                        self.whole_tree(format!("the Dockerfile's path `{text}` cannot be known from the repository"));
                        return Ok(());
                    }
                }
            }
        }
        let mut absent = Vec::new();
        for path in candidates {
            let (links, read) = probe.read(&path)?;
            match read {
                Read::Absent => absent.push(path),
                Read::TooLarge(path) => {
                    self.dockerfile_rules(&path, &links);
                    self.whole_tree(format!("{} is larger than {MAX_RECIPE} bytes", display_path(&path)));
                    return Ok(());
                }
                Read::File(path, text) => {
                    self.dockerfile_rules(&path, &links);
                    return self.dockerfile(&path, &text, &context, job, probe);
                }
            }
        }
        if job.is_none() && config.dockerfile.is_none() {
            self.inputs.source = InputsSource::Default;
            for path in RENKU_FILES {
                self.path_rule(path.as_bytes(), "one of the files that Renku's images are built from");
            }
        } else if let Some(path) = absent.first() {
            self.path_rule(path, "the Dockerfile");
        }
        let names: Vec<String> = absent.iter().map(|path| display_path(path)).collect();
        self.inputs.no_recipe =
            Some(format!("there is no {} at this commit, so no image can be built from it", names.join(" or ")));
        Ok(())
    }

    fn dockerfile_rules(&mut self, path: &[u8], links: &[Vec<u8>]) {
        for link in links {
            self.path_rule(link, "a link to the Dockerfile");
        }
        self.path_rule(path, "the Dockerfile");
        self.inputs.dockerfile = Some(display_path(path));
    }

    fn dockerfile<T: Tree>(
        &mut self,
        path: &[u8],
        text: &[u8],
        context: &[u8],
        job: Option<&ImageJob>,
        probe: &mut Probe<'_, T>,
    ) -> Result<(), T::Error> {
        let shown = display_path(path);
        let ignore = self.dockerignore(path, context, probe)?;
        if text.starts_with(b"version https://git-lfs.github.com/spec/") {
            self.whole_tree(format!("{shown} is stored in Git LFS and cannot be read here"));
            return Ok(());
        }
        let parsed = Dockerfile::parse(text).or_else(|error| {
            // Without a FROM, no builder makes an image of it, whatever else it says: what it would read is the rest.
            let stageless = matches!(error.kind, DockerfileErrorKind::NoStage | DockerfileErrorKind::BeforeFrom(_));
            let rest = stageless.then(|| Dockerfile::parse(&[b"FROM scratch\n", text].concat()).ok()).flatten();
            rest.inspect(|_| self.inputs.notes.push(format!("no image can be built from {shown}: {error}")))
                .ok_or(error)
        });
        let parsed = match parsed {
            Ok(parsed) => parsed,
            Err(error) => {
                self.whole_tree(format!("{shown} cannot be read: {error}"));
                return Ok(());
            }
        };
        let options = self.build_options(job);
        let ContextUse { sources, named_context_uses, notes, base_images, .. } = parsed.context_use(&options);
        // `line 6: …` becomes `Dockerfile:6: …`.
        let placed = |note: String| note.strip_prefix("line ").map(|rest| format!("{shown}:{rest}")).unwrap_or(note);
        self.inputs.notes.extend(notes.into_iter().map(placed));
        self.inputs.base_images = base_images;
        self.build_arguments(&parsed, &options, job);
        self.named_contexts(&named_context_uses, job, probe)?;
        for source in sources {
            self.source(source, context, &ignore, &shown, probe)?;
        }
        Ok(())
    }

    fn dockerignore<T: Tree>(
        &mut self,
        dockerfile: &[u8],
        context: &[u8],
        probe: &mut Probe<'_, T>,
    ) -> Result<Dockerignore, T::Error> {
        let own = [dockerfile, b".dockerignore"].concat();
        for path in [own, join(context, b".dockerignore")] {
            let (links, read) = probe.read(&path)?;
            let text = match read {
                Read::Absent => continue,
                Read::TooLarge(_) => Vec::new(),
                Read::File(_, text) => text,
            };
            for path in links.iter().chain([&path]) {
                self.path_rule(path, "what the build context leaves out");
            }
            self.inputs.dockerignore = Some(display_path(&path));
            let ignore = Dockerignore::parse(&text);
            for problem in ignore.problems() {
                self.inputs.notes.push(format!("{}:{}: {}", display_path(&path), problem.line, problem.message));
            }
            return Ok(ignore);
        }
        Ok(Dockerignore::default())
    }

    fn build_options(&self, job: Option<&ImageJob>) -> BuildOptions {
        let config = &self.spec.config;
        let mut options = BuildOptions { target: config.target.clone(), ..BuildOptions::default() };
        if let Some(job) = job {
            if options.target.is_none()
                && let Some(ci::Text::Known(target)) = &job.build.target
            {
                options.target = Some(target.clone());
            }
            options.args = job
                .build
                .args
                .iter()
                .map(|arg| {
                    (
                        arg.name.clone(),
                        match &arg.value {
                            ci::ArgValue::Known(value) => dockerfile::ArgValue::Known(value.clone()),
                            _ => dockerfile::ArgValue::Unknown,
                        },
                    )
                })
                .collect();
            options.named_contexts = job.build.named_contexts.iter().map(|(name, _)| name.clone()).collect();
        }
        for (name, value) in &config.args {
            options.args.retain(|(known, _)| known != name);
            options.args.push((name.clone(), dockerfile::ArgValue::Known(value.clone())));
        }
        options
    }

    /// Arguments whose value the repository does not show.
    fn build_arguments(&mut self, parsed: &Dockerfile, options: &BuildOptions, job: Option<&ImageJob>) {
        let given = job.map_or(&[][..], |job| &job.build.args);
        for arg in given.iter().filter(|arg| !self.spec.config.args.contains_key(&arg.name)) {
            let lines = parsed.arg_uses(options, &arg.name);
            let Some(line) = lines.first() else { continue };
            match &arg.value {
                ci::ArgValue::Known(_) => {}
                ci::ArgValue::Unknown { text } => self.inputs.notes.push(format!(
                    "the build argument {}={text} comes from outside of the repository: the same inputs may have been built with another value",
                    arg.name
                )),
                ci::ArgValue::PerCommit { text } => {
                    self.inputs.exact_only = Some(format!(
                        "the build argument {}={text} differs by commit or ref and is used at line {line} of the Dockerfile",
                        arg.name
                    ));
                }
            }
        }
    }

    /// Folders that the job gives as further contexts count whole.
    fn named_contexts<T: Tree>(
        &mut self,
        used: &[String],
        job: Option<&ImageJob>,
        probe: &mut Probe<'_, T>,
    ) -> Result<(), T::Error> {
        let given = job.map_or(&[][..], |job| &job.build.named_contexts);
        for (name, place) in given.iter().filter(|(name, _)| used.contains(name)) {
            match place {
                ci::Text::Known(path) => {
                    let path = tree::normalize(path.as_bytes()).unwrap_or_default();
                    let (_, end) = probe.follow(&path)?;
                    if let End::Found(path, Mode::TREE, _) = end {
                        let mut selection = Selection::default();
                        selection.add_subtree(path.as_slice());
                        self.rule(
                            format!("{}/**", display_path(&path)),
                            format!("the build context {name}"),
                            selection,
                        );
                    } else {
                        self.whole_tree(format!(
                            "the build context {name}={} is not in the repository",
                            display_path(&path)
                        ));
                    }
                }
                ci::Text::Unknown { text } => {
                    self.inputs.notes.push(format!("the build context {name}={text} lies outside of the repository"));
                }
            }
        }
        Ok(())
    }

    fn source<T: Tree>(
        &mut self,
        source: ContextSource,
        context: &[u8],
        ignore: &Dockerignore,
        dockerfile: &str,
        probe: &mut Probe<'_, T>,
    ) -> Result<(), T::Error> {
        let place = format!("{} {} ({dockerfile}:{})", source.instruction, source.text, source.line);
        let literal = match &source.path {
            SourcePath::Unknown { why } => {
                self.whole_tree(format!("a source of {place} cannot be known: {why}"));
                return Ok(());
            }
            SourcePath::Literal(path) => path.clone(),
            SourcePath::Wildcard(pattern) => pattern.literal_folder().to_owned(),
        };
        if literal == ".git" || literal.starts_with(".git/") {
            self.inputs.exact_only = Some(format!("{place} reads .git, which differs by commit"));
        }
        let path = if literal.is_empty() { context.to_vec() } else { join(context, literal.as_bytes()) };
        let (links, end) = probe.follow(&path)?;
        for link in &links {
            self.path_rule(link, &place);
        }
        match end {
            // A link that leads to nothing is tracked, and counts alone.
            End::Missing if matches!(probe.look(&path)?, Some((Mode::LINK, _))) => {}
            End::Missing => {
                let what = if matches!(source.path, SourcePath::Wildcard(_)) { "the folder of " } else { "" };
                self.whole_tree(format!(
                    "no tracked file matches {what}a source of {place}, so the job makes it before the build"
                ));
            }
            End::Submodule(path) => self.path_rule(&path, &place),
            End::Found(end, ..) => {
                let mut selection = Selection::default();
                let mut sources = vec![];
                if !links.is_empty() {
                    match tree::relative(&end, context).map(str::from_utf8) {
                        Some(Ok(path)) => sources.push(source.led_to(path)),
                        _ => selection.add_subtree(end),
                    }
                }
                let pattern = display_path(&path);
                let pattern = match &source.path {
                    SourcePath::Wildcard(_) if context.is_empty() => source.text.clone(),
                    SourcePath::Wildcard(_) => format!("{}/{}", display_path(context), source.text),
                    _ if pattern.is_empty() => "**".to_owned(),
                    _ => pattern,
                };
                sources.push(source);
                selection.add_context(Context { root: context.to_vec(), sources, ignore: ignore.clone() });
                self.rule(pattern, place, selection);
                if self.inputs.selection.is_whole_tree() && !self.inputs.notes.iter().any(|note| note.contains(WAY_OUT))
                {
                    self.whole_tree("the whole repository is copied into the image".to_owned());
                }
            }
        }
        Ok(())
    }
}
