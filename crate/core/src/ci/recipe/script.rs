//! The texts of the recipe: the job's script, its other keys, whole new jobs.

use crate::scheme::{Form, Part};

const GET: &str = include_str!("get.sh");
const OTHERS: &str = include_str!("others.sh");
const DECIDE: &str = include_str!("decide.sh");

/// The first line of a script that was written here, up to what differs.
pub(super) const MARK: &str = "# Written by `repin ci`";
pub(super) const BEGIN: &str = "build_image() { # repin: the project's own script begins";
pub(super) const END: &str = "} # repin: the project's own script ends";

/// What builds the image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Variant {
    /// `docker build`, beside docker's own service.
    #[default]
    Docker,
    /// `docker buildx build`.
    Buildx,
    /// kaniko, without privileges.
    Kaniko,
    /// buildah, without privileges.
    Buildah,
}

/// What of the recipe depends on the job.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    /// The project's own lines.
    pub(super) own: Vec<String>,
    /// Whether other commits can be built by the same lines.
    pub(super) others: bool,
    /// Where kaniko leaves files alone; others make a folder.
    pub(super) is_kaniko: bool,
    /// Further tags that name the commit, for a shell.
    pub(super) tags: Vec<String>,
    /// Tags that every build moves, for a shell.
    pub(super) floating: Vec<String>,
}

impl Script {
    /// The whole script, line by line.
    pub(super) fn lines(&self) -> Vec<String> {
        let rest = "between the next two marks is the project's own script; the rest is kept up to date.";
        let mut lines = vec![format!("{MARK}: {rest}"), BEGIN.to_owned()];
        lines.extend(self.own.iter().cloned());
        lines.push(END.to_owned());
        let mut tags: Vec<String> = self.tags.iter().map(tag_option).collect();
        for tag in &self.floating {
            tags.push(format!(" &&\n  repin retag --commit \"$CI_COMMIT_SHA\" --force --tag \"{tag}\""));
        }
        let others = if self.others { " --others \"${REPIN_OTHERS_MAX:-5}\"" } else { "" };
        let decide = DECIDE.replace("@OTHERS@", others).replace("@TAGS@", &tags.concat());
        let parts = [GET, if self.others { OTHERS } else { "" }, if self.is_kaniko { KANIKO_FOLDER } else { FOLDER }];
        lines.extend(parts.iter().flat_map(|part| part.lines()).map(str::to_owned));
        let inner = [
            if self.others { TIDY_OTHERS } else { TIDY },
            if self.others { "REPIN_OTHERS=\n" } else { "" },
            &decide,
            if self.others { "repin_others build_image\n" } else { "" },
        ];
        lines.push("(".to_owned());
        lines.extend(inner.iter().flat_map(|part| part.lines()).map(|line| format!("  {line}")));
        lines.push(")".to_owned());
        lines
    }
}

const FOLDER: &str = "repin_dir=$(mktemp -d)\n";
const KANIKO_FOLDER: &str = "# kaniko empties every other folder.\nrepin_dir=/kaniko/repin\nmkdir -p \"$repin_dir\"\n";

const TIDY: &str = "\
# Nothing stays behind; a subshell, as `before_script` may have a trap of its own.
trap 'rm -rf \"$repin_dir\" || true' EXIT
";
const TIDY_OTHERS: &str = "\
# Nothing stays behind; a subshell, as `before_script` may have a trap of its own.
trap 'rm -rf \"$repin_dir\" || true; git -c safe.directory=\"*\" worktree prune 2>/dev/null || true' EXIT
";

/// A further tag; none of a git tag in a pipeline that has none.
fn tag_option(tag: &String) -> String {
    if tag.contains(GIT_TAG) { format!(" ${{CI_COMMIT_TAG:+--tag \"{tag}\"}}") } else { format!(" --tag \"{tag}\"") }
}

const GIT_TAG: &str = "${CI_COMMIT_TAG}";

/// A form of a tag as a shell makes it; `None` where nobody knows what it is.
pub(super) fn shell(form: &Form) -> Option<String> {
    let mut text = String::new();
    for part in form.parts() {
        match part {
            Part::Literal(literal) => text.push_str(literal),
            Part::Sha { min: 40, .. } => text.push_str("$CI_COMMIT_SHA"),
            Part::Sha { min, max } if min == max => {
                text.extend(["$(printf %.", &min.to_string(), "s \"$CI_COMMIT_SHA\")"]);
            }
            Part::GitTag => text.push_str(GIT_TAG),
            Part::RefSlug => text.push_str("${CI_COMMIT_REF_SLUG}"),
            _ => return None,
        }
    }
    Some(text)
}

