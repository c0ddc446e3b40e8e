//! The recipe in CI files as they are found: what becomes of each, and which are left alone.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use repin::ci::CiFile;
use repin::ci::recipe::{Refusal, Variant, Wish, Written, write};
use saphyr::{LoadableYamlNode as _, Yaml};
use serde_json::Value;

type Folder = BTreeMap<String, Vec<u8>>;

const CI: &str = ".gitlab-ci.yml";

fn folder(text: &str) -> Folder {
    Folder::from([(CI.to_owned(), text.as_bytes().to_vec())])
}

fn wished(files: &mut Folder, wish: &Wish) -> Result<Written, Refusal> {
    write(CI, files, wish).unwrap_or_else(|never| match never {})
}

fn written(text: &str) -> Result<Written, Refusal> {
    wished(&mut folder(text), &Wish::default())
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recipe");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "yml"))
        .collect();
    files.sort();
    files
}

/// Each file beside what becomes of it, which is kept in `NAME.after`; REPIN_BLESS=1 writes these anew.
#[test]
fn files_as_they_are_found() {
    assert!(files().len() > 10);
    for path in files() {
        let before = std::fs::read_to_string(&path).unwrap();
        let Written { text, job, notes, .. } =
            written(&before).unwrap_or_else(|refusal| panic!("{}: {refusal}", path.display()));
        let notes = notes.iter().map(|note| ["# note: ", note, "\n"].concat()).collect::<String>();
        let shown = format!("# job: {job}\n{notes}{text}");
        let after = path.with_extension("after");
        if std::env::var_os("REPIN_BLESS").is_some() {
            std::fs::write(&after, &shown).unwrap();
        }
        assert!(std::fs::read_to_string(&after).unwrap() == shown, "{} would be another:\n{shown}", after.display());
    }
}

#[test]
fn a_second_time_nothing_changes() {
    for path in files() {
        let once = written(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let twice = written(&once.text).unwrap();
        assert_eq!(twice.text, once.text, "{}", path.display());
    }
}

/// What is outside of the image job is there as it was, in its order; so are the job's own lines.
#[test]
fn nothing_else_is_touched() {
    for path in files() {
        let before = std::fs::read_to_string(&path).unwrap();
        let after = written(&before).unwrap().text;
        let mut kept = after.split_inclusive('\n').map(|line| line.trim_end_matches(['\r', '\n']));
        let mut gone = Vec::new();
        for line in before.lines() {
            let mut rest = kept.clone();
            if rest.any(|other| other.trim() == line.trim()) {
                kept = rest;
            } else {
                gone.push(line.trim());
            }
        }
        let may_go = |line: &&str| {
            line.starts_with("- ")
                || ["script:", "script: |", "changes:", "only:", "except:", "rules:", "interruptible: true", "GIT_DEPTH: 10"].contains(line)
                // A folded scalar is the line that it stands for.
                || line.starts_with("--") || ["docker build", "docker"].contains(line)
                // It takes the place behind the dash.
                || *line == "if: $CI_COMMIT_TAG"
        };
        let others: Vec<_> = gone.into_iter().filter(|line| !may_go(line)).collect();
        assert!(others.is_empty(), "{}: {others:?}", path.display());
        let ends = |text: &str| (text.matches("\r\n").count(), text.matches('\n').count());
        let (crlf, all) = ends(&after);
        assert!(crlf == 0 || crlf == all, "{}: mixed line ends", path.display());
        assert_eq!(crlf > 0, ends(&before).0 > 0, "{}", path.display());
    }
}

/// The recipe's job is the same image job to Repin itself, and no other.
#[test]
fn the_job_is_recognised_as_before() {
    for path in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        let load =
            |text: &str| CiFile::load(CI, &mut folder(text)).unwrap_or_else(|never| match never {}).image_job(None);
        let after = load(&written(&text).unwrap().text).unwrap();
        assert_eq!(after.others, 0, "{}", path.display());
        assert!(after.changes.is_empty(), "{}: nothing depends on what changed", path.display());
        if let Some(before) = load(&text) {
            assert_eq!(
                (before.name, before.build, before.scheme),
                (after.name, after.build, after.scheme),
                "{}",
                path.display()
            );
            let new: Vec<_> = after.notes.iter().filter(|note| !before.notes.contains(note)).collect();
            assert!(new.is_empty(), "{}: {new:?}", path.display());
        }
    }
}

