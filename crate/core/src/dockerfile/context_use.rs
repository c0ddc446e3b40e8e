//! From stages to what they read.

use std::collections::HashSet;
use std::sync::Arc;

use super::instruction::{Command, Instruction, Mount};
use super::scope::Scopes;
use super::sources::{self, Excludes};
use super::stages::{Origin, Plan, origins_named};
use super::words::{self, Text};
use super::{ArgUse, BaseImage, BuildOptions, ContextSource, ContextUse, Dockerfile, SourcePath};

pub(super) fn context_use(dockerfile: &Dockerfile, options: &BuildOptions) -> ContextUse {
    let mut scopes = scopes(dockerfile, options);
    let plan = Plan::new(&dockerfile.stages, &scopes, options);
    let mut collector = Collector { found: ContextUse::default(), seen: HashSet::new(), triggered: HashSet::new() };
    if let (None, Some(target)) = (plan.target, &options.target) {
        collector.found.notes.push(format!("no stage is called {target}: the sources of all stages count"));
    }
    for (index, stage) in dockerfile.stages.iter().enumerate() {
        if plan.reachable.get(index) != Some(&true) {
            continue;
        }
        let Some(origin) = plan.origins.get(index) else { continue };
        collector.origin(origin, stage.from.line, "FROM");
        if !plan.is_built(index) {
            continue;
        }
        let parent = if let Origin::Stage(parent) = origin { Some(*parent) } else { None };
        scopes.begin(index, parent, *origin == Origin::Scratch);
        let own = stage.instructions.iter().map(|instruction| (instruction, false));
        for (instruction, triggered) in plan.triggers(index).map(|trigger| (trigger, true)).chain(own) {
            for name in origins_named(instruction) {
                let by = if let Command::Run { .. } = instruction.command { "RUN --mount" } else { "COPY --from" };
                collector.origin(&plan.from(&name, index), instruction.line, by);
            }
            collector.instruction(instruction, index, triggered, &mut scopes);
        }
    }
    collector.triggers_left(&plan);
    collector.found.args_used = options
        .args
        .iter()
        .map(|(name, _)| ArgUse { name: name.clone(), lines: uses(dockerfile, &plan, name) })
        .collect();
    collector.found
}

pub(super) fn arg_uses(dockerfile: &Dockerfile, options: &BuildOptions, name: &str) -> Vec<usize> {
    uses(dockerfile, &Plan::new(&dockerfile.stages, &scopes(dockerfile, options), options), name)
}

fn scopes(dockerfile: &Dockerfile, options: &BuildOptions) -> Scopes {
    let global = dockerfile.args.iter().filter_map(|instruction| match &instruction.command {
        Command::Arg(pairs) => Some(pairs),
        _ => None,
    });
    Scopes::new(global.flatten(), options, dockerfile.escape)
}

struct Collector {
    found: ContextUse,
    /// The images and the remote sources found.
    seen: HashSet<String>,
    /// What triggers read: they act in every stage built from their own, and mostly read the same there.
    triggered: HashSet<(usize, String, String)>,
}

impl Collector {
    fn origin(&mut self, origin: &Origin, line: usize, instruction: &'static str) {
        let name = match origin {
            Origin::Image(name) | Origin::Unclear(name, _) => name,
            Origin::Context(name) => {
                if !self.found.named_context_uses.contains(name) {
                    self.found.named_context_uses.push(name.clone());
                }
                return;
            }
            Origin::Stage(_) | Origin::Scratch => return,
        };
        if !self.seen.insert(name.clone()) {
            return;
        }
        let pinned = name.split_once('@').is_some_and(|(_, digest)| digest.contains(':') && !digest.contains('$'));
        if !pinned {
            self.found
                .notes
                .push(format!("line {line}: {instruction} {name} has no digest: what the name stands for can change"));
        }
        if instruction == "FROM" && name.contains("onbuild") {
            // Images of this kind exist to copy the context of what is built from them.
            let why = "the base image's own ONBUILD instructions may read any file".to_owned();
            self.source(line, "FROM", name, SourcePath::Unknown { why }, String::new(), &Arc::default());
        }
        self.found.base_images.push(BaseImage { line, instruction, name: name.clone(), pinned });
    }

