//! What was asked of the APIs and answered.

use serde::Serialize;
use serde_json::Value;

/// One request to an API.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Logged {
    /// `renku` or `renku-legacy`.
    pub(crate) server: &'static str,
    pub(crate) method: String,
    /// The path and the query, as sent.
    pub(crate) path: String,
    /// 0 where nothing was answered, or not yet.
    pub(crate) status: u16,
    /// The body, where it is JSON.
    pub(crate) body: Value,
}

/// Where in the log an answer is written down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) age: u64,
    pub(crate) index: usize,
}
