//! What `.dockerignore` means, case by case. Many of the cases ask what moby's own tests ask
//! (`patternmatcher_test.go`, `ignorefile_test.go`).

use repin::dockerignore::{Dockerignore, pattern_matches};

/// `name: "text of the file", "path" => is it excluded`
macro_rules! excludes {
    ($($name:ident: $text:expr, $path:expr => $want:expr;)*) => {$(
        #[test]
        fn $name() {
            let ignore = Dockerignore::parse($text.as_bytes());
            assert_eq!(ignore.problems(), []);
            assert_eq!(ignore.excludes($path.as_bytes()), $want, "{:?} by {:?}", $path, $text);
        }
    )*};
}

excludes! {
    nothing: "", "a" => false;
    name: "data", "data" => true;
    name_of_a_folder: "data", "data/x/y.csv" => true;
    name_only_at_the_top: "data", "src/data" => false;
    name_is_not_a_prefix: "data", "data2" => false;
    case_matters: "Data", "data" => false;
    slash_at_the_start: "/data", "data/x" => true;
    slash_at_the_end: "data/", "data/x" => true;
    slash_at_the_end_matches_files_too: "data/", "data" => true;
    cleaned: "./a//b/../c/", "a/c" => true;
    above_the_root: "/../a", "a" => true;
    above_the_root_without_slash: "../a", "a" => false;
    dot_says_nothing: ".", "a" => false;
    dot_slash_says_nothing: "./", "a" => false;
    root_says_nothing: "/", "a" => false;
    comment: "# a\nb", "a" => false;
    hash_in_a_name: "#a", "#a" => false;
    hash_after_space_is_a_name: " #a", "#a" => true;
    hash_escaped: "\\#a", "#a" => true;
    white_space: "  a  \n", "a" => true;
    white_space_inside: "a b", "a b" => true;
    tabs: "\ta\t", "a" => true;
    blank_lines: "\n\n  \na\n", "a" => true;
    crlf: "a\r\nb\r\n", "a" => true;
    bom: "\u{FEFF}a\n", "a" => true;
    bom_before_a_comment: "\u{FEFF}# a\n", "# a" => false;
    no_newline_at_the_end: "b\na", "a" => true;

    star: "*.pyc", "x.pyc" => true;
    star_stays_in_a_folder: "*.pyc", "src/x.pyc" => false;
    star_matches_nothing_too: "a*", "a" => true;
    star_takes_folders: "a*", "ab/c" => true;
    star_alone: "*", "a/b" => true;
    star_and_hidden_files: "*", ".git" => true;
    question_mark: "abc?def", "abcZdef" => true;
    question_mark_is_one: "abc?def", "abcdef" => false;
    question_mark_is_no_slash: "a?b", "a/b" => false;
    question_mark_takes_a_character: "a?b", "a☺b" => true;
    three_question_marks_take_three: "a???b", "a☺b" => false;
    class: "a[b-d]e", "ace" => true;
    class_misses: "a[b-d]e", "aae" => false;
    class_needs_one: "a[b-d]e", "ae" => false;
    class_negated: "a[^b-d]e", "aze" => true;
    class_negated_takes_a_character: "a[^a]b", "a☺b" => true;
    class_of_greek: "[a-ζ]*", "α" => true;
    class_with_escape: "[\\]a]", "]" => true;
    class_with_bang: "[!a]", "!" => true;
    class_of_an_open_bracket: "[[]a", "[a" => true;
    escaped_star: "a\\*b", "a*b" => true;
    escaped_star_is_no_star: "a\\*b", "axb" => false;
    escaped_backslash: "a\\\\", "a\\" => true;
    dot_is_a_dot: "abc.def", "abcZdef" => false;
    characters_of_regular_expressions: "a.|)$(}+{bc", "a.|)$(}+{bc" => true;
    plus_beside_a_star: "dist/*.whl", "dist/a-2.4+g08-none.whl" => true;
    caret_is_a_character: "a^b", "a^b" => true;

    stars_everywhere: "**", "a/b/c" => true;
    stars_slash_everywhere: "**/", "a" => true;
    stars_and_a_name: "**/dir", "dir" => true;
    stars_and_a_name_deep: "**/dir", "a/b/dir/file" => true;
    stars_and_a_name_whole: "**/.foo", "bar.foo" => false;
    stars_without_slash_is_any_end: "**file", "dir/otherfile" => true;
    stars_and_a_pattern: "**/*.pyc", "a/b/x.pyc" => true;
    stars_and_a_pattern_at_the_top: "**/*.pyc", "x.pyc" => true;
    stars_twice: "**/**/*.txt", "dir/dir/file.txt" => true;
    stars_twice_miss: "**/**/*.txt2", "dir/dir/file.txt" => false;
    stars_at_the_end: "dir/**", "dir/dir2/file" => true;
    stars_at_the_end_spare_the_folder: "abc/**", "abc" => false;
    stars_in_the_middle: "a/**/b", "a/b" => true;
    stars_in_the_middle_deep: "a/**/b", "a/x/y/b" => true;
    stars_in_the_middle_whole: "a/**/b", "a/xb" => false;
    stars_in_a_name: "a**/*.txt", "a/dir/dir/file.txt" => true;
    stars_after_a_star: "a/*.txt**", "a/file.txt" => true;
    three_stars: "***", "a" => true;

    exception: "*.md\n!README.md", "README.md" => false;
    exception_misses: "*.md\n!README.md", "other.md" => true;
    exception_before: "!README.md\n*.md", "README.md" => true;
    exception_in_a_folder: "docs\n!docs/README.md", "docs/README.md" => false;
    exception_for_a_folder: "**\n!util/docker/web", "util/docker/web/foo" => false;
    exception_undone: "**\n!util/docker/web\nutil/docker/web/foo", "util/docker/web/foo" => true;
    exception_with_spaces: "**\n!  /a  ", "a" => false;
    exception_cleaned: "**\n!./a/../b", "b" => false;
    exception_by_pattern: "**\n!src/*.py", "src/a.py" => false;
    exception_by_pattern_misses: "**\n!src/*.py", "src/lib/a.py" => true;
    exception_everywhere: "data\n!**/*.csv", "data/a/b.csv" => false;
    everything_but: "*\n!requirements.txt\n!environment.yml", "environment.yml" => false;
    everything_but_not_this: "*\n!requirements.txt\n!environment.yml", "notebooks/a.ipynb" => true;
    // Walked from the top, `a` is not looked at while the folder is excluded anyway.
    skipped_on_the_way: "**\n!a/b/c\na", "a/b/c" => false;
    // And an exception for a folder that is not excluded itself is not looked at either.
    exception_skipped_on_the_way: "d/f\n!d", "d/f" => true;
    renku_template: "data\nnotebooks\n.renku\n.git\n", "data/raw/a.csv" => true;
    renku_template_keeps: "data\nnotebooks\n.renku\n.git\n", "src/data/a.csv" => false;
    not_utf8_is_no_problem: "\u{FFFD}", "a" => false;
}

