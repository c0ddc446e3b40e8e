//! The smallest image that is one: a layer with one file, a configuration with a date, a manifest.

use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::{Error, Result};

const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// Some bytes and their digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Blob {
    pub(super) digest: String,
    pub(super) bytes: Vec<u8>,
}

impl Blob {
    fn new(bytes: Vec<u8>) -> Self {
        let digest = format!("sha256:{}", data_encoding::HEXLOWER.encode(&Sha256::digest(&bytes)));
        Self { digest, bytes }
    }
}

/// An image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Image {
    /// What its manifest names, in the order in which it has to be there before.
    pub(super) blobs: Vec<Blob>,
    pub(super) manifest: Blob,
}

impl Image {
    /// The image that says `text` in its one file, made at `created` (seconds since 1970). The same arguments give the same
    /// bytes.
    pub(super) fn new(text: &str, created: u64) -> Result<Self> {
        let layer = Blob::new(layer(text)?);
        let config = json!({
            "created": date(created)?,
            "architecture": "amd64",
            "os": "linux",
            "config": { "Cmd": ["/bin/true"] },
            "rootfs": { "type": "layers", "diff_ids": [layer.digest] },
            "history": [{ "created": date(created)?, "created_by": "repin-sandbox" }],
        });
        let config = Blob::new(config.to_string().into_bytes());
        let part =
            |kind: &str, blob: &Blob| json!({ "mediaType": kind, "size": blob.bytes.len(), "digest": blob.digest });
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": part(CONFIG, &config),
            "layers": [part(LAYER, &layer)],
        });
        Ok(Self { manifest: Blob::new(manifest.to_string().into_bytes()), blobs: vec![layer, config] })
    }
}

fn layer(text: &str) -> Result<Vec<u8>> {
    let mut header = tar::Header::new_ustar();
    header.set_size(text.len() as u64);
    header.set_mode(0o644);
    let mut archive = tar::Builder::new(Vec::new());
    let made = archive.append_data(&mut header, "image.txt", text.as_bytes()).and_then(|()| archive.into_inner());
    made.map_err(|error| Error::new(format!("cannot make a layer: {error}")))
}

/// An instant in seconds since 1970, as RFC 3339 has it.
pub(crate) fn date(seconds: u64) -> Result<String> {
    let instant = i64::try_from(seconds).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    instant.map(|instant| instant.to_string()).ok_or_else(|| Error::new(format!("{seconds} is no date")))
}
