//! What the JavaScript around the module does for one question.

use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Made by the package for each question: see `npm/src/host.ts`.
    #[derive(Clone)]
    pub type Host;

    /// `fetch`: the caller's or the global one.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn fetch(this: &Host) -> Function;

    /// Told after each request is sent, after each is answered, and when a pause before the next one begins or ends.
    #[wasm_bindgen(method)]
    pub(crate) fn progress(this: &Host, sent: u32, answered: u32, bytes: f64, waiting: bool);

    /// Whether the caller wants to be told.
    #[wasm_bindgen(method, getter, js_name = wantsProgress)]
    pub(crate) fn wants_progress(this: &Host) -> bool;

    /// Settles when the caller's signal is aborted, and never otherwise.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn cancelled(this: &Host) -> Promise;

    /// Whether the caller gave a cache.
    #[wasm_bindgen(method, getter, js_name = hasCache)]
    pub(crate) fn has_cache(this: &Host) -> bool;

    /// A value of the cache; `undefined` where there is none, and where the cache fails.
    #[wasm_bindgen(method)]
    pub(crate) async fn get(this: &Host, key: &str) -> Option<Uint8Array>;

    /// Keeps a value, or not: nobody is told.
    #[wasm_bindgen(method)]
    pub(crate) async fn put(this: &Host, key: &str, value: Uint8Array);
}
