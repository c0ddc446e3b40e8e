//! Patterns.

use wasm_bindgen::prelude::wasm_bindgen;

/// A pattern as GitLab's `changes:` means it.
#[wasm_bindgen]
pub struct Glob(repin::glob::Glob);

#[wasm_bindgen]
impl Glob {
    /// Reads a pattern; a broken one matches nothing.
    #[wasm_bindgen(constructor)]
    pub fn new(pattern: &str) -> Self {
        Self(repin::glob::Glob::new(pattern))
    }

    /// Whether it matches the whole of this path.
    pub fn matches(&self, path: &str) -> bool {
        self.0.matches(path)
    }
}
