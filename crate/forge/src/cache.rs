//! What never changes, kept for the next question: the parents, the files and the environment of a commit.
//!
//! Refs and tags move, so they are not kept; tokens never are. A store may forget everything at any time, and a value that
//! it gives is the one that was put: it has to tell whether one is whole.

#[cfg(not(target_arch = "wasm32"))]
mod file;

#[cfg(not(target_arch = "wasm32"))]
pub use file::{FileCache, FileStore, Size};

/// Values by keys. A store is of one project of one GitLab, where ids of commits name the same for everybody who may see it.
pub trait Store {
    /// The value of a key, if it is there, whole and readable.
    async fn get(&self, key: &str) -> Option<Vec<u8>>;

    /// Keeps a value. If that fails, it is not kept, and nobody is told: an answer does not depend on it.
    async fn put(&self, key: &str, value: &[u8]);
}

/// The stores of all projects.
pub trait Stores {
    /// The store of one.
    type Store: Store;

    /// The store of a project: `base` is where its GitLab is, `https://host/root`, and `project` its path or number there.
    fn store(&self, base: &str, project: &str) -> Self::Store;
}

/// `None` keeps nothing.
impl<C: Stores> Stores for Option<C> {
    type Store = Option<C::Store>;

    fn store(&self, base: &str, project: &str) -> Self::Store {
        self.as_ref().map(|stores| stores.store(base, project))
    }
}

/// Keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoStore;

impl Store for NoStore {
    async fn get(&self, _key: &str) -> Option<Vec<u8>> {
        None
    }

    async fn put(&self, _key: &str, _value: &[u8]) {}
}

impl<S: Store> Store for &S {
    async fn get(&self, key: &str) -> Option<Vec<u8>> {
        (**self).get(key).await
    }

    async fn put(&self, key: &str, value: &[u8]) {
        (**self).put(key, value).await;
    }
}

/// `None` keeps nothing.
impl<S: Store> Store for Option<S> {
    async fn get(&self, key: &str) -> Option<Vec<u8>> {
        match self {
            Some(store) => store.get(key).await,
            None => None,
        }
    }

    async fn put(&self, key: &str, value: &[u8]) {
        if let Some(store) = self {
            store.put(key, value).await;
        }
    }
}
