//! What deletes the project's image tags.

use repin::cleanup::CleanupPolicy;
use repin::source::SourceError;
use serde_json::Value;

use super::GitLab;
use super::read::Read;
use crate::cache::Store;
use crate::http::Transport;

impl<T: Transport, S: Store> GitLab<T, S> {
    /// The project's clean-up policy for image tags; `None` where GitLab does not show it.
    ///
    /// # Errors
    /// The project could not be read.
    pub async fn cleanup_policy(&self) -> Result<Option<CleanupPolicy>, SourceError> {
        let about = self.about().await.map_err(|error| self.no_project(error))?;
        let policy = about.container_expiration_policy.clone();
        if self.state.borrow().project.is_none() {
            self.learn_project(about);
        }
        Ok(policy)
    }
}

/// Whatever is not of its kind is as if it were not there: a project can be read without its policy.
impl Read for CleanupPolicy {
    fn read(json: Value) -> Result<Self, String> {
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        Ok(Self {
            enabled: json.get("enabled").and_then(Value::as_bool).unwrap_or(false),
            keep_n: json.get("keep_n").and_then(Value::as_u64),
            older_than: text("older_than"),
            name_regex: text("name_regex"),
            name_regex_delete: text("name_regex_delete"),
            name_regex_keep: text("name_regex_keep"),
        })
    }
}