/// Of this program.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The variables of the job, with a comment on each that somebody has to set.
pub(super) const VARIABLES: [(&str, &str); 4] = [
    ("GIT_DEPTH", "\"0\""),
    ("REPIN_VERSION", concat!("\"", env!("CARGO_PKG_VERSION"), "\"")),
    ("REPIN_SHA256", "\"\" # of the program: without it every pipeline builds"),
    ("REPIN_URL", "\"$CI_API_V4_URL/projects/$CI_PROJECT_ID/packages/generic/repin/$REPIN_VERSION/repin\""),
];

pub(super) const RETRY: [&str; 3] =
    ["retry:", "  max: 2", "  when: [runner_system_failure, scheduler_failure, api_failure]"];
pub(super) const AUTOSAVE: &str = "renku/autosave/";
pub(super) const AUTOSAVE_PATTERN: &str = r"/^renku\/autosave\//";
pub(super) const NO_AUTOSAVE: [&str; 2] = [r"- if: $CI_COMMIT_BRANCH =~ /^renku\/autosave\//", "  when: never"];
/// When a job without rules of its own runs: as without any, in the pipelines of branches and tags.
pub(super) const RULES: [&str; 5] = [
    r"- if: $CI_COMMIT_BRANCH =~ /^renku\/autosave\//",
    "  when: never",
    "- if: $CI_PIPELINE_SOURCE == \"merge_request_event\"",
    "  when: never",
    "- when: on_success",
];
pub(super) const ARTIFACTS: [&str; 3] = ["artifacts:", "  reports:", "    dotenv: repin.env"];

/// The tag that Renku's sessions look for.
const SEVEN: &str = "CI_COMMIT_SHA_7=$(echo \"$CI_COMMIT_SHA\" | cut -c1-7)";

/// A whole new job.
pub(super) fn job(name: &str, variant: Variant, others: bool) -> Vec<String> {
    let (head, own): (&[&str], &[&str]) = match variant {
        Variant::Docker => (
            &["image: docker:cli", "services: [\"docker:dind\"]"],
            &[
                "echo \"$CI_REGISTRY_PASSWORD\" | docker login --username \"$CI_REGISTRY_USER\" --password-stdin \"$CI_REGISTRY\"",
                SEVEN,
                "docker build --tag \"$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7\" .",
                "docker push \"$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7\"",
            ],
        ),
        Variant::Buildx => (
            &["image: docker:cli", "services: [\"docker:dind\"]"],
            &[
                "echo \"$CI_REGISTRY_PASSWORD\" | docker login --username \"$CI_REGISTRY_USER\" --password-stdin \"$CI_REGISTRY\"",
                SEVEN,
                "docker buildx build --provenance=false --push --tag \"$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7\" .",
            ],
        ),
        Variant::Kaniko => (
            &["image:", "  name: gcr.io/kaniko-project/executor:debug", "  entrypoint: [\"\"]"],
            &[
                "mkdir -p /kaniko/.docker",
                "printf '{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}' \"$CI_REGISTRY\" \"$(printf '%s:%s' \"$CI_REGISTRY_USER\" \"$CI_REGISTRY_PASSWORD\" | base64 | tr -d '\\n')\" >/kaniko/.docker/config.json",
                SEVEN,
                "/kaniko/executor --context \"$CI_PROJECT_DIR\" --dockerfile Dockerfile --destination \"$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7\"",
            ],
        ),
        Variant::Buildah => (
            &["image: quay.io/buildah/stable"],
            &[
                "echo \"$CI_REGISTRY_PASSWORD\" | buildah login --username \"$CI_REGISTRY_USER\" --password-stdin \"$CI_REGISTRY\"",
                SEVEN,
                "buildah build --file Dockerfile --tag \"$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7\" .",
                "buildah push \"$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7\"",
            ],
        ),
    };
    let script = Script {
        own: own.iter().map(|line| (*line).to_owned()).collect(),
        others,
        is_kaniko: variant == Variant::Kaniko,
        ..Script::default()
    };
    let deeper = |by: usize, lines: &[String]| -> Vec<String> {
        lines.iter().map(|line| if line.is_empty() { String::new() } else { " ".repeat(by) + line }).collect()
    };
    let texts = |lines: &[&str]| -> Vec<String> { lines.iter().map(|line| (*line).to_owned()).collect() };
    let variables: Vec<String> = VARIABLES.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let keys = [
        texts(&["stage: build"]),
        texts(head),
        texts(&["rules:"]),
        deeper(2, &texts(&RULES)),
        texts(&["resource_group: image", "interruptible: false"]),
        texts(&RETRY),
        texts(&["variables:"]),
        deeper(2, &variables),
        texts(&["script:", "  - |"]),
        deeper(4, &script.lines()),
        texts(&ARTIFACTS),
    ];
    let mut lines = vec![format!("{name}:")];
    lines.extend(deeper(2, &keys.concat()));
    lines
}

/// A job to put somewhere by hand, which builds for its own commit alone.
pub(super) fn snippet(name: &str, variant: Variant) -> String {
    // Nobody knows what is beside it there.
    job(name, variant, false).join("\n") + "\n"
}
