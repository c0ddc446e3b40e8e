//! Symbolic strings: what a script's words are, as far as the repository decides it.
//!
//! A value is a sequence of [`Atom`]s: text, the commit's id or its beginning, names of refs, variables whose value
//! the CI file does not give, and what cannot be known. A variable that branches of the script set differently has
//! several values.

use crate::scheme::{Form, Part};

/// How many values a word may have; more become one unknown.
pub(super) const MAX_VALUES: usize = 16;
/// How many atoms and bytes a value may have.
const MAX_ATOMS: usize = 256;
const MAX_TEXT: usize = 1 << 14;

/// A piece of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Atom {
    Text(String),
    /// The first digits of the commit's id.
    Sha {
        min: usize,
        max: usize,
    },
    GitTag,
    RefName,
    RefSlug,
    /// A variable that the CI file does not set: of the project, the group, the server or the runner. The same for
    /// every commit.
    Env(String),
    /// What cannot be known, as it is written; `per_commit` if it can differ by commit, ref or time.
    Unknown {
        text: String,
        per_commit: bool,
    },
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Sym(pub(super) Vec<Atom>);

/// The values that something can have; never empty.
pub(super) type Values = Vec<Sym>;

impl Sym {
    pub(super) fn text(text: impl Into<String>) -> Self {
        let mut sym = Self::default();
        sym.push(Atom::Text(text.into()));
        sym
    }

    pub(super) fn atom(atom: Atom) -> Self {
        Self(vec![atom])
    }

    pub(super) fn unknown(text: impl Into<String>, per_commit: bool) -> Self {
        let mut text: String = text.into();
        if text.len() > 200 {
            let cut = (0..=197).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
            text.truncate(cut);
            text.push('…');
        }
        Self::atom(Atom::Unknown { text, per_commit })
    }

    /// Appends, joining texts. Beyond the limits the value becomes unknown.
    pub(super) fn push(&mut self, atom: Atom) {
        match (self.0.last_mut(), atom) {
            (_, Atom::Text(text)) if text.is_empty() => {}
            (Some(Atom::Text(before)), Atom::Text(text)) => {
                if before.len() + text.len() > MAX_TEXT {
                    *self = Self::unknown("a text that is too long", self.per_commit());
                } else {
                    before.push_str(&text);
                }
            }
            (_, atom) => {
                if self.0.len() >= MAX_ATOMS {
                    *self = Self::unknown("a value that is too long", true);
                } else {
                    self.0.push(atom);
                }
            }
        }
    }

    pub(super) fn extend(&mut self, other: &Sym) {
        for atom in &other.0 {
            self.push(atom.clone());
        }
    }

