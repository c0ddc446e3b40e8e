//! What an image is built from, for people and for programs.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use repin::Oid;
use repin::inputs::Inputs;
use repin::resolution::{InputFile, InputsSource, InputsSummary};
use repin::source::Commit;
use repin::tree::{Entry, display_path};
use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;

use super::answer::{BOLD, DIM, shown};
use super::safe::safe;
use super::{Screen, count};

/// The JSON of `repin inputs`, schema `repin/inputs/1`.
#[derive(Serialize)]
pub(crate) struct Facts {
    schema: &'static str,
    project: Option<String>,
    commit: Oid,
    /// As in a resolution.
    pub(crate) inputs: InputsSummary,
    /// Which files count by which rule, and why.
    rules: Vec<Rule>,
    /// The files; `null` where there is no environment.
    environment: Option<Environment>,
    /// Why there is no environment.
    no_recipe: Option<String>,
    /// Why only the commit's own image can be right.
    exact_only: Option<String>,
    /// The job that builds the image.
    job: Option<String>,
    /// The Dockerfile that it builds.
    dockerfile: Option<String>,
    base_images: Vec<BaseImage>,
    /// The form of the tags that the job gives.
    tag_scheme: String,
    /// The tag that a build of this very commit would get.
    pub(crate) expected_tag: Option<String>,
    /// The registry repository that the tags belong to, where known.
    pub(crate) repository: Option<String>,
    /// Inputs whose change starts no build, since the job's `changes:` list lacks them.
    uncovered: Vec<String>,
    /// What else a person should know.
    pub(crate) notes: Vec<String>,
}

#[derive(Serialize)]
struct Rule {
    pattern: String,
    because: String,
}

#[derive(Serialize)]
struct Environment {
    key: String,
    files: Vec<File>,
}

#[derive(Serialize)]
struct File {
    #[serde(flatten)]
    file: InputFile,
    why: Vec<String>,
}

#[derive(Serialize)]
struct BaseImage {
    name: String,
    instruction: &'static str,
    line: usize,
    pinned: bool,
}

