#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::Value;

use super::{Config, ConfigErrorKind as Kind, KEYS, PathProblem, edits, nearest};
use crate::scheme::TagScheme;

const EXAMPLE: &str = include_str!("../../schema/example.repin.toml");
const SCHEMA: &str = include_str!("../../schema/repin.schema.json");

/// `name: text => field, value`
macro_rules! read {
    ($($name:ident: $text:expr => $field:ident, $value:expr;)+) => { mod read { use super::*; $(
        #[test]
        fn $name() {
            let config = Config::parse($text.as_bytes()).unwrap();
            assert_eq!(format!("{:?}", config.$field), format!("{:?}", $value));
        }
    )+ } };
}

/// `name: text => line, kind`
macro_rules! wrong {
    ($($name:ident: $text:expr => $line:expr, $kind:expr;)+) => { mod wrong { use super::*; $(
        #[test]
        fn $name() {
            let error = Config::parse($text.as_ref()).unwrap_err();
            assert_eq!((error.line, error.kind), ($line, $kind));
        }
    )+ } };
}

/// `name: text => message`
macro_rules! message {
    ($($name:ident: $text:expr => $message:expr;)+) => { mod message { use super::*; $(
        #[test]
        fn $name() {
            assert_eq!(Config::parse($text.as_bytes()).unwrap_err().to_string(), $message);
        }
    )+ } };
}

fn path(key: &'static str, problem: PathProblem) -> Kind {
    Kind::Path { key, problem }
}

fn wrong_type(key: &str, expected: &'static str, found: &'static str) -> Kind {
    Kind::WrongType { key: key.into(), expected, found }
}

fn unknown(key: &str, nearest: &'static str) -> Kind {
    Kind::UnknownKey { key: key.into(), nearest }
}

read! {
    nothing: "" => inputs, None::<Vec<&str>>;
    comments_alone: "# nothing\n" => dockerfile, None::<&str>;
    inputs: "inputs = ['Dockerfile', 'src/**/*']" => inputs, Some(["Dockerfile", "src/**/*"]);
    inputs_on_lines: "inputs = [\n  'a', # why\n  'b',\n]" => inputs, Some(["a", "b"]);
    inputs_with_dots_in_names: "inputs = ['.gitlab-ci.yml', 'a..b', '..a', '.../x']" => inputs, Some([".gitlab-ci.yml", "a..b", "..a", ".../x"]);
    dockerfile: "dockerfile = 'docker/Dockerfile'" => dockerfile, Some("docker/Dockerfile");
    dockerfile_with_dot: "dockerfile = './docker//Dockerfile'" => dockerfile, Some("docker/Dockerfile");
    dockerfile_with_parent: "dockerfile = 'docker/../Dockerfile'" => dockerfile, Some("Dockerfile");
    dockerfile_with_spaces: "dockerfile = 'my images/Docker file'" => dockerfile, Some("my images/Docker file");
    context: "context = 'docker/'" => context, Some("docker");
    context_is_root: "context = '.'" => context, Some(".");
    context_is_root_by_parent: "context = 'docker/..'" => context, Some(".");
    target: "target = 'session'" => target, Some("session");
    args: "args = { A = '1', B = '' }" => args, std::collections::BTreeMap::from([("A", "1"), ("B", "")]);
    args_as_section: "[args]\nA = '1'\n" => args, std::collections::BTreeMap::from([("A", "1")]);
    args_with_dots: "args.A = '1'\nargs.B = '2'" => args, std::collections::BTreeMap::from([("A", "1"), ("B", "2")]);
    no_args: "args = {}" => args, std::collections::BTreeMap::<&str, &str>::new();
    job: "job = 'image build'" => job, Some("image build");
    tag: "tag = 'v-$CI_COMMIT_SHA'" => tag, Some("v-$CI_COMMIT_SHA");
    byte_order_mark: "\u{feff}job = 'a'\r\n" => job, Some("a");
    quoted_key: "\"job\" = 'a'" => job, Some("a");
}