#[test]
fn problems_are_listed_and_left_out() {
    for (text, line, excluded) in [
        ("a\n[\n", 2, false),
        ("!", 1, false),
        ("x\n\n! ", 3, false),
        ("a[", 1, false),
        ("[]a]", 1, false),
        ("[-]", 1, false),
        ("[x-]", 1, false),
        ("[-x]", 1, false),
        ("[a-b-c]", 1, false),
        ("[^", 1, false),
        ("[^bc", 1, false),
        ("\\", 1, false),
        // Well-formed for filepath.Match, but the regular expression of it is not.
        ("[Local-Only]/", 1, false),
        // Docker reads these by accident as something else; an exception of this kind then holds everywhere.
        ("[a*]", 1, false),
        ("\\d", 1, false),
        ("^a*", 1, false),
        ("[[:alpha:]]", 1, false),
        ("**\n!\\d", 2, false),
    ] {
        let ignore = Dockerignore::parse(text.as_bytes());
        let lines: Vec<usize> = ignore.problems().iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [line], "{text:?}");
        assert_eq!(ignore.excludes(b"zz"), excluded, "{text:?}");
    }
    let ignore = Dockerignore::parse(b"[");
    assert_eq!(ignore.problems()[0].message, r#""[": a [ without its ]"#);
}

