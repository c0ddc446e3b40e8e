//! How values cross into JavaScript.

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

use crate::failure::{ErrorCode, Failure};

/// A value as plain objects, with `null` for what is not there, as in JSON.
pub(crate) fn object<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsValue> {
    let serializer = Serializer::new().serialize_missing_as_null(true).serialize_maps_as_objects(true);
    Ok(value.serialize(&serializer)?)
}

/// The same of something long, by way of JSON: a browser parses it faster than it makes one object after the other from
/// outside (`cargo xtask bench` measures both).
pub(crate) fn long<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsValue> {
    let text = serde_json::to_string(value).map_err(|error| internal(&error.to_string()))?;
    js_sys::JSON::parse(&text)
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        object(&failure).unwrap_or_else(|error| error)
    }
}

/// What cannot happen, and did.
fn internal(what: &str) -> JsValue {
    Failure::new(ErrorCode::Internal, what).into()
}
