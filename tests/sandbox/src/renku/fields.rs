//! The fields of bodies, and what is wrong with them, in the words of pydantic (renku-data-services, session/apispec.py).

use serde_json::{Map, Value};

use super::model::is_ulid;

/// What a field holds.
#[derive(Clone, Copy)]
pub(crate) enum Holds {
    Text(usize, usize),
    /// Above 0, and up to this.
    Number(u64),
    /// At least one text.
    Texts,
    Flag,
    One(&'static [&'static str]),
    Ulid,
    /// No more than 32, each with a name.
    Variables,
    Object,
}
use Holds::{Flag, Number, Object, One, Text, Texts, Ulid, Variables};

pub(crate) type Fields = [(&'static str, Holds)];

/// Of a launcher.
pub(crate) const LAUNCHER: &Fields = &[
    ("name", Text(1, 99)),
    ("project_id", Ulid),
    ("description", Text(0, 500)),
    ("resource_class_id", Number(i32::MAX as u64)),
    ("disk_storage", Number(i32::MAX as u64)),
    ("env_variables", Variables),
    ("launcher_type", One(&["interactive", "non-interactive"])),
    ("environment", Object),
];
/// Of an environment.
pub(crate) const ENVIRONMENT: &Fields = &[
    ("name", Text(1, 99)),
    ("description", Text(0, 500)),
    ("container_image", Text(3, 500)),
    ("default_url", Text(0, 200)),
    ("uid", Number(65_535)),
    ("gid", Number(65_535)),
    ("port", Number(65_399)),
    ("working_directory", Text(0, usize::MAX)),
    ("mount_directory", Text(0, usize::MAX)),
    ("command", Texts),
    ("args", Texts),
    ("is_archived", Flag),
    ("strip_path_prefix", Flag),
    ("environment_kind", One(&["GLOBAL", "CUSTOM"])),
    ("environment_image_source", One(&["image", "build"])),
    ("build_parameters", Object),
];
/// Of what Renku builds from.
pub(crate) const BUILD: &Fields = &[
    ("repository", Text(0, usize::MAX)),
    ("builder_variant", Text(1, 99)),
    ("frontend_variant", Text(1, 99)),
    ("repository_revision", Text(0, 500)),
    ("context_dir", Text(0, 500)),
    ("platforms", Texts),
];

/// What is wrong with the fields that are there. A null is as if the field were not.
pub(crate) fn check(object: &Map<String, Value>, fields: &Fields, at: &str, closed: bool) -> Vec<String> {
    let wrong = |(name, value): (&String, &Value)| {
        let known = fields.iter().find(|field| field.0 == name);
        let message = match known {
            None => closed.then(|| "Extra inputs are not permitted".to_owned()),
            Some(_) if value.is_null() => None,
            Some((_, holds)) => holds.wrong(value),
        };
        message.map(|message| format!("{at}{name}: {message}"))
    };
    object.iter().filter_map(wrong).collect()
}

/// Which of these fields are not there.
pub(crate) fn lacks(object: &Map<String, Value>, names: &[&str], at: &str) -> Vec<String> {
    let gone = names.iter().filter(|name| object.get(**name).is_none_or(Value::is_null));
    gone.map(|name| format!("{at}{name}: Field required")).collect()
}

impl Holds {
    /// What is wrong with a value, in the words of pydantic.
    fn wrong(self, value: &Value) -> Option<String> {
        match self {
            Text(least, most) => {
                let Some(text) = value.as_str() else { return Some("Input should be a valid string".to_owned()) };
                let length = text.chars().count();
                let plural = |count: usize| if count == 1 { "" } else { "s" };
                if length < least {
                    return Some(format!("String should have at least {least} character{}", plural(least)));
                }
                (length > most).then(|| format!("String should have at most {most} character{}", plural(most)))
            }
            Number(most) => match value.as_i64() {
                None => Some("Input should be a valid integer".to_owned()),
                Some(number) if number <= 0 => Some("Input should be greater than 0".to_owned()),
                Some(number) => number
                    .try_into()
                    .is_ok_and(|number: u64| number > most)
                    .then(|| format!("Input should be less than or equal to {most}")),
            },
            Texts => match value.as_array() {
                Some(list) if list.is_empty() => {
                    Some("List should have at least 1 item after validation, not 0".to_owned())
                }
                Some(list) if list.iter().all(Value::is_string) => None,
                _ => Some("Input should be a valid list".to_owned()),
            },
            Flag => (!value.is_boolean()).then(|| "Input should be a valid boolean".to_owned()),
            One(names) => {
                let known = value.as_str().is_some_and(|value| names.contains(&value));
                (!known).then(|| format!("Input should be '{}'", names.join("' or '")))
            }
            Ulid => (!value.as_str().is_some_and(is_ulid))
                .then(|| "String should match pattern '^[0-7][0-9A-HJKMNP-TV-Z]{25}$'".to_owned()),
            Variables => match value.as_array() {
                Some(list) if list.len() <= 32 && list.iter().all(is_variable) => None,
                Some(list) if list.len() > 32 => {
                    Some(format!("List should have at most 32 items after validation, not {}", list.len()))
                }
                _ => Some("name: String should match pattern '^[a-zA-Z_][a-zA-Z0-9_]*$'".to_owned()),
            },
            Object => (!value.is_object()).then(|| "Input should be a valid dictionary".to_owned()),
        }
    }
}

/// Whether it has a name that a shell can use.
fn is_variable(variable: &Value) -> bool {
    variable["name"].as_str().is_some_and(|name| {
        name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    })
}
