//! The configuration of glab, GitLab's own command.

use std::fs;
use std::path::PathBuf;

use repin_forge::gitlab::token::{Token, TokenKind};
use repin_forge::http::Origin;
use saphyr_parser::{Event, Parser};

use super::{Found, Surroundings, is_host};

/// What the configuration says of one host.
#[derive(Default)]
struct Host {
    name: String,
    /// `api_host`: where the API is, if not there.
    api: String,
    token: String,
    is_oauth2: bool,
}

/// The token that glab has for the origin.
pub(super) fn find(origin: &Origin, around: &Surroundings<'_>) -> Option<Found> {
    let text = files(around).iter().find_map(|file| fs::read_to_string(file).ok())?;
    // A host can be named twice: by the name that ssh uses, too.
    let token = hosts(&text).into_iter().find_map(|host| {
        let own = is_host(origin, &host.name) || (!host.api.is_empty() && is_host(origin, &host.api));
        let kind = if host.is_oauth2 { TokenKind::Bearer } else { TokenKind::Private };
        own.then(|| Token::new(kind, &host.token))?
    })?;
    Some(Found { token, place: "glab's configuration".to_owned() })
}

/// Where the configuration can be, in the order in which glab looks.
fn files(around: &Surroundings<'_>) -> Vec<PathBuf> {
    const NAME: &str = "config.yml";
    if let Some(folder) = around.variable("GLAB_CONFIG_DIR") {
        return vec![PathBuf::from(folder).join(NAME)];
    }
    let xdg = around.variable("XDG_CONFIG_HOME").map(PathBuf::from);
    let home = around.home.as_ref();
    let folders =
        [xdg, home.map(|home| home.join(".config")), home.map(|home| home.join("Library/Application Support"))];
    folders.into_iter().flatten().map(|folder| folder.join("glab-cli").join(NAME)).collect()
}

/// Reads `hosts: NAME: KEY: VALUE`. Of the rest of the file nothing is needed, and a file that is broken after that is none of
/// our business. Tags do not matter: older versions of glab write `token: !!null glpat-…`.
fn hosts(text: &str) -> Vec<Host> {
    let mut hosts: Vec<Host> = Vec::new();
    // The keys down to here; within a sequence there are none.
    let mut path: Vec<Option<String>> = Vec::new();
    let mut key: Option<String> = None;
    for event in Parser::new_from_str(text) {
        let Ok((event, _)) = event else { break };
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => path.push(key.take()),
            Event::MappingEnd | Event::SequenceEnd => {
                path.pop();
                key = None;
            }
            Event::Scalar(value, ..) => match key.take() {
                None => key = Some(value.into_owned()),
                Some(key) => {
                    // The first of the path is the file itself, which has no key.
                    if let [None, Some(top), Some(name)] = &path[..]
                        && top == "hosts"
                    {
                        set(&mut hosts, name, &key, &value);
                    }
                }
            },
            Event::Alias(_) => key = None,
            _ => {}
        }
    }
    hosts
}

fn set(hosts: &mut Vec<Host>, name: &str, key: &str, value: &str) {
    if hosts.last().is_none_or(|host| host.name != name) {
        hosts.push(Host { name: name.to_owned(), ..Host::default() });
    }
    let host = hosts.last_mut().expect("one was pushed");
    match key {
        "token" => value.clone_into(&mut host.token),
        "api_host" => value.clone_into(&mut host.api),
        "is_oauth2" => host.is_oauth2 = value == "true",
        _ => {}
    }
}
