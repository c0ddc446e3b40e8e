//! The registries that hold the images of a folder's project.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use repin::reference::Reference;
use repin::resolution::{Cost, Reason};
use repin::source::{Candidate, Images, SourceError, Tag};
use repin::verify::Seen;
use repin_forge::http::Limits;
use repin_forge::registry::{Registry, RegistryError};

use crate::login::{Around, Own, Search};
use crate::progress::Callback;
use crate::watched::Watched;

/// A registry, asked by whoever uses the command.
pub(crate) type Asked = Registry<Watched, Search>;

/// One client for each registry, made when it is needed.
pub(crate) struct Registries {
    search: Search,
    limits: Limits,
    progress: Option<Callback>,
    known: RefCell<Vec<Rc<Asked>>>,
    /// The repository whose tags were listed.
    listed: RefCell<Option<Reference>>,
    /// What was listed of each repository, and what was said of its tags: a command that asks about many commits asks once.
    lists: RefCell<HashMap<String, Images>>,
    tags: RefCell<HashMap<String, Option<Tag>>>,
    notes: RefCell<Vec<String>>,
}

impl Registries {
    pub(crate) fn new(own: Own, around: Around, limits: Limits, progress: Option<Callback>) -> Self {
        let search = Search::new(own, around);
        Self {
            search,
            limits,
            progress,
            known: RefCell::default(),
            listed: RefCell::default(),
            lists: RefCell::default(),
            tags: RefCell::default(),
            notes: RefCell::default(),
        }
    }

    /// The registry of this name in references.
    pub(crate) fn at(&self, host: &str) -> Result<Rc<Asked>, RegistryError> {
        let mut known = self.known.borrow_mut();
        if let Some(registry) = known.iter().find(|registry| registry.host() == host) {
            return Ok(Rc::clone(registry));
        }
        let transport = Watched::new(host, self.progress.clone());
        let registry = Rc::new(Registry::new(transport, host, self.search.clone(), self.limits)?);
        known.push(Rc::clone(&registry));
        Ok(registry)
    }

    /// The tags of a repository (`registry.example.org/group/name`), or of the project's own where none is named. Where they
    /// cannot be listed, the list says why.
    pub(crate) async fn images(&self, repository: Option<&str>, own: Option<&str>) -> Result<Images, SourceError> {
        let Some(repository) = repository.or(own) else {
            return Err(SourceError::Incomplete(
                "which registry repository holds the images is not known: neither --image nor CI_REGISTRY_IMAGE names it, nor does the remote tell"
                    .to_owned(),
            ));
        };
        let reference = Reference::parse(repository).map_err(|error| {
            SourceError::failed(format!("{repository}, the repository of the images, is no name of one"), error)
        })?;
        let name = reference.name();
        if let Some(known) = self.lists.borrow().get(&name) {
            *self.listed.borrow_mut() = Some(reference);
            return Ok(known.clone());
        }
        let listed = async { self.at(reference.registry())?.tags(reference.repository()).await }.await;
        *self.listed.borrow_mut() = Some(reference);
        let images = listed.unwrap_or_else(|error| cut_off(error.reason()));
        let images = Images { repository: Some(name.clone()), ..images };
        self.lists.borrow_mut().insert(name, images.clone());
        Ok(images)
    }

    /// What the registry says of a tag that it listed; `None` if it is gone.
    pub(crate) async fn confirm(&self, candidate: &Candidate) -> Result<Option<Tag>, SourceError> {
        let Some(reference) = self.listed.borrow().clone() else { return Ok(Some(candidate.tag.clone())) };
        let name = &candidate.tag.name;
        let whole = format!("{}:{name}", reference.name());
        if let Some(known) = self.tags.borrow().get(&whole) {
            return Ok(known.clone());
        }
        let found = async { self.at(reference.registry())?.head(reference.repository(), name).await }.await;
        let tag = match found {
            Ok(Some(found)) => Some(Tag { digest: Some(found.digest), ..candidate.tag.clone() }),
            Ok(None) => None,
            // It was listed, so it is there, whatever is wrong with its details.
            Err(error) => {
                let note = format!("the registry lists the tag {name}, but its digest could not be read ({error})");
                self.notes.borrow_mut().push(note);
                return Ok(Some(candidate.tag.clone()));
            }
        };
        self.tags.borrow_mut().insert(whole, tag.clone());
        Ok(tag)
    }

    /// What the registry of a reference says of a tag or a digest in its repository.
    pub(crate) async fn seen(&self, reference: &Reference, name: &str) -> Seen {
        let found = async { self.at(reference.registry())?.head(reference.repository(), name).await }.await;
        match found {
            Ok(Some(found)) => Seen::There(found.digest),
            Ok(None) => Seen::Gone,
            Err(error) => Seen::Unknown(error.reason().message),
        }
    }

    /// What a person should know of what was found.
    pub(crate) fn notes(&self) -> Vec<String> {
        self.notes.borrow().clone()
    }

    /// What it cost so far.
    #[expect(clippy::unnecessary_wraps, reason = "as a source has it")]
    pub(crate) fn cost(&self) -> Option<Cost> {
        let costs = self.known.borrow().iter().map(|registry| registry.cost()).collect::<Vec<_>>();
        Some(costs.iter().fold(Cost::default(), |sum, cost| Cost {
            requests: sum.requests + cost.requests,
            rounds: sum.rounds + cost.rounds,
            bytes: sum.bytes + cost.bytes,
        }))
    }
}

fn cut_off(reason: Reason) -> Images {
    Images { cut_off: Some(reason), ..Images::default() }
}
