//! What is put into the registry and read from it, through its HTTP API (the OCI distribution specification).

use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use ureq::http::{Method, Request, Response};

use super::image::{Image, MANIFEST};
use super::process::Registry;
use crate::pipelines::Held;
use crate::{Error, Result};

/// What a manifest can be. Without all of them a registry converts, or finds nothing.
const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, \
                      application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

/// What the registry says of a tag's image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The manifest's digest: `sha256:…`.
    pub digest: String,
    /// The configuration's digest, in hex alone; empty for an index, which has none (GitLab's `revision`).
    pub revision: String,
    /// When the image was built, as its configuration has it.
    pub created_at: Option<String>,
    /// The bytes of its layers and its configuration.
    pub total_size: u64,
}

pub(super) fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .timeout_global(Some(Duration::from_secs(30)));
    config.build().new_agent()
}

impl Registry {
    /// Makes a tiny image, built at `created` (seconds since 1970), and pushes it under `repository:tag`. Its digest depends
    /// on all three and nothing else.
    ///
    /// # Errors
    /// The registry refuses: with what it says.
    pub fn push(&self, repository: &str, tag: &str, created: u64) -> Result<String> {
        self.put(repository, tag, &Image::new(&format!("{repository}:{tag}\n"), created)?)
    }

    /// The same with this text in the image's one layer.
    ///
    /// # Errors
    /// As for [`push`](Self::push).
    pub fn push_text(&self, repository: &str, tag: &str, text: &str, created: u64) -> Result<String> {
        self.put(repository, tag, &Image::new(text, created)?)
    }

    /// Pushes what a shelf holds ([`shelf`](crate::pipelines::shelf)) to a project's repositories. Tags of one build are one
    /// image.
    ///
    /// # Errors
    /// As for [`push`](Self::push).
    pub fn fill(&self, project: &str, held: &[Held]) -> Result<()> {
        let project = project.to_lowercase();
        for (index, image) in held.iter().enumerate() {
            let repository = repository(&project, &image.repository);
            let same = |other: &&Held| {
                (&other.repository, &other.sha, other.created_at) == (&image.repository, &image.sha, image.created_at)
            };
            match held.iter().take(index).find(same) {
                Some(first) => self.retag(&repository, &first.tag, &image.tag)?,
                None => {
                    let text = format!("{repository}@{}\n", image.sha);
                    self.put(&repository, &image.tag, &Image::new(&text, image.created_at)?)?
                }
            };
        }
        Ok(())
    }

    fn put(&self, repository: &str, tag: &str, image: &Image) -> Result<String> {
        for blob in &image.blobs {
            let there = self.call(&Method::HEAD, repository, &format!("blobs/{}", blob.digest), None)?;
            if there.status() == 200 {
                continue;
            }
            let begun = self.call(&Method::POST, repository, "blobs/uploads/", Some(("", &[])))?;
            let begun = expect(202, begun)?;
            let place = header(&begun, "location");
            let and = if place.contains('?') { '&' } else { '?' };
            let url = if place.starts_with('/') { format!("{}{place}", self.url()) } else { place };
            let url = format!("{url}{and}digest={}", blob.digest);
            let put = self.send(&Method::PUT, repository, &url, Some(("application/octet-stream", &blob.bytes)))?;
            expect(201, put)?;
        }
        self.put_manifest(repository, tag, MANIFEST, &image.manifest.bytes)
    }

    /// Puts a manifest of this media type, byte for byte, under a tag or its digest, and returns its digest. What it names
    /// has to be there.
    ///
    /// # Errors
    /// The registry refuses.
    pub fn put_manifest(&self, repository: &str, tag: &str, kind: &str, bytes: &[u8]) -> Result<String> {
        let put = self.call(&Method::PUT, repository, &format!("manifests/{tag}"), Some((kind, bytes)))?;
        Ok(header(&expect(201, put)?, "docker-content-digest"))
    }

    /// The manifest of a tag or digest: its media type, its digest, its bytes.
    ///
    /// # Errors
    /// The registry refuses.
    pub fn manifest(&self, repository: &str, reference: &str) -> Result<Option<(String, String, Vec<u8>)>> {
        let found = self.call(&Method::GET, repository, &format!("manifests/{reference}"), None)?;
        if found.status() == 404 {
            return Ok(None);
        }
        let found = expect(200, found)?;
        let (kind, digest) = (header(&found, "content-type"), header(&found, "docker-content-digest"));
        Ok(Some((kind, digest, found.into_body())))
    }

    /// Gives an image another tag as well, and returns its digest: the same bytes, as `repin retag` does it.
    ///
    /// # Errors
    /// `from` is not there, or the registry refuses.
    pub fn retag(&self, repository: &str, from: &str, to: &str) -> Result<String> {
        let found = self.manifest(repository, from)?;
        let (kind, _, bytes) = found.ok_or_else(|| Error::new(format!("the registry has no {repository}:{from}")))?;
        self.put_manifest(repository, to, &kind, &bytes)
    }

    /// The tags of a repository, sorted; none if there is no such repository. This registry (2.8) gives all of them at once, in
    /// no order, whatever `n` and `last` ask for; others give pages.
    ///
    /// # Errors
    /// The registry refuses.
    pub fn tags(&self, repository: &str) -> Result<Vec<String>> {
        let mut tags = Vec::new();
        let mut url = format!("{}/v2/{repository}/tags/list?n=100", self.url());
        loop {
            let page = self.send(&Method::GET, repository, &url, None)?;
            if page.status() == 404 {
                return Ok(Vec::new());
            }
            let page = expect(200, page)?;
            let body = json(&page)?;
            let names = body["tags"].as_array().into_iter().flatten();
            tags.extend(names.filter_map(Value::as_str).map(str::to_owned));
            let next = header(&page, "link");
            let next = next.strip_prefix('<').and_then(|next| next.split_once('>')).map(|(next, _)| next);
            let Some(next) = next else {
                tags.sort();
                return Ok(tags);
            };
            url = format!("{}{next}", self.url());
        }
    }

