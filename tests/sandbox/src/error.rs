use std::fmt;
use std::path::Path;

/// What goes wrong while a repository is made.
#[derive(Debug)]
pub struct Error(String);

/// A result whose error says what was tried, and where.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn new(message: String) -> Self {
        Self(message)
    }

    /// `what` was done to `path`, and failed.
    pub(crate) fn io(what: &str, path: &Path, error: &std::io::Error) -> Self {
        Self(format!("cannot {what} {}: {error}", path.display()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}