#[test]
fn patterns_are_shown_as_they_work() {
    let text = "test1\n/test2\n/a/file/here\n\nlastfile\n# this is a comment\n! /inverted/abs/path\n!\n! \n";
    let ignore = Dockerignore::parse(text.as_bytes());
    let patterns: Vec<&str> = ignore.patterns().collect();
    assert_eq!(patterns, ["test1", "test2", "a/file/here", "lastfile", "!inverted/abs/path"]);
    assert_eq!(ignore.problems().len(), 2);
}

/// `text, folder => may something below be included, may something below be excluded`
#[test]
fn below_a_folder() {
    for (text, folder, include, exclude) in [
        ("", "", true, false),
        ("", "a", true, false),
        ("data", "", true, true),
        ("data", "data", false, true),
        ("data", "data/x", false, true),
        ("data", "src", true, false),
        ("data", "dat", true, false),
        ("src/data", "src", true, true),
        ("data\n!data/keep", "data", true, true),
        ("data\n!data/keep", "data/x", false, true),
        ("data\n!data/keep", "data/keep", true, false),
        ("data\n!other", "data", false, true),
        ("data\n!**/keep", "data/x", true, true),
        ("*.pyc", "src", true, false),
        ("*/*.pyc", "src", true, true),
        ("*/*.pyc", "src/lib", true, false),
        ("**/*.pyc", "src/lib", true, true),
        ("src/**", "src", true, true),
        ("src/**", "src/a", false, true),
        ("sr**", "lib", true, false),
        ("**", "", true, true),
        ("*\n!src", "src", true, false),
        ("*\n!src", "lib", false, true),
        ("*\n!src/*/x", "src", true, true),
        ("*\n!src/*/x", "src/a/b", false, true),
    ] {
        let ignore = Dockerignore::parse(text.as_bytes());
        assert_eq!(ignore.may_include_below(folder.as_bytes()), include, "include {folder:?} by {text:?}");
        assert_eq!(ignore.may_exclude_below(folder.as_bytes()), exclude, "exclude {folder:?} by {text:?}");
    }
}

#[test]
fn one_pattern() {
    assert_eq!(pattern_matches("dir4/**", b"dir4/a/b"), Ok(true));
    assert_eq!(pattern_matches(" ./a/ ", b"a/b"), Ok(true));
    assert_eq!(pattern_matches("/a", b"a"), Ok(false), "as in COPY --exclude, the slash stays");
    assert_eq!(pattern_matches("[", b"a").map_err(|error| error.to_string()), Err("a [ without its ]".to_owned()));
}

#[test]
fn bytes_that_are_no_text() {
    let ignore = Dockerignore::parse(b"a?b\n");
    assert!(ignore.excludes(b"a\xFFb"), "one bad byte is one character");
    assert!(!ignore.excludes(b"a\xFF\xFEb"));
}

#[test]
fn hostile_patterns_cost_no_more_than_their_length() {
    let stars = "*a".repeat(2000);
    let folders = "**/a".repeat(1000);
    let ignore = Dockerignore::parse(format!("{stars}b\n{folders}/b\n").as_bytes());
    let path = "a".repeat(2000);
    assert!(!ignore.excludes(path.as_bytes()));
    assert!(!ignore.excludes("a/".repeat(200).trim_end_matches('/').as_bytes()));
}
