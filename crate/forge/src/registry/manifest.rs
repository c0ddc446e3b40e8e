//! Manifests: what a tag stands for.

use repin::environment::hexadecimal;
use repin::reference::is_digest;
use sha2::{Digest as _, Sha256, Sha512};

use super::error::what;
use super::token::Scope;
use super::{Logins, Registry, RegistryError};
use crate::http::{Call, Response, Transport};

/// What a manifest can be: an index of images, or an image, in OCI's and in Docker's form. A registry that is not told all
/// of them converts, or finds nothing (facts/gitlab.md, 4).
const MEDIA_TYPES: [&str; 4] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];
/// The longest manifest: 4 MiB, as registries take no longer ones.
pub(super) const LONGEST: usize = 4 << 20;

/// What a registry says of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// Its digest: `sha256:` and 64 digits.
    pub digest: String,
    /// What it is, without parameters: one of an OCI or Docker manifest or index.
    pub media_type: String,
    /// Its length in bytes, where the registry says it.
    pub size: Option<u64>,
}

/// A manifest as it is, byte for byte. Its digest is that of the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Its digest.
    pub digest: String,
    /// What it is, as in [`Descriptor`].
    pub media_type: String,
    /// The manifest itself.
    pub bytes: Vec<u8>,
}

impl Manifest {
    /// Whether it lists further manifests: those of several platforms.
    pub fn is_index(&self) -> bool {
        MEDIA_TYPES[..2].contains(&self.media_type.as_str())
    }
}

impl<T: Transport, L: Logins> Registry<T, L> {
    /// What a tag or a digest stands for; `None` if there is no such image.
    ///
    /// # Errors
    /// It may not be read, or there is no answer.
    pub async fn head(&self, repository: &str, reference: &str) -> Result<Option<Descriptor>, RegistryError> {
        self.head_within(repository, reference, &[Scope::pull(repository)]).await
    }

    pub(super) async fn head_within(
        &self,
        repository: &str,
        reference: &str,
        scopes: &[Scope],
    ) -> Result<Option<Descriptor>, RegistryError> {
        let call = Call::head(self.manifest_url(repository, reference)?).header("Accept", MEDIA_TYPES.join(", "));
        let what = what(&call);
        let response = self.get(call, scopes).await?;
        let is_registry = response.headers.get("docker-distribution-api-version").is_some();
        let digest = response.headers.get("docker-content-digest").filter(|digest| is_digest(digest));
        match (response.status, digest) {
            (404, _) if is_registry => Ok(None),
            (200..=299, Some(digest)) => {
                self.check_asked(repository, reference, digest)?;
                let size = response.headers.get("content-length").and_then(|size| size.trim().parse().ok());
                Ok(Some(Descriptor { digest: digest.to_owned(), media_type: media_type(&what, &response)?, size }))
            }
            // The head alone does not say enough.
            _ => {
                let manifest = self.manifest_within(repository, reference, scopes).await?;
                Ok(manifest.map(|manifest| Descriptor {
                    digest: manifest.digest,
                    media_type: manifest.media_type,
                    size: u64::try_from(manifest.bytes.len()).ok(),
                }))
            }
        }
    }

    /// The manifest of a tag or a digest, once its bytes were compared with its digest; `None` if there is none.
    ///
    /// # Errors
    /// It may not be read, there is no answer, or the bytes are not those of the digest.
    pub async fn manifest(&self, repository: &str, reference: &str) -> Result<Option<Manifest>, RegistryError> {
        self.manifest_within(repository, reference, &[Scope::pull(repository)]).await
    }

    pub(super) async fn manifest_within(
        &self,
        repository: &str,
        reference: &str,
        scopes: &[Scope],
    ) -> Result<Option<Manifest>, RegistryError> {
        let call = Call { max_bytes: Some(LONGEST), ..Call::get(self.manifest_url(repository, reference)?) };
        let call = call.header("Accept", MEDIA_TYPES.join(", "));
        let what = what(&call);
        let response = self.get(call, scopes).await?;
        if response.status == 404 {
            if Self::says_absent(&response) {
                return Ok(None);
            }
            return Err(super::error::refused(what, &response));
        }
        let media_type = media_type(&what, &response)?;
        let said = response.headers.get("docker-content-digest").map(str::to_owned);
        let expected = if is_digest(reference) { Some(reference.to_owned()) } else { said.clone() };
        let algorithm = expected.as_deref().and_then(|digest| digest.split(':').next()).unwrap_or("sha256");
        let Some(digest) = digest_of(algorithm, &response.body) else {
            let problem = format!("its digest is one of {algorithm}, which cannot be checked");
            return Err(RegistryError::Shape { what, problem });
        };
        for expected in expected.iter().chain(&said) {
            if *expected != digest {
                return Err(self.digest_error(repository, reference, expected, &digest));
            }
        }
        Ok(Some(Manifest { digest, media_type, bytes: response.body }))
    }

    /// That what was asked for by its digest has this digest.
    fn check_asked(&self, repository: &str, reference: &str, found: &str) -> Result<(), RegistryError> {
        if is_digest(reference) && reference != found {
            return Err(self.digest_error(repository, reference, reference, found));
        }
        Ok(())
    }

    pub(super) fn digest_error(&self, repository: &str, reference: &str, expected: &str, found: &str) -> RegistryError {
        RegistryError::Digest {
            what: self.reference(repository, reference),
            expected: expected.to_owned(),
            found: found.to_owned(),
        }
    }
}

/// The digest of some bytes; `None` for an algorithm that is not sha256 or sha512.
pub fn digest_of(algorithm: &str, bytes: &[u8]) -> Option<String> {
    let digits = match algorithm {
        "sha256" => hexadecimal(&Sha256::digest(bytes)),
        "sha512" => hexadecimal(&Sha512::digest(bytes)),
        _ => return None,
    };
    Some(format!("{algorithm}:{digits}"))
}

fn media_type(what: &str, response: &Response) -> Result<String, RegistryError> {
    let given = response.headers.get("content-type").unwrap_or_default();
    let bare = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if MEDIA_TYPES.contains(&bare.as_str()) {
        return Ok(bare);
    }
    let problem = match bare.as_str() {
        "" => "it does not say what it is (Content-Type)".to_owned(),
        other => format!("it is {other}, and no manifest of an image"),
    };
    Err(RegistryError::Shape { what: what.to_owned(), problem })
}
