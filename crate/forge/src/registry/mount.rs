//! An image in another repository of the same registry. Its parts are mounted there: the registry makes them known to that
//! repository, and no byte of them is moved (distribution's specification, "Mounting a blob from another repository").

use std::collections::HashSet;

use repin::reference::is_digest;
use serde_json::Value;

use super::error::{refused, what};
use super::manifest::Manifest;
use super::retag::RetagError;
use super::token::Scope;
use super::{Logins, Registry};
use crate::http::{Call, Origin, Transport, join};

/// How deep indexes may lie in indexes: one in another is rare, more than that nobody makes.
const DEPTH: usize = 3;
/// The most manifests of one image: there are not that many platforms.
const MANIFESTS: usize = 256;
/// The most parts of one image. Docker itself stops at 127 layers for each platform.
const PARTS: usize = 4096;

/// What is to be done next.
enum Step {
    /// A manifest that an index lists, so deep in it.
    Bring(String, usize),
    /// One whose parts are there.
    Put(Manifest),
}

impl<T: Transport, L: Logins> Registry<T, L> {
    /// Makes everything known to `to` that the image's manifest names: of an index every manifest that it lists, of an image
    /// its configuration and its layers. The manifest itself is still to be put.
    pub(super) async fn bring(
        &self,
        image: &Manifest,
        from: &str,
        to: &str,
        scopes: &[Scope],
    ) -> Result<(), RetagError> {
        let reference = self.reference(from, &image.digest);
        let strange = |problem: &str| RetagError::Strange { reference: reference.clone(), problem: problem.to_owned() };
        let mut seen: HashSet<String> = HashSet::new();
        let mut mounted: HashSet<String> = HashSet::new();
        let mut steps = Vec::new();
        self.expand(image, 0, &mut steps, (from, to), (&mut mounted, &reference), scopes).await?;
        while let Some(step) = steps.pop() {
            match step {
                Step::Put(manifest) => self.put(to, &manifest.digest, &manifest, scopes).await?,
                Step::Bring(digest, depth) => {
                    if !seen.insert(digest.clone()) {
                        continue;
                    }
                    if seen.len() > MANIFESTS {
                        return Err(strange(&format!("it has more than {MANIFESTS} manifests")));
                    }
                    if depth > DEPTH {
                        return Err(strange(&format!("its indexes lie more than {DEPTH} deep in each other")));
                    }
                    let child = self.manifest_within(from, &digest, scopes).await?;
                    let child = child.ok_or_else(|| strange(&format!("it lists {digest}, which is not there")))?;
                    // Put once everything is there that it names.
                    let at = steps.len();
                    self.expand(&child, depth, &mut steps, (from, to), (&mut mounted, &reference), scopes).await?;
                    steps.insert(at, Step::Put(child));
                }
            }
        }
        Ok(())
    }

    /// Mounts the parts of an image; of an index, plans the manifests that it lists.
    async fn expand(
        &self,
        manifest: &Manifest,
        depth: usize,
        steps: &mut Vec<Step>,
        (from, to): (&str, &str),
        (mounted, reference): (&mut HashSet<String>, &str),
        scopes: &[Scope],
    ) -> Result<(), RetagError> {
        let strange = |problem: String| RetagError::Strange { reference: reference.to_owned(), problem };
        let digests = named(manifest).map_err(strange)?;
        if manifest.is_index() {
            steps.extend(digests.into_iter().rev().map(|digest| Step::Bring(digest, depth + 1)));
            return Ok(());
        }
        for digest in digests {
            if mounted.len() > PARTS {
                return Err(strange(format!("it has more than {PARTS} parts")));
            }
            if mounted.insert(digest.clone()) && !self.mount(&digest, from, to, scopes).await? {
                return Err(RetagError::NotMounted { reference: reference.to_owned() });
            }
        }
        Ok(())
    }

    /// Whether the registry made a part known to the other repository.
    async fn mount(&self, digest: &str, from: &str, to: &str, scopes: &[Scope]) -> Result<bool, RetagError> {
        let uploads = self.url(to, "blobs/uploads/")?;
        // Neither a digest nor a repository's name has anything in it that a query could not.
        let url = format!("{uploads}?mount={digest}&from={from}");
        let call = Call::post(url, Vec::new());
        let what = what(&call);
        let response = self.ask(call, scopes).await?;
        match response.status {
            201 => Ok(true),
            // It waits for the bytes instead. They are not there to be had, so it need not wait.
            202 => {
                let place = response.headers.get("location").and_then(|location| join(&uploads, location));
                if let Some(place) = place.filter(|place| Origin::of(place).as_ref() == Some(&self.origin)) {
                    // If that fails, the registry gives it up by itself after some days.
                    let _ = self.ask(Call::delete(place), scopes).await;
                }
                Ok(false)
            }
            _ => Err(refused(what, &response).into()),
        }
    }
}

/// The digests that a manifest names: those of manifests in an index, else those of its parts, in order.
fn named(manifest: &Manifest) -> Result<Vec<String>, String> {
    let json: Value =
        serde_json::from_slice(&manifest.bytes).map_err(|error| format!("its manifest is no JSON: {error}"))?;
    let list = |name: &str| json.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let entries: Vec<&Value> = if manifest.is_index() {
        list("manifests").iter().collect()
    } else {
        json.get("config").into_iter().chain(list("layers")).filter(|part| !is_foreign(part)).collect()
    };
    let digest = |entry: &Value| {
        let digest = entry.get("digest").and_then(Value::as_str).filter(|digest| is_digest(digest));
        digest.map(str::to_owned).ok_or_else(|| "an entry of its manifest has no digest".to_owned())
    };
    entries.into_iter().map(digest).collect()
}

/// Whether a layer is never in a registry: it comes from its vendor.
fn is_foreign(part: &Value) -> bool {
    let kind = part.get("mediaType").and_then(Value::as_str).unwrap_or_default();
    kind.contains(".foreign.") || kind.contains(".nondistributable.")
}
