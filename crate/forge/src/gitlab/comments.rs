//! One comment on each commit, kept as it should be (facts/gitlab.md, 2).
//!
//! A comment is ours if it begins with [`MARKER`] and its author is the token's user: no other is touched. What is there is
//! read first, so to say the same again changes nothing, and a run that was cut anywhere is finished by the next one.

use std::cell::{OnceCell, RefCell};

use litemap::LiteMap;
use repin::Oid;
use serde_json::Value;

use super::api::{Api, ApiError};
use super::graphql::literal;
use super::location::ProjectRef;
use super::read::{Read, field};
use super::token::Token;
use crate::http::{Client, Limits, Transport};

/// How each of our comments begins. GitLab shows nothing of it.
pub const MARKER: &str = "<!-- repin:1 -->";

/// As many pages of discussions of one commit are read.
const PAGES: usize = 20;
/// As many discussions a page has.
const PER_PAGE: usize = 100;
/// Of a commit with more discussions than that nothing is said: ours may be among those that are not read, and a second one
/// is worse than none.
pub const MOST: usize = PAGES * PER_PAGE;

/// The comments on a project's commits.
pub struct Comments<T> {
    api: Api<T>,
    project: String,
    /// The number of the token's user.
    user: OnceCell<u64>,
    /// Which other projects are public, as far as that was asked.
    public: RefCell<LiteMap<String, bool>>,
    /// Whether nothing is to be changed.
    dry: bool,
}

/// What a commit's comment is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// This text.
    Say(String),
    /// This text where there is a comment already. One that nobody needs is not made.
    Correct(String),
}

/// What became of a commit's comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// There was none, and is one now.
    Created,
    /// It said something else.
    Edited,
    /// It said that already.
    Unchanged,
    /// There was none, and is none.
    Absent,
    /// There are more than [`MOST`] discussions, and nothing was changed.
    PassedOver,
}

/// A comment of the token's user that is marked as ours.
struct Own {
    discussion: String,
    note: u64,
    body: String,
}

/// A discussion, as far as it matters.
struct Discussion {
    id: String,
    notes: Vec<Note>,
}

struct Note {
    id: u64,
    body: String,
    author: Option<User>,
}

struct User {
    id: u64,
}

/// A project, as far as it matters.
struct About {
    visibility: Option<String>,
}

impl Read for About {
    fn read(mut json: Value) -> Result<Self, String> {
        Ok(Self { visibility: field(&mut json, "visibility")? })
    }
}

impl Read for User {
    fn read(mut json: Value) -> Result<Self, String> {
        Ok(Self { id: field(&mut json, "id")? })
    }
}

impl Read for Note {
    fn read(mut json: Value) -> Result<Self, String> {
        let body: Option<String> = field(&mut json, "body")?;
        // A deleted user has left no author.
        Ok(Self { id: field(&mut json, "id")?, body: body.unwrap_or_default(), author: field(&mut json, "author")? })
    }
}

impl Read for Discussion {
    fn read(mut json: Value) -> Result<Self, String> {
        Ok(Self { id: field(&mut json, "id")?, notes: field(&mut json, "notes")? })
    }
}

