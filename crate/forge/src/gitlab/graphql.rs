//! GraphQL queries about many commits at once, kept below the limit of their complexity (facts/gitlab.md, 3).

use std::fmt::Write as _;

use repin::Oid;
use serde::Serialize;
use serde_json::Value;

use super::read::{Read, read};

/// The greatest complexity of a query without a token, and with one, less what our own sum may err.
pub(super) const ANONYMOUS: f64 = 190.0;
/// The same with a token.
pub(super) const KNOWN_USER: f64 = 238.0;
/// The longest query that is sent: GitLab refuses those beyond 10,000 characters.
const MAX_LENGTH: usize = 9_500;

/// What to ask of the files at one commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ask {
    /// The commit: an id, the beginning of one, or a name; `None` is the project's head.
    pub(super) reference: Option<String>,
    /// The files.
    pub(super) paths: Vec<String>,
    /// Whether their contents are wanted, too.
    pub(super) text: bool,
}

impl Ask {
    /// What it counts towards a query's complexity.
    pub(super) fn complexity(&self) -> f64 {
        let paths = f64::from(u32::try_from(self.paths.len()).unwrap_or(u32::MAX));
        let fields = if self.text { 4.0 } else { 3.0 };
        // nodes and its fields; the resolver, which counts paths; one for the call of Gitaly.
        (1.0 + fields + 1.0 + paths + 1.0) * (1.0 + paths.min(100.0) / 100.0)
    }
}

/// A file of an answer.
#[derive(Clone, Debug)]
pub(super) struct Blob {
    pub(super) path: String,
    pub(super) oid: Oid,
    pub(super) mode: Option<String>,
    pub(super) text: Option<String>,
}

read! { Blob { path, oid, mode, text ["rawTextBlob"] } }

/// What a query's text names.
#[derive(Debug, Serialize)]
pub(super) struct Variables<'q> {
    p: &'q str,
}

/// Text, or a list of it, as GraphQL and JSON write it.
///
/// What is written by its type, not as a [`Value`], needs no code for numbers that are not whole, whose table has 10 kB.
pub(super) fn literal(value: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(value).expect("text can be written")
}

/// One query, and what it counts.
#[derive(Debug)]
pub(super) struct Query {
    path: String,
    limit: f64,
    complexity: f64,
    repository: String,
    project: String,
    root: String,
    asks: usize,
}

impl Query {
    /// An empty one about the project at this path.
    pub(super) fn new(path: &str, limit: f64) -> Self {
        Self {
            path: path.to_owned(),
            limit,
            complexity: 3.0,
            repository: String::new(),
            project: String::new(),
            root: String::new(),
            asks: 0,
        }
    }

    /// Adds a question about files, as number [`Self::asks`]; `false` if there is no room for it.
    pub(super) fn ask(&mut self, ask: &Ask) -> bool {
        let mut text = format!(" b{}:blobs(", self.asks);
        if let Some(reference) = &ask.reference {
            write!(text, "ref:{},", literal(reference)).expect("a String takes everything");
        }
        let fields = if ask.text { "path oid mode rawTextBlob" } else { "path oid mode" };
        write!(text, "paths:{},first:{}){{nodes{{{fields}}}}}", literal(&ask.paths), ask.paths.len().clamp(1, 100))
            .expect("a String takes everything");
        let complexity = ask.complexity();
        // One that is too large on its own is sent on its own: the server may permit more.
        let is_full = self.complexity + complexity > self.limit || self.length() + text.len() > MAX_LENGTH;
        if is_full && self.asks > 0 {
            return false;
        }
        self.complexity += complexity;
        self.repository.push_str(&text);
        self.asks += 1;
        true
    }

    /// Adds fields of the repository, the project, or the root, that count so much.
    pub(super) fn add(&mut self, repository: &str, project: &str, root: &str, complexity: f64) {
        self.complexity += complexity;
        self.repository.push_str(repository);
        self.project.push_str(project);
        self.root.push_str(root);
    }

    /// Whether so much more fits.
    pub(super) fn has_room(&self, complexity: f64) -> bool {
        self.complexity + complexity <= self.limit
    }

    fn length(&self) -> usize {
        self.repository.len() + self.project.len() + self.root.len() + 100
    }

    /// The query's text and its variables.
    pub(super) fn text(&self) -> (String, Variables<'_>) {
        let repository =
            if self.repository.is_empty() { String::new() } else { format!("repository{{{}}}", self.repository) };
        let project = if repository.is_empty() && self.project.is_empty() {
            String::new()
        } else {
            format!("project(fullPath:$p){{id {}{repository}}}", self.project)
        };
        (format!("query($p:ID!){{{project}{}}}", self.root), Variables { p: &self.path })
    }
}

/// The files that ask number `at` found; `None` where the answer lacks them.
pub(super) fn blobs(data: &Value, at: usize) -> Option<Vec<Blob>> {
    let nodes = data.pointer(&format!("/project/repository/b{at}/nodes"))?;
    Read::read(nodes.clone()).ok()
}

/// The greatest complexity, where the refusal of a query names it: "…, which exceeds max complexity of 250".
pub(super) fn limit_in(message: &str) -> Option<f64> {
    let (_, rest) = message.split_once("exceeds max complexity of ")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    // As a whole number: reading others takes a table of 10 kB.
    digits.parse::<u32>().ok().map(f64::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ask(paths: usize) -> Ask {
        Ask {
            reference: Some("0a1b2c3".into()),
            paths: (0..paths).map(|at| format!("file{at}")).collect(),
            text: false,
        }
    }

    #[test]
    fn complexity_is_what_gitlab_sums() {
        // facts/gitlab.md, 3: blobs(paths: 5, first: 5) with path and oid is (3 + 6 + 1) * 1.05; we ask for the mode, too.
        assert!((ask(5).complexity() - 11.0 * 1.05).abs() < 1e-9);
    }

    #[test]
    fn a_query_takes_as_much_as_fits() {
        let mut query = Query::new("group/name", ANONYMOUS);
        let taken = (0..100).take_while(|_| query.ask(&ask(5))).count();
        assert_eq!(taken, 16);
        assert!(Query::new("group/name", 1.0).ask(&ask(5)), "one at least");
    }

    #[test]
    fn what_is_asked_cannot_leave_its_string() {
        let mut query = Query::new("group/name", ANONYMOUS);
        query.ask(&Ask { reference: Some("a\"){x}".into()), paths: vec!["b\"\\\n".into()], text: false });
        let (text, variables) = query.text();
        assert_eq!(
            text,
            r#"query($p:ID!){project(fullPath:$p){id repository{ b0:blobs(ref:"a\"){x}",paths:["b\"\\\n"],first:1){nodes{path oid mode}}}}}"#
        );
        assert_eq!(json!(variables), json!({ "p": "group/name" }));
    }

    #[test]
    fn the_limit_is_read_from_the_refusal() {
        let message = "Query has complexity of 300, which exceeds max complexity of 250";
        assert_eq!(limit_in(message), Some(250.0));
        assert_eq!(limit_in("Field 'x' doesn't exist on type 'Y'"), None);
    }
}
