use super::machine::Machine;
use super::parse::{expand, parse};
use super::plain::{Shape, shape};
use super::{Glob, Globs};
use proptest::prelude::*;
use std::time::{Duration, Instant};

/// The pattern on our own matcher alone.
fn by_machine(pattern: &str, path: &[u8]) -> bool {
    let mut machine = Machine::default();
    if let Some(ops) = parse(pattern) {
        machine.add(&ops);
    }
    machine.is_match(path)
}

macro_rules! cases {
    ($($name:ident: $pattern:literal, $path:literal => $expected:literal;)*) => {$(
        #[test]
        fn $name() {
            assert_eq!(Glob::new($pattern).matches_bytes($path.as_ref()), $expected, "Glob");
            assert_eq!(by_machine($pattern, $path.as_ref()), $expected, "machine");
        }
    )*};
}

cases! {
    name: "Dockerfile", "Dockerfile" => true;
    name_is_whole: "Dockerfile", "Dockerfile.old" => false;
    name_is_from_the_root: "Dockerfile", "docker/Dockerfile" => false;
    name_has_case: "install.r", "install.R" => false;
    empty: "", "" => true;
    empty_is_no_path: "", "a" => false;

    star: "*.yml", "environment.yml" => true;
    star_takes_nothing: "a*", "a" => true;
    star_stops_at_slash: "*.yml", "a/b.yml" => false;
    star_takes_leading_dot: "*.yml", ".gitlab-ci.yml" => true;
    star_takes_newline: "a*b", "a\nb" => true;
    star_tries_again: "*ab*b", "aabab" => true;
    stars_are_one: "a***b", "axb" => true;
    star_takes_parent: "*", ".." => true;
    star_dot_takes_parent: "**/*.", "a/.." => true;

    globstar: "**/x", "a/b/x" => true;
    globstar_takes_nothing: "**/x", "x" => true;
    globstar_takes_hidden: "**/x", ".a/x" => true;
    globstar_takes_whole_segments: "**/x", "ax" => false;
    globstar_inside: "a/**/b", "a/x/y/b" => true;
    globstar_inside_takes_nothing: "a/**/b", "a/b" => true;
    globstar_twice: "**/**/x", "x" => true;
    globstar_tries_again: "**/a/*/c", "a/a/b/c" => true;
    globstar_takes_empty_segments: "a/**/b", "a//b" => true;
    globstar_at_end_is_star: "docker/**", "docker/a/b" => false;
    globstar_at_end_takes_one: "docker/**", "docker/a" => true;
    globstar_alone_is_star: "**", "a/b" => false;
    globstar_with_slash_at_end: "**/", "a" => false;
    globstar_with_slash_at_end_takes_a_folder: "**/", "a/b/" => true;
    globstar_not_at_start: "a**/b", "a/x/b" => false;
    three_stars_are_star: "***/b", "x/y/b" => false;
    globstar_with_escaped_star: r"*\*/b", "x/y/b" => false;
    globstar_with_escaped_slash: r"**\/b", "x/y/b" => false;
    globstar_with_escaped_slash_is_star: r"**\/b", "x/b" => true;

    question: "a?b", "axb" => true;
    question_is_one: "a?b", "ab" => false;
    question_is_no_slash: "a?b", "a/b" => false;
    question_takes_a_character: "?", "é" => true;
    question_takes_four_bytes: "?", "🦀" => true;
    question_takes_a_stray_byte: "?", b"\xff" => true;
    question_takes_stray_bytes_one_by_one: "?", b"\xe2\x82" => false;
    question_twice_takes_stray_bytes: "??", b"\xe2\x82" => true;
    question_takes_no_surrogate: "???", b"\xed\xa0\x80" => true;

    set: "[abc]", "b" => true;
    set_range: "[a-c]x", "bx" => true;
    set_range_is_of_code_points: "[à-ü]", "é" => true;
    set_upside_down_has_its_ends: "[c-a]", "a" => true;
    set_upside_down_has_no_middle: "[c-a]", "b" => false;
    set_dash_at_end: "[a-]", "-" => true;
    set_dash_at_start: "[-a]", "-" => true;
    set_dash_to: "[--0]", "." => true;
    set_escaped_dash: r"[a\-c]", "b" => false;
    set_escaped_end: r"[\]]", "]" => true;
    set_range_to_escaped_end: r"[Z-\]]", "[" => true;
    set_negated: "[!a]", "b" => true;
    set_negated_with_caret: "[^a]", "a" => false;
    set_negated_takes_a_character: "[!a]", "é" => true;
    set_negated_takes_a_stray_byte: "[!é]", b"\xc3" => true;
    set_bang_later: "[a!]", "!" => true;
    set_bang_escaped: r"[\!a]", "a" => true;
    set_no_slash: "a[/x]b", "a/b" => false;
    set_with_slash: "a[/x]b", "axb" => true;
    set_negated_no_slash: "a[!x]b", "a/b" => false;
    set_empty: "[]", "[]" => false;
    set_empty_is_not_with_end: "[]a]", "]" => false;
    set_negated_empty: "[!]", "x" => true;
    set_negated_empty_then_text: "[^]a]", "xa]" => true;
    set_open: "[ab", "[ab" => false;
    set_open_after_star: "*[", "a[" => false;
    set_posix_name: "[[:alpha:]]", "a]" => true;
    set_range_lacks_stray_byte: "[a-é]", b"\xff" => false;

    braces: "{a,b}.txt", "b.txt" => true;
    braces_nested: "{a,{b,c}d}", "cd" => true;
    braces_with_empty: "{,a}/x", "/x" => true;
    braces_of_nothing: "a{}", "a" => true;
    braces_are_no_range: "{a..c}", "b" => false;
    braces_open: "{a", "{a" => false;
    braces_open_later: "{a,b}{c", "a{c" => false;
    braces_closed_twice: "{a,b}}", "a}" => true;
    braces_closed_only: "a}", "a}" => true;
    braces_escaped: r"\{a,b\}", "{a,b}" => true;
    braces_escaped_comma: r"{a\,b}", "a,b" => true;
    braces_make_globstar: "{*,a}*/x", "a/b/x" => true;
    braces_make_globstar_of_three: "{*}{*}{/}x", "a/b/x" => true;
    braces_make_no_globstar_later: "a{*,}*/x", "a/b/x" => false;
    braces_make_set: "{[,x}a-c]", "b" => true;
    braces_in_set: "[{a,b}]", "b" => true;
    braces_in_set_end_the_range: "[a{-,]}c]", "b" => true;
    braces_negate_set: "[{!,a}b]", "c" => true;
    braces_with_slash: "{a/b,c/**/d}/e", "c/x/y/d/e" => true;
    braces_with_path_start: "a{/,}**/b", "a/x/y/b" => true;
    braces_in_braces_of_stars: "**{/*,}", "a" => true;

    escape: r"\*.txt", "*.txt" => true;
    escape_of_wildcard: r"\*.txt", "a.txt" => false;
    escape_of_letter: r"\a", "a" => true;
    escape_of_slash: r"a\/b", "a/b" => true;
    escape_at_end: r"a\", "a" => true;
    escape_of_escape: r"a\\", r"a\" => true;
    nul: "a\0b", "a\0b" => false;

    dot_slash: "./a", "a" => false;
    leading_slash: "/a", "a" => false;
    double_slash: "a//b", "a/b" => false;
    double_slash_is_itself: "a//b", "a//b" => true;
    trailing_slash: "docker/", "docker/x" => false;
}

