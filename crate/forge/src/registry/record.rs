//! A short text that is kept in a registry, under a tag of its own: as the annotation of an image without layers, which any
//! registry takes that takes OCI's images.

use serde_json::{Value, json};

use super::error::{refused, what};
use super::manifest::{Manifest, digest_of};
use super::token::Scope;
use super::{Logins, Registry, RegistryError};
use crate::http::{Call, Origin, Transport, join};

const MEDIA_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG_TYPE: &str = "application/vnd.oci.image.config.v1+json";
/// The configuration of an image that is for no machine, and has nothing in it. It has a date, since GitLab reads that of every
/// tag that it lists; an old one, so that it is none of the newest that a clean-up policy keeps.
const CONFIG: &[u8] = br#"{"created":"1970-01-01T00:00:00Z","architecture":"unknown","os":"unknown","rootfs":{"type":"layers","diff_ids":[]}}"#;
/// The annotation with the text.
const TEXT: &str = "repin.record";
/// What people are told who find it among their images.
const DESCRIPTION: &str = "org.opencontainers.image.description";

impl<T: Transport, L: Logins> Registry<T, L> {
    /// The text that is kept under a tag; `None` if there is no such tag.
    ///
    /// # Errors
    /// It may not be read, there is no answer, or the tag is that of something else.
    pub async fn record(&self, repository: &str, tag: &str) -> Result<Option<String>, RegistryError> {
        let Some(manifest) = self.manifest(repository, tag).await? else { return Ok(None) };
        self.text_of(repository, tag, &manifest).map(Some)
    }

    fn text_of(&self, repository: &str, tag: &str, manifest: &Manifest) -> Result<String, RegistryError> {
        let json: Option<Value> = serde_json::from_slice(&manifest.bytes).ok();
        let text = json.as_ref().and_then(|json| json.get("annotations")?.get(TEXT)?.as_str());
        text.map(str::to_owned).ok_or_else(|| RegistryError::Shape {
            what: self.reference(repository, tag),
            problem: "it is an image, and no record of Repin's".to_owned(),
        })
    }

    /// Keeps a text under a tag, in place of the one that was there. `description` is for people who find it.
    ///
    /// # Errors
    /// It may not be written, there is no answer, or the tag is that of something else, which stays as it is.
    pub async fn keep_record(
        &self,
        repository: &str,
        tag: &str,
        text: &str,
        description: &str,
    ) -> Result<(), RegistryError> {
        let scopes = [Scope::push(repository)];
        if let Some(manifest) = self.manifest_within(repository, tag, &scopes).await? {
            self.text_of(repository, tag, &manifest)?;
        }
        let config = self.keep_config(repository, &scopes).await?;
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MEDIA_TYPE,
            "config": { "mediaType": CONFIG_TYPE, "digest": config, "size": CONFIG.len() },
            "layers": [],
            "annotations": { DESCRIPTION: description, TEXT: text },
        });
        let bytes = manifest.to_string().into_bytes();
        let digest = digest_of("sha256", &bytes).expect("sha256 is known");
        let manifest = Manifest { digest, media_type: MEDIA_TYPE.to_owned(), bytes };
        self.put(repository, tag, &manifest, &scopes).await
    }

    /// Puts the configuration there, unless it is there; its digest.
    async fn keep_config(&self, repository: &str, scopes: &[Scope]) -> Result<String, RegistryError> {
        let digest = digest_of("sha256", CONFIG).expect("sha256 is known");
        let head = Call::head(self.url(repository, &format!("blobs/{digest}"))?);
        if self.get(head, scopes).await?.status != 404 {
            return Ok(digest);
        }
        let uploads = self.url(repository, "blobs/uploads/")?;
        let call = Call::post(uploads.clone(), Vec::new());
        let question = what(&call);
        let response = self.ask(call, scopes).await?;
        if response.status != 202 {
            return Err(refused(question, &response));
        }
        let place = response.headers.get("location").and_then(|location| join(&uploads, location));
        // The token is for this registry alone.
        let place = place.filter(|place| Origin::of(place).as_ref() == Some(&self.origin));
        let problem = || "it does not say where to put the bytes, or names another server".to_owned();
        let place = place.ok_or_else(|| RegistryError::Shape { what: question, problem: problem() })?;
        let mark = if place.contains('?') { '&' } else { '?' };
        let call = Call::put(format!("{place}{mark}digest={digest}"), CONFIG.to_vec());
        let call = call.header("Content-Type", "application/octet-stream");
        let question = what(&call);
        let response = self.ask(call, scopes).await?;
        if response.status != 201 {
            return Err(refused(question, &response));
        }
        Ok(digest)
    }
}
