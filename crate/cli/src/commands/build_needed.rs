//! `repin build-needed`

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use repin::Oid;
use repin::attempts::Attempts;
use repin::needed::{self, Needed, Wanted};
use repin::reference::Reference;
use repin::source::Source;
use repin::text::safe;
use serde::Serialize;

use crate::args::{BuildNeeded, Color, Format};
use crate::attempts;
use crate::commands::resolve;
use crate::error::Failure;
use crate::job::Job;
use crate::output::{Screen, json_stdout, raw_stdout};
use crate::project::{Project, variable};

/// How many digits of the commit's id make its tag, where its recipe cannot be asked: Renku's way.
const DIGITS: usize = 7;
/// How many other commits are named at most.
const MOST_OTHERS: usize = 50;

/// Says whether to build. Whatever fails on the way is told, and is a reason to build; only the answer itself must arrive.
pub(crate) fn run(options: &BuildNeeded, color: Color) -> Result<u8, Failure> {
    let delivery = Delivery { dotenv: options.dotenv.clone(), format: options.format };
    explain_panics(Lines::unknown(options), delivery.clone());
    let lines = ask(options, color).unwrap_or_else(|failure| {
        // Its exit code is not this command's.
        let _ = failure.report(color);
        Lines::unknown(options)
    });
    delivery.deliver(&lines)?;
    Ok(0)
}

/// A mistake of Repin's own must not cost anybody a build, either: it is told, and the answer is `lines`.
fn explain_panics(lines: Lines, delivery: Delivery) {
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map_or_else(String::new, |place| format!(" ({}:{})", place.file(), place.line()));
        eprintln!("error: repin made a mistake of its own{place}; please report it");
        let delivered = delivery.deliver(&lines);
        std::process::exit(i32::from(delivered.is_err()));
    }));
}

/// Where the answer goes.
#[derive(Clone)]
struct Delivery {
    dotenv: Option<PathBuf>,
    format: Format,
}

impl Delivery {
    fn deliver(&self, lines: &Lines) -> Result<(), Failure> {
        let answer =
            if lines.build { "build: no image is known to be right" } else { "no build: a right image is there" };
        eprintln!("{answer}");
        if let Some(path) = &self.dotenv
            && let Err(error) = write_whole(path, &lines.dotenv())
        {
            eprintln!("error: {} cannot be written: {error}", path.display());
        }
        match self.format {
            Format::Text => {
                let mut out = raw_stdout();
                out.write_all(lines.dotenv().as_bytes())?;
                out.flush()?;
            }
            Format::Json => {
                let mut out = json_stdout();
                serde_json::to_writer_pretty(&mut out, lines)?;
                writeln!(out)?;
                out.flush()?;
            }
        }
        Ok(())
    }
}

fn ask(options: &BuildNeeded, color: Color) -> Result<Lines, Failure> {
    let project = Project::open(&options.asked, &[], Some(&options.registry.by_default()), color)?;
    let job = Job::read();
    let found = project.ask(async |source, question| {
        let commit = Source::commit(source, question.revision.as_deref()).await?;
        needed::needed(source, question, job.place(commit.id)).await
    })?;
    let mut screen = Screen::stderr(color);
    resolve::text(&project, &found.resolution, &mut screen)?;
    let others = others(options, &project, &job, &found)
        .unwrap_or_else(|failure| Err(format!("which other commits have no image is not known: {failure}")));
    if let Err(why) = &others {
        writeln!(screen, "note: {}", safe(why))?;
    }
    screen.flush()?;
    Ok(Lines::new(&found, &others.unwrap_or_default()))
}

