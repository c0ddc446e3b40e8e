//! From the text of an address to its readings.

use repin::remote::parse_remote;

use super::page::{decode, page_of, query_value};
use super::{Location, LocationError, ProjectRef, RevisionHint};

/// The most components of a path below which a GitLab is looked for.
const DEEPEST_ROOT: usize = 2;

/// Names that a GitLab's own path usually has, and no group.
const USUAL_ROOTS: [&str; 2] = ["gitlab", "git"];

/// Hosts where a GitLab is known to be at the root.
const AT_ROOT: [&str; 1] = ["gitlab.com"];

/// First components that are no group (`TOP_LEVEL_ROUTES`).
const NO_GROUP: [&str; 17] = [
    "-",
    "admin",
    "api",
    "assets",
    "dashboard",
    "explore",
    "groups",
    "help",
    "import",
    "jwt",
    "login",
    "oauth",
    "projects",
    "public",
    "search",
    "users",
    "v2",
];

/// Later components that are neither group nor project, but begin a page of one (`PROJECT_WILDCARD_ROUTES`).
const PAGES: [&str; 15] = [
    "badges",
    "blame",
    "blob",
    "builds",
    "commits",
    "create",
    "edit",
    "files",
    "find_file",
    "new",
    "preview",
    "raw",
    "refs",
    "tree",
    "wikis",
];

/// Pages of projects in addresses without `/-/` whose names a project could have as well.
const LIKELY_PAGES: [&str; 14] = [
    "activity",
    "archive",
    "branches",
    "commit",
    "compare",
    "graphs",
    "issues",
    "jobs",
    "merge_requests",
    "network",
    "pipelines",
    "releases",
    "settings",
    "tags",
];

/// `host/group/name`, as browsers show it.
pub(super) fn is_web_without_scheme(text: &str) -> bool {
    let Some((server, path)) = text.split_once('/') else { return false };
    let (host, port) = server.split_once(':').unwrap_or((server, "443"));
    let named = host.starts_with(|c: char| c.is_ascii_alphanumeric()) && (host.contains('.') || host == "localhost");
    // `host:2222/name` is ssh's short form, with a group of that name.
    let components = path.split(['?', '#']).next().unwrap_or_default().split('/').filter(|part| !part.is_empty());
    named && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) && components.count() >= 2
}

/// The address of a clone by ssh or git's own protocol: the web server is taken to have the same name.
pub(super) fn of_remote(text: &str) -> Result<Vec<Location>, LocationError> {
    let remote = parse_remote(text).ok_or(LocationError::NoHost)?;
    // GitLab.com's ssh on port 443.
    let host = if remote.host == "altssh.gitlab.com" { "gitlab.com".to_owned() } else { remote.host };
    let path = project_path(&remote.path.split('/').collect::<Vec<_>>());
    let path = path.ok_or_else(|| LocationError::NoProject { host: host.clone() })?;
    Ok(vec![Location::new(format!("https://{host}"), ProjectRef::Path(path))])
}

