//! Many alternatives as one matcher: a look-up for the literal ones, globset for the plain ones, our own machine for
//! the rest.

use super::machine::Machine;
use super::parse::{expand, parse};
use super::plain::{Shape, shape};
use globset::{Candidate, GlobBuilder, GlobSet, GlobSetBuilder};

/// At most so many alternatives are given to globset, whose automata grow with them; further ones run on the machine.
const MAX_PLAIN: usize = 1_000;

/// What one pattern, or several, match.
#[derive(Clone, Debug)]
pub(super) struct Matcher {
    /// Every literal alternative, in the order of the patterns …
    literals: Vec<String>,
    /// … and their order by bytes.
    sorted: Vec<usize>,
    /// What globset can say.
    plain: GlobSet,
    /// Whether some of `plain` is right for ASCII paths only.
    plain_is_ascii: bool,
    /// What globset cannot say.
    odd: Machine,
    /// All but the literals, for the paths that are not globset's.
    wild: Machine,
}

impl Matcher {
    pub(super) fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Matcher {
        let (mut odd, mut wild) = (Machine::default(), Machine::default());
        let (mut literals, mut plain_is_ascii) = (Vec::new(), false);
        let mut plain = GlobSetBuilder::new();
        let mut plain_count = 0;
        for ops in patterns.into_iter().filter_map(parse) {
            let Some(alternatives) = expand(&ops) else {
                wild.add(&ops);
                odd.add(&ops);
                continue;
            };
            for text in alternatives {
                let glob = match shape(&text) {
                    Shape::Never => continue,
                    Shape::Literal(literal) => {
                        literals.push(literal);
                        continue;
                    }
                    Shape::Odd => None,
                    Shape::Plain { .. } if plain_count == MAX_PLAIN => None,
                    Shape::Plain { glob, ascii } => {
                        let glob = GlobBuilder::new(&glob).literal_separator(true).backslash_escape(true).build();
                        glob.ok().map(|glob| (glob, ascii))
                    }
                };
                wild.add_text(&text);
                if let Some((glob, ascii)) = glob {
                    plain.add(glob);
                    plain_count += 1;
                    plain_is_ascii |= ascii;
                } else {
                    odd.add_text(&text);
                }
            }
        }
        // globset refuses a set whose automaton is too big; the machine takes any.
        let plain = plain.build().unwrap_or_else(|_| {
            odd = wild.clone();
            GlobSet::empty()
        });
        let mut sorted: Vec<usize> = (0..literals.len()).collect();
        sorted.sort_by(|&a, &b| literals[a].cmp(&literals[b]).then(a.cmp(&b)));
        Matcher { literals, sorted, plain, plain_is_ascii, odd, wild }
    }

    pub(super) fn is_match(&self, path: &[u8]) -> bool {
        if self.sorted.binary_search_by(|&at| self.literals[at].as_bytes().cmp(path)).is_ok() {
            return true;
        }
        if self.is_for_globset(path) {
            (!self.plain.is_empty() && self.plain.is_match_candidate(&Candidate::from_bytes(path)))
                || (!self.odd.is_empty() && self.odd.is_match(path))
        } else {
            !self.wild.is_empty() && self.wild.is_match(path)
        }
    }

    /// Whether globset takes this path as it is.
    fn is_for_globset(&self, path: &[u8]) -> bool {
        // Its look-ups by name and extension leave out `..`; on Windows it takes a `\` for a `/`.
        let parent = path.ends_with(b"..");
        let backslash = cfg!(windows) && path.contains(&b'\\');
        let beyond_ascii = self.plain_is_ascii && !path.is_ascii();
        !(parent || backslash || beyond_ascii)
    }

    pub(super) fn may_match_below(&self, dir: &[u8]) -> bool {
        let below = |path: &[u8]| dir.is_empty() || path.strip_prefix(dir).is_some_and(|rest| rest.starts_with(b"/"));
        // Between `dir` and what lies below it by bytes, `dir!` and the like may stand; none stands before `dir/`.
        let first = self.sorted.partition_point(|&at| {
            let literal = self.literals[at].as_bytes();
            !dir.is_empty() && literal.iter().lt(dir.iter().chain(b"/"))
        });
        self.sorted.get(first).is_some_and(|&at| below(self.literals[at].as_bytes())) || self.wild.may_match_below(dir)
    }

    pub(super) fn literals(&self) -> Option<Vec<String>> {
        if !self.wild.is_empty() {
            return None;
        }
        let mut seen = std::collections::HashSet::new();
        Some(self.literals.iter().filter(|literal| seen.insert(literal.as_str())).cloned().collect())
    }
}
