//! `repin annotate`

use repin::note::{Note, Notes};
use repin::resolution::{Resolution, Status};
use repin::source::{Source as _, SourceError};
use repin::{Oid, Question};
use repin_forge::gitlab::comments::{Became, Comments};
use repin_forge::gitlab::location::Location;
use repin_forge::gitlab::{ApiError, Given};
use repin_forge::local::Local;

use crate::args::{Annotate, Color, MaxRequests};
use crate::error::Failure;
use crate::output::comment;
use crate::project::{Project, limits};
use crate::source::Named;
use crate::watched::Watched;
use crate::way::Way;

mod commits;
mod push;
mod report;

use commits::Chosen;
use report::{Done, Noted, Report};

/// After so many commits their notes are written: what is done is not lost.
const OFTEN: usize = 64;

/// Tells each commit's image where people look.
pub(crate) fn run(options: &Annotate, color: Color) -> Result<u8, Failure> {
    let asked = options.asked();
    let project = Project::open(&asked, &[], Some(&options.images()), color)?;
    let local = match &project.named {
        Named::Local(folder) => Some(&*folder.local),
        Named::Remote(_) => None,
    };
    let local = local.filter(|_| options.notes || !options.comments || options.push.is_some());
    if local.is_none() {
        refuse_notes(options)?;
    }
    let remote = options.push.as_deref().zip(local).map(|(name, local)| remote(name, local)).transpose()?;
    let made = match &project.named {
        Named::Local(folder) if options.comments => Some(way(&folder.local, &project, options)?),
        _ => None,
    };
    let way = made.as_ref().or(project.way.as_ref()).filter(|_| options.comments);
    way.map(Way::commenter).transpose()?;
    let chosen = Chosen::new(&project, options)?;
    let target = way.map(|way| Target::find(way, &project, options, &chosen)).transpose()?;
    let mut work = Work {
        options,
        project: &project,
        notes: local.map(Local::notes).transpose().map_err(|error| Failure::of_source(&error, "this repository"))?,
        local,
        comments: target,
        to_write: Vec::new(),
        requests: 0,
    };
    let mut report = Report::new(options.format, options.dry_run, color);
    let mut stopped = None;
    for (at, id) in chosen.ids.iter().enumerate() {
        let done = work.one(*id).and_then(|done| {
            report.add(done)?;
            if (at + 1) % OFTEN == 0 { work.write() } else { Ok(()) }
        });
        if let Err(failure) = done {
            stopped = Some((at, failure));
            break;
        }
    }
    work.write()?;
    if let Some(remote) = remote.filter(|_| stopped.is_none() && !options.dry_run)
        && let Some(local) = local
    {
        report.pushed = push::push(&local.folder(), &remote)?;
    }
    report.rest = stopped.as_ref().and_then(|(at, _)| chosen.rest(*at, options));
    report.left = stopped.as_ref().map_or(0, |(at, _)| chosen.ids.len() - at);
    report.end()?;
    match stopped {
        Some((_, failure)) => Err(failure),
        None => Ok(report.exit_code()),
    }
}

/// An address has no notes.
fn refuse_notes(options: &Annotate) -> Result<(), Failure> {
    let what = if options.push.is_some() {
        "--push"
    } else if options.notes {
        "--notes"
    } else if options.comments {
        return Ok(());
    } else {
        "notes"
    };
    Err(Failure::new(format!(
        "{what}: git notes are written in a repository on this machine, and the project is an address"
    ))
    .hint("give the folder of a clone, or --comments alone"))
}

/// The remote to push to.
fn remote(name: &str, local: &Local) -> Result<String, Failure> {
    if name.starts_with('-') {
        return Err(
            Failure::new(format!("--push={name} names no remote")).hint("give its name, as `git remote` lists it")
        );
    }
    if !name.is_empty() {
        return Ok(name.to_owned());
    }
    local.remote_name().ok_or_else(|| {
        Failure::new("the repository has no remote to push the notes to").hint("name one: --push=REMOTE")
    })
}

/// The way to the project on GitLab that the folder's remote is.
fn way(local: &Local, project: &Project, options: &Annotate) -> Result<Way, Failure> {
    let address = local.server().zip(local.project().path).map(|(server, path)| format!("{server}/{path}"));
    let location = address.as_deref().and_then(|address| Location::parse(address).ok()).ok_or_else(|| {
        Failure::new("--comments: the repository has no remote that is a project of a GitLab")
            .hint("name the project by its https:// address instead of the folder")
    })?;
    let asked = options.asked();
    Way::new(&asked.gitlab, &location, Given::default(), limits(&asked.gitlab), &project.progress)
}

/// Where comments are kept.
struct Target {
    comments: Comments<Watched>,
    location: Location,
    token_from: Option<String>,
}

