//! Reading GitLab's answers, and what is kept of them.
//!
//! All are read as JSON values first, and structs out of these: one reader for all of them, where derived ones are a reader
//! of text for each struct, ten times as large.

use repin::Oid;
use serde_json::Value;

/// Something that answers have in them.
pub(super) trait Read: Sized {
    /// Takes it out of a value.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    fn read(json: Value) -> Result<Self, String>;
}

/// Reads one field of an object. One that is absent counts as null.
pub(super) fn field<R: Read>(object: &mut Value, name: &str) -> Result<R, String> {
    R::read(object.get_mut(name).map(Value::take).unwrap_or_default()).map_err(|problem| in_field(name, &problem))
}

fn in_field(name: &str, problem: &str) -> String {
    format!("in `{name}`, {problem}")
}

/// What was found instead of what was expected.
pub(super) fn expected(what: &str, found: &Value) -> String {
    let found = match found {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    format!("{what} was expected, and there is {found}")
}

impl Read for u64 {
    fn read(json: Value) -> Result<Self, String> {
        json.as_u64().ok_or_else(|| expected("a whole number", &json))
    }
}

impl Read for bool {
    fn read(json: Value) -> Result<Self, String> {
        json.as_bool().ok_or_else(|| expected("true or false", &json))
    }
}

impl Read for String {
    fn read(json: Value) -> Result<Self, String> {
        match json {
            Value::String(text) => Ok(text),
            other => Err(expected("a text", &other)),
        }
    }
}

impl Read for Oid {
    fn read(json: Value) -> Result<Self, String> {
        json.as_str().and_then(|text| text.parse().ok()).ok_or_else(|| expected("an object id of 40 digits", &json))
    }
}

impl Read for u32 {
    fn read(json: Value) -> Result<Self, String> {
        json.as_u64().and_then(|number| number.try_into().ok()).ok_or_else(|| expected("a whole number", &json))
    }
}

impl Read for i64 {
    fn read(json: Value) -> Result<Self, String> {
        json.as_i64().ok_or_else(|| expected("a whole number", &json))
    }
}

impl<R: Read> Read for Option<R> {
    fn read(json: Value) -> Result<Self, String> {
        if json.is_null() { Ok(None) } else { R::read(json).map(Some) }
    }
}

impl<R: Read> Read for Vec<R> {
    fn read(json: Value) -> Result<Self, String> {
        match json {
            Value::Array(rows) => rows.into_iter().map(R::read).collect(),
            other => Err(expected("a list", &other)),
        }
    }
}

impl<A: Read, B: Read> Read for (A, B) {
    fn read(json: Value) -> Result<Self, String> {
        let [a, b] = parts(json)?;
        Ok((A::read(a)?, B::read(b)?))
    }
}

impl<A: Read, B: Read, C: Read> Read for (A, B, C) {
    fn read(json: Value) -> Result<Self, String> {
        let [a, b, c] = parts(json)?;
        Ok((A::read(a)?, B::read(b)?, C::read(c)?))
    }
}

/// The elements of a list of this length.
fn parts<const N: usize>(json: Value) -> Result<[Value; N], String> {
    match json {
        Value::Array(parts) => parts.try_into().map_err(|_| "the list is of another length".to_owned()),
        other => Err(expected("a list", &other)),
    }
}

/// Lets structs be read from objects: each field from the one of its name, or from another (`kind ["type"]`); where it is
/// absent or null, it is as by default (`status [default]`).
macro_rules! read {
    ($($Struct:ident { $($field:ident $([$how:tt])?),+ })+) => {
        $(impl $crate::gitlab::read::Read for $Struct {
            fn read(mut json: serde_json::Value) -> Result<Self, String> {
                if !json.is_object() {
                    return Err($crate::gitlab::read::expected("an object", &json));
                }
                Ok(Self { $($field: read!(@ json $field $($how)?)),+ })
            }
        })+
    };
    (@ $json:ident $field:ident) => { $crate::gitlab::read::field(&mut $json, stringify!($field))? };
    (@ $json:ident $field:ident default) => { $crate::gitlab::read::field::<Option<_>>(&mut $json, stringify!($field))?.unwrap_or_default() };
    (@ $json:ident $field:ident $name:literal) => { $crate::gitlab::read::field(&mut $json, $name)? };
}

pub(super) use read;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::gitlab::wire::{GitTagReply, JobReply};

    #[test]
    fn what_may_be_absent_may_be_null_as_well() {
        for given in
            [json!({ "name": "image" }), json!({ "name": "image", "id": null, "status": null, "web_url": null })]
        {
            let job = JobReply::read(given).expect("it is a job");
            assert_eq!((job.id, job.name.as_str(), job.status.as_str(), job.web_url), (0, "image", "", None));
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let problem = |json: Value| Vec::<GitTagReply>::read(json).err();
        assert_eq!(problem(json!([{ "name": "v1", "commit": null }])), None);
        for (given, wrong) in [
            (json!({}), "a list was expected, and there is an object"),
            (json!(["v1"]), "an object was expected, and there is a text"),
            (json!([{}]), "in `name`, a text was expected, and there is nothing"),
            (
                json!([{ "name": "v1", "commit": { "id": "main" } }]),
                "in `commit`, in `id`, an object id of 40 digits was expected, and there is a text",
            ),
            (json!([{ "name": 1 }]), "in `name`, a text was expected, and there is a number"),
        ] {
            assert_eq!(problem(given).as_deref(), Some(wrong));
        }
    }
}