    /// The value, if it is text alone.
    pub(super) fn known(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Atom::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether it can differ by commit, ref or time.
    pub(super) fn per_commit(&self) -> bool {
        self.0.iter().any(|atom| match atom {
            Atom::Text(_) | Atom::Env(_) => false,
            Atom::Sha { .. } | Atom::GitTag | Atom::RefName | Atom::RefSlug => true,
            Atom::Unknown { per_commit, .. } => *per_commit,
        })
    }

    /// Whether nothing in it is unknown but variables of the project.
    fn exact(&self) -> bool {
        !self.0.iter().any(|atom| matches!(atom, Atom::Unknown { .. }))
    }

    /// The value as a person would write it.
    pub(super) fn display(&self) -> String {
        self.0
            .iter()
            .map(|atom| match atom {
                Atom::Text(text) | Atom::Unknown { text, .. } => text.clone(),
                Atom::Sha { min, max } => Part::Sha { min: *min, max: *max }.to_string(),
                Atom::GitTag => Part::GitTag.to_string(),
                Atom::RefName => Part::RefName.to_string(),
                Atom::RefSlug => Part::RefSlug.to_string(),
                Atom::Env(name) => format!("${name}"),
            })
            .collect()
    }

    /// `${X:from:length}`, of text or of the commit's id.
    pub(super) fn slice(&self, from: usize, length: Option<usize>, written: &str) -> Sym {
        match (self.0.as_slice(), length) {
            ([Atom::Sha { min, max }], _) if from == 0 => {
                let length = length.unwrap_or(40);
                if length == 0 {
                    Sym::default()
                } else {
                    Sym::atom(Atom::Sha { min: length.min(*min), max: length.min(*max) })
                }
            }
            (_, None) if from == 0 => self.clone(),
            _ => match self.known() {
                Some(text) => Sym::text(text.chars().skip(from).take(length.unwrap_or(usize::MAX)).collect::<String>()),
                None => Sym::unknown(written, self.per_commit()),
            },
        }
    }

    /// The value in lower case. The path of a project's registry already is, and so are ids and slugs.
    pub(super) fn lower(&self, written: &str) -> Sym {
        let mut lower = Sym::default();
        for atom in &self.0 {
            match atom {
                Atom::Text(text) => lower.push(Atom::Text(text.to_lowercase())),
                Atom::Sha { .. } | Atom::RefSlug => lower.push(atom.clone()),
                Atom::Env(name) if is_registry_part(name) => lower.push(atom.clone()),
                _ => return Sym::unknown(written, self.per_commit()),
            }
        }
        lower
    }

    /// The value as the form of a tag.
    pub(super) fn form(&self) -> Form {
        Form::new(self.0.iter().map(|atom| match atom {
            Atom::Text(text) => Part::Literal(text.clone()),
            Atom::Sha { min, max } => Part::Sha { min: *min, max: *max },
            Atom::GitTag => Part::GitTag,
            Atom::RefName => Part::RefName,
            Atom::RefSlug => Part::RefSlug,
            Atom::Env(name) => Part::Unknown(format!("${name}")),
            Atom::Unknown { text, .. } => Part::Unknown(text.clone()),
        }))
    }

    /// The two sides of an image reference: the repository, and the tag if there is one. A digest is dropped.
    pub(super) fn reference(&self) -> (Sym, Option<Sym>) {
        let mut sym = self.clone();
        let at = sym.0.iter().position(|atom| matches!(atom, Atom::Text(text) if text.contains('@')));
        if let Some(at) = at {
            sym = sym.split(at, '@').map_or(sym, |(before, _)| before);
        }
        // The colon of a tag comes after the last slash; a registry's port before it.
        let colon = sym.0.iter().enumerate().rev().find_map(|(at, atom)| match atom {
            Atom::Text(text) => match (text.rfind(':'), text.rfind('/')) {
                (Some(colon), Some(slash)) if slash > colon => Some(None),
                (Some(_), _) => Some(Some(at)),
                (None, Some(_)) => Some(None),
                (None, None) => None,
            },
            _ => None,
        });
        match colon.flatten().and_then(|at| sym.rsplit(at, ':')) {
            Some((repository, tag)) => (repository, Some(tag)),
            None => (sym, None),
        }
    }

    fn split(&self, at: usize, by: char) -> Option<(Sym, Sym)> {
        let Atom::Text(text) = self.0.get(at)? else { return None };
        self.cut(at, text.split_once(by)?)
    }

    fn rsplit(&self, at: usize, by: char) -> Option<(Sym, Sym)> {
        let Atom::Text(text) = self.0.get(at)? else { return None };
        self.cut(at, text.rsplit_once(by)?)
    }

    fn cut(&self, at: usize, (before, after): (&str, &str)) -> Option<(Sym, Sym)> {
        let mut left = Sym(self.0.get(..at)?.to_vec());
        left.push(Atom::Text(before.to_owned()));
        let mut right = Sym::text(after);
        right.extend(&Sym(self.0.get(at + 1..)?.to_vec()));
        Some((left, right))
    }

    /// The value without a leading text.
    pub(super) fn strip_prefix(&self, prefix: &str) -> Option<Sym> {
        let Some(Atom::Text(text)) = self.0.first() else { return None };
        let mut rest = Sym::text(text.strip_prefix(prefix)?);
        rest.extend(&Sym(self.0.get(1..)?.to_vec()));
        Some(rest)
    }

    /// Splits at the first `=`; `None` where there is none in text.
    pub(super) fn split_equals(&self) -> Option<(Sym, Sym)> {
        let at = self.0.iter().position(|atom| matches!(atom, Atom::Text(text) if text.contains('=')))?;
        self.split(at, '=')
    }
}

/// Variables that together make the address of the project's registry.
fn is_registry_part(name: &str) -> bool {
    matches!(
        name,
        "CI_REGISTRY_IMAGE"
            | "CI_REGISTRY"
            | "CI_PROJECT_PATH"
            | "CI_PROJECT_NAMESPACE"
            | "CI_PROJECT_NAME"
            | "CI_SERVER_HOST"
            | "CI_PROJECT_ROOT_NAMESPACE"
    )
}

/// What GitLab sets for every job: `None` for what it does not set.
pub(super) fn predefined(name: &str) -> Option<Sym> {
    Some(Sym::atom(match name {
        "CI_COMMIT_SHA" | "CI_BUILD_REF" => Atom::Sha { min: 40, max: 40 },
        "CI_COMMIT_SHORT_SHA" => Atom::Sha { min: 8, max: 8 },
        "CI_COMMIT_TAG" | "CI_BUILD_TAG" => Atom::GitTag,
        "CI_COMMIT_REF_NAME" | "CI_COMMIT_BRANCH" | "CI_BUILD_REF_NAME" => Atom::RefName,
        "CI_COMMIT_REF_SLUG" | "CI_BUILD_REF_SLUG" => Atom::RefSlug,
        _ if is_per_commit(name) => return Some(Sym::unknown(format!("${name}"), true)),
        _ => return None,
    }))
}

/// Whether a variable differs by commit, ref, pipeline or job. Credentials of a job differ too, but what is built with
/// them does not.
pub(super) fn is_per_commit(name: &str) -> bool {
    const PREFIXES: [&str; 9] = [
        "CI_COMMIT_",
        "CI_PIPELINE_",
        "CI_JOB_",
        "CI_BUILD_",
        "CI_MERGE_REQUEST_",
        "CI_EXTERNAL_PULL_REQUEST_",
        "CI_ENVIRONMENT_",
        "GITLAB_USER_",
        "CI_OPEN_MERGE_REQUESTS",
    ];
    const SAME: [&str; 10] = [
        "CI_JOB_TOKEN",
        "CI_JOB_JWT",
        "CI_JOB_JWT_V1",
        "CI_JOB_JWT_V2",
        "CI_BUILD_TOKEN",
        "CI_JOB_NAME",
        "CI_JOB_NAME_SLUG",
        "CI_JOB_STAGE",
        "CI_JOB_IMAGE",
        "CI_BUILD_NAME",
    ];
    const NAMES: [&str; 9] = [
        "RANDOM",
        "SECONDS",
        "EPOCHSECONDS",
        "EPOCHREALTIME",
        "SRANDOM",
        "BASHPID",
        "HOSTNAME",
        "TRIGGER_PAYLOAD",
        "$",
    ];
    !SAME.contains(&name) && (NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
}

/// Every way to put one of each together, in order; too many become one unknown.
pub(super) fn concat(parts: &[Values], written: &str) -> Values {
    let mut all = vec![Sym::default()];
    for values in parts {
        if all.len() * values.len() > MAX_VALUES {
            let per_commit = parts.iter().flatten().any(Sym::per_commit);
            return vec![Sym::unknown(written, per_commit)];
        }
        all = all
            .iter()
            .flat_map(|begin| {
                values.iter().map(|value| {
                    let mut whole = begin.clone();
                    whole.extend(value);
                    whole
                })
            })
            .collect();
    }
    unique(all)
}

/// Each value once.
pub(super) fn unique(values: impl IntoIterator<Item = Sym>) -> Values {
    let mut all: Values = Vec::new();
    for value in values {
        if all.len() < MAX_VALUES && !all.contains(&value) {
            all.push(value);
        }
    }
    all
}

/// One value for several: itself, or an unknown that names them.
pub(super) fn single(values: &Values) -> Sym {
    match values.as_slice() {
        [one] => one.clone(),
        many => {
            let text = many.iter().map(Sym::display).collect::<Vec<_>>().join(" or ");
            Sym::unknown(text, many.iter().any(Sym::per_commit))
        }
    }
}

/// The repository of an image reference in terms of the project: what follows `$CI_REGISTRY_IMAGE`, which may also be
/// written `$CI_REGISTRY/$CI_PROJECT_PATH` or `$CI_REGISTRY/$CI_PROJECT_NAMESPACE/$CI_PROJECT_NAME`.
pub(super) fn below_project(repository: &Sym) -> Option<Sym> {
    let env = |name: &str| Atom::Env(name.to_owned());
    let slash = || Atom::Text("/".to_owned());
    let spellings = [
        vec![env("CI_REGISTRY_IMAGE")],
        vec![env("CI_REGISTRY"), slash(), env("CI_PROJECT_PATH")],
        vec![env("CI_REGISTRY"), slash(), env("CI_PROJECT_NAMESPACE"), slash(), env("CI_PROJECT_NAME")],
    ];
    let found = spellings.iter().find_map(|spelling| repository.0.strip_prefix(spelling.as_slice()))?;
    let rest = Sym(found.to_vec());
    match rest.0.first() {
        None => Some(rest),
        Some(Atom::Text(text)) if text.starts_with('/') && rest.exact() => rest.strip_prefix("/"),
        _ => None,
    }
}
