//! How Renku refuses.

use serde_json::json;

use crate::gitlab::Reply;

/// What a handler gives: a refusal is an answer like any other.
pub(crate) type Answer = Result<Reply, Reply>;

/// Renku's error body; its code is the status and a thousand (renku-data-services, errors/errors.py).
pub(crate) fn refusal(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({ "error": { "code": 1000 + status, "message": message } }))
}

/// 404 for a thing that is not there, or that the person may not see.
pub(crate) fn missing(what: &str, id: &str) -> Reply {
    refusal(404, &format!("{what} with id '{id}' does not exist or you do not have access to it."))
}

/// 403.
pub(crate) fn forbidden() -> Reply {
    refusal(403, "You do not have the required permissions for this operation.")
}

/// 422 for fields of a body, each with what is wrong.
pub(crate) fn invalid(fields: &[String]) -> Reply {
    refusal(422, &format!("There are errors in the following fields, {}", fields.join(", ")))
}
