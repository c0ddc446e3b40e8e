//! How values cross into JavaScript.

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

use crate::failure::Failure;

/// A value as plain objects, with `null` for what is not there, as in JSON: in three quarters of the time that a text takes
/// which is written here and parsed there (`cargo xtask bench` measures both).
pub(crate) fn object<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsValue> {
    let serializer = Serializer::new().serialize_missing_as_null(true).serialize_maps_as_objects(true);
    Ok(value.serialize(&serializer)?)
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        object(&failure).unwrap_or_else(|error| error)
    }
}
