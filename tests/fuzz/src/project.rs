//! What a project says of itself: its CI file, `.repin.toml`, `renku.ini`.

use std::collections::BTreeMap;

use repin::ci::{CiFile, PipelineFacts};
use repin::config::Config;
use repin::glob::Globs;
use repin::renku_ini::{self, RenkuIni};

use crate::{halves, paths};

/// A CI file, and one that it may include as `ci/more.yml`: whatever is in them, there is an answer.
///
/// # Panics
/// If parts of the answer contradict each other.
pub fn ci(data: &[u8]) {
    const CI: &str = ".gitlab-ci.yml";
    let (main, more) = halves(data);
    let mut files = BTreeMap::from([(CI.to_owned(), main.to_vec()), ("ci/more.yml".to_owned(), more.to_vec())]);
    let ci = CiFile::load(CI, &mut files).unwrap_or_else(|never| match never {});
    assert!(ci.exists());
    assert_eq!(ci.files().first().map(String::as_str), Some(CI));
    let job = ci.image_job(None);
    assert_eq!(job.is_none(), ci.no_image_job().is_some());
    assert!(job.is_none_or(|job| ci.jobs().any(|name| name == job.name)));

    let changed: Vec<String> = paths(more).map(|path| String::from_utf8_lossy(path).into_owned()).collect();
    for name in ci.jobs().take(8) {
        let Some(job) = ci.image_job(Some(name)) else { panic!("{name} is listed and not found") };
        assert_eq!(job.name, name);
        assert_eq!(job.changes, job.triggers.changes());
        let known = PipelineFacts { default_branch: Some("main"), ..PipelineFacts::push("main", Some(&changed)) };
        for facts in [known, PipelineFacts::push("new", None), PipelineFacts::tag("v1.0")] {
            assert!(!job.triggers.decide(&facts).why.is_empty(), "{name}: no reason");
        }
        assert!(!job.build.dockerfiles().is_empty());
        for image in &job.images {
            _ = (image.tag.read("0a1b2c3"), image.tag.to_string());
        }
    }
}

/// A `.repin.toml`: what is taken can be used.
///
/// # Panics
/// If it cannot.
pub fn config(data: &[u8]) {
    match Config::parse(data) {
        Ok(config) => {
            if let Some(inputs) = &config.inputs {
                assert!(!inputs.is_empty());
                _ = Globs::new(inputs).matches("Dockerfile");
            }
            assert!(config.image.is_none_or(|image| image.tag().is_none() && image.digest().is_none()));
        }
        Err(error) => {
            let lines = data.split(|&byte| byte == b'\n').count();
            assert!((1..=lines).contains(&error.line), "line {} of {lines}", error.line);
            assert!(!error.to_string().is_empty());
        }
    }
}

/// A `renku.ini`: a pin lies where it is said to lie, so that it can be replaced there.
///
/// # Panics
/// If not.
pub fn renku_ini(data: &[u8]) {
    let Ok(ini) = RenkuIni::parse(data) else { return };
    let text = std::str::from_utf8(data).expect("what is not UTF-8 was refused");
    assert_eq!(renku_ini::read(data).ok().flatten().as_ref(), ini.pin());
    let Some(pin) = ini.pin() else { return };
    let value = text.get(pin.span.clone()).expect("the value lies in the file, between characters");
    if !pin.image.contains('\n') {
        assert!(value.starts_with(&pin.image), "{value:?} is not {:?}", pin.image);
    }
    let replaced = [&text[..pin.span.start], "registry.example.org/a:b", &text[pin.span.end..]].concat();
    let again = renku_ini::read(replaced.as_bytes()).expect("it was read before");
    // Where the value began on the line below its key, the line feed stays, as Python keeps it.
    assert_eq!(again.map(|pin| pin.image).as_deref().map(str::trim_start), Some("registry.example.org/a:b"));
}
