//! What an image is built from, for people.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use repin::recipe::{File, Recipe};
use repin::resolution::InputsSource;
use repin::source::Commit;
use repin::text::{count, safe};
use unicode_width::UnicodeWidthStr as _;

use super::Screen;
use super::answer::{BOLD, DIM, shown};

/// On a terminal, no more files than that are listed for one reason.
const MAX_LISTED: usize = 40;

/// Writes the files, grouped by the reason for which they count, and what else is known of the recipe.
pub(crate) fn write(out: &mut Screen<'_>, recipe: &Recipe, commit: &Commit) -> io::Result<()> {
    let listed = if out.width.is_some() { MAX_LISTED } else { usize::MAX };
    match (&recipe.environment, &recipe.no_recipe) {
        (Some(environment), _) => {
            let files = count(environment.files.len(), "file", "files");
            writeln!(out, "The image of {} is built from {BOLD}{files}{BOLD:#}, {}:", shown(commit), by(recipe))?;
        }
        (None, Some(why)) => {
            writeln!(out, "The image of {} has {BOLD}no recipe{BOLD:#}: {}", shown(commit), safe(why))?;
        }
        (None, None) => {
            let patterns = recipe.inputs.patterns.join(", ");
            writeln!(
                out,
                "{BOLD}No file{BOLD:#} of {} is an image input, {}: {}",
                shown(commit),
                by(recipe),
                safe(&patterns)
            )?;
        }
    }
    let mut groups: BTreeMap<usize, (String, Vec<&str>)> = BTreeMap::new();
    let wide = wide(recipe.files());
    for file in recipe.files() {
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
    details(out, recipe)?;
    for note in recipe.inputs.notes.iter().chain(&recipe.notes) {
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
fn by(recipe: &Recipe) -> &'static str {
    match recipe.inputs.source {
        InputsSource::Option => "by --inputs",
        InputsSource::Config => "by .repin.toml",
        InputsSource::Ci => "by the recipe and the `changes:` list of its job",
        InputsSource::Dockerfile => "by the recipe",
        InputsSource::Default => "by Renku's default",
        InputsSource::Build => "by Renku's build from code",
    }
}

fn details(out: &mut impl Write, recipe: &Recipe) -> io::Result<()> {
    let mut line = |name: &str, value: &str| writeln!(out, "{BOLD}{name:12}{BOLD:#} {}", safe(value));
    line("job", recipe.job.as_deref().unwrap_or("none recognised"))?;
    if let Some(dockerfile) = &recipe.dockerfile {
        line("Dockerfile", dockerfile)?;
    }
    for image in &recipe.base_images {
        let pinned = if image.pinned { ", pinned" } else { "" };
        line("base image", &format!("{} (line {}{pinned})", image.name, image.line))?;
    }
    let expected = recipe.expected_tag.as_ref().map_or_else(String::new, |tag| format!(" (here: {tag})"));
    line("tags", &format!("{}{expected}", recipe.tag_scheme))?;
    if let Some(repository) = &recipe.repository {
        line("repository", repository)?;
    }
    if let Some(why) = &recipe.exact_only {
        line("only its own", why)?;
    }
    for path in &recipe.uncovered {
        line("uncovered", &format!("{path}: the job's `changes:` list lacks it, so a change of it starts no build"))?;
    }
    if let Some(environment) = &recipe.environment {
        line("environment", &environment.key)?;
    }
    Ok(())
}
