//! Names of container images.
//!
//! A reference is `[host[:port]/]path[:tag][@digest]`. The rules are those of `ParseNormalizedNamed` in
//! [distribution/reference], which Docker, containerd and most registries' clients share:
//!
//! - The text before the first `/` is the registry if it contains a `.` or a `:`, is `localhost`, or has an upper-case
//!   letter (which no path may have); otherwise the registry is Docker Hub. A text without `/` is never a registry:
//!   `example.org:5000` is the tag `5000` of the Docker Hub repository `example.org`.
//! - Docker Hub is `docker.io`; its old name `index.docker.io` is replaced by it. A Docker Hub path of one component is
//!   under `library/`.
//! - A host is a domain name, an IPv4 address, or an IPv6 address in brackets without zone; a port is decimal digits.
//! - A path is components separated by `/`. A component is runs of `a-z` and `0-9`, separated by one `.`, one or two
//!   `_`, or any number of `-`. A path has at most 255 bytes; the registry does not count (it did in early versions).
//! - A tag is a letter, digit or `_`, then at most 127 of those, `.` and `-`.
//! - A digest is `sha256:`, `sha384:` or `sha512:` and 64, 96 or 128 lower-case hexadecimal digits.
//! - A bare name of 64 hexadecimal digits could as well be an image's id, so it is refused.
//!
//! Five things differ from upstream. White space around the text is ignored, since references come from configuration
//! files and clipboards. A missing tag stays missing: `latest` is not added. A tag beside a digest is kept, though the
//! digest alone decides which image is meant. `foo_bar.com/name`, which upstream reads as a name without registry because
//! of the `_`, is an error. And errors say which part is wrong, where.
//!
//! [distribution/reference]: https://github.com/distribution/reference
//!
//! ```
//! use repin::reference::Reference;
//!
//! let image = Reference::parse("registry.example.org:5050/group/name:abc1234")?;
//! assert_eq!(image.registry(), "registry.example.org:5050");
//! assert_eq!(image.repository(), "group/name");
//! assert_eq!(image.tag(), Some("abc1234"));
//! assert_eq!(image.digest(), None);
//!
//! let short = Reference::parse("ubuntu")?;
//! assert_eq!(short.to_string(), "docker.io/library/ubuntu");
//! assert_eq!(short.familiar(), "ubuntu");
//! # Ok::<(), repin::reference::ReferenceError>(())
//! ```

use std::fmt;
use std::str::FromStr;

/// The registry of names that do not say one.
const DOCKER_HUB: &str = "docker.io";
/// What Docker Hub was called when it was the Docker Index.
const DOCKER_INDEX: &str = "index.docker.io";
/// Where Docker Hub keeps the repositories whose names are one word.
const LIBRARY: &str = "library/";
/// The longest path of a repository, in bytes.
const LONGEST_REPOSITORY: usize = 255;
/// The longest tag, in bytes.
const LONGEST_TAG: usize = 128;

/// A container image's name in canonical form. See the [module](self) for the rules.
///
/// Two references are equal if registry, repository, tag and digest all are; [`same_repository`](Self::same_repository)
/// compares less.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    registry: String,
    repository: String,
    tag: Option<String>,
    digest: Option<String>,
}

