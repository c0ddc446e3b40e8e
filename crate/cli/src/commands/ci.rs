//! `repin ci`

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};
use repin::ci::recipe::{Wish, Written, write};
use repin::ci::{Files, include_matches};
use repin::inputs::CI_PATH;
use repin::text::safe;
use repin_forge::local::Local;
use similar::{ChangeTag, TextDiff};

use crate::args::{Ci, Color};
use crate::error::Failure;
use crate::output::{Screen, raw_stdout};
use crate::project::{is_local_ci_path, variable};

/// The exit code where the file is not up to date.
const OLD: u8 = 3;
const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const DIM: Style = Style::new().dimmed();
/// Lines around a change that are shown.
const AROUND: usize = 3;
/// How many files are looked at for an include with wildcards.
const MAX_FILES: usize = 100_000;

/// Shows, writes or checks the recipe.
pub(crate) fn run(options: &Ci, color: Color) -> Result<u8, Failure> {
    let root = root(&options.project)?;
    let path = variable("CI_CONFIG_PATH").filter(|path| is_local_ci_path(path)).unwrap_or_else(|| CI_PATH.to_owned());
    let mut files = Folder { root: root.clone() };
    let wish = Wish { job: options.job.clone(), variant: options.variant.map(Into::into) };
    let written = match write(&path, &mut files, &wish)? {
        Ok(written) => written,
        Err(refusal) => {
            let next = match &refusal.snippet {
                Some(_) if options.check => "`repin ci` shows a job with the recipe to put there by hand".to_owned(),
                Some(snippet) => {
                    eprintln!("# a job with the recipe:\n{snippet}");
                    refusal.next
                }
                None => refusal.next,
            };
            return Err(Failure::new(refusal.message).hint(next));
        }
    };
    // Of an included recipe it is that file.
    let path = safe(&written.path);
    let path = path.as_ref();
    let old = files.read(&written.path)?.unwrap_or_default();
    let is_same = written.text.as_bytes() == old;
    if options.check && !written.unseen.is_empty() {
        let unseen = written.unseen.join(" and ");
        return Err(Failure::new(format!(
            "whether the recipe is up to date cannot be told: no image job is in {path}, which includes {unseen}, and that is not in this repository"
        ))
        .hint("if the image job is there, check it there; if there is none, `repin ci --write` puts a new one into this file"));
    }
    if options.print {
        let mut out = raw_stdout();
        out.write_all(written.text.as_bytes())?;
        out.flush()?;
        return Ok(0);
    }
    let mut screen = Screen::stdout(color);
    if is_same {
        writeln!(
            screen,
            "{path} is up to date: the job {} builds only where no right image exists",
            safe(&written.job)
        )?;
    } else if options.check {
        writeln!(screen, "{path} is not up to date: `repin ci` shows what would change, `repin ci --write` writes it")?;
    } else {
        // Bytes that are no UTF-8 were refused before.
        difference(&mut screen, path, &String::from_utf8_lossy(&old), &written.text)?;
    }
    if !is_same && options.write {
        replace(&root.join(&written.path), &written.text)?;
        writeln!(screen, "{path} is written")?;
    }
    if !options.check {
        for note in &written.notes {
            writeln!(screen, "note: {}", safe(note))?;
        }
    }
    if !is_same && !options.check {
        advice(&mut screen, &written, options.write)?;
    }
    screen.flush()?;
    Ok(if options.check && !is_same { OLD } else { 0 })
}

/// The work tree that the folder is in, else the folder itself.
fn root(project: &Path) -> Result<PathBuf, Failure> {
    if !project.is_dir() {
        return Err(Failure::new(format!("there is no folder {}", project.display()))
            .hint("give the folder of the project: the CI file of an address cannot be written"));
    }
    let tree = Local::open(project).ok().and_then(|local| local.work_dir());
    Ok(tree.unwrap_or_else(|| project.to_owned()))
}

/// The changes, with some lines around each.
fn difference(screen: &mut Screen<'_>, path: &str, old: &str, new: &str) -> io::Result<()> {
    let shown = TextDiff::from_lines(old, new);
    writeln!(screen, "{DIM}--- {path}{DIM:#}\n{DIM}+++ {path}{DIM:#}")?;
    for hunk in shown.unified_diff().context_radius(AROUND).iter_hunks() {
        writeln!(screen, "{DIM}{}{DIM:#}", hunk.header())?;
        for change in hunk.iter_changes() {
            let line = safe(change.value().trim_end_matches(['\n', '\r'])).into_owned();
            match change.tag() {
                ChangeTag::Equal => writeln!(screen, " {line}")?,
                ChangeTag::Insert => writeln!(screen, "{ADDED}+{line}{ADDED:#}")?,
                ChangeTag::Delete => writeln!(screen, "{REMOVED}-{line}{REMOVED:#}")?,
            }
        }
    }
    Ok(())
}

fn advice(screen: &mut Screen<'_>, written: &Written, is_written: bool) -> io::Result<()> {
    writeln!(screen, "note: the CI file is an input of the image: the first pipeline with it builds once more")?;
    if !is_written {
        writeln!(screen, "next: `repin ci --write` writes it")?;
    }
    if written.text.contains("REPIN_SHA256: \"\"") {
        writeln!(
            screen,
            "next: put the program where REPIN_URL says, and set REPIN_SHA256 to what `sha256sum` says of it"
        )?;
    }
    Ok(())
}

/// Writes a file that others see whole or not at all, with the permissions that it had. A link stays one.
fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut partial = target.as_os_str().to_owned();
    partial.push(".partial");
    let partial = Path::new(&partial);
    let permissions = fs::metadata(&target).map(|metadata| metadata.permissions());
    fs::write(partial, text)
        .and_then(|()| permissions.map_or(Ok(()), |permissions| fs::set_permissions(partial, permissions)))
        .and_then(|()| fs::rename(partial, &target))
        .map_err(|error| {
            let _ = fs::remove_file(partial);
            Failure::new(format!("{} cannot be written", target.display())).because(&error)
        })
}

/// The files of a folder as they are now, committed or not.
struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The path of a file, if it does not lead out of the folder.
    fn inside(&self, path: &str) -> Option<PathBuf> {
        let leads_out = Path::new(path).components().any(|part| !matches!(part, std::path::Component::Normal(_)));
        (!leads_out).then(|| self.root.join(path))
    }

    fn walk(&self, below: &Path, found: &mut Vec<String>) -> io::Result<()> {
        for entry in fs::read_dir(self.root.join(below))? {
            let entry = entry?;
            let path = below.join(entry.file_name());
            let kind = entry.file_type()?;
            if kind.is_dir() && entry.file_name() != ".git" {
                self.walk(&path, found)?;
            } else if kind.is_file() && found.len() < MAX_FILES {
                found.extend(path.to_str().map(str::to_owned));
            }
        }
        Ok(())
    }
}

impl Files for Folder {
    type Error = Failure;

    fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        let Some(file) = self.inside(path) else { return Ok(None) };
        match fs::read(&file) {
            Ok(text) => Ok(Some(text)),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(Failure::new(format!("{} cannot be read", file.display())).because(&error)),
        }
    }

    fn list(&mut self, pattern: &str) -> Result<Vec<String>, Failure> {
        let mut found = Vec::new();
        self.walk(Path::new(""), &mut found).map_err(|error| {
            Failure::new(format!("the files of {} cannot be listed", self.root.display())).because(&error)
        })?;
        found.retain(|path| include_matches(pattern, path));
        found.sort();
        Ok(found)
    }
}