    fn source(
        &mut self,
        line: usize,
        instruction: &'static str,
        text: &str,
        path: SourcePath,
        root: String,
        excludes: &Arc<Excludes>,
    ) {
        let (text, excludes) = (text.to_owned(), Arc::clone(excludes));
        self.found.sources.push(ContextSource { line, instruction, text, path, root, excludes });
    }

    fn instruction(&mut self, instruction: &Instruction, index: usize, triggered: bool, scopes: &mut Scopes) {
        match &instruction.command {
            Command::Env(pairs) => scopes.env(index, pairs),
            Command::Arg(pairs) => {
                for (name, default) in pairs {
                    scopes.arg(index, name, default.as_deref());
                }
            }
            Command::Copy { add, sources, .. } if *add || instruction.flag("from").is_none_or(str::is_empty) => {
                let flags = CopyFlags::new(instruction, *add);
                for text in sources {
                    if words::here_document(text).is_some() {
                        continue;
                    }
                    let expanded = scopes.expand(index, text);
                    if *add && self.remote(instruction.line, &flags, &expanded) {
                        continue;
                    }
                    let (path, root) = copied(&flags, expanded);
                    if !triggered || self.triggered.insert((instruction.line, text.clone(), format!("{path:?}"))) {
                        self.source(instruction.line, instruction.keyword(), text, path, root, &flags.excludes);
                    }
                }
            }
            Command::Run { .. } => {
                for text in instruction.flag_values("mount") {
                    let mount = Mount::parse(text);
                    let Some(path) = bound(&mount, index, scopes) else { continue };
                    if !triggered || self.triggered.insert((instruction.line, text.to_owned(), format!("{path:?}"))) {
                        let root = if let SourcePath::Literal(path) = &path { path.clone() } else { String::new() };
                        self.source(instruction.line, "RUN --mount", text, path, root, &Arc::default());
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether a source of ADD is no file of the context; notes it if what it brings can change.
    fn remote(&mut self, line: usize, flags: &CopyFlags, source: &Result<Text, &'static str>) -> bool {
        let Ok(Text { known, unknown }) = source else { return false };
        if !sources::is_remote(known) {
            return false;
        }
        if unknown.is_some() || (!flags.checksum && !sources::is_fixed(known)) {
            let rest = if unknown.is_some() { "…" } else { "" };
            let note = format!("line {line}: ADD {known}{rest} has no checksum: what is there can change");
            if self.seen.insert(note.clone()) {
                self.found.notes.push(note);
            }
        }
        true
    }

    /// Notes the ONBUILDs of the target: they act in builds that begin with its image.
    fn triggers_left(&mut self, plan: &Plan) {
        let target = plan.target.filter(|&target| plan.is_built(target)).and_then(|target| plan.stages.get(target));
        let mut own = target.iter().flat_map(|stage| &stage.instructions);
        if let Some(first) = own.find(|instruction| matches!(instruction.command, Command::OnBuild(_))) {
            self.found
                .notes
                .push(format!("line {}: ONBUILD acts in builds from this image, not in its own", first.line));
        }
    }
}

/// The flags of a COPY or ADD, for all of its sources.
struct CopyFlags<'d> {
    add: bool,
    parents: bool,
    checksum: bool,
    excludes: Arc<Excludes>,
    unknown: Option<&'d str>,
}

impl<'d> CopyFlags<'d> {
    fn new(instruction: &'d Instruction, add: bool) -> Self {
        let known: &[&str] = if add {
            &["chown", "chmod", "link", "keep-git-dir", "checksum", "unpack", "exclude"]
        } else {
            &["from", "chown", "chmod", "link", "exclude", "parents"]
        };
        Self {
            add,
            parents: instruction.switch("parents"),
            checksum: instruction.flag("checksum").is_some(),
            excludes: Arc::new(Excludes::new(instruction.flag_values("exclude"))),
            unknown: instruction.flag_beside(known),
        }
    }
}

/// The path of a COPY or ADD and the folder its excludes count from.
fn copied(flags: &CopyFlags, source: Result<Text, &'static str>) -> (SourcePath, String) {
    let unknown = |why: String| (SourcePath::Unknown { why }, String::new());
    if let Some(flag) = flags.unknown {
        return unknown(format!("the flag {flag} is not known"));
    }
    match source {
        Err(why) => unknown(why.to_owned()),
        Ok(Text { unknown: Some(why), .. }) => unknown(why),
        Ok(Text { known, .. }) if !flags.add && sources::is_remote(&known) => unknown("COPY takes no URL".to_owned()),
        Ok(Text { known, .. }) if flags.parents => sources::copied_with_parents(&known),
        Ok(Text { known, .. }) => sources::copied(&known),
    }
}

/// The path that a mount takes from the context, if it takes one.
fn bound(mount: &Mount, index: usize, scopes: &Scopes) -> Option<SourcePath> {
    if mount.from.is_some() {
        return None;
    }
    let unknown = |why: String| Some(SourcePath::Unknown { why });
    match mount.kind.as_deref().map_or_else(|| Ok("bind".to_owned().into()), |kind| scopes.expand(index, kind)) {
        Ok(Text { known, unknown: None }) if known.eq_ignore_ascii_case("bind") => {}
        // An empty cache, or nothing of the context at all.
        Ok(Text { unknown: None, .. }) => return None,
        Ok(Text { unknown: Some(why), .. }) => return unknown(why),
        Err(why) => return unknown(why.to_owned()),
    }
    match scopes.expand(index, &mount.source) {
        Ok(Text { known, unknown: None }) => Some(sources::mounted(&known)),
        Ok(Text { unknown: Some(why), .. }) => unknown(why),
        Err(why) => unknown(why.to_owned()),
    }
}

/// What a stage leaves to the stages built from it: whether the argument is in scope, and whether an ENV hides it.
#[derive(Clone, Copy, Default)]
struct Argument {
    declared: bool,
    hidden: bool,
}

fn uses(dockerfile: &Dockerfile, plan: &Plan, name: &str) -> Vec<usize> {
    let mut lines = Vec::new();
    let mut global = false;
    for instruction in &dockerfile.args {
        if global && mentions(instruction, name) {
            lines.push(instruction.line);
        }
        global |= declares(instruction, name);
    }
    let mut stages: Vec<Argument> = Vec::new();
    for (index, stage) in dockerfile.stages.iter().enumerate() {
        let bases = plan.bases(index);
        let mut base = bases.iter().filter_map(|&base| stages.get(base));
        // An ENV of the parent is in its image, and is set again when the stage begins.
        let mut argument = Argument {
            declared: base.clone().any(|base| base.declared && !base.hidden),
            hidden: base.any(|base| base.hidden),
        };
        if plan.reachable.get(index) == Some(&true) && global && mentions(&stage.from, name) {
            lines.push(stage.from.line);
        }
        if plan.is_built(index) {
            for instruction in plan.instructions(index) {
                if argument.declared && mentions(instruction, name) {
                    lines.push(instruction.line);
                }
                if declares(instruction, name) {
                    argument.declared = true;
                } else if let Command::Env(pairs) = &instruction.command
                    && pairs.iter().any(|(key, _)| key == name)
                {
                    argument = Argument { declared: false, hidden: true };
                }
            }
        }
        stages.push(argument);
    }
    lines.sort_unstable();
    lines.dedup();
    lines
}

fn declares(instruction: &Instruction, name: &str) -> bool {
    matches!(&instruction.command, Command::Arg(pairs) if pairs.iter().any(|(key, _)| key == name))
}

/// Whether an instruction other than LABEL has `$name` or `${name` in it, or, where it runs programs, `name` as a word.
fn mentions(instruction: &Instruction, name: &str) -> bool {
    let command =
        if let Command::OnBuild(trigger) = &instruction.command { &trigger.command } else { &instruction.command };
    let word = matches!(command, Command::Run { .. });
    let inside = |c: char| c.is_alphanumeric() || c == '_';
    let mentioned = |text: &str| {
        text.match_indices(name).any(|(at, _)| {
            let before = text.get(..at).unwrap_or_default();
            let after = text.get(at + name.len()..).unwrap_or_default();
            let whole = !after.starts_with(inside) && !before.ends_with(inside);
            whole && (word || before.ends_with('$') || before.ends_with("${"))
        })
    };
    !matches!(command, Command::Label)
        && !name.is_empty()
        && (mentioned(&instruction.text) || mentioned(&instruction.bodies))
}
