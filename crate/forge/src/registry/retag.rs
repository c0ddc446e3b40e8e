//! Another tag for an image that is there. Nothing is pulled or built: the manifest is put once more, byte for byte, under
//! another name.
//!
//! Each step leaves the repository right: a tag is there with the right image, or not at all, and whatever was interrupted
//! another run finishes. What no registry can promise is that nobody pushes the same tag between the look at it and the
//! push; the look after it would see that.

use std::fmt;

use repin::retag::{Done, Plan, Report};

use super::error::{refused, what};
use super::manifest::Manifest;
use super::token::Scope;
use super::{Logins, Registry, RegistryError};
use crate::http::{Call, Transport};

/// What is to be tagged, and how.
#[derive(Clone, Copy, Debug)]
pub struct Retag<'a> {
    /// The repository that has the image.
    pub from: &'a str,
    /// Its tag or its digest there.
    pub image: &'a str,
    /// The digest that it should have, where that is known.
    pub digest: Option<&'a str>,
    /// The repository that gets the tags: the same, or another one of this registry.
    pub to: &'a str,
    /// The tags.
    pub tags: &'a [String],
    /// Whether a tag of another image is taken from it.
    pub force: bool,
    /// Whether nothing is changed.
    pub dry_run: bool,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retagged {
    /// The image's digest.
    pub digest: String,
    /// Each tag, in the order in which they were given.
    pub tags: Vec<Tagged>,
}

impl Retagged {
    /// What programs are told of it.
    pub fn report(&self, plan: &Plan) -> Report {
        let tags = self.tags.iter().map(|tagged| (tagged.tag.clone(), tagged.done, tagged.instead_of.clone()));
        Report::new(plan, &self.digest, tags)
    }
}

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tagged {
    /// Its name.
    pub tag: String,
    /// What was done.
    pub done: Done,
    /// The digest of the image that had it before, if that was another.
    pub instead_of: Option<String>,
}

/// Why an image was not tagged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RetagError {
    /// The registry gave no answer, or may not be asked.
    Registry(RegistryError),
    /// There is no such image.
    NoImage {
        /// `registry.example.org/group/name:tag`
        reference: String,
    },
    /// The tag is that of another image. Nothing was changed.
    Occupied {
        /// `registry.example.org/group/name:tag`
        reference: String,
        /// The digest of the image that has it.
        found: String,
        /// The digest of the image that was to get it.
        wanted: String,
    },
    /// The registry does not lend a part of the image to another repository. No tag was given.
    NotMounted {
        /// The image where it is, by its digest: that can be used instead.
        reference: String,
    },
    /// The image is of a form that cannot be taken along to another repository.
    Strange {
        /// `registry.example.org/group/name@digest`
        reference: String,
        /// What is strange about it.
        problem: String,
    },
}

impl From<RegistryError> for RetagError {
    fn from(error: RegistryError) -> Self {
        Self::Registry(error)
    }
}

impl fmt::Display for RetagError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registry(error) => error.fmt(f),
            Self::NoImage { reference } => write!(f, "{reference} is not there"),
            Self::Occupied { reference, found, wanted } => {
                write!(f, "{reference} is another image: it has the digest {found}, and not {wanted}")
            }
            Self::NotMounted { reference } => {
                write!(f, "the registry does not lend the parts of {reference} to another repository")
            }
            Self::Strange { reference, problem } => {
                write!(f, "{reference} cannot be taken along to another repository: {problem}")
            }
        }
    }
}

impl std::error::Error for RetagError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Registry(error) => error.source(),
            _ => None,
        }
    }
}

impl<T: Transport, L: Logins> Registry<T, L> {
    /// Gives an image further tags. Within one repository that takes at most six requests for the first of them: the
    /// challenge, a token, the manifest, a look at the tag, the push, and a look at what became of it.
    ///
    /// # Errors
    /// See [`RetagError`]. Tags before the one that failed have been given.
    pub async fn retag(&self, retag: Retag<'_>) -> Result<Retagged, RetagError> {
        let Retag { from, to, .. } = retag;
        let mut scopes = vec![Scope::push(to)];
        if from != to {
            scopes.push(Scope::pull(from));
        }
        let image = self.manifest_within(from, retag.image, &scopes).await?;
        let image = image.ok_or_else(|| RetagError::NoImage { reference: self.reference(from, retag.image) })?;
        if let Some(expected) = retag.digest.filter(|expected| *expected != image.digest) {
            return Err(self.digest_error(from, retag.image, expected, &image.digest).into());
        }
        let tags = self.look(&retag, &image, &scopes).await?;
        let is_needed = tags.iter().any(|tag| tag.done == Done::Tagged);
        if is_needed && from != to && self.head_within(to, &image.digest, &scopes).await?.is_none() {
            self.bring(&image, from, to, &scopes).await?;
        }
        for tag in tags.iter().filter(|tag| tag.done == Done::Tagged) {
            self.put(to, &tag.tag, &image, &scopes).await?;
            let now = self.head_within(to, &tag.tag, &scopes).await?;
            let now = now.ok_or_else(|| RetagError::NoImage { reference: self.reference(to, &tag.tag) })?;
            if now.digest != image.digest {
                return Err(self.digest_error(to, &tag.tag, &image.digest, &now.digest).into());
            }
        }
        Ok(Retagged { digest: image.digest, tags })
    }

    /// What is to be done for each tag, before anything is changed.
    async fn look(&self, retag: &Retag<'_>, image: &Manifest, scopes: &[Scope]) -> Result<Vec<Tagged>, RetagError> {
        let mut tags: Vec<Tagged> = Vec::new();
        for tag in retag.tags {
            if tags.iter().any(|known| known.tag == *tag) {
                continue;
            }
            let there = self.head_within(retag.to, tag, scopes).await?.map(|found| found.digest);
            let (done, instead_of) = match there {
                Some(found) if found == image.digest => (Done::Already, None),
                Some(found) if !retag.force => {
                    let (reference, wanted) = (self.reference(retag.to, tag), image.digest.clone());
                    return Err(RetagError::Occupied { reference, found, wanted });
                }
                found if retag.dry_run => (Done::WouldTag, found),
                found => (Done::Tagged, found),
            };
            tags.push(Tagged { tag: tag.clone(), done, instead_of });
        }
        Ok(tags)
    }

    /// Puts a manifest under a tag or its digest, as it is.
    pub(super) async fn put(
        &self,
        repository: &str,
        reference: &str,
        manifest: &Manifest,
        scopes: &[Scope],
    ) -> Result<(), RegistryError> {
        let call = Call::put(self.manifest_url(repository, reference)?, manifest.bytes.clone());
        let call = call.header("Content-Type", &manifest.media_type);
        let what = what(&call);
        let response = self.ask(call, scopes).await?;
        if response.status != 201 {
            return Err(refused(what, &response));
        }
        match response.headers.get("docker-content-digest") {
            Some(digest) if digest != manifest.digest => {
                Err(self.digest_error(repository, reference, &manifest.digest, digest))
            }
            _ => Ok(()),
        }
    }
}
