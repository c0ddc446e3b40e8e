//! Build commands: what an image is built from, out of the arguments of `docker build` and its kin.
//!
//! | tool | context | Dockerfile, in this order |
//! |---|---|---|
//! | docker, buildx | the argument | `-f` from the current folder; else `Dockerfile` in the context |
//! | buildah | the argument, else the current folder | `-f` from the current folder, then from the context; else `Containerfile`, `Dockerfile` in the context |
//! | podman | the argument, else the folder of `-f`, else the current one | as buildah |
//! | kaniko | `--context` with `--context-sub-path` | `--dockerfile` (`Dockerfile`) from the current folder, then from the context |
//! | img | the argument | as docker |
//!
//! That docker takes `-f` from the current folder is docker/cli's `GetContextFromLocalDir`, whatever its manual says.

use super::arguments::{Arguments, build_option_takes_value, kaniko_option_takes_value};
use super::value::{self, Atom, Sym, Values};

/// What runs the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tool {
    /// `docker build`, `docker image build`, `docker builder build`, `nerdctl build`.
    Docker,
    /// `docker buildx build`, `buildx build`.
    Buildx,
    /// `buildah build`, `buildah bud`.
    Buildah,
    /// `podman build`.
    Podman,
    /// `/kaniko/executor`.
    Kaniko,
    /// `img build`.
    Img,
}

/// A text that the repository decides, or that it does not.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Text {
    /// This text.
    Known(String),
    /// Something else, as it is written.
    Unknown {
        /// For people: the words of the script.
        text: String,
    },
}

impl Text {
    /// The text, if it is known.
    ///
    /// ```
    /// use repin::ci::Text;
    /// assert_eq!(Text::Known("docker".into()).known(), Some("docker"));
    /// assert_eq!(Text::Unknown { text: "$DIR".into() }.known(), None);
    /// ```
    pub fn known(&self) -> Option<&str> {
        match self {
            Text::Known(text) => Some(text),
            Text::Unknown { .. } => None,
        }
    }
}

impl From<&Sym> for Text {
    fn from(sym: &Sym) -> Self {
        match sym.known() {
            Some(text) => Text::Known(text.to_owned()),
            None => Text::Unknown { text: sym.display() },
        }
    }
}

/// How an image is built. Paths are relative to the root of the repository, without a leading `/`; the root is `""`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// What runs the build.
    pub tool: Tool,
    /// The folder that `COPY` reads from. Unknown also for standard input, an archive and another repository.
    pub context: Text,
    /// The Dockerfile that the command names, from the folder in which it runs; `None`: the tool's own choice. Where
    /// the tool also looks elsewhere is what [`Build::dockerfiles`] says.
    pub dockerfile: Option<Text>,
    /// The stage to build; `None`: the last one.
    pub target: Option<Text>,
    /// Values for `ARG`, in their order; of the same name the last one counts.
    pub args: Vec<BuildArg>,
    /// `--build-context NAME=PATH`, each with a folder of the repository or something unknown (an image, a URL).
    pub named_contexts: Vec<(String, Text)>,
    /// The Dockerfile as it is written.
    written: Option<String>,
    /// The folder in which the command runs.
    folder: Text,
}

/// `docker build .` in the root: what is assumed where no build command can be read.
impl Default for Build {
    fn default() -> Self {
        Self {
            tool: Tool::Docker,
            context: Text::Known(String::new()),
            dockerfile: None,
            target: None,
            args: Vec::new(),
            named_contexts: Vec::new(),
            written: None,
            folder: Text::Known(String::new()),
        }
    }
}

impl Build {
    /// Where the tool looks for the Dockerfile: the first of these that exists is built. Never empty.
    ///
    /// ```
    /// use repin::ci::{Build, Text, Tool};
    /// let mut build = Build::default();
    /// assert_eq!(build.dockerfiles(), [Text::Known("Dockerfile".into())]);
    /// build.tool = Tool::Podman;
    /// build.context = Text::Known("docker".into());
    /// assert_eq!(build.dockerfiles(), ["docker/Containerfile", "docker/Dockerfile"].map(|path| Text::Known(path.into())));
    /// ```
    pub fn dockerfiles(&self) -> Vec<Text> {
        let also_in_context = matches!(self.tool, Tool::Buildah | Tool::Podman | Tool::Kaniko);
        let written = self.written.as_deref();
        let mut all: Vec<Text> = self.dockerfile.iter().cloned().collect();
        match (self.tool, written) {
            (_, Some(written)) if also_in_context && !all.is_empty() => {
                // A path that leads out of the repository, or is absolute, is not looked for in the context.
                let found = self.context.known().map(|context| resolve(&Sym::text(context), &Sym::text(written)));
                all.extend(found.filter(|found| found.known().is_some()).map(|found| Text::from(&found)));
            }
            _ if !all.is_empty() => {}
            (Tool::Buildah | Tool::Podman, _) => {
                all.extend(["Containerfile", "Dockerfile"].map(|name| inside(&self.context, name)));
            }
            (Tool::Kaniko, _) => all.extend([&self.folder, &self.context].map(|folder| inside(folder, "Dockerfile"))),
            _ => all.push(inside(&self.context, "Dockerfile")),
        }
        all.dedup();
        all
    }
}

