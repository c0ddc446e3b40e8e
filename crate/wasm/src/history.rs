//! A history that stays in the module's memory, and answers from there.

use repin::Oid;
use repin::history::History;
use repin::picture::{Heading, Lanes, letter as letter_of, svg};
use repin::resolution::Cost;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::cross::object;
use crate::failure::{ErrorCode, Failure};

/// A history: the package's `History` wraps it.
#[wasm_bindgen]
pub struct HistoryHandle {
    history: History,
    notes: Vec<String>,
    cost: Option<Cost>,
}

impl HistoryHandle {
    pub(crate) fn new(history: History, notes: Vec<String>, cost: Option<Cost>) -> Self {
        Self { history, notes, cost }
    }
}

#[wasm_bindgen]
impl HistoryHandle {
    /// The project's path.
    #[wasm_bindgen(getter)]
    pub fn project(&self) -> Option<String> {
        self.history.project.clone()
    }

    /// The registry repository of the tags.
    #[wasm_bindgen(getter)]
    pub fn repository(&self) -> Option<String> {
        self.history.repository.clone()
    }

    /// Whether a registry was asked.
    #[wasm_bindgen(getter)]
    pub fn verified(&self) -> bool {
        self.history.verified
    }

    /// What a person should know: texts.
    #[wasm_bindgen(getter)]
    pub fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    /// What it cost.
    #[wasm_bindgen(getter)]
    pub fn cost(&self) -> Result<JsValue, JsValue> {
        object(&self.cost)
    }

    /// The commits, newest first: `HistoryEntry[]`.
    pub fn entries(&self) -> Result<JsValue, JsValue> {
        object(&self.history.entries)
    }

    /// The same by way of JSON, to be compared with.
    #[cfg(feature = "bench")]
    #[wasm_bindgen(js_name = entriesByText)]
    pub fn entries_by_text(&self) -> Result<JsValue, JsValue> {
        let text = serde_json::to_string(&self.history.entries).map_err(|error| error.to_string())?;
        js_sys::JSON::parse(&text)
    }

    /// The positions of commits that could not be looked at.
    pub fn unseen(&self) -> Vec<u32> {
        (0..).zip(&self.history.entries).filter(|(_, entry)| entry.unseen).map(|(at, _)| at).collect()
    }

    /// Where each commit is drawn: `Row[]`.
    pub fn rows(&self) -> Result<JsValue, JsValue> {
        let mut lanes = Lanes::default();
        let rows: Vec<_> = self.history.entries.iter().map(|entry| lanes.next(entry)).collect();
        object(&rows)
    }

    /// The answer for one of the commits: a `Resolution`, or `null`.
    pub fn resolution(&self, commit: &str) -> Result<JsValue, JsValue> {
        object(&self.history.resolution(id(commit)?))
    }

    /// The image before the right one of a commit: a `Nearest`, or `null`.
    pub fn older(&self, commit: &str) -> Result<JsValue, JsValue> {
        object(&self.history.older(id(commit)?))
    }

    /// The picture.
    pub fn svg(&self) -> String {
        let heading = Heading { project: self.history.project.clone(), verified: self.history.verified };
        svg(&self.history.entries, &heading)
    }
}

fn id(text: &str) -> Result<Oid, Failure> {
    text.parse().map_err(|_| Failure::new(ErrorCode::BadOption, "a commit is named by its whole id"))
}

/// The letter of an environment, by its number.
#[wasm_bindgen]
pub fn letter(number: u32) -> String {
    letter_of(usize::try_from(number).unwrap_or(usize::MAX))
}
