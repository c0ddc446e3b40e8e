//! GitLab's regular expressions, `/…/flags`: RE2 without anchors, case-sensitive, in bytes.
//!
//! Flags are those of `/^\/(?<regexp>.*)\/(?<flags>[ismU]*)$/`. Older servers fell back to Ruby's engine for what RE2
//! cannot do (look-around, back-references); here such an expression is invalid. Classes such as `\w` are ASCII.

use regex_automata::nfa::thompson::pikevm::PikeVM;
use regex_automata::nfa::thompson::{Config, WhichCaptures};
use regex_automata::util::syntax;

/// Limits for expressions written to be big: bytes of text and of compiled program.
const MAX_PATTERN: usize = 4_096;
const MAX_PROGRAM: usize = 1 << 17;

/// The expression and its flags.
fn parts(text: &str) -> Option<(&str, &str)> {
    let (pattern, flags) = text.strip_prefix('/')?.rsplit_once('/')?;
    flags.chars().all(|flag| "ismU".contains(flag)).then_some((pattern, flags))
}

/// Whether an expression is found in a text; `None` where it is no valid expression.
pub(super) fn search(expression: &str, text: &str) -> Option<bool> {
    let (pattern, flags) = parts(expression)?;
    find(pattern, flags, text)
}

/// As [`search`], of a bare expression.
pub(crate) fn find(pattern: &str, flags: &str, text: &str) -> Option<bool> {
    if pattern.len() > MAX_PATTERN {
        return None;
    }
    let syntax = syntax::Config::new()
        .unicode(false)
        .utf8(false)
        .nest_limit(50)
        .case_insensitive(flags.contains('i'))
        .dot_matches_new_line(flags.contains('s'))
        .multi_line(flags.contains('m'))
        .swap_greed(flags.contains('U'));
    let limits = Config::new().utf8(false).nfa_size_limit(Some(MAX_PROGRAM)).which_captures(WhichCaptures::None);
    // The smallest engine: names of branches are short.
    let regex = PikeVM::builder().syntax(syntax).thompson(limits).build(pattern).ok()?;
    Some(regex.is_match(&mut regex.create_cache(), text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::search;

    macro_rules! cases {
        ($($name:ident: $pattern:expr, $text:expr => $want:expr;)*) => { $(#[test] fn $name() { assert_eq!(search($pattern, $text), $want); })* };
    }

    cases! {
        autosave: r"/^renku\/autosave.*$/", "renku/autosave/x/y" => Some(true);
        autosave_other: r"/^renku\/autosave.*$/", "renku/other" => Some(false);
        unanchored: "/ma/", "xmainx" => Some(true);
        case_counts: "/Main/", "main" => Some(false);
        flag_i: "/Main/i", "main" => Some(true);
        flag_s: "/a.b/s", "a\nb" => Some(true);
        dot_is_no_newline: "/a.b/", "a\nb" => Some(false);
        flag_m: "/^b$/m", "a\nb" => Some(true);
        anchors_are_of_the_text: "/^b$/", "a\nb" => Some(false);
        unknown_flag_is_no_pattern: "/a/x", "a" => None;
        no_slashes: "main", "main" => None;
        look_ahead_is_invalid: "/^(?!x)/", "a" => None;
        unbalanced: "/(/", "(" => None;
        digits: r"/^v?\d+\.\d+$/", "v1.2" => Some(true);
        not_ascii: "/é/", "é" => Some(true);
        too_big: "/((a{1000}){1000}){1000}/", "a" => None;
        too_deep: &format!("/{}/", "(".repeat(1_000)), "a" => None;
        empty: "//", "a" => Some(true);
    }
}
