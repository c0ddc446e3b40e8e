//! The stages of a Dockerfile, what each is built from, and which of them the target needs.

use std::collections::HashMap;

use super::BuildOptions;
use super::instruction::{Command, Instruction, Mount};
use super::scope::Scopes;

/// One `FROM` and what follows it.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    pub(super) from: Instruction,
    pub(super) image: String,
    pub(super) name: Option<String>,
    pub(super) instructions: Vec<Instruction>,
}

/// What a FROM or a `from` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Stage(usize),
    /// A named context, as the job calls it.
    Context(String),
    Scratch,
    Image(String),
    /// A variable decides, and it is not known. Perhaps an earlier stage whose name begins like this (`None`: any earlier
    /// stage), else an image.
    Unclear(String, Option<String>),
}

/// The stages with their origins resolved.
pub(super) struct Plan<'d> {
    pub(super) stages: &'d [Stage],
    /// What each stage is built from.
    pub(super) origins: Vec<Origin>,
    /// Which stages the target needs, itself included.
    pub(super) reachable: Vec<bool>,
    /// `None` if no stage has the name that was asked for.
    pub(super) target: Option<usize>,
    names: HashMap<&'d str, Vec<usize>>,
    contexts: HashMap<String, &'d str>,
}

impl<'d> Plan<'d> {
    pub(super) fn new(stages: &'d [Stage], scopes: &Scopes, options: &'d BuildOptions) -> Self {
        let mut names: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, stage) in stages.iter().enumerate() {
            if let Some(name) = &stage.name {
                names.entry(name).or_default().push(index);
            }
        }
        let contexts = options.named_contexts.iter().map(|name| (familiar(name), name.as_str())).collect();
        let reachable = vec![false; stages.len()];
        let mut plan = Self { stages, origins: Vec::new(), reachable, target: None, names, contexts };
        for (index, stage) in stages.iter().enumerate() {
            let origin = plan.base(index, stage, scopes);
            plan.origins.push(origin);
        }
        plan.target = match &options.target {
            None => stages.len().checked_sub(1),
            Some(target) => plan.named(&target.to_lowercase(), stages.len()).or_else(|| {
                // Builders before BuildKit take the number of a stage too.
                target.parse().ok().filter(|&index| index < stages.len())
            }),
        };
        match plan.target {
            Some(target) => plan.reach(target),
            None => plan.reachable.fill(true),
        }
        plan
    }

    fn base(&self, index: usize, stage: &Stage, scopes: &Scopes) -> Origin {
        // A named context with the name of a stage stands in for it.
        if let Some(context) = stage.name.as_ref().and_then(|name| self.contexts.get(name)) {
            return Origin::Context((*context).to_owned());
        }
        match scopes.expand_global(&stage.image) {
            Ok(text) if text.unknown.is_none() => self.origin(&text.known, index),
            Ok(text) => Origin::Unclear(stage.image.clone(), Some(text.known.to_lowercase())),
            Err(_) => Origin::Unclear(stage.image.clone(), Some(String::new())),
        }
    }

    /// The stages before stage `index` that an origin can be.
    fn stages_of(&self, origin: &Origin, index: usize) -> Vec<usize> {
        let name = |index: usize| self.stages.get(index).and_then(|stage| stage.name.as_ref());
        match origin {
            Origin::Stage(stage) => vec![*stage],
            Origin::Unclear(_, None) => (0..index).collect(),
            Origin::Unclear(_, Some(start)) => {
                (0..index).filter(|&index| name(index).is_some_and(|name| name.starts_with(start))).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The last stage before `before` that has this name; later ones cannot be referred to.
    fn named(&self, name: &str, before: usize) -> Option<usize> {
        let indices = self.names.get(name)?;
        let count = indices.partition_point(|&index| index < before);
        indices.get(count.checked_sub(1)?).copied()
    }

    fn origin(&self, name: &str, before: usize) -> Origin {
        if let Some(index) = self.named(&name.to_lowercase(), before) {
            Origin::Stage(index)
        } else if name == "scratch" {
            Origin::Scratch
        } else if let Some(context) = self.contexts.get(&familiar(name)) {
            Origin::Context((*context).to_owned())
        } else {
            Origin::Image(name.to_owned())
        }
    }

    /// What `--from` or `from=` in stage `index` names: a stage by name or number, a named context, or an image. Variables are
    /// not replaced there (`toCommand` in `convert.go`); docker refuses one, other builders may not, so that it can be any stage.
    pub(super) fn from(&self, name: &str, index: usize) -> Origin {
        if name.contains('$') {
            return Origin::Unclear(name.to_owned(), None);
        }
        match name.parse::<usize>() {
            Ok(number) if number < index => Origin::Stage(number),
            _ => self.origin(name, index),
        }
    }

    /// Whether a named context stands in for stage `index`.
    fn is_replaced(&self, index: usize) -> bool {
        self.stages
            .get(index)
            .and_then(|stage| stage.name.as_ref())
            .is_some_and(|name| self.contexts.contains_key(name))
    }

    /// Whether the instructions of stage `index` are run for the target.
    pub(super) fn is_built(&self, index: usize) -> bool {
        self.reachable.get(index) == Some(&true) && !self.is_replaced(index)
    }

    /// The stages that stage `index` is built from; more than one if it is not clear which.
    pub(super) fn bases(&self, index: usize) -> Vec<usize> {
        self.origins.get(index).map(|origin| self.stages_of(origin, index)).unwrap_or_default()
    }

    /// What ONBUILD in the base of stage `index` has left for it; it reaches no further.
    pub(super) fn triggers(&self, index: usize) -> impl Iterator<Item = &'d Instruction> + use<'d> {
        let stages = self.stages;
        let mut bases = self.bases(index);
        bases.retain(|&base| !self.is_replaced(base));
        bases.into_iter().filter_map(|base| stages.get(base)).flat_map(|stage| &stage.instructions).filter_map(trigger)
    }

    /// What runs in stage `index`: the triggers, then its own instructions.
    pub(super) fn instructions(&self, index: usize) -> impl Iterator<Item = &'d Instruction> + use<'d> {
        self.triggers(index).chain(self.stages.get(index).map(|stage| &*stage.instructions).unwrap_or_default())
    }

    fn reach(&mut self, target: usize) {
        let mut waiting = Vec::new();
        self.add(vec![target], &mut waiting);
        while let Some(index) = waiting.pop() {
            self.add(self.bases(index), &mut waiting);
            if self.is_built(index) {
                for name in self.instructions(index).flat_map(origins_named) {
                    self.add(self.stages_of(&self.from(&name, index), index), &mut waiting);
                }
            }
        }
    }

    /// Marks these stages; those that were not marked before wait to be followed.
    fn add(&mut self, stages: Vec<usize>, waiting: &mut Vec<usize>) {
        for stage in stages {
            if let Some(reached @ false) = self.reachable.get_mut(stage) {
                *reached = true;
                waiting.push(stage);
            }
        }
    }
}

/// What an ONBUILD leaves for the stages built from its own.
fn trigger(instruction: &Instruction) -> Option<&Instruction> {
    match &instruction.command {
        Command::OnBuild(trigger) => Some(trigger),
        _ => None,
    }
}

/// The names in `--from` of a COPY and in `from=` of the mounts of a RUN.
pub(super) fn origins_named(instruction: &Instruction) -> Vec<String> {
    match &instruction.command {
        Command::Copy { add: false, .. } => {
            instruction.flag("from").filter(|name| !name.is_empty()).map(str::to_owned).into_iter().collect()
        }
        Command::Run { .. } => {
            let mounts = instruction.flag_values("mount").map(Mount::parse).filter(|mount| !mount.is_apart());
            mounts.filter_map(|mount| mount.from).collect()
        }
        _ => Vec::new(),
    }
}

/// The name of an image or named context as they are compared: without docker's own registry and without `:latest`
/// (`Client.NamedContext` of BuildKit's `dockerui/config.go`).
fn familiar(name: &str) -> String {
    let name = name.to_lowercase();
    let name = name.strip_prefix("docker.io/").map_or(&*name, |name| name.strip_prefix("library/").unwrap_or(name));
    name.strip_suffix(":latest").unwrap_or(name).to_owned()
}