impl Target {
    /// The project on GitLab, which is seen to have the newest of the commits.
    fn find(way: &Way, project: &Project, options: &Annotate, chosen: &Chosen) -> Result<Self, Failure> {
        let location = match &project.named {
            Named::Remote(remote) => remote.location(),
            Named::Local(_) => {
                // Where the GitLab is below a path of its host, its address has several readings.
                let remote = way.remote();
                let revision = chosen.ids.first().map(Oid::to_string);
                let found = project.finish(remote.find(&Question { revision, ..Question::default() }));
                found.map_err(|error| Failure::of_gitlab(&error, &remote.location(), way.token_place.as_deref()))?;
                remote.location()
            }
        };
        let comments = way.comments(&location)?;
        let comments = if options.dry_run { comments.dry() } else { comments };
        Ok(Self { comments, location, token_from: way.token_place.clone() })
    }
}

/// The work on one commit after the other.
struct Work<'a> {
    options: &'a Annotate,
    project: &'a Project,
    /// Where notes are written, and those that are there.
    local: Option<&'a Local>,
    notes: Option<Notes>,
    comments: Option<Target>,
    to_write: Vec<(Oid, Note)>,
    /// Sent so far for answers of a GitLab.
    requests: u64,
}

impl Work<'_> {
    /// Finds out what there is to say of a commit, and says it.
    fn one(&mut self, id: Oid) -> Result<Done, Failure> {
        let answer = self.resolve(id)?;
        let noted = match &self.notes {
            None => Noted::Not,
            Some(notes) => match note(&answer, notes) {
                Some(note) if notes.of(id).contains(&note) => Noted::There,
                Some(note) => {
                    self.to_write.push((id, note));
                    Noted::Added
                }
                None if answer.status == Status::Found => Noted::NoDigest,
                None => Noted::Not,
            },
        };
        let (comment, is_secret) = match &self.comments {
            Some(target) => self.comment(target, id, &answer)?,
            None => (None, false),
        };
        Ok(Done { commit: id, answer, noted, comment, is_secret })
    }

    /// What became of the comment, and whether it does not name the image.
    fn comment(&self, target: &Target, id: Oid, answer: &Resolution) -> Result<(Option<Became>, bool), Failure> {
        let put = self.project.finish(async {
            let image = answer.image.as_ref().filter(|image| image.project != answer.project);
            let is_secret = match image.map(|image| image.project.as_deref()) {
                None => false,
                Some(None) => true,
                Some(Some(project)) => !target.comments.is_public(project).await?,
            };
            match comment::wish(answer, is_secret) {
                Some(wish) => Ok((Some(target.comments.put(id, &wish).await?), is_secret)),
                None => Ok((None, false)),
            }
        });
        put.map_err(|error: ApiError| {
            let error = SourceError::failed(
                format!("the comment on {} of {} could not be kept", id.abbreviated(7), target.location),
                error,
            );
            Failure::of_gitlab(&error, &target.location, target.token_from.as_deref())
        })
    }

    /// The answer for one commit.
    fn resolve(&mut self, id: Oid) -> Result<Resolution, Failure> {
        let question = Question { revision: Some(id.to_string()), ..self.project.question.clone() };
        match (&self.project.named, &self.project.way) {
            (Named::Remote(_), Some(way)) => {
                let left = match self.options.max_requests {
                    MaxRequests::Any => None,
                    MaxRequests::Number(most) => Some(most.get().saturating_sub(self.requests)),
                };
                let remote = way.remote_within(left);
                let answer = self.project.wait(remote.resolve(&question));
                self.requests += remote.cost().requests;
                let answer = answer?;
                let is_used_up = left.is_some_and(|left| remote.cost().requests >= left);
                let cut = answer
                    .reason
                    .as_ref()
                    .filter(|reason| answer.status == Status::Unknown && (is_used_up || reason.code == "search-limit"));
                match cut.filter(|_| left.is_some()) {
                    None => Ok(answer),
                    // What the limit cut short is left for the next run, as all that comes after it is.
                    Some(why) => {
                        let what = format!("{} could not be looked at: {}", id.abbreviated(7), why.message);
                        let hint = "allow more requests, with `--max-requests N` or `--max-requests none`";
                        Err(Failure::new(what).hint(hint))
                    }
                }
            }
            (named, _) => self.project.wait(repin::resolve::resolve(&named.source(), &question)),
        }
    }

    /// Writes the notes that wait to be written.
    fn write(&mut self) -> Result<(), Failure> {
        let notes = std::mem::take(&mut self.to_write);
        if let Some(local) = self.local.filter(|_| !self.options.dry_run && !notes.is_empty()) {
            local.write_notes(&notes).map_err(|error| Failure::of_source(&error, "this repository"))?;
        }
        Ok(())
    }
}

/// The note that says what was found; `None` where no registry said so, or it did not say the digest.
fn note(answer: &Resolution, notes: &Notes) -> Option<Note> {
    let image = answer.image.as_ref().filter(|image| answer.status == Status::Found && image.verified)?;
    let (reference, digest) = (image.reference.clone()?, image.digest.clone()?);
    // The tag may have been given to an image that was built for another commit: earlier notes say so.
    let sources = notes.sources(&digest);
    let built_from = match sources.first() {
        Some(first) if !sources.contains(&image.commit) => *first,
        _ => image.commit,
    };
    let environment = answer.environment.as_ref().map(|environment| environment.key.clone());
    Some(Note { image: reference, digest, built_from, environment })
}
