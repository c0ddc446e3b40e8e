//! Which files of a tree count: the rules that [inputs](crate::inputs) find, in the form that a walk over a tree needs.

use crate::dockerfile::{ContextSource, SourcePath};
use crate::dockerignore::Dockerignore;
use crate::glob::Globs;
use crate::tree::{is_below, join, relative};

/// What a walk does with a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visit {
    /// Nothing below it counts.
    Skip,
    /// Something below it may count.
    Walk,
    /// Everything below it counts.
    All,
}

/// A set of files, described by rules.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Every file of the tree.
    whole_tree: bool,
    /// Exactly these paths.
    paths: Paths,
    /// These paths, and everything below them where they are folders.
    subtrees: Paths,
    /// What these patterns match.
    globs: Vec<Globs>,
    /// What these builds read from their contexts.
    contexts: Vec<Context>,
}

/// Paths, sorted: of named files there are few.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paths(pub(crate) Vec<Vec<u8>>);

impl Paths {
    pub(crate) fn insert(&mut self, path: Vec<u8>) {
        if let Err(at) = self.0.binary_search(&path) {
            self.0.insert(at, path);
        }
    }

    fn merge(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
        self.0.sort_unstable();
        self.0.dedup();
    }

    fn contains(&self, path: &[u8]) -> bool {
        self.0.binary_search_by(|known| known.as_slice().cmp(path)).is_ok()
    }
}

/// What a build reads from its context folder.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    /// The context folder; `b""` is the repository's root.
    pub(crate) root: Vec<u8>,
    /// What is read of it.
    pub(crate) sources: Vec<ContextSource>,
    /// What is never sent to the builder.
    pub(crate) ignore: Dockerignore,
}

impl Context {
    pub(crate) fn reads(&self, path: &[u8]) -> bool {
        relative(path, &self.root)
            .is_some_and(|path| self.sources.iter().any(|source| source.reads(path)) && !self.ignore.excludes(path))
    }

    fn visit(&self, folder: &[u8]) -> Visit {
        if is_below(&self.root, folder) {
            return if self.sources.is_empty() { Visit::Skip } else { Visit::Walk };
        }
        let Some(inside) = relative(folder, &self.root) else { return Visit::Skip };
        if !self.ignore.may_include_below(inside) || !self.sources.iter().any(|source| source.may_read_below(inside)) {
            Visit::Skip
        } else if !self.ignore.may_exclude_below(inside)
            && self.sources.iter().any(|source| source.reads_all_below(inside))
        {
            Visit::All
        } else {
            Visit::Walk
        }
    }
}

impl Selection {
    /// Everything.
    pub(crate) fn whole_tree() -> Self {
        Self { whole_tree: true, ..Self::default() }
    }

    /// What `globs` match.
    pub(crate) fn of_globs(globs: Globs) -> Self {
        Self { globs: vec![globs], ..Self::default() }
    }

    pub(crate) fn add_path(&mut self, path: impl Into<Vec<u8>>) {
        self.paths.insert(path.into());
    }

    pub(crate) fn add_subtree(&mut self, path: impl Into<Vec<u8>>) {
        self.subtrees.insert(path.into());
    }