impl Reference {
    /// Reads a reference.
    ///
    /// # Errors
    /// The first part that breaks a rule of the [module](self), and where it begins.
    ///
    /// ```
    /// use repin::reference::{Reference, ReferenceErrorKind};
    ///
    /// let error = Reference::parse("registry.example.org/Group/name").unwrap_err();
    /// assert_eq!(error.kind(), &ReferenceErrorKind::UpperCase("Group/name".into()));
    /// assert_eq!(error.position(), 21);
    /// ```
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        parse(text, false)
    }

    /// Reads a reference like [`parse`](Self::parse), but takes upper-case letters in the repository as lower-case ones.
    ///
    /// People paste project paths, which may have upper case; GitLab's registry has them under the lower-case path
    /// (facts/gitlab.md, 4). An upper-case first component without a dot still is a host.
    ///
    /// # Errors
    /// As for [`parse`](Self::parse), less [`ReferenceErrorKind::UpperCase`].
    ///
    /// ```
    /// use repin::reference::Reference;
    ///
    /// let image = Reference::parse_lenient("registry.example.org/Group/Name:V1")?;
    /// assert_eq!(image.to_string(), "registry.example.org/group/name:V1");
    /// # Ok::<(), repin::reference::ReferenceError>(())
    /// ```
    pub fn parse_lenient(text: &str) -> Result<Self, ReferenceError> {
        parse(text, true)
    }

    /// The registry's host, with `:port` if there is one; `docker.io` for Docker Hub.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The path within the registry, `library/` included.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag, if the reference has one; a reference without tag and digest means `latest` to Docker.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest, such as `sha256:` and 64 digits, if the reference has one.
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// The name without tag and digest: `registry/repository`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }

    /// The short form that Docker shows, without `docker.io/` and `library/`. Where the short form would mean another
    /// image (`docker.io/localhost/name`), it is the canonical form.
    pub fn familiar(&self) -> String {
        let full = self.to_string();
        let Some(path) = full.strip_prefix(DOCKER_HUB).and_then(|rest| rest.strip_prefix('/')) else { return full };
        [path.strip_prefix(LIBRARY), Some(path)]
            .into_iter()
            .flatten()
            .find(|short| Self::parse(short).as_ref() == Ok(self))
            .map_or_else(|| full.clone(), str::to_owned)
    }

    /// Whether both name the same repository, whatever their tags and digests. Hosts are compared without regard to
    /// case, as the domain name system does.
    pub fn same_repository(&self, other: &Self) -> bool {
        self.registry.eq_ignore_ascii_case(&other.registry) && self.repository == other.repository
    }

    /// The same repository with this tag and no digest.
    ///
    /// # Errors
    /// [`ReferenceErrorKind::Tag`], at position 0, if `tag` is not one.
    pub fn with_tag(&self, tag: &str) -> Result<Self, ReferenceError> {
        if !is_tag(tag) {
            return Err(ReferenceError { kind: ReferenceErrorKind::Tag(tag.to_owned()), position: 0 });
        }
        Ok(Self { tag: Some(tag.to_owned()), digest: None, ..self.clone() })
    }
}

/// The canonical form, which [`Reference::parse`] reads back.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// Whether a registry accepts `tag` as a tag: `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`.
pub fn is_tag(tag: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= LONGEST_TAG
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|byte| word(byte) || byte == b'.' || byte == b'-')
}

/// Whether `digest` is one: `sha256:`, `sha384:` or `sha512:` and 64, 96 or 128 lower-case hexadecimal digits.
pub fn is_digest(digest: &str) -> bool {
    check_digest(digest).is_ok()
}

/// Whether `tag` certainly moves from image to image. Only `latest` does by convention; a branch's name does too, but
/// which tags are branches only the caller can know.
pub fn is_floating_tag(tag: &str) -> bool {
    tag == "latest"
}

/// Why a text is not a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceError {
    kind: ReferenceErrorKind,
    position: usize,
}

impl ReferenceError {
    /// What is wrong.
    pub fn kind(&self) -> &ReferenceErrorKind {
        &self.kind
    }

    /// Where the wrong part begins, in bytes from the beginning of the text as it was given.
    pub fn position(&self) -> usize {
        self.position
    }
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        if self.position > 0 {
            write!(f, " (at byte {})", self.position)?;
        }
        Ok(())
    }
}

impl std::error::Error for ReferenceError {}