impl Facts {
    pub(crate) fn new(
        project: Option<String>,
        commit: Oid,
        inputs: &Inputs,
        files: &[Entry],
        key: Option<String>,
    ) -> Self {
        let rule = |rule: &repin::inputs::Rule| Rule { pattern: rule.pattern.clone(), because: rule.because.clone() };
        let base = |image: &repin::dockerfile::BaseImage| BaseImage {
            name: image.name.clone(),
            instruction: image.instruction,
            line: image.line,
            pinned: image.pinned,
        };
        Self {
            schema: "repin/inputs/1",
            project,
            commit,
            inputs: inputs.summary(),
            rules: inputs.rules.iter().map(rule).collect(),
            environment: key.map(|key| Environment { key, files: files.iter().map(|it| file(inputs, it)).collect() }),
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

    /// The files alone.
    pub(crate) fn input_files(&self) -> Vec<InputFile> {
        self.files().iter().map(|file| file.file.clone()).collect()
    }

    fn files(&self) -> &[File] {
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

/// On a terminal, no more files than that are listed for one reason.
const MAX_LISTED: usize = 40;

/// Writes the files, grouped by the reason for which they count, and what else is known of the recipe.
pub(crate) fn write(out: &mut Screen<'_>, facts: &Facts, commit: &Commit) -> io::Result<()> {
    let listed = if out.width.is_some() { MAX_LISTED } else { usize::MAX };
    match (&facts.environment, &facts.no_recipe) {
        (Some(environment), _) => {
            let files = count(environment.files.len(), "file", "files");
            writeln!(out, "The image of {} is built from {BOLD}{files}{BOLD:#}, {}:", shown(commit), by(facts))?;
        }
        (None, Some(why)) => {
            writeln!(out, "The image of {} has {BOLD}no recipe{BOLD:#}: {}", shown(commit), safe(why))?;
        }
        (None, None) => {
            let patterns = facts.inputs.patterns.join(", ");
            writeln!(
                out,
                "{BOLD}No file{BOLD:#} of {} is an image input, {}: {}",
                shown(commit),
                by(facts),
                safe(&patterns)
            )?;
        }
    }
    let mut groups: BTreeMap<usize, (String, Vec<&str>)> = BTreeMap::new();
    let wide = wide(facts.files());
    for file in facts.files() {
        // A reason that most files share tells little of a file that has one of its own.
        let own: Vec<&str> = file.why.iter().map(String::as_str).filter(|why| !wide.contains(why)).collect();
        let why = if own.is_empty() { file.why.join("; ") } else { own.join("; ") };
        let place = groups.values().position(|(known, _)| *known == why).unwrap_or(groups.len());
        groups.entry(place).or_insert_with(|| (why, Vec::new())).1.push(&file.file.path);
    }
    let width = groups.values().filter(|(_, paths)| paths.len() == 1).map(|(_, paths)| safe(paths[0]).width()).max();
    let width = width.unwrap_or(0).min(40);
    for (why, paths) in groups.values().filter(|(_, paths)| paths.len() == 1) {
        let path = safe(paths[0]);
        let padding = width.saturating_sub(path.width());
        writeln!(out, "  {path}{:padding$}  {DIM}{}{DIM:#}", "", safe(why))?;
    }
    for (why, paths) in groups.values().filter(|(_, paths)| paths.len() > 1) {
        writeln!(out, "  {DIM}{}: {}{DIM:#}", safe(why), count(paths.len(), "file", "files"))?;
        for path in paths.iter().take(listed) {
            writeln!(out, "    {}", safe(path))?;
        }
        if paths.len() > listed {
            writeln!(out, "    … and {} more (`repin inputs | cat` lists all)", paths.len() - listed)?;
        }
    }
    recipe(out, facts)?;
    for note in facts.inputs.notes.iter().chain(&facts.notes) {
        writeln!(out, "{DIM}note:{DIM:#} {}", safe(note))?;
    }
    Ok(())
}

/// Of many files, fewer than that are not most of them.
const MANY: usize = 20;

/// The reasons that count for most files.
fn wide(files: &[File]) -> BTreeSet<&str> {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for why in files.iter().flat_map(|file| &file.why) {
        *reasons.entry(why).or_default() += 1;
    }
    reasons.retain(|_, count| *count >= MANY && *count * 2 > files.len());
    reasons.into_keys().collect()
}

/// Who said so.
fn by(facts: &Facts) -> &'static str {
    match facts.inputs.source {
        InputsSource::Option => "by --inputs",
        InputsSource::Config => "by .repin.toml",
        InputsSource::Ci => "by the recipe and the `changes:` list of its job",
        InputsSource::Dockerfile => "by the recipe",
        InputsSource::Default => "by Renku's default",
        InputsSource::Build => "by Renku's build from code",
    }
}

fn recipe(out: &mut impl Write, facts: &Facts) -> io::Result<()> {
    let mut line = |name: &str, value: &str| writeln!(out, "{BOLD}{name:12}{BOLD:#} {}", safe(value));
    line("job", facts.job.as_deref().unwrap_or("none recognised"))?;
    if let Some(dockerfile) = &facts.dockerfile {
        line("Dockerfile", dockerfile)?;
    }
    for image in &facts.base_images {
        let pinned = if image.pinned { ", pinned" } else { "" };
        line("base image", &format!("{} (line {}{pinned})", image.name, image.line))?;
    }
    let expected = facts.expected_tag.as_ref().map_or_else(String::new, |tag| format!(" (here: {tag})"));
    line("tags", &format!("{}{expected}", facts.tag_scheme))?;
    if let Some(repository) = &facts.repository {
        line("repository", repository)?;
    }
    if let Some(why) = &facts.exact_only {
        line("only its own", why)?;
    }
    for path in &facts.uncovered {
        line("uncovered", &format!("{path}: the job's `changes:` list lacks it, so a change of it starts no build"))?;
    }
    if let Some(environment) = &facts.environment {
        line("environment", &environment.key)?;
    }
    Ok(())
}