const VARIANTS: [(Variant, &str); 4] = [
    (Variant::Docker, "Docker"),
    (Variant::Buildx, "Buildx"),
    (Variant::Kaniko, "Kaniko"),
    (Variant::Buildah, "Buildah"),
];

fn new_file(variant: Variant) -> String {
    wished(&mut Folder::new(), &Wish { variant: Some(variant), ..Wish::default() }).unwrap().text
}

/// YAML as JSON, with merge keys followed; keys that are no text do not occur.
fn json(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Sequence(items) => items.iter().map(json).collect(),
        Yaml::Mapping(pairs) => {
            let merged =
                pairs.iter().filter(|(key, _)| key.as_str() == Some("<<")).filter_map(|(_, base)| base.as_mapping());
            let own = pairs.iter().filter(|(key, _)| key.as_str() != Some("<<"));
            let all = merged.flatten().chain(own);
            all.map(|(key, value)| (key.as_str().unwrap().to_owned(), json(value))).collect()
        }
        Yaml::Tagged(_, value) => json(value),
        _ => yaml
            .as_bool()
            .map(Value::from)
            .or_else(|| yaml.as_integer().map(Value::from))
            .unwrap_or_else(|| yaml.as_str().map_or(Value::Null, Value::from)),
    }
}

/// GitLab takes it, as far as its own schema of CI files says.
#[test]
fn gitlabs_schema_accepts_it() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recipe/gitlab-ci.schema.json");
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    compiler.add_resource("gitlab-ci.json", schema).unwrap();
    let schema = compiler.compile("gitlab-ci.json", &mut schemas).unwrap();
    let validate = |text: &str| {
        let documents = Yaml::load_from_str(text).unwrap();
        schemas.validate(&json(documents.last().unwrap()), schema).map_err(|error| format!("{error:#}"))
    };
    assert!(validate("job:\n  script: [make]\n  retry: {max: 9}\n").is_err(), "it does refuse things");
    assert!(validate("job:\n  script: [make]\n  rules: [{iff: x}]\n").is_err(), "it does refuse things");
    for path in files() {
        let text = written(&std::fs::read_to_string(&path).unwrap()).unwrap().text;
        validate(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    for (variant, name) in VARIANTS {
        validate(&new_file(variant)).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// The shell parts, as they stand in new jobs: to shellcheck, and to the shells that CI images have.
#[test]
fn shells_take_the_script() {
    for (variant, name) in VARIANTS {
        let documents = new_file(variant);
        let documents = Yaml::load_from_str(&documents).unwrap();
        let script = documents[0].as_mapping_get("image_build").unwrap().as_mapping_get("script").unwrap();
        let script = script.as_sequence().unwrap()[0].as_str().unwrap();
        // What the program writes is not here (SC1091); the variables of a checkout are its subshell's alone, as they
        // should be (SC2030, SC2031), and CI_COMMIT_SHA_7 is Renku's name and no misspelling (SC2153).
        let shellcheck = ["--shell=sh", "--severity=style", "--exclude=SC1091,SC2030,SC2031,SC2153", "-"];
        for (shell, args) in
            [("shellcheck", &shellcheck[..]), ("dash", &["-n"]), ("bash", &["-n"]), ("busybox", &["sh", "-n"])]
        {
            let mut child = Command::new(shell)
                .args(args)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn();
            let child =
                child.as_mut().unwrap_or_else(|error| panic!("{shell}: {error} (on Debian: apt-get install {shell})"));
            child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
            let (mut said, mut errors) = (String::new(), String::new());
            child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
            child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
            assert!(child.wait().unwrap().success(), "{shell} of {name}: {said}{errors}");
        }
    }
}

#[test]
fn a_new_job_in_every_variant() {
    for (variant, tool) in VARIANTS {
        let wish = Wish { job: Some("env".into()), variant: Some(variant) };
        let new = wished(&mut Folder::new(), &wish).unwrap();
        let job =
            CiFile::load(CI, &mut folder(&new.text)).unwrap_or_else(|never| match never {}).image_job(None).unwrap();
        assert_eq!((job.name.as_str(), format!("{:?}", job.build.tool).as_str()), ("env", tool));
        assert_eq!(job.scheme.to_string(), "$CI_COMMIT_SHA[0..7]");
        assert_eq!(job.build.dockerfiles()[0].known(), Some("Dockerfile"));
        assert_eq!(wished(&mut folder(&new.text), &wish).unwrap().text, new.text, "{tool}");
    }
}

/// Every file with any one of its lines gone, twice there, or indented more: whatever that makes of it, there is an answer,
/// and what is written is the last word on it.
#[test]
fn files_with_a_mistake() {
    let (mut taken, mut refused) = (0, 0);
    for path in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for at in 0..lines.len() {
            for change in 0..3 {
                let deeper = format!("  {}", lines[at]);
                let mut other = lines.clone();
                match change {
                    0 => drop(other.remove(at)),
                    1 => other.insert(at, lines[at]),
                    _ => other[at] = &deeper,
                }
                match written(&other.concat()) {
                    Ok(once) => {
                        taken += 1;
                        let twice = written(&once.text).unwrap_or_else(|refusal| panic!("{refusal}:\n{}", once.text));
                        assert_eq!(twice.text, once.text, "{}: line {}", path.display(), at + 1);
                    }
                    Err(_) => refused += 1,
                }
            }
        }
    }
    assert!(taken > 300 && refused > 100, "{taken} and {refused}");
}

/// Other commits are built only where it is certain that the script does for them what it does for its own: `None`.
#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn who_builds_other_commits() {
    const LOGIN: &str = "docker login -u gitlab-ci-token -p $CI_JOB_TOKEN $CI_REGISTRY";
    const OWN: &str = "    - docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA .\n    - docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA\n";
    let job = |keys: &str| format!("image_build:\n{keys}  script:\n{OWN}");
    let with = |top: &str, keys: &str| format!("{top}{}", job(keys));
    let script = |lines: &str| format!("image_build:\n  script:\n{lines}{OWN}");
    let by_tag = |lines: &str| {
        format!("image_build:\n{lines}    - docker build -t $IMAGE_TAG .\n    - docker push $IMAGE_TAG\n")
    };
    let tag = "$CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA";
    for (name, text, why) in [
        ("plain", job(""), None),
        ("a login", job(&format!("  before_script:\n    - {LOGIN}\n    - docker info\n")), None),
        ("a login for all", with(&format!("default:\n  before_script: ['{LOGIN}']\n"), ""), None),
        ("the old form of it", with(&format!("before_script: ['{LOGIN}']\n"), ""), None),
        (
            "none of what is for all",
            with("before_script: [make]\ncache: {paths: [out]}\n", "  before_script: []\n  cache: []\n"),
            None,
        ),
        ("a tag made in the script", by_tag(&format!("  script:\n    - IMAGE_TAG={tag}\n")), None),
        ("a repository of its own", with("variables:\n  REPOSITORY: $CI_REGISTRY_IMAGE\n", ""), None),
        ("a path that no line uses", with("variables:\n  PIP_CACHE_DIR: $CI_PROJECT_DIR/.cache\n", ""), None),
        (
            "a later job with files",
            with("pages:\n  script: [make]\n  artifacts: {paths: [public]}\n", "  stage: build\n"),
            None,
        ),
        (
            "an earlier one, kept away",
            with(
                "make:\n  stage: build\n  script: [make]\n  artifacts: {paths: [out]}\n",
                "  stage: test\n  dependencies: []\n",
            ),
            None,
        ),
        (
            "a tag in the variables",
            by_tag(&format!("  variables:\n    IMAGE_TAG: {tag}\n  script:\n")),
            Some("$IMAGE_TAG may be another"),
        ),
        (
            "a tag in the file's",
            format!("variables:\n  IMAGE_TAG: {tag}\n{}", by_tag("  script:\n")),
            Some("$IMAGE_TAG may be another"),
        ),
        (
            "by way of another",
            format!(
                "variables:\n  A: $CI_COMMIT_SHORT_SHA\n  IMAGE_TAG: $CI_REGISTRY_IMAGE:$A\n{}",
                by_tag("  script:\n")
            ),
            Some("$IMAGE_TAG may be another"),
        ),
        (
            "a tag made before",
            by_tag(&format!("  before_script:\n    - export IMAGE_TAG={tag}\n  script:\n")),
            Some("`export IMAGE_TAG="),
        ),
        ("a folder", job("  before_script:\n    - cd env\n"), Some("`cd env` in its `before_script:`")),
        ("a folder for all", with("default:\n  before_script: [cd env]\n", ""), Some("`cd env`")),
        ("a login elsewhere", with(".a: &a ['docker info']\n", "  before_script: *a\n"), Some("written elsewhere")),
        ("a cache", job("  cache: {paths: [out]}\n"), Some("has `cache:`")),
        ("a cache for all", with("cache: {paths: [out]}\n", ""), Some("has `cache:`")),
        ("hooks", with("default:\n  hooks: {pre_get_sources_script: [make]}\n", ""), Some("has `hooks:`")),
        ("needs", with("make:\n  script: [make]\n", "  needs: [make]\n"), Some("has `needs:`")),
        ("dependencies", with("make:\n  script: [make]\n", "  dependencies: [make]\n"), Some("has `dependencies:`")),
        (
            "an earlier job with files",
            with("make:\n  stage: build\n  script: [make]\n  artifacts: {paths: [out]}\n", ""),
            Some("the job make can hand files"),
        ),
        (
            "an earlier job made elsewhere",
            with(".m:\n  artifacts: {paths: [out]}\nmake:\n  stage: build\n  extends: .m\n", ""),
            Some("the job make can hand files"),
        ),
        (
            "an earlier job by default",
            with("default: {artifacts: {paths: [out]}}\nmake:\n  stage: .pre\n  script: [make]\n", "  stage: build\n"),
            Some("the job make can hand files"),
        ),
        ("an include", with("include: {template: Jobs/Build.gitlab-ci.yml}\n", ""), Some("includes others")),
        (
            "variables of rules",
            job("  rules:\n    - if: $CI_COMMIT_BRANCH\n      variables: {A: b}\n"),
            Some("its rules set variables"),
        ),
        (
            "variables of the pipeline's rules",
            with("workflow:\n  rules:\n    - if: $CI_COMMIT_BRANCH\n      variables: {A: b}\n", ""),
            Some("its rules set variables"),
        ),
        ("what is left from before", with("variables:\n  GIT_CLEAN_FLAGS: none\n", ""), Some("GIT_CLEAN_FLAGS")),
        ("no checkout", with("variables:\n  GIT_STRATEGY: none\n", ""), Some("GIT_STRATEGY")),
        (
            "the time of the commit",
            with("variables:\n  SOURCE_DATE_EPOCH: $CI_COMMIT_TIMESTAMP\n", ""),
            Some("SOURCE_DATE_EPOCH"),
        ),
        (
            "the branch",
            script("    - docker pull $CI_REGISTRY_IMAGE:$CI_COMMIT_REF_SLUG\n"),
            Some("$CI_COMMIT_REF_SLUG may be another"),
        ),
        ("somebody's settings", script("    - docker pull $BASE\n"), Some("$BASE may be another")),
        ("a deployment", script("    - ./deploy.sh $CI_COMMIT_SHORT_SHA\n"), Some("is no build")),
        ("a file of its own", script("    - make\n"), Some("is no build")),
        (
            "a name that stays",
            format!(
                "image_build:\n  script:\n    - docker build -t app . && echo built\n    - docker tag app {tag}\n    - docker push {tag}\n"
            ),
            Some("a name that another commit's image has"),
        ),
        (
            "a second tag that moves",
            format!(
                "image_build:\n  script:\n    - docker build -t {tag} -t $CI_REGISTRY_IMAGE .\n    - docker push --all-tags $CI_REGISTRY_IMAGE\n"
            ),
            Some("more than the commit's id"),
        ),
        (
            "a file to include",
            format!("spec: {{inputs: {{a: {{default: b}}}}}}\n---\n{}", job("")),
            Some("made to be included"),
        ),
        ("a new job", "test:\n  script: [make]\n".into(), None),
        (
            "a new job after something for all",
            "before_script: [make]\ntest:\n  script: [make]\n".into(),
            Some("`make` in its `before_script:`"),
        ),
        (
            "a new job after one with files",
            "test:\n  stage: .pre\n  script: [make]\n  artifacts: {paths: [out]}\n".into(),
            Some("the job test can hand files"),
        ),
    ] {
        let Written { text, notes, .. } = written(&text).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        assert_eq!(text.contains("repin_others build_image"), why.is_none(), "{name}: {notes:?}\n{text}");
        let is_told =
            notes.iter().any(|note| note.contains("for its own commit alone") && note.contains(why.unwrap_or("")));
        assert_eq!(is_told, why.is_some(), "{name}: {notes:?}");
    }
}

const PLAIN: &str = "image_build:\n  script:\n    - docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA .\n    - docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA\n";

/// A file with the recipe as this version writes it, and one place of it as it may be found later: the line that
/// becomes of it, and what is said.
#[test]
fn the_version_follows() {
    let now = written(PLAIN).unwrap().text;
    let own = format!("REPIN_VERSION: \"{}\"", env!("CARGO_PKG_VERSION"));
    let checksum = |text: &str| text.replace("REPIN_SHA256: \"\" #", "REPIN_SHA256: \"1f\" #");
    for (name, place, becomes, note) in [
        ("old", "REPIN_VERSION: \"0.0.9\"", own.as_str(), Some("has to follow (line ")),
        ("a comment", "REPIN_VERSION: 0.0.9 # of Repin", &format!("{own} # of Repin"), Some("has to follow (line ")),
        ("its own", &own, &own, None),
        ("newer", "REPIN_VERSION: \"99.0.0\"", "REPIN_VERSION: \"99.0.0\"", Some("is newer than this program")),
        ("a name", "REPIN_VERSION: latest", "REPIN_VERSION: latest", None),
        ("a variable", "REPIN_VERSION: $PIN", "REPIN_VERSION: $PIN", None),
    ] {
        let found = checksum(&now.replace(&own, place));
        assert!(found.contains(place), "{name}");
        let Written { text, notes, .. } = written(&found).unwrap();
        assert_eq!(text, checksum(&now.replace(&own, becomes)), "{name}");
        let told: Vec<_> = notes.iter().filter(|note| note.contains("REPIN_VERSION")).collect();
        assert_eq!(told.len(), usize::from(note.is_some()), "{name}: {notes:?}");
        assert!(told.iter().all(|told| told.contains(note.unwrap_or_default())), "{name}: {notes:?}");
    }
    // Without a checksum in the file it is set elsewhere.
    let elsewhere = written(&now.replace(&own, "REPIN_VERSION: \"0.0.9\"")).unwrap();
    assert!(
        elsewhere.notes.iter().any(|note| note.contains("has to follow (where it is set)")),
        "{:?}",
        elsewhere.notes
    );
    // What the file says for all jobs is brought up to date there, and not said again.
    for (name, old, new) in [
        (
            "a map",
            "variables:\n  REPIN_VERSION: \"0.0.9\"\n  REPIN_SHA256: 1f\n",
            format!("variables:\n  {own}\n  REPIN_SHA256: 1f\n"),
        ),
        (
            "one line",
            "variables: {REPIN_VERSION: 0.0.9, REPIN_SHA256: 1f}\n",
            format!("variables: {{{own}, REPIN_SHA256: 1f}}\n"),
        ),
        (
            "with a description",
            "variables:\n  REPIN_SHA256: 1f\n  REPIN_VERSION:\n    value: '0.0.9'\n    description: Repin's\n",
            format!(
                "variables:\n  REPIN_SHA256: 1f\n  REPIN_VERSION:\n    value: \"{}\"\n    description: Repin's\n",
                env!("CARGO_PKG_VERSION")
            ),
        ),
    ] {
        let Written { text, notes, .. } = written(&format!("{old}{PLAIN}")).unwrap();
        assert!(text.starts_with(&new), "{name}: {text}");
        assert!(
            !text[new.len()..].contains("REPIN_VERSION:") && !text.contains("REPIN_SHA256: \"\""),
            "{name}: {text}"
        );
        assert!(notes.iter().any(|note| note.contains("has to follow (line ")), "{name}: {notes:?}");
    }
}

/// Where the recipe is included: which file is looked at, and what would become of it (`None`: nothing).
#[test]
fn the_recipe_may_be_included() {
    let file = include_str!("../../cli/recipe/repin.gitlab-ci.yml");
    let alone = written(PLAIN).unwrap().text;
    let by = |rest: &str| format!("include: ci/image.yml\n{rest}");
    let old = |text: &str| text.replace("repin build-needed", "repin  build-needed");
    let builds_others = "# others\n".to_owned() + &alone;
    for (name, ci, included, is_same) in [
        ("as it is", by(""), file.to_owned(), true),
        ("with variables of its own", by("image_build:\n  variables: {REPIN_SHA256: 1f}\n"), file.to_owned(), true),
        ("old", by(""), old(file), false),
        ("an old version", by(""), file.replace("VERSION: \"0.1.0\"", "VERSION: \"0.0.9\""), false),
        ("beside another job", by("test:\n  script: [make]\n"), file.to_owned(), true),
        // Whoever includes it may give it more than is seen in it.
        ("one that builds others", by(""), builds_others, false),
    ] {
        let mut files = folder(&ci);
        files.insert("ci/image.yml".into(), included.clone().into_bytes());
        let now = wished(&mut files, &Wish::default()).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        assert_eq!((now.path.as_str(), now.text == included), ("ci/image.yml", is_same), "{name}: {}", now.text);
        assert!(!now.text.contains("repin_others") && now.unseen.is_empty(), "{name}");
        files.insert("ci/image.yml".into(), now.text.clone().into_bytes());
        assert_eq!(wished(&mut files, &Wish::default()).unwrap().text, now.text, "{name}: a second time");
    }
    // The script of the CI file itself wins over the included one.
    let mut files = folder(&by(PLAIN));
    files.insert("ci/image.yml".into(), file.into());
    assert_eq!(wished(&mut files, &Wish::default()).unwrap().path, CI);
}

/// What is included from elsewhere is not seen: there may be an image job in it.
#[test]
fn what_is_included_from_elsewhere_is_told() {
    for (include, unseen) in [
        ("{project: g/ci, file: image.yml}", Some("the project g/ci (image.yml)")),
        ("https://example.org/image.yml", Some("the remote https://example.org/image.yml")),
        ("{local: $FILE}", Some("$FILE")),
        ("{local: image.yml}", None),
    ] {
        let new = written(&format!("include: [{include}]\ntest:\n  script: [make]\n")).unwrap();
        assert_eq!(new.unseen.first().map(String::as_str), unseen, "{include}");
        assert_eq!(
            new.notes.iter().any(|note| note.contains("if the image job is there")),
            unseen.is_some(),
            "{include}"
        );
        let there = written(&format!("include: [{include}]\n{PLAIN}")).unwrap();
        assert!(there.unseen.is_empty(), "{include}: the job is here");
    }
}

/// No job does anything about a pipeline that is not made.
#[test]
fn pipelines_by_changes_are_told() {
    let workflow = |rules: &str| format!("workflow:\n  rules:\n{rules}");
    for (name, top, is_told) in [
        ("a list", workflow("    - changes: [Dockerfile]\n"), true),
        ("with paths", workflow("    - if: $CI_COMMIT_TAG\n    - changes: {paths: [Dockerfile]}\n"), true),
        ("never", workflow("    - changes: [README.md]\n      when: never\n    - when: always\n"), true),
        ("elsewhere", format!(".r:\n  - changes: [Dockerfile]\n{}", workflow("    - !reference [.r]\n")), true),
        ("none", workflow("    - if: $CI_COMMIT_BRANCH\n"), false),
        ("no workflow", String::new(), false),
    ] {
        for (job, text) in [("there", format!("{top}{PLAIN}")), ("new", format!("{top}test:\n  script: [make]\n"))] {
            let notes = written(&text).unwrap().notes;
            let told = notes.iter().any(|note| note.starts_with("`workflow: rules:` has `changes:`"));
            assert_eq!(told, is_told, "{name}, {job}: {notes:?}");
        }
    }
}

/// What is left of a job, whatever way it ends: nothing of its own, and the traps of `before_script`.
#[test]
fn nothing_stays_behind() {
    let new = written(PLAIN).unwrap().text;
    let documents = Yaml::load_from_str(&new).unwrap();
    let script = documents[0].as_mapping_get("image_build").unwrap().as_mapping_get("script").unwrap();
    let script = script.as_sequence().unwrap()[0].as_str().unwrap();
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recipe-traps");
    let _ = std::fs::remove_dir_all(&root);
    for (shell, args) in [("dash", &["-e"][..]), ("bash", &["-e", "-o", "pipefail"]), ("busybox", &["sh", "-e"])] {
        for (name, before, docker, code) in [
            ("built", "", "echo built; trap 'echo inner' EXIT", 0),
            ("failed", "", "return 3", 3),
            ("failed, whatever was set before", "set +e", "return 3", 3),
            ("a trap", "trap 'echo outer' EXIT", "echo built", 0),
            ("a trap, and failed", "trap 'echo outer' EXIT", "return 3", 3),
        ] {
            let what = format!("{shell}: {name}");
            let folder = root.join(shell).join(name);
            std::fs::create_dir_all(folder.join("tmp")).unwrap();
            let text = format!("docker() {{ {docker}; }}\n{before}\n{script}");
            let output = Command::new(shell)
                .args(args)
                .args(["-c", &text])
                .current_dir(&folder)
                .envs([("TMPDIR", folder.join("tmp")), ("CI_PROJECT_DIR", folder.clone())])
                .envs([("CI_COMMIT_SHA", "0"), ("CI_REGISTRY_IMAGE", "r")])
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stdout);
            assert_eq!(output.status.code(), Some(code), "{what}: {output:?}");
            assert_eq!(said.contains("outer"), before.contains("outer"), "{what}: {said}");
            assert_eq!(said.contains("built"), code == 0, "{what}: {said}");
            assert_eq!(std::fs::read_dir(folder.join("tmp")).unwrap().count(), 0, "{what}");
        }
    }
}

