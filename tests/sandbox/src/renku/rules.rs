//! What a launcher may be: the fields of bodies, and what may become of an environment (renku-data-services, session/apispec.py and
//! session/core.py). A body that could be several things is judged as the one that it comes nearest to.

use serde_json::{Map, Value, json};

use super::error::{invalid, refusal};
use super::model::{Environment, is_ulid};
use crate::gitlab::Reply;

/// What a field holds.
#[derive(Clone, Copy)]
enum Holds {
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

type Fields = [(&'static str, Holds)];

const LAUNCHER: &Fields = &[
    ("name", Text(1, 99)),
    ("project_id", Ulid),
    ("description", Text(0, 500)),
    ("resource_class_id", Number(i32::MAX as u64)),
    ("disk_storage", Number(i32::MAX as u64)),
    ("env_variables", Variables),
    ("launcher_type", One(&["interactive", "non-interactive"])),
    ("environment", Object),
];
const ENVIRONMENT: &Fields = &[
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
const BUILD: &Fields = &[
    ("repository", Text(0, usize::MAX)),
    ("builder_variant", Text(1, 99)),
    ("frontend_variant", Text(1, 99)),
    ("repository_revision", Text(0, 500)),
    ("context_dir", Text(0, 500)),
    ("platforms", Texts),
];

/// What has to be there for an environment of an image.
const OF_AN_IMAGE: [&str; 4] = ["name", "container_image", "environment_image_source", "environment_kind"];
/// What has to be there for one that Renku builds.
const OF_A_BUILD: [&str; 3] = ["repository", "builder_variant", "frontend_variant"];
/// What the image of an environment is called before the first build.
const UNBUILT: &str = "image:unknown-at-the-moment";

/// What becomes of a launcher's environment.
#[derive(Debug)]
pub(crate) enum Change {
    /// It is the global one of this number.
    Global(String),
    /// It is another one; its number stays where it was the launcher's own.
    Whole(Map<String, Value>),
    /// Some fields change.
    Fields(Map<String, Value>),
}

/// The object of a body.
pub(crate) fn object(body: &[u8]) -> Result<Map<String, Value>, Reply> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(refusal(422, "The validation failed because the provided input has the wrong type")),
    }
}

/// Looks at the body of a POST of a launcher, and says what its environment is.
pub(crate) fn new_launcher(body: &Map<String, Value>) -> Result<Change, Reply> {
    let mut wrong = check(body, LAUNCHER, "", true);
    wrong.extend(lacks(body, &["name", "project_id", "environment"], ""));
    let empty = Map::new();
    let environment = body.get("environment").and_then(Value::as_object).unwrap_or(&empty);
    let build = environment.get("environment_image_source") == Some(&json!("build"));
    if environment.get("id").is_none_or(Value::is_null) && !environment.is_empty() {
        wrong.extend(check(environment, if build { BUILD } else { ENVIRONMENT }, "environment.", false));
        wrong.extend(lacks(environment, if build { &OF_A_BUILD } else { &OF_AN_IMAGE }, "environment."));
    }
    if !wrong.is_empty() {
        return Err(invalid(&wrong));
    }
    if let Some(id) = environment.get("id").and_then(Value::as_str) {
        return Ok(Change::Global(id.to_owned()));
    }
    Ok(Change::Whole(if build { built(environment, environment)? } else { of_an_image(environment) }))
}

/// Looks at the body of a PATCH of a launcher with this environment, and says what becomes of it.
pub(crate) fn patched_launcher(body: &Map<String, Value>, current: &Environment) -> Result<Option<Change>, Reply> {
    let fields = LAUNCHER.iter().filter(|(name, _)| !matches!(*name, "project_id" | "launcher_type"));
    let fields: Vec<_> = fields.copied().collect();
    let mut wrong = check(body, &fields, "", true);
    let Some(patch) = body.get("environment").and_then(Value::as_object) else {
        return if wrong.is_empty() { Ok(None) } else { Err(invalid(&wrong)) };
    };
    let id = patch.get("id").and_then(Value::as_str);
    if let (Some(id), 1, true) = (id, patch.len(), wrong.is_empty()) {
        return Ok(Some(Change::Global(id.to_owned())));
    }
    wrong.extend(check(patch, ENVIRONMENT, "environment.full.", false));
    let parameters = patch.get("build_parameters").and_then(Value::as_object);
    if let Some(parameters) = parameters {
        wrong.extend(check(parameters, BUILD, "environment.full.build_parameters.", false));
    }
    if !wrong.is_empty() {
        return Err(invalid(&wrong));
    }
    environment_change(patch, parameters, current).map(Some)
}

/// The rules of `validate_session_launcher_patch`.
fn environment_change(
    patch: &Map<String, Value>,
    parameters: Option<&Map<String, Value>>,
    current: &Environment,
) -> Result<Change, Reply> {
    let one = |what: &str| Err(invalid(&[what.to_owned()]));
    let kind = patch.get("environment_kind").and_then(Value::as_str);
    let source = patch.get("environment_image_source").and_then(Value::as_str);
    if current.is_global() {
        return match (kind, source) {
            (Some("CUSTOM"), Some("build")) => built_from(parameters, patch).map(Change::Whole),
            (Some("CUSTOM"), _) => whole(patch),
            _ => one("environment.environment_kind: Input should be 'custom'"),
        };
    }
    if kind == Some("GLOBAL") {
        return one("environment.id: Input should be a valid string");
    }
    let now = if current.is_built() { "build" } else { "image" };
    match (now, source.unwrap_or(now), parameters) {
        (_, "image", Some(_)) => one("environment.build_parameters: Must be null"),
        (_, "build", None) => one("environment.build_parameters: Must be set"),
        ("image", "build", Some(_)) => built_from(parameters, patch).map(Change::Whole),
        ("build", "image", None) => {
            // The build's parameters are gone with it.
            let mut patch = patch.clone();
            patch.entry("name").or_insert_with(|| current.0.get("name").cloned().unwrap_or_default());
            whole(&patch)
        }
        _ => Ok(Change::Fields(patch.clone())),
    }
}

/// An environment of an image, all of which the patch has to say.
fn whole(patch: &Map<String, Value>) -> Result<Change, Reply> {
    let wrong = lacks(patch, &OF_AN_IMAGE, "");
    if wrong.is_empty() { Ok(Change::Whole(of_an_image(patch))) } else { Err(invalid(&wrong)) }
}

/// An environment of an image, with what is there where nothing is said.
fn of_an_image(given: &Map<String, Value>) -> Map<String, Value> {
    let usual = json!({
        "default_url": "/lab", "uid": 1000, "gid": 1000, "port": 8080, "is_archived": false, "strip_path_prefix": false,
    });
    let mut all = usual.as_object().cloned().unwrap_or_default();
    let known =
        given.iter().filter(|(name, value)| ENVIRONMENT.iter().any(|field| field.0 == *name) && !value.is_null());
    all.extend(known.map(|(name, value)| (name.clone(), value.clone())));
    all.insert("environment_kind".to_owned(), json!("CUSTOM"));
    all
}

fn built_from(
    parameters: Option<&Map<String, Value>>,
    patch: &Map<String, Value>,
) -> Result<Map<String, Value>, Reply> {
    let empty = Map::new();
    let parameters = parameters.unwrap_or(&empty);
    let wrong = lacks(parameters, &OF_A_BUILD, "");
    if wrong.is_empty() { built(parameters, patch) } else { Err(invalid(&wrong)) }
}

/// An environment that Renku builds (session/models.py, BUILD_ENVIRONMENT_CONFIGS).
fn built(parameters: &Map<String, Value>, given: &Map<String, Value>) -> Result<Map<String, Value>, Reply> {
    let text = |name: &str| parameters.get(name).and_then(Value::as_str).unwrap_or_default();
    let (builder, frontend) = (text("builder_variant"), text("frontend_variant"));
    match (builder, frontend) {
        ("r", "rstudio" | "none") | ("python", "vscodium" | "jupyterlab" | "ttyd" | "infer" | "none") => {}
        _ => {
            let message =
                format!("Invalid combination: builder '{builder}' is not compatible with frontend '{frontend}'");
            return Err(refusal(422, &message));
        }
    }
    let known =
        parameters.iter().filter(|(name, value)| BUILD.iter().any(|field| field.0 == *name) && !value.is_null());
    let mut parameters: Map<_, _> = known.map(|(name, value)| (name.clone(), value.clone())).collect();
    parameters.entry("platforms").or_insert_with(|| json!(["linux/amd64"]));
    let mut all = Map::new();
    for name in ["command", "args"] {
        all.extend(given.get(name).filter(|value| !value.is_null()).map(|value| (name.to_owned(), value.clone())));
    }
    let fixed = json!({
        "name": frontend, "container_image": UNBUILT,
        "default_url": if frontend == "jupyterlab" { "/lab" } else { "/" },
        "uid": 1000, "gid": 1000, "port": 8888, "is_archived": false, "strip_path_prefix": frontend == "rstudio",
        "working_directory": "/home/renku/work", "mount_directory": "/home/renku/work",
        "environment_kind": "CUSTOM", "environment_image_source": "build", "build_parameters": parameters,
    });
    all.extend(fixed.as_object().cloned().unwrap_or_default());
    Ok(all)
}

/// What is wrong with the fields that are there. A null is as if the field were not.
fn check(object: &Map<String, Value>, fields: &Fields, at: &str, closed: bool) -> Vec<String> {
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
fn lacks(object: &Map<String, Value>, names: &[&str], at: &str) -> Vec<String> {
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
