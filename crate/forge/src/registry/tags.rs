//! Which images exist.

use std::collections::HashSet;

use repin::reference::is_tag;
use repin::resolution::Reason;
use repin::source::{Images, Tag};
use serde::Deserialize;

use super::error::{refused, what};
use super::token::Scope;
use super::{Logins, Registry, RegistryError};
use crate::http::address::next_link;
use crate::http::{Call, HttpError, Origin, Transport, join};

/// As many tags as one page is to have. Some registries give fewer, some all of them, and some refuse so many.
const PAGE: usize = 1000;
/// The usual most, for those that refuse.
const SMALL_PAGE: usize = 100;
/// No repository has more tags than that: whoever lists more has no end.
const MOST: usize = 1_000_000;

#[derive(Deserialize)]
struct Page {
    /// `null` where there is none.
    tags: Option<Vec<String>>,
}

impl<T: Transport, L: Logins> Registry<T, L> {
    /// The tags of a repository, in the order in which the registry gives them; none if there is no such repository. Where
    /// not all could be listed, it says why.
    ///
    /// # Errors
    /// They may not be read, or there is no answer. That is never an empty list.
    pub async fn tags(&self, repository: &str) -> Result<Images, RegistryError> {
        let scopes = [Scope::pull(repository)];
        let list = self.url(repository, "tags/list")?;
        let mut next = Some(format!("{list}?n={PAGE}"));
        let mut is_first = true;
        let mut names = HashSet::new();
        let mut tags = Vec::new();
        while let Some(url) = next.take() {
            let call = Call::get(url.clone());
            let what = what(&call);
            let response = match self.ask(call, &scopes).await {
                Ok(response) => response,
                Err(RegistryError::Http { error: HttpError::RequestLimit, .. }) if !is_first => {
                    let message = format!(
                        "only {} tags of {}/{repository} were listed (--max-requests allows more)",
                        tags.len(),
                        self.host
                    );
                    return Ok(cut_off(tags, "search-limit", message));
                }
                Err(error) => return Err(error),
            };
            match response.status {
                200 => {}
                // PAGINATION_NUMBER_INVALID
                400 if is_first && url.ends_with(&format!("n={PAGE}")) => {
                    next = Some(format!("{list}?n={SMALL_PAGE}"));
                    continue;
                }
                404 if is_first && Self::says_absent(&response) => return Ok(Images::default()),
                _ => return Err(refused(what, &response)),
            }
            let page: Page = serde_json::from_slice(&response.body).map_err(|error| RegistryError::Shape {
                what: what.clone(),
                problem: format!("it is no list of tags: {error}"),
            })?;
            let before = tags.len();
            let new = page.tags.unwrap_or_default().into_iter().filter(|name| is_tag(name));
            tags.extend(new.filter(|name| names.insert(name.clone())).map(|name| Tag { name, ..Tag::default() }));
            is_first = false;
            let Some(link) = response.headers.get("link").and_then(next_link) else { break };
            let to = join(&url, &link).filter(|to| Origin::of(to).as_ref() == Some(&self.origin));
            let Some(to) = to else {
                let problem = format!("its next page would be elsewhere: {link}");
                return Err(RegistryError::Shape { what, problem });
            };
            if tags.len() == before || tags.len() > MOST {
                let message = format!(
                    "the registry's list of the tags of {}/{repository} has no end, so there may be more than these {}",
                    self.host,
                    tags.len()
                );
                return Ok(cut_off(tags, "no-answer", message));
            }
            next = Some(to);
        }
        Ok(Images { tags, ..Images::default() })
    }
}

fn cut_off(tags: Vec<Tag>, code: &str, message: String) -> Images {
    Images { tags, cut_off: Some(Reason::new(code, message)), ..Images::default() }
}
