//! The last look at an image before it is named.

use futures_util::future::join;
use repin::Oid;
use repin::scheme::Named;
use repin::source::{Candidate, SourceError, Tag, Wanted};

use super::GitLab;
use super::few::{Few, few_files, judge, text_of};
use super::graphql::Ask;
use crate::cache::Store;
use crate::http::Transport;

impl<T: Transport, S: Store> GitLab<T, S> {
    /// Looks once more at what is about to be named: that no other commit shares the beginning of its id, that no branch
    /// has its git tag's name, and what the registry says of its tag.
    pub(super) async fn confirm_candidate(
        &self,
        wanted: Option<Wanted<'_>>,
        candidate: &Candidate,
        commit: Oid,
    ) -> Result<Option<Tag>, SourceError> {
        let name = &candidate.tag.name;
        let prefix = candidate.names.iter().find_map(|named| match named {
            Named::Commit { prefix } if commit.to_string().starts_with(prefix) => Some(prefix),
            _ => None,
        });
        let Some(prefix) = prefix else {
            // A branch of the same name would have given the image its tag.
            if self.has_branch(name).await? {
                return Ok(None);
            }
            return Ok(self.tag_detail(name).await?);
        };
        let is_known = |prefix: &str| prefix.len() == 40 || self.state.borrow().unique.contains(prefix);
        if let Some(wanted) = wanted.filter(|_| !is_known(prefix) && self.graphql.get()) {
            let few = few_files(wanted.files);
            let paths = few.iter().map(|file| text_of(&file.path)).collect();
            let asks = vec![Ask { reference: Some(prefix.clone()), paths, text: false }];
            match self.ask_within_limit(&asks, &[name], 1).await {
                Ok(answers) => {
                    let blobs = answers.into_iter().next().flatten();
                    if blobs.is_some_and(|blobs| judge(&few, &blobs) == Few::Same) {
                        self.state.borrow_mut().unique.insert(prefix.clone());
                    }
                }
                Err(error) => self.no_graphql(&error)?,
            }
        }
        if self.state.borrow().history.with_prefix(prefix).len() > 1 {
            // All that share it were compared.
            return Ok(self.tag_detail(name).await?);
        }
        let (is_unique, detail) = join(self.is_unique(prefix, commit), self.tag_detail(name)).await;
        if !is_unique? {
            return Ok(None);
        }
        Ok(detail?)
    }
}
