//! Whether an image is there for the person, as Renku's own check says it.

use serde_json::{Value, json};

use super::error::{Answer, refusal};
use super::state::State;
use crate::gitlab::{Reply, Request};

/// Images of Docker Hub that are there; the stand-in asks nobody.
const PUBLIC: [&str; 4] = [
    "renku/renkulab-py:3.10-0.24.0",
    "renku/renkulab-py:3.11-0.25.0",
    "renku/renkulab-r:4.3.1-0.25.0",
    "jupyter/minimal-notebook:latest",
];

const HUB: &str = "registry-1.docker.io";

/// The name of an image in its parts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Name {
    host: String,
    path: String,
    tag: String,
}

impl Name {
    /// Reads an image's name; what Renku does not take for one is `None`. A host is what has a dot, and below it lie at least two
    /// parts (renku-data-services, notebooks/api/classes/image.py).
    pub(crate) fn read(text: &str) -> Option<Self> {
        let letters = |text: &str, more: &str| {
            !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || more.contains(letter))
        };
        let (host, rest) = match text.split_once('/') {
            Some((host, rest)) if host.contains('.') => (Some(host), rest),
            _ => (None, text),
        };
        let (path, tag) = match (rest.split_once('@'), rest.split_once(':')) {
            (Some((path, digest)), _) => (path, Some(digest)),
            (None, Some((path, tag))) => (path, Some(tag)),
            (None, None) => (rest, None),
        };
        if !tag.is_none_or(|tag| letters(tag, "._-:")) {
            return None;
        }
        let tag = tag.unwrap_or("latest").to_owned();
        let parts: Vec<&str> = path.split('/').collect();
        match (host, &parts[..]) {
            (Some(host), [user, name @ ..]) if !name.is_empty() => {
                let right = letters(host, "._-:") && letters(user, "._-") && letters(&name.join("/"), "._-/");
                right.then(|| Self { host: host.to_owned(), path: path.to_owned(), tag })
            }
            (None, [name]) if letters(name, "._-") => {
                Some(Self { host: HUB.to_owned(), path: format!("library/{name}"), tag })
            }
            (None, [user, name]) if letters(user, "") && letters(name, "._-") => {
                Some(Self { host: HUB.to_owned(), path: path.to_owned(), tag })
            }
            _ => None,
        }
    }
}

/// `GET /api/data/sessions/images`.
pub(crate) fn check(state: &State, request: &Request) -> Answer {
    let image = request.given("image_url").ok_or_else(|| refusal(422, "image_url: Field required"))?;
    let name = Name::read(image).ok_or_else(|| refusal(422, &format!("Cannot parse the image {image}")))?;
    let mut answer = json!({ "accessible": is_there(state, image) });
    if answer["accessible"] == true {
        answer["platforms"] = json!([{ "os": "linux", "architecture": "amd64" }]);
    }
    if name.host == state.gitlab.registry_host() {
        answer["provider"] = json!({ "id": "gitlab", "name": "GitLab", "url": state.gitlab.url() });
        answer["connection"] =
            json!({ "id": super::api::connection(), "provider_id": "gitlab", "status": "connected" });
    }
    Ok(Reply::json(200, &answer))
}

/// Whether the person can use an image: it is in the GitLab's registry, Renku built it, or everybody knows it.
pub(crate) fn is_there(state: &State, image: &str) -> bool {
    let Some(name) = Name::read(image) else { return false };
    let (refused, built) = {
        let world = &state.lock().world;
        let built = world.builds.iter().filter_map(|build| build.result.as_ref()).any(|result| result.image == image);
        (world.inaccessible.iter().any(|refused| refused == image), built)
    };
    let public = || PUBLIC.iter().any(|public| Name::read(public).as_ref() == Some(&name));
    !refused && (built || public() || name.host == state.gitlab.registry_host() && in_registry(state, &name))
}

/// Whether the GitLab's registry has it in a project that the person sees.
fn in_registry(state: &State, name: &Name) -> bool {
    let parts: Vec<&str> = name.path.split('/').collect();
    // A repository lies at its project's path or below it.
    (2..=parts.len()).any(|count| {
        let project = parts[..count].join("%2F");
        let path = format!("/projects/{project}/registry/repositories?tags=true&per_page=100");
        let reply = state.gitlab.ask(Request::rest(&path, &state.token));
        let repositories: Vec<Value> = serde_json::from_slice(&reply.body).unwrap_or_default();
        let has = |repository: &Value| {
            let tags =
                repository["tags"].as_array().is_some_and(|tags| tags.iter().any(|tag| tag["name"] == *name.tag));
            repository["path"] == *name.path && tags
        };
        reply.status == 200 && repositories.iter().any(has)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_renku_does() {
        let digest = format!("registry.example.org/ada/course@sha256:{}", "0".repeat(64));
        for (text, expected) in [
            ("nginx", Some((HUB, "library/nginx", "latest"))),
            ("nginx:1.28", Some((HUB, "library/nginx", "1.28"))),
            ("renku/renkulab-py:3.10", Some((HUB, "renku/renkulab-py", "3.10"))),
            ("registry.example.org/ada/course:abc1234", Some(("registry.example.org", "ada/course", "abc1234"))),
            ("registry.example.org/ada/course/sub", Some(("registry.example.org", "ada/course/sub", "latest"))),
            ("127.0.0.1:5000/ada/course:x", Some(("127.0.0.1:5000", "ada/course", "x"))),
            (&digest, Some(("registry.example.org", "ada/course", &digest[32..]))),
            ("registry.example.org/course:abc", None),
            ("localhost:5000/ada/course", None),
            ("a_b/c", None),
            ("renku/renkulab py", None),
            ("renku/renkulab-py:", None),
            ("", None),
        ] {
            let read = Name::read(text);
            let parts = read.as_ref().map(|name| (&*name.host, &*name.path, &*name.tag));
            assert_eq!(parts, expected, "{text}");
        }
    }
}
