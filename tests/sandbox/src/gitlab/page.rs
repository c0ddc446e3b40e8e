//! Paging: offset pages with their headers, and links to the next page (facts, 2: Common).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::reply::Reply;
use super::request::Request;

/// What Ruby's `CGI.escape` leaves as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The greatest `per_page`; more is cut to it without a word.
const MAX: usize = 100;

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// From 1.
    pub(crate) number: usize,
    /// How many on a page.
    pub(crate) size: usize,
}

impl Page {
    /// `page` and `per_page`.
    ///
    /// # Errors
    /// One of them is no number: 400.
    pub(crate) fn of(request: &Request) -> Result<Self, Reply> {
        let number = |name: &str, default: usize| match request.given(name) {
            None => Ok(default),
            Some(value) => value.parse::<usize>().map_err(|_| Reply::error(400, &format!("{name} is invalid"))),
        };
        let size = number("per_page", 20)?;
        if size == 0 {
            return Err(Reply::error(400, "per_page has a value not allowed"));
        }
        Ok(Self { number: number("page", 1)?.max(1), size: size.min(MAX) })
    }

    /// How many come before it.
    pub(crate) fn skip(self) -> usize {
        (self.number - 1).saturating_mul(self.size)
    }

    /// The page of a whole list.
    pub(crate) fn cut<T: Clone>(self, all: &[T]) -> Vec<T> {
        all.iter().skip(self.skip()).take(self.size).cloned().collect()
    }
}

/// The address of the request with other parameters: each that is given is replaced or added, `None` takes it away.
pub(crate) fn address(request: &Request, changes: &[(&str, Option<String>)]) -> String {
    let mut pairs = request.query.clone();
    for (name, value) in changes {
        pairs.retain(|(known, _)| known != name);
        pairs.extend(value.iter().map(|value| ((*name).to_owned(), value.clone())));
    }
    pairs.retain(|(name, _)| name != "private_token");
    let escape = |text: &str| utf8_percent_encode(text, PLAIN).to_string();
    let query: Vec<_> = pairs.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    format!("{}{}?{}", request.base, request.path, query.join("&"))
}

/// A page of a list whose length is known.
///
/// # Errors
/// The paging parameters are wrong.
pub(crate) fn counted<T: Clone>(request: &Request, all: &[T], show: impl Fn(&T) -> Value) -> Result<Reply, Reply> {
    let page = Page::of(request)?;
    let shown = page.cut(all).iter().map(show).collect();
    let last = all.len().div_ceil(page.size).max(1);
    let reply = paged(request, page, shown, (page.number < last).then_some(page.number + 1), Some(last));
    Ok(reply.with("x-total", all.len().to_string()).with("x-total-pages", last.to_string()))
}

/// A page of a list whose length nobody counted.
pub(crate) fn uncounted(request: &Request, page: Page, shown: Vec<Value>, more: bool) -> Reply {
    paged(request, page, shown, more.then_some(page.number + 1), None)
}

fn paged(request: &Request, page: Page, shown: Vec<Value>, next: Option<usize>, last: Option<usize>) -> Reply {
    let previous = (page.number > 1).then(|| page.number - 1);
    let link = |number: usize, rel: &str| {
        let changes = [("page", Some(number.to_string())), ("per_page", Some(page.size.to_string()))];
        format!("<{}>; rel=\"{rel}\"", address(request, &changes))
    };
    let links: Vec<_> = [
        previous.map(|number| link(number, "prev")),
        next.map(|number| link(number, "next")),
        Some(link(1, "first")),
        last.map(|number| link(number, "last")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let text = |number: Option<usize>| number.map(|number| number.to_string()).unwrap_or_default();
    Reply::json(200, &Value::Array(shown))
        .with("link", links.join(", "))
        .with("x-next-page", text(next))
        .with("x-page", page.number.to_string())
        .with("x-per-page", page.size.to_string())
        .with("x-prev-page", text(previous))
}
