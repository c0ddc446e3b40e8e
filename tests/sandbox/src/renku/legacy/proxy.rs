//! GitLab behind `/ui-server/api`: every path that is no other service's is one of GitLab's `/api/v4`, asked with the token that
//! belongs to the person's session (renku-gateway, internal/revproxy).

use crate::gitlab::{Reply, Request};
use crate::renku::state::State;

/// Headers of a browser that are of no interest to GitLab, or are not for it.
const KEPT_BACK: [&str; 6] = ["authorization", "private-token", "job-token", "cookie", "origin", "accept-encoding"];

/// What GitLab answers, paging headers included.
pub(super) fn ask(state: &State, request: &Request) -> Reply {
    let mut request = request.clone();
    request.path = request.path.replacen("/ui-server/api", "/api/v4", 1);
    request.query.retain(|(name, _)| name != "private_token");
    request.headers.retain(|(name, _)| !KEPT_BACK.contains(&name.as_str()));
    request.headers.push(("authorization".to_owned(), format!("Bearer {}", state.token)));
    state.gitlab.ask(request)
}
