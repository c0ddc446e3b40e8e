//! What deletes the project's image tags.

use repin::cleanup::{CleanupPolicy, Dated};
use repin::source::{Cleanup, SourceError, Tag};
use serde_json::Value;

use super::read::Read;
use super::{GitLab, date};
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

    /// The policy, and how old these tags are.
    pub(super) async fn cleanup_of(&self, tags: &[Tag]) -> Result<Cleanup, SourceError> {
        let Some(policy) = self.cleanup_policy().await? else { return Ok(Cleanup::Hidden) };
        let created = |tag: &Tag| date::parse(tag.created_at.as_deref()?).map(|(seconds, _)| seconds);
        let dated = |tag: &Tag| Dated { name: tag.name.clone(), created: created(tag) };
        let now = i64::try_from(self.api.client().transport().unix_seconds()).unwrap_or(i64::MAX);
        Ok(Cleanup::Known { policy, tags: tags.iter().map(dated).collect(), now })
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