impl<T: Transport> Comments<T> {
    /// The comments of a project of the GitLab at `base`, with a token of the scope `api`.
    pub fn new(transport: T, base: &str, project: &ProjectRef, token: Token, limits: Limits) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        let api = Api::new(Client::new(transport, limits), base, Some(token));
        Self { api, project: project.to_string(), user: OnceCell::new(), public: RefCell::default(), dry: false }
    }

    /// Only looks at what would be done.
    #[must_use]
    pub fn dry(mut self) -> Self {
        self.dry = true;
        self
    }

    /// Requests that were sent so far.
    pub fn requests(&self) -> u64 {
        self.api.client().cost().requests
    }

    /// Whether everybody may know of the project at this path, so that a comment may name it. Where that cannot be seen, nobody
    /// may.
    ///
    /// # Errors
    /// GitLab does not answer.
    pub async fn is_public(&self, project: &str) -> Result<bool, ApiError> {
        if let Some(known) = self.public.borrow().get(project) {
            return Ok(*known);
        }
        let is_public = match self.api.get::<About>(self.api.url(&["projects", project], &[])).await {
            Ok(about) => about.visibility.as_deref() == Some("public"),
            Err(error) if error.is_not_found() || error.is_no_access() => false,
            Err(error) => return Err(error),
        };
        self.public.borrow_mut().insert(project.to_owned(), is_public);
        Ok(is_public)
    }

    /// Makes a commit's comment what it is to be: one, with that text. Of more than one of ours the oldest stays.
    ///
    /// # Errors
    /// GitLab does not answer, or does not let the token's user do that. What was done until then stays, and to call it
    /// again goes on.
    pub async fn put(&self, commit: Oid, wish: &Wish) -> Result<Became, ApiError> {
        let user = self.user().await?;
        let Some(own) = self.own(commit, user).await? else { return Ok(Became::PassedOver) };
        let (Wish::Say(text) | Wish::Correct(text)) = wish;
        let text = format!("{MARKER}\n{text}");
        let mut own = own.into_iter();
        let became = match own.next() {
            Some(first) if first.body.trim_end() == text.trim_end() => Became::Unchanged,
            Some(first) => {
                self.change(|| self.api.put(self.note_url(commit, &first), document("body", &text))).await?;
                Became::Edited
            }
            None if matches!(wish, Wish::Correct(_)) => Became::Absent,
            None => {
                let url = self.url(commit, &["comments"], &[]);
                self.change(|| self.api.post(url, document("note", &text))).await?;
                Became::Created
            }
        };
        for surplus in own {
            match self.change(|| self.api.delete(self.note_url(commit, &surplus))).await {
                Err(error) if !error.is_not_found() => return Err(error),
                _ => {}
            }
        }
        Ok(became)
    }

    async fn change<F: Future<Output = Result<(), ApiError>>>(&self, send: impl FnOnce() -> F) -> Result<(), ApiError> {
        if self.dry { Ok(()) } else { send().await }
    }

    async fn user(&self) -> Result<u64, ApiError> {
        if let Some(user) = self.user.get() {
            return Ok(*user);
        }
        let user: User = self.api.get(self.api.url(&["user"], &[])).await?;
        Ok(*self.user.get_or_init(|| user.id))
    }

    /// Our comments on a commit, the oldest first; `None` where there are too many comments to look for them.
    async fn own(&self, commit: Oid, user: u64) -> Result<Option<Vec<Own>>, ApiError> {
        let mut own = Vec::new();
        let mut next = Some(self.url(commit, &["discussions"], &[("per_page", &PER_PAGE.to_string())]));
        for _ in 0..PAGES {
            let Some(url) = next.take() else { break };
            let page = self.api.page::<Discussion>(url).await?;
            for Discussion { id, notes } in page.rows {
                let ours = |note: &Note| {
                    note.author.as_ref().is_some_and(|author| author.id == user) && note.body.starts_with(MARKER)
                };
                own.extend(notes.into_iter().filter(ours).map(|note| Own {
                    discussion: id.clone(),
                    note: note.id,
                    body: note.body,
                }));
            }
            next = page.next;
        }
        Ok(next.is_none().then(|| {
            own.sort_by_key(|own: &Own| own.note);
            own
        }))
    }

    fn url(&self, commit: Oid, rest: &[&str], query: &[(&str, &str)]) -> String {
        let commit = commit.to_string();
        let path = ["projects", &self.project, "repository", "commits", &commit];
        self.api.url(&[&path[..], rest].concat(), query)
    }

    fn note_url(&self, commit: Oid, own: &Own) -> String {
        self.url(commit, &["discussions", &own.discussion, "notes", &own.note.to_string()], &[])
    }
}

/// A JSON document of one text.
fn document(name: &str, text: &str) -> String {
    format!("{{{}:{}}}", literal(name), literal(text))
}