    /// Adds what `other` holds.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.whole_tree |= other.whole_tree;
        self.paths.merge(&other.paths);
        self.subtrees.merge(&other.subtrees);
        self.globs.extend(other.globs.iter().cloned());
        self.contexts.extend(other.contexts.iter().cloned());
    }

    pub(crate) fn add_context(&mut self, context: Context) {
        self.contexts.push(context);
    }

    /// What builds read from their contexts.
    pub(crate) fn contexts(&self) -> &[Context] {
        &self.contexts
    }

    /// Whether a link at `path` counts with its target: if a build reads it, not if it only leads to what is read.
    pub(crate) fn follows(&self, path: &[u8]) -> bool {
        self.subtrees.0.iter().any(|folder| path == folder || is_below(path, folder))
            || self.contexts.iter().any(|context| context.reads(path))
    }

    /// Whether no build is sent the file at `path`, though it lies in a build's context.
    pub(crate) fn hides(&self, path: &[u8]) -> bool {
        let mut seen =
            self.contexts.iter().filter_map(|context| Some((context, relative(path, &context.root)?))).peekable();
        seen.peek().is_some() && seen.all(|(context, path)| context.ignore.excludes(path))
    }

    /// Whether it may [hide](Self::hides) something below `folder`.
    pub(crate) fn may_hide_below(&self, folder: &[u8]) -> bool {
        self.contexts.iter().any(|context| {
            relative(folder, &context.root).is_none_or(|folder| context.ignore.may_exclude_below(folder))
        })
    }

    /// Whether every file of any tree is in it.
    pub fn is_whole_tree(&self) -> bool {
        self.visit(b"") == Visit::All
    }

    /// Whether the file (or link, or submodule) at `path` is in it.
    pub fn contains(&self, path: &[u8]) -> bool {
        self.whole_tree
            || self.paths.contains(path)
            || self.subtrees.contains(path)
            || self.subtrees.0.iter().any(|folder| is_below(path, folder))
            || self.globs.iter().any(|globs| globs.matches_bytes(path))
            || self.contexts.iter().any(|context| context.reads(path))
    }

    pub(crate) fn visit(&self, folder: &[u8]) -> Visit {
        if self.whole_tree || self.subtrees.0.iter().any(|path| path == folder || is_below(folder, path)) {
            return Visit::All;
        }
        let mut visit = Visit::Skip;
        for context in &self.contexts {
            match context.visit(folder) {
                Visit::All => return Visit::All,
                Visit::Walk => visit = Visit::Walk,
                Visit::Skip => {}
            }
        }
        let leads_to = |path: &Vec<u8>| is_below(path, folder);
        if visit == Visit::Skip
            && (self.paths.0.iter().any(leads_to)
                || self.subtrees.0.iter().any(leads_to)
                || self.globs.iter().any(|globs| globs.may_match_below(folder)))
        {
            visit = Visit::Walk;
        }
        visit
    }

    /// Every path that it names, of a file or a folder, sorted; `None` if it holds more than named paths and what lies
    /// below them.
    pub(crate) fn named_paths(&self) -> Option<Paths> {
        if self.whole_tree {
            return None;
        }
        let mut named = self.paths.clone();
        named.merge(&self.subtrees);
        for globs in &self.globs {
            for path in globs.literals()? {
                named.insert(path.as_bytes().to_vec());
            }
        }
        for context in &self.contexts {
            for source in &context.sources {
                let SourcePath::Literal(literal) = &source.path else { return None };
                named.insert(if literal.is_empty() {
                    context.root.clone()
                } else {
                    join(&context.root, literal.as_bytes())
                });
            }
        }
        Some(named)
    }

    /// All names in `folder` that can matter, sorted; `None` if they cannot be told beforehand.
    ///
    /// Most selections name their files, and a reader of raw trees finds a few names far faster than it lists all.
    pub(crate) fn names_in(&self, folder: &[u8], also: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
        let mut names = Paths::default();
        let mut add = |path: &[u8]| {
            if is_below(path, folder) {
                let rest = if folder.is_empty() { path } else { &path[folder.len() + 1..] };
                let name = rest.split(|&byte| byte == b'/').next().unwrap_or(rest);
                names.insert(name.to_vec());
            }
        };
        for path in self.paths.0.iter().chain(&self.subtrees.0).chain(also) {
            add(path);
        }
        for globs in &self.globs {
            for path in globs.literals()? {
                add(path.as_bytes());
            }
        }
        for context in &self.contexts {
            for source in &context.sources {
                let mut path = context.root.clone();
                let SourcePath::Literal(literal) = &source.path else { return None };
                if !literal.is_empty() {
                    path = join(&path, literal.as_bytes());
                }
                if path == folder || is_below(folder, &path) {
                    return None;
                }
                add(&path);
            }
        }
        Some(names.0)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
