//! The patterns that globset can say, as one.
//!
//! globset says what they mean: it makes a regular expression of each. By whom that is matched is a matter of size. Its own
//! sets are fast over a million paths, and bring every engine of regex-automata with them. Without the feature
//! `fast-globs` the one that also reads the expressions of CI files matches these, too: slower, the same answers, and a
//! WebAssembly module of half the size. The tests of this crate ask both, and nothing but one answer is right.

use globset::Glob;

#[cfg(feature = "fast-globs")]
use fast as engine;
#[cfg(not(feature = "fast-globs"))]
use small as engine;

/// Patterns of globset's, matched as an OR.
#[derive(Clone, Debug)]
pub(super) struct Set {
    /// `None`: no patterns.
    set: Option<engine::Set>,
    /// The other engine's, where it takes that many.
    #[cfg(all(test, feature = "fast-globs"))]
    other: Option<small::Set>,
}

impl Set {
    /// The set of these; `None` where its automaton would be too big.
    pub(super) fn new(globs: &[Glob]) -> Option<Self> {
        let set = if globs.is_empty() { None } else { Some(engine::Set::new(globs)?) };
        Some(Self {
            set,
            #[cfg(all(test, feature = "fast-globs"))]
            other: small::Set::new(globs),
        })
    }

    /// Whether one of them matches the whole path.
    pub(super) fn is_match(&self, path: &[u8]) -> bool {
        let is_match = self.set.as_ref().is_some_and(|set| set.is_match(path));
        #[cfg(all(test, feature = "fast-globs"))]
        if let Some(other) = &self.other {
            assert_eq!(other.is_match(path), is_match, "the small engine, of {:?}", String::from_utf8_lossy(path));
        }
        is_match
    }
}

#[cfg(feature = "fast-globs")]
mod fast {
    use globset::{Candidate, Glob, GlobSet, GlobSetBuilder};

    #[derive(Clone, Debug)]
    pub(super) struct Set(GlobSet);

    impl Set {
        pub(super) fn new(globs: &[Glob]) -> Option<Self> {
            let mut set = GlobSetBuilder::new();
            for glob in globs {
                set.add(glob.clone());
            }
            set.build().ok().map(Self)
        }

        pub(super) fn is_match(&self, path: &[u8]) -> bool {
            self.0.is_match_candidate(&Candidate::from_bytes(path))
        }
    }
}

#[cfg(any(test, not(feature = "fast-globs")))]
mod small {
    use globset::Glob;
    use regex_automata::nfa::thompson::{self, WhichCaptures, pikevm::PikeVM};
    use regex_automata::util::syntax;

    /// At most so many bytes of compiled program; more is refused, and our own machine takes it.
    const MAX_PROGRAM: usize = 1 << 20;

    #[derive(Clone, Debug)]
    pub(super) struct Set(PikeVM);

    impl Set {
        pub(super) fn new(globs: &[Glob]) -> Option<Self> {
            // As globset compiles them itself.
            let syntax = syntax::Config::new().utf8(false).dot_matches_new_line(true);
            let limits = thompson::Config::new()
                .utf8(false)
                .nfa_size_limit(Some(MAX_PROGRAM))
                .which_captures(WhichCaptures::None);
            let patterns: Vec<&str> = globs.iter().map(Glob::regex).collect();
            PikeVM::builder().syntax(syntax).thompson(limits).build_many(&patterns).ok().map(Self)
        }

        pub(super) fn is_match(&self, path: &[u8]) -> bool {
            self.0.is_match(&mut self.0.create_cache(), path)
        }
    }
}
