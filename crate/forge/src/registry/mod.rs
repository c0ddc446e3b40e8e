//! A container registry, asked itself: which images exist, and another tag for one of them (the OCI distribution
//! specification; facts/gitlab.md, 4).
//!
//! No layer is ever moved: a tag is given by manifest, and what another repository needs is mounted there. Registries let
//! people in by Docker's token flow, as GitLab's does, or by Basic authentication, or let everybody in; who asks is found by
//! [`Logins`] once a registry wants to know it.
//!
//! `oci-client` (0.18) is not used, for it brings reqwest and tokio beside the transport of this crate, asks for tokens of
//! one repository alone (a mount needs two), sends a login to whatever realm a registry names, and bounds neither the number
//! of its requests nor the length of an answer.
//!
//! ```no_run
//! use repin_forge::http::{Limits, Native};
//! use repin_forge::registry::Registry;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let registry = Registry::new(Native::new(), "registry.example.org", (), Limits::default())?;
//! let images = registry.tags("group/name").await?;
//! if let Some(image) = registry.head("group/name", "0a1b2c3").await? {
//!     println!("{} of {} tags: {}", image.digest, images.tags.len(), image.media_type);
//! }
//! # Ok(())
//! # }
//! ```

use std::cell::RefCell;

use repin::reference::{Reference, is_digest, is_tag};
use repin::resolution::Cost;

use crate::http::{Call, Client, Limits, Origin, Response, Transport};

mod auth;
mod challenge;
mod error;
mod login;
mod manifest;
mod mount;
mod realm;
mod record;
mod retag;
mod tags;
mod token;

use auth::Auth;
pub use error::{Action, NotAllowed, RegistryError};
pub use login::{FoundLogin, Login, Logins, Reach};
pub use manifest::{Descriptor, Manifest, digest_of};
pub use realm::is_family;
pub use repin::retag::Done;
pub use retag::{Retag, RetagError, Retagged, Tagged};
use token::Scope;

/// Docker Hub, by its name in references.
const DOCKER_HUB: &str = "docker.io";
/// Where Docker Hub's registry is.
const DOCKER_HUB_SERVER: &str = "registry-1.docker.io";

/// One registry. Its tokens are kept as long as it is, so one of it is enough for several questions.
pub struct Registry<T, L> {
    client: Client<T>,
    /// As references name it.
    host: String,
    /// `https://host`.
    base: String,
    origin: Origin,
    logins: L,
    auth: RefCell<Auth>,
}

impl<T: Transport, L: Logins> Registry<T, L> {
    /// The registry at `host`, as a reference names it: `registry.example.org`, `localhost:5000`, `docker.io`. It is asked
    /// by https; one on this machine by http.
    ///
    /// # Errors
    /// [`RegistryError::Host`]: that is no host.
    pub fn new(transport: T, host: &str, logins: L, limits: Limits) -> Result<Self, RegistryError> {
        let server = if host == DOCKER_HUB { DOCKER_HUB_SERVER } else { host };
        let invalid = || RegistryError::Host(host.to_owned());
        if server.contains(['/', '?', '#', '@', '%']) {
            return Err(invalid());
        }
        let secure = Origin::of(&format!("https://{server}")).ok_or_else(invalid)?;
        let scheme = if secure.is_loopback() { "http" } else { "https" };
        let base = format!("{scheme}://{server}");
        let origin = Origin::of(&base).ok_or_else(invalid)?;
        Ok(Self {
            client: Client::new(transport, limits),
            host: host.to_owned(),
            base,
            origin,
            logins,
            auth: RefCell::default(),
        })
    }

    /// Its name in references.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// What its answers cost so far.
    pub fn cost(&self) -> Cost {
        self.client.cost()
    }

    /// `https://host/v2/group/name/what`.
    fn url(&self, repository: &str, what: &str) -> Result<String, RegistryError> {
        let name = format!("{}/{repository}", self.host);
        match Reference::parse(&name) {
            Ok(parsed) if parsed.tag().is_none() && parsed.digest().is_none() => {
                Ok(format!("{}/v2/{repository}/{what}", self.base))
            }
            _ => Err(RegistryError::Name(name)),
        }
    }

    fn manifest_url(&self, repository: &str, reference: &str) -> Result<String, RegistryError> {
        if !is_tag(reference) && !is_digest(reference) {
            return Err(RegistryError::Name(format!("{}/{repository}:{reference}", self.host)));
        }
        self.url(repository, &format!("manifests/{reference}"))
    }

    /// An image by its tag or its digest, as people write it.
    fn reference(&self, repository: &str, tag_or_digest: &str) -> String {
        let mark = if is_digest(tag_or_digest) { '@' } else { ':' };
        format!("{}/{repository}{mark}{tag_or_digest}", self.host)
    }

    /// Whether an answer 404 says what is not there, in a registry's own words: a server that is no registry, or hides
    /// what may not be seen behind a page of its own, does not.
    fn says_absent(response: &Response) -> bool {
        const CODES: [&str; 4] = ["NAME_UNKNOWN", "MANIFEST_UNKNOWN", "NOT_FOUND", "BLOB_UNKNOWN"];
        response.status == 404 && error::codes(&response.body).iter().any(|code| CODES.contains(&code.as_str()))
    }

    /// Asks, and gives an answer with the status 200 to 299, or 404.
    async fn get(&self, call: Call, scopes: &[Scope]) -> Result<Response, RegistryError> {
        let what = error::what(&call);
        let response = self.ask(call, scopes).await?;
        match response.status {
            200..=299 | 404 => Ok(response),
            _ => Err(error::refused(what, &response)),
        }
    }
}