wrong! {
    not_utf8: b"job = 'a'\ntag = '\xff'" => 2, Kind::NotUtf8;
    unknown_key: "job = 'a'\ninput = ['a']" => 2, unknown("input", "inputs");
    unknown_table: "\n[repin]\njob = 'a'" => 2, unknown("repin", "inputs");
    unknown_key_first_in_file: "zzz = 1\njob = 1" => 1, unknown("zzz", "job");
    upper_case_key: "Dockerfile = 'Dockerfile'" => 1, unknown("Dockerfile", "dockerfile");
    dashed_key: "docker-file = 'Dockerfile'" => 1, unknown("docker-file", "dockerfile");
    inputs_empty: "job = 'a'\n\ninputs = []" => 3, Kind::NoInputs;
    inputs_string: "inputs = 'Dockerfile'" => 1, wrong_type("inputs", "an array of strings", "a string");
    inputs_of_numbers: "inputs = [\n  'a',\n  1,\n]" => 3, wrong_type("inputs[1]", "a string", "an integer");
    inputs_of_tables: "[[inputs]]\npath = 'a'" => 1, wrong_type("inputs[0]", "a string", "a table");
    inputs_with_empty: "inputs = ['a', '']" => 1, Kind::Empty("inputs[1]".into());
    inputs_absolute: "inputs = ['/Dockerfile']" => 1, path("inputs", PathProblem::Absolute);
    inputs_with_dot: "inputs = ['./Dockerfile']" => 1, path("inputs", PathProblem::Dot);
    inputs_outside: "inputs = ['a',\n'../Dockerfile']" => 2, path("inputs", PathProblem::Outside);
    inputs_with_parent: "inputs = ['a/../Dockerfile']" => 1, path("inputs", PathProblem::Outside);
    dockerfile_number: "dockerfile = 1.5" => 1, wrong_type("dockerfile", "a string", "a float");
    dockerfile_array: "dockerfile = ['Dockerfile']" => 1, wrong_type("dockerfile", "a string", "an array");
    dockerfile_empty: "dockerfile = ''" => 1, Kind::Empty("dockerfile".into());
    dockerfile_absolute: "dockerfile = '/Dockerfile'" => 1, path("dockerfile", PathProblem::Absolute);
    dockerfile_outside: "dockerfile = 'a/../../Dockerfile'" => 1, path("dockerfile", PathProblem::Outside);
    dockerfile_is_root: "dockerfile = '.'" => 1, path("dockerfile", PathProblem::Folder);
    dockerfile_is_folder: "dockerfile = 'docker/'" => 1, path("dockerfile", PathProblem::Folder);
    context_boolean: "context = true" => 1, wrong_type("context", "a string", "a boolean");
    context_outside: "context = '..'" => 1, path("context", PathProblem::Outside);
    context_absolute: "context = '/'" => 1, path("context", PathProblem::Absolute);
    context_white_space: "context = '  '" => 1, Kind::Empty("context".into());
    target_date: "target = 2024-05-01" => 1, wrong_type("target", "a string", "a date or time");
    args_array: "args = ['A=1']" => 1, wrong_type("args", "a table of strings", "an array");
    args_number: "[args]\nA = '1'\nPYTHON = 3.12" => 3, wrong_type("args.PYTHON", "a string (in quotes)", "a float");
    args_without_name: "args = { '' = 'a' }" => 1, Kind::Empty("args.".into());
    job_table: "[job]\nname = 'a'" => 1, wrong_type("job", "a string", "a table");
    image_with_tag: "image = 'a.org/b:c'" => 1, Kind::ImageWithTag;
    tag_empty: "tag = ''" => 1, Kind::Empty("tag".into());
}

message! {
    of_the_nearest_key: "tags = 'x'" => "line 1: unknown key `tags`; did you mean `tag`?";
    of_a_type: "inputs = 'a'" => "line 1: `inputs` must be an array of strings, and is a string";
    of_no_inputs: "inputs = []" => "line 1: `inputs` is empty, which would make every commit equal: name the files, or leave the key out";
    of_a_path: "context = '/a'" => "line 1: `context` begins with `/`: write it from the root of the repository, without the `/`";
    of_an_image: "\nimage = 'a.org/B'" => "line 2: `image`: the repository `B` has upper-case letters: registries accept lower case only (at byte 6)";
}