macro_rules! literals {
    ($($name:ident: $pattern:literal => $expected:expr;)*) => {$(
        #[test]
        fn $name() {
            let expected: Option<&[&str]> = $expected;
            let actual = Glob::new($pattern).literals();
            assert_eq!(actual, expected.map(|paths| paths.iter().map(ToString::to_string).collect::<Vec<_>>()));
            assert_eq!(Globs::new([$pattern, $pattern]).literals(), actual);
        }
    )*};
}

literals! {
    literals_one: "Dockerfile" => Some(&["Dockerfile"]);
    literals_in_order: "{b,c,a}/{,c}" => Some(&["b/", "b/c", "c/", "c/c", "a/", "a/c"]);
    literals_once: "{a,a}" => Some(&["a"]);
    literals_unescaped: r"\{\*\}\" => Some(&["{*}"]);
    literals_empty: "" => Some(&[""]);
    literals_broken: "{a" => Some(&[]);
    literals_open_set: "{a,[b}" => Some(&["a"]);
    literals_empty_set: "[]a]" => Some(&[]);
    literals_slash_set: "a[/]b" => Some(&[]);
    literals_star: "{a,b*}" => None;
    literals_any: "a?" => None;
    literals_set: "[.]a" => None;
}

#[test]
fn literals_of_several() {
    let paths = |patterns: &[&str]| Globs::new(patterns).literals();
    assert_eq!(paths(&["b", "{a,b}"]), Some(vec!["b".to_owned(), "a".to_owned()]));
    assert_eq!(paths(&["b", "*"]), None);
    assert_eq!(paths(&[]), Some(vec![]));
}

