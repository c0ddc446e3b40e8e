//! What another stand-in needs of this one, whose backend asks GitLab for a person: requests read as here, and answers that are
//! not in the log, which is that of browsers and commands.

use hyper::http::request::Parts;

use crate::gitlab::dispatch;
use crate::gitlab::reply::Reply;
use crate::gitlab::request::{Request, parse_query};
use crate::gitlab::server::Server;

impl Request {
    /// A request to a server that has no relative root.
    pub(crate) fn read(head: &Parts, body: &[u8], base: &str) -> Self {
        let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Self {
            method: head.method.as_str().to_owned(),
            path: head.uri.path().to_owned(),
            query: parse_query(head.uri.query().unwrap_or_default()),
            headers: head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
            body: body.to_vec(),
            base: base.to_owned(),
        }
    }

    /// A GET of the REST API with an OAuth token. `path` is that below `/api/v4`, with its query.
    pub(crate) fn rest(path: &str, token: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        Self {
            method: "GET".to_owned(),
            path: format!("/api/v4{path}"),
            query: parse_query(query),
            headers: vec![("authorization".to_owned(), format!("Bearer {token}"))],
            ..Self::default()
        }
    }
}

impl Server {
    /// The answer to a request that is not logged and meets no fault.
    pub(crate) fn ask(&self, mut request: Request) -> Reply {
        self.url().clone_into(&mut request.base);
        dispatch::answer(self.state(), request, None)
    }

    /// The registry's host, as it is in image names.
    pub(crate) fn registry_host(&self) -> String {
        self.state().registry_host()
    }

    /// The numbers and paths of all projects.
    pub(crate) fn paths(&self) -> Vec<(u64, String)> {
        self.state().projects().iter().map(|project| (project.id, project.data.path.clone())).collect()
    }
}
