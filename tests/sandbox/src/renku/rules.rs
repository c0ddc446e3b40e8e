//! What a launcher may be, and what may become of its environment (renku-data-services, session/core.py).
//! A body that could be several things is judged as the one that it comes nearest to.

use serde_json::{Map, Value, json};

use super::error::{invalid, refusal};
use super::fields::{BUILD, ENVIRONMENT, LAUNCHER, check, lacks};
use super::model::Environment;
use crate::gitlab::Reply;

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