/// A value given to an `ARG` of the Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildArg {
    /// The name of the `ARG`.
    pub name: String,
    /// Its value.
    pub value: ArgValue,
}

/// What is known of the value of a build argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArgValue {
    /// The CI file gives it.
    Known(String),
    /// A variable of the project, the group, the server or the runner, or one that is not set: the repository does not
    /// show it, and it is the same for every commit. A job's credentials (`CI_JOB_TOKEN`) count as such.
    Unknown {
        /// For people: the words of the script.
        text: String,
    },
    /// It differs by commit, ref, pipeline or time, or is printed by a command that may read files.
    PerCommit {
        /// For people: the words of the script.
        text: String,
    },
}

impl From<&Sym> for ArgValue {
    fn from(sym: &Sym) -> Self {
        match sym.known() {
            Some(text) => ArgValue::Known(text.to_owned()),
            None if sym.per_commit() => ArgValue::PerCommit { text: sym.display() },
            None => ArgValue::Unknown { text: sym.display() },
        }
    }
}

/// A build command of a script.
#[derive(Clone, Debug)]
pub(super) struct Invocation {
    pub(super) build: Build,
    /// The references it gives the image.
    pub(super) tags: Vec<Sym>,
    /// Whether it pushes them itself.
    pub(super) pushes: bool,
    pub(super) notes: Vec<String>,
}

