//! The images of the project that a fork came from (facts/gitlab.md, 5A 7: a fork runs no pipelines of its own at first).

use repin::source::{Project, Source as _, SourceError};

use super::wire::ProjectReply;
use super::{GitLab, State};
use crate::cache::Store;
use crate::http::Transport;

/// Requests that a look at the parent costs at least.
const LEAST: u64 = 4;

impl<T: Transport, S: Store> GitLab<T, S> {
    /// Goes over to the parent, if there is one that may be seen. What is known of commits by their ids stays true there.
    pub(super) async fn go_to_parent(&self) -> Result<Option<Project>, SourceError> {
        let parent = {
            let state = self.state.borrow();
            let parent = state.project.as_ref().and_then(|project| project.forked_from_project.clone());
            parent.filter(|_| !state.at_parent && self.images.is_none())
        };
        let Some(parent) = parent else { return Ok(None) };
        if self.remaining() < LEAST {
            self.note(format!(
                "no request was left to look for an image of {}, which this project is a fork of",
                parent.path_with_namespace
            ));
            return Ok(None);
        }
        let about = match self.api.get::<ProjectReply>(self.api.url(&["projects", &parent.id.to_string()], &[])).await {
            Ok(about) => about,
            Err(error) => {
                self.note(format!(
                    "{}, which this project is a fork of, could not be asked for its images: {error}",
                    parent.path_with_namespace
                ));
                return Ok(None);
            }
        };
        let mut state = self.state.borrow_mut();
        let State { files, history, pages, environments, asked, notes, .. } = std::mem::take(&mut *state);
        *state = State {
            project: Some(about),
            files,
            history,
            pages,
            environments,
            asked,
            notes,
            at_parent: true,
            recalled: true,
            ..State::default()
        };
        drop(state);
        Ok(Some(self.project()))
    }
}
