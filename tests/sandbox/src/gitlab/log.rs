//! What was asked and answered.

use std::time::Duration;

/// One request and its answer. Times are counted from the server's start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Logged {
    /// The method.
    pub method: String,
    /// The path with the relative root, and the query, as sent.
    pub path_and_query: String,
    /// The status; 0 where the connection was cut before it, or nothing was answered yet.
    pub status: u16,
    /// Bytes of the body handed to the connection so far.
    pub sent_bytes: u64,
    /// When the request had come in whole.
    pub started: Duration,
    /// When the last part of the body was handed to the connection.
    pub ended: Duration,
    /// Whether it had a token, valid or not.
    pub had_auth: bool,
    /// The request's body.
    pub body: String,
}
