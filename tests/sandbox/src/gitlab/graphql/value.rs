//! Arguments as JSON, with the variables put in.

use graphql_parser::query::{Directive, Field, Value};
use serde_json::{Map, Value as Json, json};

/// A value with its variables. A variable without a value is left out, as if it had not been written.
pub(super) fn json(value: &Value<'_, String>, variables: &Map<String, Json>) -> Option<Json> {
    Some(match value {
        Value::Variable(name) => variables.get(name)?.clone(),
        Value::Int(number) => json!(number.as_i64()),
        Value::Float(number) => json!(number),
        Value::String(text) | Value::Enum(text) => json!(text),
        Value::Boolean(flag) => json!(flag),
        Value::Null => Json::Null,
        Value::List(list) => list.iter().map(|value| json(value, variables).unwrap_or_default()).collect(),
        Value::Object(object) => {
            let pairs = object.iter().filter_map(|(name, value)| Some((name.clone(), json(value, variables)?)));
            Json::Object(pairs.collect())
        }
    })
}

/// The arguments of a field.
pub(super) fn arguments(field: &Field<'_, String>, variables: &Map<String, Json>) -> Map<String, Json> {
    field.arguments.iter().filter_map(|(name, value)| Some((name.clone(), json(value, variables)?))).collect()
}

/// Whether `@skip` and `@include` let it be.
pub(super) fn included(directives: &[Directive<'_, String>], variables: &Map<String, Json>) -> bool {
    directives.iter().all(|directive| {
        let condition = directive.arguments.iter().find(|(name, _)| name == "if");
        let condition = condition.and_then(|(_, value)| json(value, variables)).and_then(|value| value.as_bool());
        match directive.name.as_str() {
            "skip" => condition != Some(true),
            "include" => condition != Some(false),
            _ => true,
        }
    })
}

/// Whether a value is of a type as the schema writes it. Identifiers, times and enumerations are texts.
pub(super) fn fits(kind: &str, value: &Json) -> bool {
    if let Some(inner) = kind.strip_suffix('!') {
        return !value.is_null() && fits(inner, value);
    }
    if value.is_null() {
        return true;
    }
    if let Some(inner) = kind.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        // One value stands for a list of one.
        return value.as_array().map_or_else(|| fits(inner, value), |list| list.iter().all(|value| fits(inner, value)));
    }
    match kind {
        "Int" => value.is_i64() || value.is_u64(),
        "Boolean" => value.is_boolean(),
        "ID" => value.is_string() || value.is_i64() || value.is_u64(),
        _ => value.is_string(),
    }
}