/// Other commits to build; or why none is looked for.
fn others(
    options: &BuildNeeded,
    project: &Project,
    job: &Job,
    found: &Needed,
) -> Result<Result<Vec<Oid>, String>, Failure> {
    // It comes from a variable of the project, and must not cost a build where it is wrong.
    let Ok(most) = options.others.parse::<usize>() else {
        return Ok(Err(format!("no other commit is looked for: {:?} is no number of commits", options.others)));
    };
    let most = most.min(MOST_OTHERS);
    if most == 0 {
        return Ok(Ok(Vec::new()));
    }
    let attempts = match (project.registries(), &found.repository) {
        (Some(registries), Some(repository)) => attempts::read(project, &registries, repository)?,
        // Whoever says which tags exist says what there is.
        _ => Attempts::default(),
    };
    let wanted = Wanted { most, attempts: &attempts, now: job.now };
    let others =
        project.ask(async |source, question| needed::others(source, question, &found.resolution, wanted).await)?;
    Ok(others.map_err(|why| format!("no other commit is looked for: {why}")))
}

/// The answer.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
struct Lines {
    schema: &'static str,
    build: bool,
    image: String,
    tag: String,
    /// The reference of the commit's own tag.
    own: String,
    source: String,
    /// Whether the image may be given that tag.
    retag: bool,
    others: Vec<String>,
}

const SCHEMA: &str = "repin/build-needed/1";

impl Lines {
    fn new(found: &Needed, others: &[Oid]) -> Self {
        let tag = found.tag.clone().filter(|tag| is_plain(tag)).unwrap_or_default();
        let source = found.source.clone().filter(|source| is_plain(source));
        let own = match &found.repository {
            Some(repository) if !tag.is_empty() => format!("{repository}:{tag}").into_plain(),
            _ => String::new(),
        };
        let repository = found.repository.clone().unwrap_or_default();
        let to_build = if tag.is_empty() { repository } else { own.clone() };
        Self {
            schema: SCHEMA,
            build: source.is_none(),
            image: source.clone().unwrap_or(to_build).into_plain(),
            tag,
            own,
            retag: source.is_some() && found.may_tag,
            source: source.unwrap_or_default(),
            others: others.iter().map(ToString::to_string).collect(),
        }
    }

    /// Of a commit about which nothing can be found out.
    fn unknown(options: &BuildNeeded) -> Self {
        let is_id = |text: &String| text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let commit = options.asked.commit.clone().filter(is_id).or_else(|| {
            let is_own = options.asked.commit.as_deref().is_none_or(|revision| revision == "HEAD");
            if is_own { variable("CI_COMMIT_SHA").filter(is_id) } else { None }
        });
        let tag: String = commit.iter().flat_map(|id| id.chars()).take(DIGITS).collect();
        let repository = options.registry.image.clone().or_else(|| variable("CI_REGISTRY_IMAGE"));
        let repository = repository.and_then(|name| Some(Reference::parse_lenient(&name).ok()?.name()));
        let image = match repository {
            Some(repository) if !tag.is_empty() => format!("{repository}:{tag}").into_plain(),
            _ => String::new(),
        };
        Self { schema: SCHEMA, build: true, own: image.clone(), image, tag, ..Self::default() }
    }

    /// One line for each value. Quotes and blanks are in none: a shell would take the quotes away that GitLab keeps, and
    /// end the value at the blank that GitLab takes for a part of it.
    fn dotenv(&self) -> String {
        let Self { schema: _, build, image, tag, own, source, retag, others } = self;
        format!(
            "REPIN_BUILD={}\nREPIN_IMAGE={image}\nREPIN_TAG={tag}\nREPIN_OWN={own}\nREPIN_SOURCE={source}\nREPIN_RETAG={}\nREPIN_OTHERS={}\n",
            u8::from(*build),
            u8::from(*retag),
            others.join(",")
        )
    }
}

/// Whether a shell and GitLab read it as it is.
fn is_plain(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._:/@-".contains(&byte))
}

trait IntoPlain {
    /// Nothing, where it is not plain.
    fn into_plain(self) -> Self;
}

impl IntoPlain for String {
    fn into_plain(self) -> Self {
        if is_plain(&self) { self } else { Self::new() }
    }
}

/// Writes a file that others see whole or not at all.
fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(format!(".{}.partial", std::process::id()));
    let partial = Path::new(&partial);
    std::fs::write(partial, text).and_then(|()| std::fs::rename(partial, path)).inspect_err(|_| {
        let _ = std::fs::remove_file(partial);
    })
}
