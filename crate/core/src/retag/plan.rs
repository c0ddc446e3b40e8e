//! Which tags an image is to get, and where; or why it must not.

use std::fmt;

use super::{FalseName, Narrowed, false_names, narrowed};
use crate::Oid;
use crate::question::Question;
use crate::reference::Reference;
use crate::resolution::{Relation, Resolution, Status};
use crate::source::{Source, SourceError};

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The commit that gets its tag.
    pub commit: Oid,
    /// The image, by its tag.
    pub source: Reference,
    /// The commit that this tag stands for.
    pub of: Oid,
    /// The repository that gets the tags, by its path in the registry.
    pub to: String,
    /// The tags; that of the commit first.
    pub tags: Vec<String>,
    /// Whether the image is in the registry of the project that this one is a fork of.
    pub of_parent: bool,
}

/// Why an image is not tagged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No image is known to be right for the commit.
    NoImage {
        /// The commit.
        commit: Oid,
        /// Why there is none.
        why: Option<String>,
    },
    /// Nobody said which registry has the image, or its name cannot be read.
    NoRegistry {
        /// The image, as far as it is known.
        image: String,
    },
    /// What the tag of a build of the commit would be cannot be told.
    NoTag,
    /// Where the images of a fork belong in its registry cannot be told from those of its parent.
    NoPlace {
        /// The fork.
        project: String,
        /// The image of its parent.
        image: String,
    },
    /// The image is right for a while only.
    Narrowed(Narrowed),
    /// A tag stands for a commit that the image is not right for.
    FalseName(FalseName),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoImage { commit, why } => {
                write!(f, "no image is known to be right for {}", commit.abbreviated(7))?;
                why.as_ref().map_or(Ok(()), |why| write!(f, ": {why}"))
            }
            Self::NoRegistry { image } => write!(f, "which registry has the image {image} is not known"),
            Self::NoTag => f.write_str("which tag a build of this commit would get cannot be told from its recipe"),
            Self::NoPlace { project, image } => {
                write!(f, "where the images of {project} belong in the registry cannot be told from {image}")
            }
            Self::Narrowed(narrowed) => narrowed.fmt(f),
            Self::FalseName(name) => name.fmt(f),
        }
    }
}

impl std::error::Error for Refusal {}

impl Plan {
    /// The plan for the image of an answer to `question`, unless it would say something wrong. `own` is the tag that the
    /// commit's own job gives, where it can be told; `further` come after it.
    ///
    /// # Errors
    /// The source failed.
    pub async fn make<S: Source>(
        source: &S,
        question: &Question,
        answer: &Resolution,
        own: Option<String>,
        further: &[String],
    ) -> Result<Result<Self, Refusal>, SourceError> {
        let plan = match Self::of_answer(answer, own, further) {
            Ok(plan) => plan,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Some(narrowed) = narrowed(source, question, answer).await? {
            return Ok(Err(Refusal::Narrowed(narrowed)));
        }
        let name = false_names(source, question, answer.commit, &plan.tags).await?.into_iter().next();
        Ok(name.map_or(Ok(plan), |name| Err(Refusal::FalseName(name))))
    }

    fn of_answer(answer: &Resolution, own: Option<String>, further: &[String]) -> Result<Self, Refusal> {
        let image = answer.image.as_ref().filter(|_| answer.status == Status::Found).ok_or_else(|| {
            let why = answer.reason.as_ref().map(|reason| reason.message.clone());
            Refusal::NoImage { commit: answer.commit, why }
        })?;
        let source = image.reference.as_deref().and_then(|name| Reference::parse(name).ok());
        let source = source.ok_or_else(|| Refusal::NoRegistry {
            image: image.reference.clone().unwrap_or_else(|| image.tag.clone()),
        })?;
        let own = own.or_else(|| (image.relation == Relation::Exact).then(|| image.tag.clone()));
        let tags: Vec<String> = own.into_iter().chain(further.iter().cloned()).collect();
        if tags.is_empty() {
            return Err(Refusal::NoTag);
        }
        let parent = image.project.as_deref().filter(|_| image.project != answer.project);
        let to = match (parent, answer.project.as_deref()) {
            (Some(parent), Some(own)) => {
                // The registry has the images of both in the same way, below their paths (facts/gitlab.md, 4).
                let below = source
                    .repository()
                    .strip_prefix(&parent.to_lowercase())
                    .ok_or_else(|| Refusal::NoPlace { project: own.to_owned(), image: source.to_string() })?;
                format!("{}{below}", own.to_lowercase())
            }
            _ => source.repository().to_owned(),
        };
        let of_parent = to != source.repository();
        Ok(Self { commit: answer.commit, source, of: image.commit, to, tags, of_parent })
    }

    /// The image by one of its new tags.
    pub fn reference(&self, tag: &str) -> String {
        format!("{}/{}:{tag}", self.source.registry(), self.to)
    }

    /// Whether it is a tag that the image has anyway: it was found by it.
    pub fn has_already(&self, tag: &str) -> bool {
        !self.of_parent && self.source.tag() == Some(tag)
    }
}
