//! Which value a variable has at an instruction (BuildKit's `dockerfile2llb/convert.go`: `dispatchEnv`, `dispatchArg`,
//! `dispatchState.init`, `buildMetaArgs`).
//!
//! ARG and ENV write into one list, the later wins. A stage built from another begins with that list, and then the ENV of that
//! stage, which are in its image, are set anew. What the file does not set, an external base image may.

use std::collections::HashMap;

use super::words::{self, Text, Value};
use super::{ArgValue, BuildOptions};

/// Arguments that exist before the first FROM without being declared (`defaultArgs` of BuildKit's `platform.go`).
const PLATFORM: [&str; 11] = [
    "BUILDARCH",
    "BUILDOS",
    "BUILDOSVERSION",
    "BUILDPLATFORM",
    "BUILDVARIANT",
    "TARGETARCH",
    "TARGETOS",
    "TARGETOSVERSION",
    "TARGETPLATFORM",
    "TARGETSTAGE",
    "TARGETVARIANT",
];

/// All that variables may take together: a file can make their values, and the copies of them in its stages, grow much faster
/// than itself.
const BUDGET: usize = 16 << 20;

const TOO_MUCH: &str = "the variables of this file take too much memory";

/// The variables of one stage.
#[derive(Clone, Debug, Default)]
struct Stage {
    /// ARG and ENV, inherited ones included.
    variables: HashMap<String, Value>,
    /// ENV alone: what its image has.
    image: HashMap<String, Value>,
    /// Nothing is set at its root: it begins with `scratch`.
    from_scratch: bool,
    /// Any variable may have any value, for this reason.
    lost: Option<&'static str>,
}

/// The variables of all stages, and the arguments before the first FROM.
#[derive(Debug)]
pub(super) struct Scopes {
    given: HashMap<String, Value>,
    global: HashMap<String, Value>,
    stages: HashMap<usize, Stage>,
    escape: char,
    budget: usize,
}

impl Scopes {
    /// The scopes of a file that begins with these ARGs.
    pub(super) fn new<'a>(
        args: impl Iterator<Item = &'a (String, Option<String>)>,
        options: &BuildOptions,
        escape: char,
    ) -> Self {
        let given: HashMap<_, _> =
            options.args.iter().map(|(name, value)| (name.clone(), given(name, value))).collect();
        let platform = |name: &&str| given.get(*name).cloned().unwrap_or_else(|| platform(name));
        let global = PLATFORM.iter().map(|name| ((*name).to_owned(), platform(name))).collect();
        let mut scopes = Self { given, global, stages: HashMap::new(), escape, budget: BUDGET };
        for (name, default) in args {
            let value = match (scopes.given.get(name), default) {
                (Some(value), _) => value.clone(),
                (None, Some(word)) => {
                    scopes.expand_global(word).map_or_else(|why| Value::Unknown(why.to_owned()), Text::into_value)
                }
                (None, None) if PLATFORM.contains(&name.as_str()) => continue,
                (None, None) => no_value(name),
            };
            let value = scopes.afford(value);
            scopes.global.insert(name.clone(), value);
        }
        scopes
    }

    /// A word of FROM: it sees the arguments before the first FROM and nothing else.
    pub(super) fn expand_global(&self, word: &str) -> Result<Text, &'static str> {
        words::expand(word, self.escape, &|name| self.global.get(name).cloned().unwrap_or(Value::Unset))
    }

    /// Begins stage `index`, built from `parent` or from an image outside of the file.
    pub(super) fn begin(&mut self, index: usize, parent: Option<usize>, from_scratch: bool) {
        let mut stage = Stage { from_scratch, ..Stage::default() };
        if let Some(parent) = parent.and_then(|parent| self.stages.get(&parent)) {
            let size = |(name, value): (&String, &Value)| {
                let (Value::Known(text) | Value::Unknown(text)) = value else { return name.len() };
                name.len() + text.len() + size_of::<(String, Value)>()
            };
            match self.budget.checked_sub(parent.variables.iter().chain(&parent.image).map(size).sum()) {
                Some(rest) => {
                    self.budget = rest;
                    stage = parent.clone();
                    stage.variables.extend(parent.image.clone());
                }
                None => stage.lost = Some(TOO_MUCH),
            }
        }
        self.stages.insert(index, stage);
    }

    /// A word of an instruction in stage `index`, with what was set up to here.
    pub(super) fn expand(&self, index: usize, word: &str) -> Result<Text, &'static str> {
        words::expand(word, self.escape, &|name| self.get(index, name))
    }

    /// `ENV`: all of its values see what was set before it.
    pub(super) fn env(&mut self, index: usize, pairs: &[(String, String)]) {
        let text =
            |word: &str| self.expand(index, word).map_or_else(|why| Value::Unknown(why.to_owned()), Text::into_value);
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (text(name), text(value))).collect();
        for (name, value) in pairs {
            let value = self.afford(value);
            let Some(stage) = self.stages.get_mut(&index) else { return };
            if let Value::Known(name) = name {
                stage.image.insert(name.clone(), value.clone());
                stage.variables.insert(name, value);
            } else {
                stage.lost = Some("an ENV sets a variable whose name is not known");
            }
        }
    }

    /// `ARG` in a stage: the value the job gives, else the default, else the one from before the first FROM.
    pub(super) fn arg(&mut self, index: usize, name: &str, default: Option<&str>) {
        let value = match (self.given.get(name), default) {
            (Some(value), _) => value.clone(),
            (None, Some(word)) => {
                self.expand(index, word).map_or_else(|why| Value::Unknown(why.to_owned()), Text::into_value)
            }
            (None, None) => match self.global.get(name) {
                Some(value) => value.clone(),
                None => match self.get(index, name) {
                    known @ Value::Known(_) => known,
                    _ => no_value(name),
                },
            },
        };
        let value = self.afford(value);
        if let Some(stage) = self.stages.get_mut(&index) {
            stage.variables.insert(name.to_owned(), value);
        }
    }

    fn get(&self, index: usize, name: &str) -> Value {
        match self.stages.get(&index) {
            None => Value::Unset,
            // Positional and special parameters are never set.
            Some(_) if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') => Value::Unset,
            Some(Stage { lost: Some(why), .. }) => Value::Unknown((*why).to_owned()),
            Some(stage) => match stage.variables.get(name) {
                Some(value) => value.clone(),
                None if stage.from_scratch => Value::Unset,
                None => Value::Unknown(format!("{name} is not set in the Dockerfile; the base image may set it")),
            },
        }
    }

    fn afford(&mut self, value: Value) -> Value {
        let Value::Known(text) = &value else { return value };
        match self.budget.checked_sub(text.len()) {
            Some(rest) => {
                self.budget = rest;
                value
            }
            None => Value::Unknown(TOO_MUCH.to_owned()),
        }
    }
}

fn given(name: &str, value: &ArgValue) -> Value {
    match value {
        ArgValue::Known(text) => Value::Known(text.clone()),
        ArgValue::Unknown => Value::Unknown(format!("the job sets {name}, to a value that is not in the repository")),
    }
}

fn platform(name: &str) -> Value {
    Value::Unknown(format!("{name} depends on the machine that builds"))
}

fn no_value(name: &str) -> Value {
    Value::Unknown(format!("ARG {name} has no value in the Dockerfile"))
}