/// What is wrong with a reference. The texts are the parts as they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReferenceErrorKind {
    /// There is no text but white space.
    Empty,
    /// The text is a URL or names a transport, as in `docker://` or `https://`.
    Scheme(String),
    /// The whole name is 64 hexadecimal digits, like an image's id.
    Identifier,
    /// The registry's host is neither a domain name nor an address.
    Host(String),
    /// What follows the host's colon is not a decimal number.
    Port(String),
    /// There is no repository: nothing precedes the tag or the digest, or nothing follows the registry.
    NoRepository,
    /// The repository has upper-case letters; [`Reference::parse_lenient`] takes them as lower-case ones.
    UpperCase(String),
    /// A component of the repository breaks the rules. It may be empty, where two slashes meet.
    Component(String),
    /// The repository has this many bytes, more than 255.
    TooLong(usize),
    /// The tag breaks the rules.
    Tag(String),
    /// The digest is not `algorithm:digits` with lower-case hexadecimal digits.
    Digest(String),
    /// The digest's algorithm is none of sha256, sha384, sha512.
    DigestAlgorithm(String),
    /// The digest has another number of digits than its algorithm gives.
    DigestLength {
        /// As many as there should be.
        expected: usize,
        /// As many as there are.
        found: usize,
    },
}

impl fmt::Display for ReferenceErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the image reference is empty"),
            Self::Scheme(scheme) => write!(f, "an image reference has no scheme: leave out `{scheme}://`"),
            Self::Identifier => f.write_str(
                "a name of 64 hexadecimal digits could be an image's id: write the registry before it, \
                 such as docker.io/library/",
            ),
            Self::Host(host) => write!(f, "`{host}` is not a registry's host"),
            Self::Port(port) => write!(f, "`{port}` is not a port number"),
            Self::NoRepository => f.write_str("the repository is missing"),
            Self::UpperCase(repository) => {
                write!(f, "the repository `{repository}` has upper-case letters: registries accept lower case only")
            }
            Self::Component(component) if component.is_empty() => {
                f.write_str("the repository has an empty component: a slash too many")
            }
            Self::Component(component) => write!(
                f,
                "`{component}` is not a component of a repository: a-z and 0-9, separated by one `.`, one or two `_`, \
                 or dashes"
            ),
            Self::TooLong(length) => {
                write!(f, "the repository has {length} bytes, and {LONGEST_REPOSITORY} is the most")
            }
            Self::Tag(tag) if tag.is_empty() => f.write_str("the tag is empty"),
            Self::Tag(tag) => write!(
                f,
                "`{tag}` is not a tag: at most {LONGEST_TAG} letters, digits, `_`, `.` and `-`, and neither `.` nor `-` \
                 first"
            ),
            Self::Digest(digest) => {
                write!(f, "`{digest}` is not a digest, such as sha256: and 64 lower-case hexadecimal digits")
            }
            Self::DigestAlgorithm(algorithm) => {
                write!(f, "the digest's algorithm `{algorithm}` is none of sha256, sha384, sha512")
            }
            Self::DigestLength { expected, found } => {
                write!(f, "the digest has {found} hexadecimal digits instead of {expected}")
            }
        }
    }
}

