//! The patterns that globset can say, as one.
//!
//! globset says what they mean: it makes a regular expression of each. By whom that is matched is a matter of size. Its own
//! sets are fast over a million paths, and bring every engine of regex-automata with them. Without the feature
//! `fast-globs` the one that also reads the expressions of CI files matches these, too: slower, the same answers, and a
//! WebAssembly module of half the size.

use globset::Glob;

/// At most so many bytes of compiled program; more is refused, and our own machine takes it.
#[cfg(not(feature = "fast-globs"))]
const MAX_PROGRAM: usize = 1 << 20;

#[cfg(feature = "fast-globs")]
type Inner = globset::GlobSet;
#[cfg(not(feature = "fast-globs"))]
type Inner = regex_automata::nfa::thompson::pikevm::PikeVM;

/// Patterns of globset's, matched as an OR.
#[derive(Clone, Debug)]
pub(super) struct Set(Option<Inner>);

impl Set {
    /// The set of these; `None` where its automaton would be too big.
    pub(super) fn new(globs: &[Glob]) -> Option<Self> {
        if globs.is_empty() { Some(Self(None)) } else { Some(Self(Some(build(globs)?))) }
    }

    /// Whether one of them matches the whole path.
    pub(super) fn is_match(&self, path: &[u8]) -> bool {
        self.0.as_ref().is_some_and(|set| is_match(set, path))
    }
}

#[cfg(feature = "fast-globs")]
fn build(globs: &[Glob]) -> Option<Inner> {
    let mut set = globset::GlobSetBuilder::new();
    for glob in globs {
        set.add(glob.clone());
    }
    set.build().ok()
}

#[cfg(feature = "fast-globs")]
fn is_match(set: &Inner, path: &[u8]) -> bool {
    set.is_match_candidate(&globset::Candidate::from_bytes(path))
}

#[cfg(not(feature = "fast-globs"))]
fn build(globs: &[Glob]) -> Option<Inner> {
    use regex_automata::nfa::thompson::{self, WhichCaptures};
    use regex_automata::util::syntax;
    // As globset compiles them itself.
    let syntax = syntax::Config::new().utf8(false).dot_matches_new_line(true);
    let limits =
        thompson::Config::new().utf8(false).nfa_size_limit(Some(MAX_PROGRAM)).which_captures(WhichCaptures::None);
    let patterns: Vec<&str> = globs.iter().map(Glob::regex).collect();
    Inner::builder().syntax(syntax).thompson(limits).build_many(&patterns).ok()
}

#[cfg(not(feature = "fast-globs"))]
fn is_match(set: &Inner, path: &[u8]) -> bool {
    set.is_match(&mut set.create_cache(), path)
}