macro_rules! below {
    ($($name:ident: $patterns:expr, $dir:literal => $expected:literal;)*) => {$(
        #[test]
        fn $name() {
            let patterns: &[&str] = &$patterns;
            assert_eq!(Globs::new(patterns).may_match_below($dir.as_bytes()), $expected);
        }
    )*};
}

below! {
    below_root: ["a"], "" => true;
    below_root_of_nothing: [], "" => false;
    below_root_of_broken: ["{a"], "" => false;
    below_literal: ["a/b/c"], "a/b" => true;
    below_literal_is_no_folder: ["a/b"], "a/b" => false;
    below_literal_among_neighbours: ["a!", "a", "a/b", "a0"], "a" => true;
    below_literal_without_it: ["a!", "a", "a0"], "a" => false;
    below_other_folder: ["docker/**/*", "*.yml"], "src" => false;
    below_own_folder: ["docker/**/*", "*.yml"], "docker/x/y" => true;
    below_one_level: ["docker/**"], "docker/x" => false;
    below_globstar: ["**/x"], "a/b/c" => true;
    below_star: ["*/x"], "a" => true;
    below_star_is_one_level: ["*/x"], "a/b" => false;
    below_braces: ["{a,b}/*"], "b" => true;
    below_part_of_a_name: ["ab/*"], "a" => false;
}

