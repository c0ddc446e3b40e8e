//! What the simulation has to know of a CI file beside what the core reads: stages, and what a job's end does to others.

use saphyr::{LoadableYamlNode as _, Yaml};

/// GitLab's stages where the file names none.
const DEFAULT_STAGES: [&str; 5] = [".pre", "build", "test", "deploy", ".post"];

/// The keys of a CI file that decide about the order of jobs. Included files are not read: what they say of stages is not seen.
#[derive(Debug)]
pub(super) struct Keys<'f> {
    root: Yaml<'f>,
}

/// What a file says of one job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JobKeys {
    pub(super) stage: String,
    /// `None` where the file leaves it to GitLab.
    pub(super) allow_failure: Option<bool>,
    pub(super) interruptible: bool,
    /// Whether it has `rules:`.
    pub(super) rules: bool,
}

impl<'f> Keys<'f> {
    /// Reads a file.
    ///
    /// # Errors
    /// Why it is no YAML, or no map, as GitLab would say it in `yaml_errors`.
    pub(super) fn read(text: &'f str) -> Result<Self, String> {
        let documents = Yaml::load_from_str(text).map_err(|error| format!("Invalid configuration format: {error}"))?;
        // Of two documents the first is a header (`spec:`).
        let root = documents.into_iter().next_back().filter(Yaml::is_mapping);
        root.map(|root| Self { root }).ok_or_else(|| "Invalid configuration format".to_owned())
    }

    /// The place of a stage in the order.
    pub(super) fn place(&self, stage: &str) -> usize {
        if stage == ".post" {
            return usize::MAX;
        }
        let position = match self.root.as_mapping_get("stages").and_then(Yaml::as_sequence) {
            Some(stages) => stages.iter().position(|name| name.as_str() == Some(stage)).map(|place| place + 1),
            None => DEFAULT_STAGES.iter().position(|name| *name == stage),
        };
        position.unwrap_or(0)
    }

    pub(super) fn job(&self, name: &str) -> JobKeys {
        let key = |key: &str| self.find(name, key, 0);
        let default = |key: &str| self.root.as_mapping_get("default").and_then(|default| default.as_mapping_get(key));
        JobKeys {
            stage: key("stage").and_then(Yaml::as_str).unwrap_or("test").to_owned(),
            // With `exit_codes:` it depends on the code, which nobody simulates.
            allow_failure: key("allow_failure").and_then(Yaml::as_bool),
            interruptible: key("interruptible")
                .or_else(|| default("interruptible"))
                .and_then(Yaml::as_bool)
                .unwrap_or(false),
            rules: key("rules").is_some(),
        }
    }

    /// A key of a job, or of what it extends: the last one named comes first.
    fn find(&self, name: &str, key: &str, depth: usize) -> Option<&Yaml<'f>> {
        let job = self.root.as_mapping_get(name)?;
        if let Some(value) = job.as_mapping_get(key) {
            return Some(value);
        }
        let extends = job.as_mapping_get("extends").filter(|_| depth < 10)?;
        let one = extends.as_str().into_iter();
        let many = extends.as_sequence().into_iter().flatten().rev().filter_map(Yaml::as_str);
        one.chain(many).find_map(|base| self.find(base, key, depth + 1))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn keys_come_from_the_job_and_from_what_it_extends() {
        let file = "
default: {interruptible: true}
stages: [check, build]
.base: {stage: build, allow_failure: true}
a: {script: make}
b: {extends: .base, script: make, interruptible: false}
c: {extends: [.base, a], stage: check, rules: [{when: always}]}
";
        let keys = Keys::read(file).unwrap();
        let job = |name: &str| {
            let JobKeys { stage, allow_failure, interruptible, rules } = keys.job(name);
            format!("{stage} {allow_failure:?} {interruptible} {rules}")
        };
        assert_eq!(job("a"), "test None true false");
        assert_eq!(job("b"), "build Some(true) false false");
        assert_eq!(job("c"), "check Some(true) true true");
        assert!(keys.place(".pre") < keys.place("check") && keys.place("check") < keys.place("build"));
        assert!(keys.place("build") < keys.place(".post"));
        let default = Keys::read("a: {script: make}").unwrap();
        assert!(default.place("build") < default.place("test") && default.place("test") < default.place("deploy"));
    }

    #[test]
    fn what_is_no_map_is_an_error() {
        assert!(Keys::read("- a\n- b").is_err());
        assert!(Keys::read("a: [").is_err_and(|error| error.starts_with("Invalid configuration format: ")));
        assert!(Keys::read("").is_err());
    }
}