#[test]
fn what_is_not_toml_has_a_line() {
    for (text, line) in
        [("job = 'a'\njob = 'b'", 2), ("job =", 1), ("a = 1\n\n=", 3), ("inputs = [\n'a'", 2), ("job = a", 1)]
    {
        let error = Config::parse(text.as_bytes()).unwrap_err();
        assert!(matches!(error.kind, Kind::Syntax(_)), "{error}");
        assert_eq!(error.line, line, "{error}");
    }
}

#[test]
fn nearest_keys() {
    for (key, known) in
        [("inptus", "inputs"), ("JOBS", "job"), ("dockerfiles", "dockerfile"), ("arg", "args"), ("img", "image")]
    {
        assert_eq!(nearest(key), known);
    }
    assert_eq!((edits("", "tag"), edits("tag", ""), edits("kitten", "sitting")), (3, 3, 3));
}

#[test]
fn the_example_has_every_key() {
    // Without `..`, so that a new field must be looked at here.
    let Config { inputs, dockerfile, context, target, args, job, image, tag } =
        Config::parse(EXAMPLE.as_bytes()).unwrap();
    assert_eq!(inputs.unwrap().len(), 4);
    assert_eq!(dockerfile.unwrap(), "docker/Dockerfile");
    assert_eq!(context.unwrap(), ".");
    assert_eq!(target.unwrap(), "session");
    assert_eq!(args["PYTHON_VERSION"], "3.12");
    assert_eq!(job.unwrap(), "image_build");
    assert_eq!(image.unwrap().to_string(), "registry.example.org/group/name/session");
    assert_eq!(tag.unwrap(), "$CI_COMMIT_SHORT_SHA");
}

#[test]
fn the_schema_has_the_same_keys() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut keys: Vec<_> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    let mut known = KEYS.to_vec();
    keys.sort_unstable();
    known.sort_unstable();
    assert_eq!(keys, known);
    assert_eq!(schema["additionalProperties"], false);
    for key in KEYS {
        assert!(schema["properties"][key]["description"].is_string(), "{key}");
        // Whatever is no key ends in the error for unknown ones.
        let error = Config::parse(format!("{key} = 2024-05-01").as_bytes()).unwrap_err();
        assert!(matches!(error.kind, Kind::WrongType { .. }), "{key}");
    }
}

#[test]
fn the_schemas_examples_can_be_read() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    for key in KEYS {
        for example in schema["properties"][key]["examples"].as_array().unwrap() {
            let text = format!("{key} = {}", toml(example));
            assert_ne!(Config::parse(text.as_bytes()).unwrap(), Config::default(), "{text}");
        }
    }
    for example in schema["properties"]["tag"]["examples"].as_array().unwrap() {
        let template = example.as_str().unwrap();
        assert!(TagScheme::parse(template).names_commits(), "{template} is the tag of a commit");
    }
}

/// A value in TOML's words. JSON's strings and arrays are TOML, its objects are not.
fn toml(value: &Value) -> String {
    let Some(object) = value.as_object() else { return value.to_string() };
    let entries: Vec<_> = object.iter().map(|(key, value)| format!("{key} = {}", toml(value))).collect();
    format!("{{ {} }}", entries.join(", "))
}

proptest! {
    #[test]
    fn anything_is_read_without_panic(text in any::<Vec<u8>>()) {
        let _ = Config::parse(&text);
    }

    #[test]
    fn any_value_is_read_without_panic(key in prop::sample::select(KEYS.to_vec()), value in any::<String>()) {
        let _ = Config::parse(format!("{key} = {value}").as_bytes());
        let quoted = Value::from(value.as_str()).to_string();
        let _ = Config::parse(format!("{key} = [{quoted}]").as_bytes());
        if let Ok(config) = Config::parse(format!("{key} = {quoted}").as_bytes()) {
            let inside = |path: &str| !path.starts_with('/') && path.split('/').all(|component| component != "..");
            prop_assert!(config.dockerfile.as_deref().is_none_or(inside));
            prop_assert!(config.context.as_deref().is_none_or(inside));
        }
    }
}
