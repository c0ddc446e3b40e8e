//! The tags of the project's container registry (facts/gitlab.md, 2 and 5H).

use std::collections::HashSet;

use repin::Oid;
use repin::resolution::Reason;
use repin::scheme::CommitNames;
use repin::source::{Images, SourceError, Tag};

use super::GitLab;
use super::api::ApiError;
use super::together::all;
use super::wire::{RepositoryReply, TagReply};
use crate::cache::Store;
use crate::http::Transport;

/// As many tags as are taken in one answer with their repository. The server reads all of them for each page of a list as
/// well (facts/gitlab.md, 2), so this is the least work for both.
const INLINE: u64 = 10_000;
/// As many tags as are asked for one by one, where they cannot be listed.
const PROBES: usize = 8;
/// Requests that are kept for comparing what is listed.
const RESERVE: u64 = 10;

impl<T: Transport, S: Store> GitLab<T, S> {
    /// The tags of `repository` (`registry.example.org/group/name`); where none is named, of the project's only one, else of
    /// the one that has the project's name.
    pub(super) async fn list_images(&self, repository: Option<&str>) -> Result<Option<Images>, SourceError> {
        // From here on nothing is listed ahead of the question.
        self.state.borrow_mut().wants_images = false;
        if self.has_no_registry() {
            self.note("the project's container registry is switched off, so nobody was asked which images exist");
            return Ok(None);
        }
        let repositories = match self.repositories().await {
            Ok(repositories) => repositories,
            Err(error) if error.is_limit() => {
                return Ok(Some(cut_off("search-limit", super::fetch::USED_UP.to_owned())));
            }
            Err(error) if error.is_not_found() || error.is_no_access() => {
                return Ok(Some(cut_off("no-access", self.no_registry_access(&error))));
            }
            Err(error) if error.is_failure() => {
                let message = format!("the container registry's repositories could not be listed ({error})");
                return Ok(Some(cut_off("partial", message)));
            }
            Err(error) => return Err(error.into()),
        };
        let (own, path) = {
            let state = self.state.borrow();
            let project = state.project.as_ref();
            let own = project.and_then(|project| project.container_registry_image_prefix.clone());
            (own, project.map(|project| project.path_with_namespace.to_lowercase()))
        };
        // A GitLab can call its registry by two names.
        let is_root =
            |known: &&RepositoryReply| Some(&known.location) == own.as_ref() || Some(&known.path) == path.as_ref();
        // Below its own name a project's registry lists everything; of other names it knows nothing.
        let is_elsewhere = |wanted: &str| {
            let own = own.as_deref().or(repositories.first().map(|known| known.location.as_str()));
            own.is_some_and(|own| wanted != own && !wanted.starts_with(&format!("{own}/")))
        };
        let chosen = match repository {
            None => match &repositories[..] {
                [only] => Some(only),
                all => all.iter().find(is_root),
            },
            Some(wanted) => match repositories.iter().find(|known| known.location == wanted) {
                None if is_elsewhere(wanted) => {
                    self.note(format!(
                        "the images are pushed to {wanted}, which this GitLab does not list: nobody was asked which exist"
                    ));
                    return Ok(None);
                }
                None if own.as_deref() == Some(wanted) => repositories.iter().find(is_root),
                // Nothing was pushed to the job's own repository yet: it holds no image.
                chosen => chosen,
            },
        };
        let Some(chosen) = chosen else {
            if self.state.borrow().repositories.is_none() {
                let message =
                    "not all of the container registry's repositories could be listed, and not the image job's own";
                return Ok(Some(cut_off("partial", message.to_owned())));
            }
            return Ok(Some(Images::default()));
        };
        self.state.borrow_mut().repository = Some(chosen.id);
        match self.tags(chosen).await {
            Ok(images) => Ok(Some(Images { repository: Some(chosen.location.clone()), ..images })),
            Err(error) if error.is_limit() => Ok(Some(cut_off("search-limit", super::fetch::USED_UP.to_owned()))),
            Err(error) if error.is_not_found() || error.is_no_access() => {
                Ok(Some(cut_off("no-access", self.no_registry_access(&error))))
            }
            Err(error) if error.is_failure() => {
                let images = self.probe(&error).await?;
                Ok(Some(Images { repository: Some(chosen.location.clone()), ..images }))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn has_no_registry(&self) -> bool {
        let state = self.state.borrow();
        let Some(project) = &state.project else { return false };
        project.container_registry_access_level.as_deref() == Some("disabled")
            || project.container_registry_enabled == Some(false)
    }

    fn no_registry_access(&self, error: &ApiError) -> String {
        let who = if self.api.token().is_some() { "with this token" } else { "without a token" };
        format!("the tags of the container registry may not be read {who} ({error})")
    }

    /// The repositories of the project's registry; that it is all of them is certain once they are in the state.
    async fn repositories(&self) -> Result<Vec<RepositoryReply>, ApiError> {
        if let Some(known) = &self.state.borrow().repositories {
            return Ok(known.clone());
        }
        let mut repositories = Vec::new();
        let mut next = Some(self.url(&["registry", "repositories"], &[("per_page", "100"), ("tags_count", "true")]));
        while let Some(url) = next {
            let page = self.api.page::<RepositoryReply>(url).await?;
            let before = repositories.len();
            for row in page.rows {
                if repositories.iter().all(|known: &RepositoryReply| known.id != row.id) {
                    repositories.push(row);
                }
            }
            next = page.next;
            // A list that repeats itself has no end.
            if next.is_some() && (self.remaining() <= RESERVE || repositories.len() == before) {
                return Ok(repositories);
            }
        }
        self.state.borrow_mut().repositories = Some(repositories.clone());
        Ok(repositories)
    }

    /// Lists the tags that will most likely be asked for, beside other requests.
    pub(super) async fn list_ahead(&self) {
        let likely = {
            let state = self.state.borrow();
            let prefix = state.project.as_ref().and_then(|project| project.container_registry_image_prefix.clone());
            match state.repositories.as_deref() {
                _ if !state.wants_images || state.listed.is_some() || self.images.is_some() => None,
                Some([only]) => Some(only.clone()),
                Some(all) => all.iter().find(|known| Some(&known.location) == prefix.as_ref()).cloned(),
                None => None,
            }
        };
        if let Some(likely) = likely.filter(|_| !self.has_no_registry()) {
            // Once is enough.
            self.state.borrow_mut().wants_images = false;
            let tags = self.list_tags(&likely).await;
            self.state.borrow_mut().listed = Some((likely.id, tags));
        }
    }

    /// The tags, which are listed once: a check asks for them more than once. A list that failed is asked for again.
    async fn tags(&self, repository: &RepositoryReply) -> Result<Images, ApiError> {
        let listed = self.state.borrow_mut().listed.take_if(|(id, _)| *id == repository.id);
        let tags = match listed {
            Some((_, tags)) => tags,
            None => self.list_tags(repository).await,
        }?;
        self.state.borrow_mut().listed = Some((repository.id, Ok(tags.clone())));
        Ok(tags)
    }

    async fn list_tags(&self, repository: &RepositoryReply) -> Result<Images, ApiError> {
        let id = repository.id.to_string();
        // A count of none is looked at as well: nothing is said to be missing on a number alone.
        let rows = match repository.tags_count {
            Some(count @ 101..=INLINE) => match self.tags_inline(&id).await? {
                Some(rows) if rows.len() as u64 >= count => rows,
                _ => return self.tags_by_page(&id, repository.tags_count).await,
            },
            count => return self.tags_by_page(&id, count).await,
        };
        Ok(images(rows, None))
    }

    /// All tags in one answer; `None` if this GitLab does not give them so.
    async fn tags_inline(&self, id: &str) -> Result<Option<Vec<TagReply>>, ApiError> {
        let url = self.api.url(&["registry", "repositories", id], &[("tags", "true")]);
        match self.api.get::<RepositoryReply>(url).await {
            Ok(repository) => Ok(repository.tags),
            // What is too much at once may be had in parts.
            Err(error) if error.is_not_found() || error.is_failure() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The tags page by page: all pages at once where it is known how many there are.
    async fn tags_by_page(&self, id: &str, count: Option<u64>) -> Result<Images, ApiError> {
        let url = |page: u64| {
            let page = page.to_string();
            self.url(&["registry", "repositories", id, "tags"], &[("per_page", "100"), ("page", &page)])
        };
        let first = self.api.slow_page::<TagReply>(url(1)).await?;
        let mut names: HashSet<String> = first.rows.iter().map(|tag| tag.name.clone()).collect();
        let mut rows = first.rows;
        let mut next = first.next;
        let mut at = 1;
        if let Some(count) = count.filter(|_| next.is_some()) {
            let pages = count.div_ceil(100).min(1 + self.remaining().saturating_sub(RESERVE));
            let lists = all((2..=pages).map(|page| self.api.slow_page::<TagReply>(url(page)))).await;
            for list in lists {
                let page = list?;
                rows.extend(page.rows.into_iter().filter(|tag| names.insert(tag.name.clone())));
                next = page.next;
                at += 1;
            }
        }
        while let Some(url) = next.take() {
            if self.remaining() <= RESERVE {
                next = Some(url);
                break;
            }
            let page = self.api.slow_page::<TagReply>(url).await?;
            let before = rows.len();
            rows.extend(page.rows.into_iter().filter(|tag| names.insert(tag.name.clone())));
            at += 1;
            // A list that repeats itself has no end: whether it is all of them is known where they were counted.
            if rows.len() == before {
                if count.is_none() {
                    let message = format!(
                        "GitLab lists the same tags of the registry again and again, so there may be more than these {before}"
                    );
                    return Ok(images(rows, Some(Reason::new("partial", message))));
                }
                break;
            }
            next = page.next;
        }
        if let (None, Some(count)) = (&next, count.filter(|count| (rows.len() as u64) < *count)) {
            let message = format!("only {} of {count} tags of the registry could be listed", rows.len());
            return Ok(images(rows, Some(Reason::new("partial", message))));
        }
        let limit = next.is_some().then(|| {
            let of = count.map_or_else(String::new, |count| format!(" of {count}"));
            Reason::new(
                "search-limit",
                format!(
                    "only {}{of} tags of the registry were listed, in {at} requests (--max-requests allows more)",
                    rows.len()
                ),
            )
        });
        Ok(images(rows, limit))
    }

    /// What the registry says of one tag; `None` if there is none.
    pub(super) async fn tag_detail(&self, name: &str) -> Result<Option<Tag>, ApiError> {
        let Some(repository) = self.state.borrow().repository else { return Ok(Some(Tag::from(name))) };
        if let Some(known) = self.state.borrow().details.get(name) {
            return Ok(Some(known.clone()));
        }
        let id = repository.to_string();
        let url = self.url(&["registry", "repositories", &id, "tags", name], &[]);
        match self.api.get::<TagReply>(url).await {
            Ok(reply) => Ok(Some(tag(reply))),
            Err(error) if error.is_not_found() => Ok(None),
            // It was listed, so it is there, whatever is wrong with its details.
            Err(error) if error.is_failure() || error.is_limit() || matches!(error, ApiError::Shape { .. }) => {
                self.note(format!(
                    "the registry lists the tag {name}, but its digest and date could not be read ({error})"
                ));
                Ok(Some(Tag::from(name)))
            }
            Err(error) => Err(error),
        }
    }

    /// Looks for the likeliest tags one by one, where their list cannot be read: those that the commit asked about and its
    /// nearest listed ancestors would have.
    async fn probe(&self, failure: &ApiError) -> Result<Images, ApiError> {
        let names = self.likely_tags();
        let mut found = Vec::new();
        let mut asked = 0;
        // Where one cannot be read either, so many requests more would be a storm.
        let (first, rest) = names.split_at(names.len().min(1));
        for group in [first, rest] {
            let room = usize::try_from(self.remaining().saturating_sub(RESERVE)).unwrap_or(usize::MAX);
            let group = &group[..group.len().min(room)];
            let answers = all(group.iter().map(|name| self.probe_tag(name))).await;
            asked += answers.len();
            let mut is_broken = false;
            for answer in answers {
                match answer {
                    Ok(tag) => found.extend(tag),
                    Err(error) if error.is_failure() || error.is_limit() => is_broken = true,
                    Err(error) => return Err(error),
                }
            }
            if is_broken {
                break;
            }
        }
        self.state.borrow_mut().details.extend(found.iter().map(|tag| (tag.name.clone(), tag.clone())));
        let message = format!(
            "the registry's list of tags could not be read ({failure}); of the {asked} likeliest tags, which were asked for one by one, {} there",
            match found.len() {
                0 => "none is".to_owned(),
                1 => "1 is".to_owned(),
                count => format!("{count} are"),
            }
        );
        Ok(Images { tags: found, cut_off: Some(Reason::new("partial", message)), ..Images::default() })
    }

    /// One tag; `None` if there is none.
    async fn probe_tag(&self, name: &str) -> Result<Option<Tag>, ApiError> {
        let Some(repository) = self.state.borrow().repository else { return Ok(None) };
        let url = self.url(&["registry", "repositories", &repository.to_string(), "tags", name], &[]);
        match self.api.get::<TagReply>(url).await {
            Ok(reply) => Ok(Some(tag(reply))),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The tags that builds of the commit asked about and of its nearest listed ancestors would have given.
    fn likely_tags(&self) -> Vec<String> {
        let state = self.state.borrow();
        let Some((commit, inputs)) = &state.asked else { return Vec::new() };
        let mut order = vec![*commit];
        let mut at = 0;
        while let Some(id) = order.get(at).copied().filter(|_| order.len() < PROBES) {
            let parents = state.history.get(id).map(|commit| commit.parents.clone()).unwrap_or_default();
            let new: Vec<Oid> = parents.into_iter().filter(|parent| !order.contains(parent)).collect();
            order.extend(new);
            at += 1;
        }
        let name = |id: Oid| inputs.scheme.expected(&CommitNames { id, git_tag: None, ref_name: None });
        let mut names: Vec<String> = order.into_iter().take(PROBES).filter_map(name).collect();
        names.dedup();
        names
    }
}

fn cut_off(code: &str, message: String) -> Images {
    Images { cut_off: Some(Reason::new(code, message)), ..Images::default() }
}

fn tag(reply: TagReply) -> Tag {
    Tag { name: reply.name, digest: reply.digest, created_at: reply.created_at }
}

fn images(rows: Vec<TagReply>, cut_off: Option<Reason>) -> Images {
    Images { tags: rows.into_iter().map(tag).collect(), cut_off, repository: None }
}