fn parse(text: &str, lenient: bool) -> Result<Reference, ReferenceError> {
    use ReferenceErrorKind as Kind;

    let start = text.len() - text.trim_start().len();
    let error = |kind, offset| ReferenceError { kind, position: start + offset };
    let text = text.trim();
    if text.is_empty() {
        return Err(error(Kind::Empty, 0));
    }
    if let Some((scheme, _)) = text.split_once("://") {
        return Err(error(Kind::Scheme(scheme.to_owned()), 0));
    }
    if text.len() == 64 && is_hex(text) {
        return Err(error(Kind::Identifier, 0));
    }

    let (named, digest) = match text.split_once('@') {
        Some((named, digest)) => (named, Some(digest)),
        None => (text, None),
    };
    let (host, remote) = split_host(named);
    if let Some(host) = host {
        check_host(host).map_err(|(kind, offset)| error(kind, offset))?;
    }
    let (path, tag) = match remote.split_once(':') {
        Some((path, tag)) => (path, Some(tag)),
        None => (remote, None),
    };

    let before_path = named.len() - remote.len();
    if path.is_empty() {
        return Err(error(Kind::NoRepository, before_path));
    }
    if !lenient && path.chars().any(char::is_uppercase) {
        return Err(error(Kind::UpperCase(path.to_owned()), before_path));
    }
    let mut offset = before_path;
    for component in path.split('/') {
        if !is_component(&component.to_ascii_lowercase()) {
            return Err(error(Kind::Component(component.to_owned()), offset));
        }
        offset += component.len() + 1;
    }
    let path = path.to_ascii_lowercase();
    let registry = match host {
        None | Some(DOCKER_INDEX) => DOCKER_HUB,
        Some(host) => host,
    };
    let short = registry == DOCKER_HUB && !path.contains('/');
    let repository = if short { format!("{LIBRARY}{path}") } else { path };
    if repository.len() > LONGEST_REPOSITORY {
        return Err(error(Kind::TooLong(repository.len()), before_path));
    }
    if let Some(tag) = tag.filter(|tag| !is_tag(tag)) {
        return Err(error(Kind::Tag(tag.to_owned()), named.len() - tag.len()));
    }
    if let Some(digest) = digest {
        check_digest(digest).map_err(|kind| error(kind, named.len() + 1))?;
    }
    Ok(Reference {
        registry: registry.to_owned(),
        repository,
        tag: tag.map(str::to_owned),
        digest: digest.map(str::to_owned),
    })
}

/// The registry, if `named` says one, and the rest.
fn split_host(named: &str) -> (Option<&str>, &str) {
    match named.split_once('/') {
        Some((first, rest))
            if first == "localhost" || first.contains(['.', ':']) || first.chars().any(char::is_uppercase) =>
        {
            (Some(first), rest)
        }
        _ => (None, named),
    }
}

/// Checks `host[:port]`; an error comes with its offset in it.
fn check_host(text: &str) -> Result<(), (ReferenceErrorKind, usize)> {
    let (valid, host, port) = if let Some((address, after)) = text.strip_prefix('[').and_then(|t| t.split_once(']')) {
        let digits = |byte: u8| byte.is_ascii_hexdigit() || byte == b':';
        // Only a port may follow the bracket.
        let valid = !address.is_empty() && address.bytes().all(digits) && (after.is_empty() || after.starts_with(':'));
        (valid, text, after.strip_prefix(':'))
    } else {
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        };
        (host.split('.').all(is_label), host, port)
    };
    if !valid {
        return Err((ReferenceErrorKind::Host(host.to_owned()), 0));
    }
    match port {
        Some(port) if port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err((ReferenceErrorKind::Port(port.to_owned()), text.len() - port.len()))
        }
        _ => Ok(()),
    }
}

/// Whether `label` may stand between the dots of a domain name.
fn is_label(label: &str) -> bool {
    !label.is_empty()
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Whether `component` may stand between the slashes of a repository.
fn is_component(component: &str) -> bool {
    let alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if !component.starts_with(alphanumeric) || !component.ends_with(alphanumeric) {
        return false;
    }
    // Between two letters that follow each other there is an empty separator.
    component
        .split(alphanumeric)
        .all(|separator| matches!(separator, "" | "." | "_" | "__") || separator.bytes().all(|byte| byte == b'-'))
}

fn check_digest(digest: &str) -> Result<(), ReferenceErrorKind> {
    let malformed = || ReferenceErrorKind::Digest(digest.to_owned());
    let (algorithm, digits) = digest.split_once(':').ok_or_else(malformed)?;
    let expected = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        "" => return Err(malformed()),
        _ => return Err(ReferenceErrorKind::DigestAlgorithm(algorithm.to_owned())),
    };
    if !is_hex(digits) {
        return Err(malformed());
    }
    if digits.len() != expected {
        return Err(ReferenceErrorKind::DigestLength { expected, found: digits.len() });
    }
    Ok(())
}

/// Whether there is nothing but lower-case hexadecimal digits.
fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests;
