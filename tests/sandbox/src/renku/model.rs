//! What Renku 2 knows: projects, launchers with their environments, builds and sessions. What is optional and not there is left
//! out of an answer.

use data_encoding::{Encoding, Specification};
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// The person who uses it.
pub(crate) const USER: &str = "ada";
/// Her number.
pub(crate) const USER_ID: &str = "0f6e3a52-5d0c-4d59-9a7e-0d6f6c5f8a11";
/// When everything that is there at the start was made.
pub(crate) const START: &str = "2024-04-02T08:00:00Z";

/// A project.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Project {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) slug: String,
    pub(crate) creation_date: String,
    pub(crate) created_by: String,
    pub(crate) repositories: Vec<String>,
    pub(crate) visibility: &'static str,
    pub(crate) description: String,
    pub(crate) etag: String,
    pub(crate) keywords: Vec<String>,
    pub(crate) is_template: bool,
    pub(crate) secrets_mount_directory: &'static str,
    /// Whether the person may change it; no part of an answer.
    #[serde(skip)]
    pub(crate) write: bool,
}

impl Project {
    /// `namespace/slug`.
    pub(crate) fn path(&self) -> String {
        format!("{}/{}", self.namespace, self.slug)
    }
}

/// What a session is started from.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Launcher {
    pub(crate) id: String,
    pub(crate) project_id: String,
    pub(crate) name: String,
    pub(crate) creation_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    pub(crate) environment: Environment,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resource_class_id: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) disk_storage: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) env_variables: Option<Value>,
    #[serde(rename = "launcher_type")]
    pub(crate) kind: String,
}

/// What a launcher's sessions run in, by the names of the API's fields.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub(crate) struct Environment(pub(crate) Map<String, Value>);

impl Environment {
    fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Its number.
    pub(crate) fn id(&self) -> &str {
        self.text("id")
    }

    /// The image.
    pub(crate) fn image(&self) -> &str {
        self.text("container_image")
    }

    /// Whether many launchers share it.
    pub(crate) fn is_global(&self) -> bool {
        self.text("environment_kind") == "GLOBAL"
    }

    /// Whether Renku builds its image from code.
    pub(crate) fn is_built(&self) -> bool {
        self.text("environment_image_source") == "build"
    }

    /// Sets a field; null takes it away.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Value>) {
        match value.into() {
            Value::Null => drop(self.0.remove(name)),
            value => drop(self.0.insert(name.to_owned(), value)),
        }
    }
}

/// A build of an image from code.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Build {
    pub(crate) id: String,
    pub(crate) environment_id: String,
    pub(crate) created_at: String,
    pub(crate) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) result: Option<Built>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error_reason: Option<&'static str>,
}

/// What a build gave.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Built {
    pub(crate) image: String,
    pub(crate) completed_at: String,
    pub(crate) repository_url: String,
    pub(crate) repository_git_commit_sha: String,
}

/// A session of the person.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) name: String,
    pub(crate) image: String,
    pub(crate) project_id: String,
    pub(crate) launcher_id: String,
    pub(crate) resource_class_id: u64,
    pub(crate) disk_storage: u64,
    pub(crate) kind: String,
    pub(crate) submission_id: Option<String>,
    pub(crate) started: String,
    pub(crate) state: &'static str,
}

/// A ULID that is always the same for the same thing.
pub(crate) fn ulid(thing: &str) -> String {
    let digest = Sha256::digest(thing.as_bytes());
    // 01HYJE is a day in May 2024.
    format!("01HYJE{}", &crockford().encode(&digest)[..20])
}

/// The alphabet of ULIDs (github.com/ulid/spec).
fn crockford() -> Encoding {
    let mut specification = Specification::new();
    specification.symbols.push_str("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    specification.encoding().expect("32 different symbols are an encoding")
}

/// Whether it has the form that the API asks of identifiers.
pub(crate) fn is_ulid(text: &str) -> bool {
    let symbols = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase() && !b"ILOU".contains(&byte);
    text.len() == 26 && text.starts_with(|first| ('0'..='7').contains(&first)) && text.bytes().all(symbols)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_ulids() {
        assert!(is_ulid(&ulid("one")) && ulid("one") == ulid("one") && ulid("one") != ulid("two"));
        for other in
            ["", "01HYJE", "81HYJE99XEKWNKPYN8WRB6QA8Z", "01HYJE99XEKWNKPYN8WRB6QA8U", "01hyje99xekwnkpyn8wrb6qa8z"]
        {
            assert!(!is_ulid(other), "{other}");
        }
    }
}
