//! The caller's cache.

use js_sys::Uint8Array;
use repin_forge::cache::{Store, Stores};

use crate::host::Host;

/// The caller's cache, for all projects.
pub(crate) struct JsStores(pub(crate) Host);

/// The part of it that is one project's.
pub(crate) struct JsStore {
    host: Host,
    prefix: String,
}

impl Stores for JsStores {
    type Store = JsStore;

    fn store(&self, base: &str, project: &str) -> JsStore {
        // No address has a space.
        JsStore { host: self.0.clone(), prefix: format!("{base} {project} ") }
    }
}

impl Store for JsStore {
    async fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.host.get(&format!("{}{key}", self.prefix)).await.map(|bytes| bytes.to_vec())
    }

    async fn put(&self, key: &str, value: &[u8]) {
        self.host.put(&format!("{}{key}", self.prefix), Uint8Array::from(value)).await;
    }
}
