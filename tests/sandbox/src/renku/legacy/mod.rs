//! The legacy interface: its API behind `/ui-server` and its pages.

use serde_json::{Value, json as object};

use super::error::{Answer, refusal};
use super::state::State;
use crate::gitlab::Request;

/// A session of the legacy interface.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) name: String,
}

/// As the API says it.
pub(crate) fn json(server: &Server) -> Value {
    object!({ "name": server.name })
}

pub(crate) fn answer(_state: &State, _request: &Request, _path: &[&str]) -> Answer {
    Err(refusal(404, "not yet"))
}
