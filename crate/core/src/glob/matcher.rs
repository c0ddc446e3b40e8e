//! Many alternatives as one matcher: a look-up for the literal ones, globset for the plain ones, our own machine for
//! the rest.

use super::literals::Literals;
use super::machine::Machine;
use super::parse::{expand, parse};
use super::plain::{Shape, shape};
use super::set::Set;
use globset::GlobBuilder;

/// At most so many bytes of patterns are given to globset, whose automata grow with them; further ones run on the
/// machine.
const MAX_PLAIN: usize = 1 << 15;

/// What one pattern, or several, match.
#[derive(Clone, Debug)]
pub(super) struct Matcher {
    literals: Literals,
    /// What globset can say.
    plain: Option<Set>,
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
        let mut plain = Vec::new();
        let mut plain_size = 0;
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
                    Shape::Plain { glob, .. } if plain_size + glob.len() > MAX_PLAIN => None,
                    Shape::Plain { glob, ascii } => {
                        let glob = GlobBuilder::new(&glob).literal_separator(true).backslash_escape(true).build();
                        glob.ok().map(|glob| (glob, ascii))
                    }
                };
                wild.add_text(&text);
                if let Some((glob, ascii)) = glob {
                    plain_size += glob.glob().len();
                    plain.push(glob);
                    plain_is_ascii |= ascii;
                } else {
                    odd.add_text(&text);
                }
            }
        }
        // globset refuses a set whose automaton is too big; the machine takes any.
        let plain = Set::new(&plain);
        if plain.is_none() {
            odd = wild.clone();
        }
        Matcher { literals: Literals::new(literals), plain, plain_is_ascii, odd, wild }
    }

    pub(super) fn is_match(&self, path: &[u8]) -> bool {
        if self.literals.contains(path) {
            return true;
        }
        if self.is_for_globset(path) {
            self.plain.as_ref().is_some_and(|plain| plain.is_match(path))
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
        self.literals.any_below(dir) || self.wild.may_match_below(dir)
    }

    /// All paths that can match, if there is no wildcard.
    pub(super) fn literals(&self) -> Option<Vec<String>> {
        self.wild.is_empty().then(|| self.literals.paths().to_vec())
    }
}