/// A job that somebody starts, or that waits, goes on doing so.
#[test]
fn when_stays() {
    const OWN: &str = "  script:\n    - docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA .\n    - docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA\n";
    for when in ["  when: manual\n", "  when: delayed\n  start_in: 5 minutes\n"] {
        let text = written(&format!("image_build:\n{when}{OWN}")).unwrap().text;
        assert!(text.contains(when) && !text.contains("rules:"), "{text}");
        assert!(text.contains(&format!("  except:\n    - {}\n", r"/^renku\/autosave\//")), "{text}");
    }
}

#[test]
fn what_cannot_be_changed_safely_is_refused() {
    const BUILD: &str =
        "docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA . && docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA";
    for (name, text, why) in [
        ("broken", "a:\n\tb: 1\n".to_owned(), ".gitlab-ci.yml:2: tabs disallowed"),
        ("a list", "- a\n- b\n".into(), "is no list of jobs"),
        ("one line", format!("{{image_build: {{script: ['{BUILD}']}}}}\n"), "not written with a key on each line"),
        ("flow job", format!("image_build: {{script: ['{BUILD}']}}\n"), "not written with a key on each line"),
        ("extends", format!(".base:\n  script:\n    - {BUILD}\nimage_build:\n  extends: .base\n"), "shares parts"),
        ("merge", format!(".base: &base\n  script:\n    - {BUILD}\nimage_build:\n  <<: *base\n"), "shares parts"),
        ("alias", format!(".s: &s\n  - {BUILD}\nimage_build:\n  script: *s\n"), "shares parts"),
        ("reference", format!(".s:\n  script:\n    - {BUILD}\nimage_build:\n  script:\n    - !reference [.s, script]\n"), "shares parts"),
        ("a key twice", format!("image_build:\n  stage: a\n  stage: b\n  script:\n    - {BUILD}\n"), ".gitlab-ci.yml:3: the key stage is there twice"),
        ("rules elsewhere", format!(".r:\n  rules:\n    - when: always\nimage_build:\n  rules: !reference [.r, rules]\n  script:\n    - {BUILD}\n"), "shares parts"),
        ("variables elsewhere", format!(".v: &v\n  A: b\nimage_build:\n  variables:\n    <<: *v\n  script:\n    - {BUILD}\n"), "shares parts"),
        ("anchored", format!("image_build: &job\n  script:\n    - {BUILD}\nother:\n  <<: *job\n"), "shares parts"),
        ("extended", format!("image_build:\n  script:\n    - {BUILD}\nother:\n  extends: image_build\n"), "other jobs extend"),
        ("referred to", format!("image_build:\n  script:\n    - {BUILD}\nother:\n  script:\n    - !reference [image_build, script]\n"), "other jobs extend"),
        ("two images", format!("image_build:\n  script:\n    - {BUILD}\n    - docker build -f Other -t $CI_REGISTRY_IMAGE/other:$CI_COMMIT_SHA .\n    - docker push $CI_REGISTRY_IMAGE/other:$CI_COMMIT_SHA\n"), "1 other image beside"),
        ("two places", format!("image_build:\n  script:\n    - {BUILD}\n    - docker tag $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA example.org/x:$CI_COMMIT_SHA\n    - docker push example.org/x:$CI_COMMIT_SHA\n"), "several repositories"),
        ("latest alone", "image_build:\n  script:\n    - docker build -t $CI_REGISTRY_IMAGE .\n    - docker push $CI_REGISTRY_IMAGE\n".into(), "names the commit"),
        ("matrix", format!("image_build:\n  parallel: 2\n  script:\n    - {BUILD}\n"), "has `parallel:`"),
        ("podman", "image_build:\n  script:\n    - podman build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA .\n    - podman push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA\n".into(), "a tool that the recipe does not know"),
        ("never by changes", format!("image_build:\n  rules:\n    - changes: [README.md]\n      when: never\n    - when: always\n  script:\n    - {BUILD}\n"), "keeps the job from running"),
        ("rule in one line", format!("image_build:\n  rules:\n    - {{changes: [README.md]}}\n  script:\n    - {BUILD}\n"), "in one line"),
        ("policy in one line", format!("image_build:\n  only: {{changes: [Dockerfile]}}\n  script:\n    - {BUILD}\n"), "in one line"),
        ("stages", "stages: [test]\ntest:\n  script: [make]\n".into(), "no stage `build`"),
        ("an item beside", written(PLAIN).unwrap().text.replace("  script:\n", "  script:\n    - echo hi\n"), ".gitlab-ci.yml:19: the script of image_build has an item beside"),
        ("a job of that name", "image_build:\n  script: [make]\n".into(), "no build of an image can be read"),
    ] {
        let refusal = written(&text).map(|written| written.text).expect_err(name);
        assert!(refusal.message.contains(why), "{name}: {refusal}");
        let must_offer = !matches!(name, "broken" | "an item beside");
        assert_eq!(refusal.snippet.is_some(), must_offer, "{name}");
    }
    let mut included = folder("include: ci/image.yml\n");
    included.insert("ci/image.yml".into(), format!("image_build:\n  script:\n    - {BUILD}\n").into_bytes());
    let refusal = wished(&mut included, &Wish::default()).unwrap_err();
    assert!(refusal.message.contains("ci/image.yml"), "{refusal}");
    let wish = Wish { variant: Some(Variant::Kaniko), ..Wish::default() };
    let refusal = wished(&mut folder(&format!("image_build:\n  script:\n    - {BUILD}\n")), &wish).unwrap_err();
    assert!(refusal.message.contains("another tool"), "{refusal}");
}
