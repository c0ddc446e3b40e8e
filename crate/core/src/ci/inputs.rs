//! `spec:inputs`: the parameters of an included file, `$[[ inputs.name ]]` in its text.
//!
//! A value comes from the including file (`include: [{local: …, inputs: {…}}]`) or from the header's `default`. What
//! has neither, or asks for a function (`| expand_vars`), stays as it is written: such a text is then not known.

use std::cell::Cell;
use std::sync::Arc;

use super::yaml::{Map, Value};

/// How much text the inputs of one file may add: a hostile file must not multiply itself.
const MAX_ADDED: usize = 1 << 20;

/// The configuration with its inputs put in.
pub(super) fn interpolate(config: &Value, header: &Value, given: &Value) -> Value {
    let spec = header.get("spec").and_then(|spec| spec.get("inputs"));
    let added = Cell::new(0);
    let lookup = |name: &str| {
        let default = spec.and_then(|inputs| inputs.get(name)).and_then(|input| input.get("default"));
        let value = given.get(name).or(default)?;
        // Only scalars and lists of them: nested values could multiply themselves from include to include.
        let size = value.items().iter().map(|item| item.text().map(|text| 1 + text.len())).sum::<Option<usize>>()?;
        added.set(added.get() + size);
        (added.get() <= MAX_ADDED).then(|| value.clone())
    };
    replace(config, &lookup)
}

fn replace(value: &Value, lookup: &dyn Fn(&str) -> Option<Value>) -> Value {
    match value {
        Value::Text(text) if text.contains("$[[") => replace_text(text, lookup),
        Value::Seq(items) => Value::Seq(Arc::new(items.iter().map(|item| replace(item, lookup)).collect())),
        Value::Map(pairs) => {
            let mut map = Map::default();
            for (key, value) in pairs.iter() {
                let name = replace_text(key, lookup);
                map.insert(name.text().map_or_else(|| key.clone(), Arc::from), replace(value, lookup));
            }
            map.into_value()
        }
        other => other.clone(),
    }
}

fn replace_text(text: &str, lookup: &dyn Fn(&str) -> Option<Value>) -> Value {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("$[[") {
        let Some((name, tail)) = after.split_once("]]") else { break };
        let value = name.trim().strip_prefix("inputs.").and_then(lookup);
        // A list or a map replaces the whole text.
        match value {
            Some(value) if before.is_empty() && tail.is_empty() && out.is_empty() => return value,
            Some(Value::Text(value)) => {
                out.push_str(before);
                out.push_str(&value);
            }
            _ => {
                out.push_str(before);
                out.push_str("$[[");
                out.push_str(name);
                out.push_str("]]");
            }
        }
        rest = tail;
    }
    out.push_str(rest);
    Value::Text(Arc::from(out))
}