/// An address that begins with `http` or `https`; `rest` is what follows `://`.
pub(super) fn of_web(scheme: &str, rest: &str) -> Result<Vec<Location>, LocationError> {
    let (rest, _fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    // The core knows what a host is; the path is our concern.
    let remote = parse_remote(&format!("{scheme}://{authority}/x")).ok_or(LocationError::NoHost)?;
    let usual_port = if scheme == "http" { 80 } else { 443 };
    let port = remote.port.filter(|port| *port != usual_port).map(|port| format!(":{port}")).unwrap_or_default();
    let server = Server { address: format!("{scheme}://{}{port}", remote.host), host: remote.host };
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();

    let readings = match of_api(&server, &parts, query).or_else(|| of_number(&server, &parts)) {
        Some(location) => vec![location],
        None => of_pages(&server, &parts, query),
    };
    if readings.is_empty() { Err(LocationError::NoProject { host: server.host }) } else { Ok(readings) }
}

struct Server {
    /// `https://host:port`
    address: String,
    host: String,
}

impl Server {
    fn base(&self, root: &[&str]) -> String {
        root.iter().fold(self.address.clone(), |base, part| base + "/" + part)
    }
}

/// `…/api/v4/projects/ID/…`
fn of_api(server: &Server, parts: &[&str], query: &str) -> Option<Location> {
    let at = parts.windows(3).position(|window| window == ["api", "v4", "projects"])?;
    let id = decode(parts.get(at + 3)?)?;
    let project = match id.parse() {
        Ok(number) => ProjectRef::Id(number),
        Err(_) => ProjectRef::Path(project_path(&id.split('/').collect::<Vec<_>>())?),
    };
    let revision = match &parts[at + 4..] {
        ["repository", "commits", id, ..] => Some(RevisionHint::Commit(decode(id)?)),
        ["repository", "branches", name, ..] => Some(RevisionHint::Refs(vec![format!("refs/heads/{}", decode(name)?)])),
        ["repository", "tags", name, ..] => Some(RevisionHint::Tag(decode(name)?)),
        ["merge_requests", number, ..] => number.parse().ok().map(RevisionHint::MergeRequest),
        _ => query_value(query, "ref")
            .or_else(|| query_value(query, "ref_name"))
            .map(|name| RevisionHint::Refs(vec![name])),
    };
    Some(Location { revision, ..Location::new(server.base(&parts[..at]), project) })
}

/// `…/projects/42` and `…/-/p/42`, which GitLab sends on to the project.
fn of_number(server: &Server, parts: &[&str]) -> Option<Location> {
    let ([root @ .., "-", "p", number] | [root @ .., "projects", number]) = parts else { return None };
    let number = number.parse().ok()?;
    (root.len() <= DEEPEST_ROOT).then(|| Location::new(server.base(root), ProjectRef::Id(number)))
}

/// A project, or one of its pages.
fn of_pages(server: &Server, parts: &[&str], query: &str) -> Vec<Location> {
    let mut readings = Vec::new();
    for (project, page) in cuts(parts) {
        let revision = page_of(page, query);
        for root in roots(server, project) {
            let (root, path) = project.split_at(root);
            if let Some(path) = project_path(path) {
                readings.push(Location {
                    revision: revision.clone(),
                    ..Location::new(server.base(root), ProjectRef::Path(path))
                });
            }
        }
    }
    readings
}

/// Where the project may end and its page begin, in the order to try.
fn cuts<'a, 'b>(parts: &'a [&'b str]) -> Vec<(&'a [&'b str], &'a [&'b str])> {
    let whole = (parts, &parts[parts.len()..]);
    if let Some(at) = parts.iter().position(|part| *part == "-") {
        return vec![(&parts[..at], &parts[at + 1..])];
    }
    // What follows `name.git` is a matter between git and its server.
    if let Some(at) = parts.iter().skip(1).position(|part| part.strip_suffix(".git").is_some()) {
        return vec![(&parts[..at + 2], whole.1)];
    }
    let find = |names: &[&str]| (2..parts.len()).find(|at| names.contains(&parts[*at]));
    if let Some(at) = find(&PAGES) {
        return vec![parts.split_at(at)];
    }
    match find(&LIKELY_PAGES) {
        Some(at) => {
            let page = parts.split_at(at);
            // `…/merge_requests/7` hardly is a project; `…/issues` may be one.
            if page_of(page.1, "").is_some() { vec![page, whole] } else { vec![whole, page] }
        }
        None => vec![whole],
    }
}

/// How many components may be the GitLab's own path, in the order to try.
fn roots(server: &Server, project: &[&str]) -> Vec<usize> {
    if AT_ROOT.contains(&&*server.host) {
        return vec![0];
    }
    let mut roots: Vec<usize> = (0..=DEEPEST_ROOT.min(project.len().saturating_sub(2))).collect();
    let usual = project.first().is_some_and(|first| USUAL_ROOTS.contains(first));
    if usual && roots.len() > 1 {
        roots.swap(0, 1);
    }
    roots
}

/// The path of a project, of at least one group and a name. GitLab's paths are of ASCII letters, digits, `_`, `-` and `.`.
fn project_path(parts: &[&str]) -> Option<String> {
    let (last, groups) = parts.split_last()?;
    let last = last.strip_suffix(".git").unwrap_or(last);
    let first = groups.first()?;
    let named = groups.iter().chain([&last]).all(|part| {
        !part.is_empty()
            && !matches!(*part, "." | "..")
            && !part.starts_with('-')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
    });
    (named && !NO_GROUP.contains(first)).then(|| groups.iter().chain([&last]).copied().collect::<Vec<_>>().join("/"))
}