    /// The digest of a tag; `None` if it is not there.
    ///
    /// # Errors
    /// The registry refuses.
    pub fn digest(&self, repository: &str, tag: &str) -> Result<Option<String>> {
        let found = self.call(&Method::HEAD, repository, &format!("manifests/{tag}"), None)?;
        if found.status() == 404 {
            return Ok(None);
        }
        Ok(Some(header(&expect(200, found)?, "docker-content-digest")))
    }

    /// The image of a tag; `None` if there is none.
    ///
    /// # Errors
    /// The registry refuses.
    pub fn image(&self, repository: &str, tag: &str) -> Result<Option<Stored>> {
        let Some((_, digest, bytes)) = self.manifest(repository, tag)? else { return Ok(None) };
        let manifest: Value = serde_json::from_slice(&bytes)
            .map_err(|error| Error::new(format!("the manifest of {repository}:{tag} is no JSON: {error}")))?;
        let parts = manifest["layers"].as_array().into_iter().flatten().chain(manifest.get("config"));
        let total_size = parts.filter_map(|part| part["size"].as_u64()).sum();
        let Some(config) = manifest["config"]["digest"].as_str() else {
            return Ok(Some(Stored { digest, revision: String::new(), created_at: None, total_size }));
        };
        let blob = expect(200, self.call(&Method::GET, repository, &format!("blobs/{config}"), None)?)?;
        let created_at = json(&blob)?["created"].as_str().map(str::to_owned);
        let revision = config.strip_prefix("sha256:").unwrap_or(config).to_owned();
        Ok(Some(Stored { digest, revision, created_at, total_size }))
    }

    /// Deletes a tag and leaves others of the same image alone; says whether it was there.
    ///
    /// The registry deletes manifests, and with one all its tags. So the tag is moved to a manifest of its own first: GitLab
    /// itself does this with a registry of this kind.
    ///
    /// # Errors
    /// The registry refuses.
    pub fn delete(&self, repository: &str, tag: &str) -> Result<bool> {
        if self.manifest(repository, tag)?.is_none() {
            return Ok(false);
        }
        let digest = self.put(repository, tag, &Image::new(&format!("{repository}:{tag}, deleted\n"), 0)?)?;
        expect(202, self.call(&Method::DELETE, repository, &format!("manifests/{digest}"), None)?)?;
        Ok(true)
    }

    /// The answer to somebody else's request.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn answer(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Response<Vec<u8>>> {
        let failed = |error: ureq::Error| Error::new(format!("{method} {url}: {error}"));
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = if matches!(method, "GET" | "HEAD") {
            request.body(()).map_err(ureq::Error::from).and_then(|request| self.agent.run(request))
        } else {
            self.changed.fetch_add(1, Ordering::Relaxed);
            request.body(body).map_err(ureq::Error::from).and_then(|request| self.agent.run(request))
        };
        let (head, mut body) = answer.map_err(failed)?.into_parts();
        Ok(Response::from_parts(head, body.read_to_vec().map_err(failed)?))
    }

    fn call(
        &self,
        method: &Method,
        repository: &str,
        path: &str,
        body: Option<(&str, &[u8])>,
    ) -> Result<Response<Vec<u8>>> {
        self.send(method, repository, &format!("{}/v2/{repository}/{path}", self.url()), body)
    }

    /// A request with a token that may do everything in this repository.
    fn send(
        &self,
        method: &Method,
        repository: &str,
        url: &str,
        body: Option<(&str, &[u8])>,
    ) -> Result<Response<Vec<u8>>> {
        let failed = |error: ureq::Error| Error::new(format!("{method} {url}: {error}"));
        let actions = ["pull", "push", "delete"];
        let access = json!([{ "type": "repository", "name": repository, "actions": actions }]);
        let token = self.signer().token("sandbox", &access, now());
        let request = Request::builder().method(method).uri(url).header("accept", ACCEPT);
        let mut request = request.header("authorization", format!("Bearer {token}"));
        let answer = match body {
            Some((kind, bytes)) => {
                if !kind.is_empty() {
                    request = request.header("content-type", kind);
                }
                request.body(bytes).map_err(ureq::Error::from).and_then(|request| self.agent.run(request))
            }
            None => request.body(()).map_err(ureq::Error::from).and_then(|request| self.agent.run(request)),
        };
        if !matches!(*method, Method::GET | Method::HEAD) {
            // After the change: who reads the number before it reads the change later.
            self.changed.fetch_add(1, Ordering::Relaxed);
        }
        let (head, mut body) = answer.map_err(failed)?.into_parts();
        Ok(Response::from_parts(head, body.read_to_vec().map_err(failed)?))
    }
}

/// Where a project's images lie: its path, and below it the image's name.
fn repository(project: &str, below: &str) -> String {
    if below.is_empty() { project.to_owned() } else { format!("{project}/{below}") }
}

fn expect(status: u16, answer: Response<Vec<u8>>) -> Result<Response<Vec<u8>>> {
    if answer.status() == status {
        return Ok(answer);
    }
    let said = String::from_utf8_lossy(answer.body()).into_owned();
    Err(Error::new(format!("the registry answered {}, and not {status}: {}", answer.status(), said.trim_end())))
}

fn header(answer: &Response<Vec<u8>>, name: &str) -> String {
    let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

fn json(answer: &Response<Vec<u8>>) -> Result<Value> {
    serde_json::from_slice(answer.body())
        .map_err(|error| Error::new(format!("the registry answered with what is no JSON: {error}")))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