/// A path from a folder, both relative to the repository's root, or unknown.
pub(super) fn resolve(folder: &Sym, path: &Sym) -> Sym {
    let unknown = || Sym::unknown(path.display(), path.per_commit());
    let (from, path) = match path.0.split_first() {
        Some((Atom::Env(name), rest)) if name == "CI_PROJECT_DIR" => match rest.first() {
            None => ("", ""),
            Some(Atom::Text(text)) if text.starts_with('/') && rest.len() == 1 => ("", text.as_str()),
            Some(_) => return unknown(),
        },
        _ => match (folder.known(), path.known()) {
            (_, Some(path)) if path.starts_with(['/', '~']) => return unknown(),
            (Some(folder), Some(path)) => (folder, path),
            (None, Some("" | "." | "./")) => return folder.clone(),
            (None, Some(path)) => return Sym::unknown(format!("{}/{path}", folder.display()), folder.per_commit()),
            _ => return unknown(),
        },
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in from.split('/').chain(path.split('/')) {
        match part {
            ".." if parts.pop().is_none() => return unknown(),
            "" | "." | ".." => {}
            part => parts.push(part),
        }
    }
    Sym::text(parts.join("/"))
}

/// Whether a context is something else than a folder.
fn is_remote(context: &Sym) -> bool {
    let Some(Atom::Text(text)) = context.0.first() else { return false };
    text == "-"
        || text.contains("://")
        || text.starts_with("git@")
        || text.starts_with("github.com/")
        || context.known().is_some_and(|text| [".git", ".tar.gz"].iter().any(|ending| text.ends_with(ending)))
}

fn folder_text(folder: &Sym, path: &Sym) -> Text {
    if is_remote(path) { Text::Unknown { text: path.display() } } else { Text::from(&resolve(folder, path)) }
}

fn inside(folder: &Text, name: &str) -> Text {
    match folder {
        Text::Known(folder) if folder.is_empty() => Text::Known(name.to_owned()),
        Text::Known(folder) => Text::Known(format!("{folder}/{name}")),
        Text::Unknown { text } => Text::Unknown { text: format!("{text}/{name}") },
    }
}

/// Reads the arguments of a build command that runs in `folder`. `variable` gives the value of an environment
/// variable, for `--build-arg NAME`.
pub(super) fn invocation(tool: Tool, args: &[Values], folder: &Sym, variable: &dyn Fn(&str) -> Values) -> Invocation {
    let takes_value = if tool == Tool::Kaniko { kaniko_option_takes_value } else { build_option_takes_value };
    let parsed = Arguments::parse(args, takes_value);
    let mut notes = Vec::new();
    let file = if tool == Tool::Kaniko {
        parsed.last(&["dockerfile", "f"])
    } else {
        parsed.all(&["file", "f"]).next().map(value::single)
    };
    if tool != Tool::Kaniko && parsed.all(&["file", "f"]).count() > 1 {
        notes.push("The build takes several Dockerfiles: only the first one is read.".to_owned());
    }
    let context = if tool == Tool::Kaniko {
        kaniko_context(&parsed, folder, &mut notes)
    } else {
        docker_context(tool, &parsed, file.as_ref(), folder, &mut notes)
    };
    let dockerfile = file.as_ref().map(|file| folder_text(folder, file));
    let written = file.as_ref().and_then(|file| file.known().map(str::to_owned));
    let mut args = Vec::new();
    for value in parsed.all(&["build-arg"]) {
        let sym = value::single(value);
        let arg = match sym.split_equals() {
            Some((name, value)) => name.known().map(|name| (name.to_owned(), ArgValue::from(&value))),
            None => sym.known().map(|name| (name.to_owned(), ArgValue::from(&value::single(&variable(name))))),
        };
        match arg {
            Some((name, value)) => args.push(BuildArg { name, value }),
            // The alternatives of one argument: `X=a or X=b`.
            None => match value
                .iter()
                .map(|sym| Some(sym.split_equals()?.0.known()?.to_owned()))
                .collect::<Option<Vec<_>>>()
            {
                Some(names) if names.windows(2).all(|pair| matches!(pair, [a, b] if a == b)) && !names.is_empty() => {
                    let name = names.into_iter().next().unwrap_or_default();
                    let values: Values = value.iter().filter_map(|sym| Some(sym.split_equals()?.1)).collect();
                    args.push(BuildArg { name, value: ArgValue::from(&value::single(&values)) });
                }
                _ => notes.push(format!("A build argument is not known: {}.", sym.display())),
            },
        }
    }
    let named_contexts = parsed
        .all(&["build-context"])
        .filter_map(|value| {
            let (name, path) = value::single(value).split_equals()?;
            Some((name.known()?.to_owned(), folder_text(folder, &path)))
        })
        .collect();
    let mut tags: Vec<Sym> = parsed.all(&["t", "tag", "d", "destination", "manifest"]).flatten().cloned().collect();
    let mut pushes = tool == Tool::Kaniko && !parsed.has(&["no-push"]) || parsed.has(&["push"]);
    for output in parsed.all(&["o", "output"]).map(value::single) {
        pushes |= pushes_to(&output, &mut tags);
    }
    let target = parsed.last(&["target"]).filter(|target| target.known() != Some("")).map(|target| Text::from(&target));
    let build = Build { tool, context, dockerfile, target, args, named_contexts, written, folder: Text::from(folder) };
    Invocation { build, tags: value::unique(tags), pushes, notes }
}

fn docker_context(tool: Tool, parsed: &Arguments, file: Option<&Sym>, folder: &Sym, notes: &mut Vec<String>) -> Text {
    // One argument is allowed; what else looks like one is a variable that holds options.
    let known = parsed.positional.iter().rev().find(|values| {
        values.iter().all(|value| {
            value.known().is_some() || matches!(value.0.first(), Some(Atom::Env(name)) if name == "CI_PROJECT_DIR")
        })
    });
    match known.or(parsed.positional.last()) {
        Some(path) => folder_text(folder, &value::single(path)),
        None if tool == Tool::Podman && file.is_some_and(|file| !is_remote(file)) => {
            let file = file.map(|file| resolve(folder, file)).unwrap_or_default();
            match file.known() {
                Some(path) => Text::Known(path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned()),
                None => Text::Unknown { text: file.display() },
            }
        }
        None if matches!(tool, Tool::Podman | Tool::Buildah) => Text::from(folder),
        None => {
            notes.push("The build command names no context: the current folder is assumed.".to_owned());
            Text::from(folder)
        }
    }
}

fn kaniko_context(parsed: &Arguments, folder: &Sym, notes: &mut Vec<String>) -> Text {
    let context = if let Some(context) = parsed.last(&["context", "c"]) {
        let context = context.strip_prefix("dir://").unwrap_or(context);
        if is_remote(&context) {
            return Text::Unknown { text: context.display() };
        }
        resolve(folder, &context)
    } else {
        notes.push("kaniko is given no --context: the root of the repository is assumed.".to_owned());
        Sym::default()
    };
    match parsed.last(&["context-sub-path"]) {
        Some(below) => Text::from(&resolve(&context, &below)),
        None => Text::from(&context),
    }
}

/// Whether an `--output` pushes, and under which names.
fn pushes_to(output: &Sym, tags: &mut Vec<Sym>) -> bool {
    let text = output.display().replace('"', "");
    let pushes = text.contains("type=registry") || (text.contains("type=image") && text.contains("push=true"));
    if pushes {
        // `name=REF` is one item of a list with commas: take the atoms between.
        let mut item = Sym::default();
        let mut items = Vec::new();
        for atom in &output.0 {
            match atom {
                Atom::Text(text) => {
                    for (index, piece) in text.replace('"', "").split(',').enumerate() {
                        if index > 0 {
                            items.push(std::mem::take(&mut item));
                        }
                        item.push(Atom::Text(piece.to_owned()));
                    }
                }
                atom => item.push(atom.clone()),
            }
        }
        items.push(item);
        tags.extend(items.iter().filter_map(|item| item.strip_prefix("name=")));
    }
    pushes
}