#[test]
fn patterns_are_as_given() {
    assert_eq!(Glob::new(r"{a\").pattern(), r"{a\");
    assert_eq!(Globs::new(["b", "{a", "b"]).patterns().collect::<Vec<_>>(), ["b", "{a", "b"]);
}

/// Patterns that take other matchers exponential time or memory.
#[test]
fn hostile_patterns_take_bounded_time() {
    let start = Instant::now();
    let path = "a".repeat(200);
    let alternatives = "{a,b}".repeat(200);
    let nested = format!("{}x{}", "{a,".repeat(2_000), "}".repeat(2_000));
    let wide = format!("{{{}}}{}", vec!["a*"; 5_000].join(","), "*a".repeat(5_000));
    for (pattern, expected) in [
        ("*a".repeat(100) + "b", false),
        ("**/".repeat(100) + "x", false),
        ("**/*a".repeat(100) + "b", false),
        (alternatives.clone(), true),
        (alternatives + "b", false),
        ("{*,**/}".repeat(100) + "b", false),
        (nested, false),
        (format!("[{}]", "{a,b-,!}".repeat(100)), false),
        ("{".repeat(100_000), false),
        (wide, false),
        ("[".repeat(20_000), false),
    ] {
        assert_eq!(Glob::new(&pattern).matches(&path), expected, "{}", &pattern[..20]);
    }
    let slashes = "a/".repeat(100);
    assert!(!Glob::new(&("**/a/".repeat(50) + "b")).matches(&slashes));
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
}

#[test]
fn more_alternatives_than_are_written_out() {
    let many = format!("{{{}}}/?", (0..5_000).map(|n| format!("d{n}")).collect::<Vec<_>>().join(","));
    let globs = Globs::new([many.as_str(), "x"]);
    assert!(globs.matches("d4999/é"));
    assert!(!globs.matches("d5000/é"));
    assert!(globs.may_match_below(b"d7"));
    assert!(!globs.may_match_below(b"e"));
    assert_eq!(globs.literals(), None);
}

/// Texts in which everything special is frequent.
fn pattern() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        8 => "[abé/.]",
        6 => r"[*?\[\]{},\\!^-]",
        2 => r"\*\*/|/\*\*/|\[[!^]?[abé.\]-]{1,3}\]|\{[ab/*]{0,3},[ab/\[*]{0,3}\}|\*\.a",
    ];
    prop::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}

/// Paths made to match them.
fn path() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        12 => Just(&b"a"[..]), 6 => Just(&b"b"[..]), 8 => Just(&b"/"[..]), 3 => Just(&b"."[..]),
        3 => Just("é".as_bytes()), 1 => Just(&b"\xff"[..]), 1 => Just(&b"\xe2\x82"[..]), 1 => Just(&b"c"[..]),
        1 => Just(&b"-"[..]), 1 => Just(&b"]"[..]), 1 => Just(&b"["[..]), 1 => Just(&b"!"[..]), 1 => Just(&b"*"[..]),
    ];
    prop::collection::vec(part, 0..9).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn globset_and_machine_agree(pattern in pattern(), paths in prop::collection::vec(path(), 8)) {
        let glob = Glob::new(&pattern);
        for path in paths {
            prop_assert_eq!(glob.matches_bytes(&path), by_machine(&pattern, &path), "{:?} {:?}", pattern, path);
        }
    }

    /// The two readings of a set, and the lazy reading of braces, say the same.
    #[test]
    fn written_out_and_lazy_braces_agree(pattern in pattern(), paths in prop::collection::vec(path(), 8)) {
        let Some(ops) = parse(&pattern) else { return Ok(()) };
        let mut written = Machine::default();
        for text in expand(&ops).expect("short patterns have few alternatives") {
            let mut machine = Machine::default();
            machine.add_text(&text);
            match shape(&text) {
                Shape::Never => prop_assert!(!paths.iter().any(|path| machine.is_match(path))),
                Shape::Literal(path) => prop_assert!(machine.is_match(path.as_bytes())),
                Shape::Odd | Shape::Plain { .. } => {}
            }
            written.add_text(&text);
        }
        for path in paths {
            prop_assert_eq!(written.is_match(&path), by_machine(&pattern, &path), "{:?} {:?}", pattern, path);
        }
    }

    #[test]
    fn globs_are_any_of_them(patterns in prop::collection::vec(pattern(), 0..6),
                             paths in prop::collection::vec(path(), 8)) {
        let globs = Globs::new(&patterns);
        for path in paths {
            let any = patterns.iter().any(|pattern| Glob::new(pattern).matches_bytes(&path));
            prop_assert_eq!(globs.matches_bytes(&path), any, "{:?} {:?}", patterns, path);
        }
    }

    #[test]
    fn a_match_may_be_below_each_of_its_folders(patterns in prop::collection::vec(pattern(), 1..4),
                                                paths in prop::collection::vec(path(), 8)) {
        let globs = Globs::new(&patterns);
        for path in paths.iter().filter(|path| globs.matches_bytes(path)) {
            prop_assert!(globs.may_match_below(b""));
            for (slash, _) in path.iter().enumerate().filter(|&(_, &byte)| byte == b'/') {
                prop_assert!(globs.may_match_below(&path[..slash]), "{:?} {:?}", patterns, path);
            }
        }
    }

    #[test]
    fn literals_are_what_matches(pattern in pattern(), path in path()) {
        let glob = Glob::new(&pattern);
        if let Some(literals) = glob.literals() {
            for literal in &literals {
                prop_assert!(glob.matches(literal));
            }
            let listed = literals.iter().any(|literal| literal.as_bytes() == path);
            prop_assert_eq!(glob.matches_bytes(&path), listed);
        }
    }

    #[test]
    fn any_text_is_a_pattern(pattern in any::<String>(), path in any::<Vec<u8>>()) {
        let glob = Glob::new(&pattern);
        prop_assert_eq!(glob.matches_bytes(&path), by_machine(&pattern, &path));
        Globs::new([&pattern]).may_match_below(&path);
    }
}
