//! What holds for every Dockerfile and `.dockerignore`: no panic, and answers that agree with slow models written after the
//! sources of Go, moby and fsutil.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use proptest::sample::select;
use regex_automata::meta::Regex;
use repin::dockerfile::{ArgValue, BuildOptions, Dockerfile};
use repin::dockerignore::Dockerignore;

/// All the files and folders there are: three names on three levels.
fn tree() -> Vec<String> {
    let names = ["a", "b", "ab"];
    let mut paths: Vec<String> = Vec::new();
    for one in names {
        paths.push(one.to_owned());
        for two in names {
            paths.push(format!("{one}/{two}"));
            paths.extend(names.map(|three| format!("{one}/{two}/{three}")));
        }
    }
    paths
}

fn is_below(path: &str, dir: &str) -> bool {
    dir.is_empty() || path.strip_prefix(dir).is_some_and(|rest| rest.starts_with('/'))
}

/// Go's `filepath.Match` for well-formed patterns without escapes (`path/match.go`).
fn go_match(pattern: &str, name: &str) -> bool {
    fn one(pattern: &[u8], name: &[u8]) -> bool {
        match (pattern, name) {
            ([], []) => true,
            ([b'*', rest @ ..], _) => {
                one(rest, name) || matches!(name, [c, tail @ ..] if *c != b'/' && one(pattern, tail))
            }
            ([b'?', rest @ ..], [c, tail @ ..]) => *c != b'/' && one(rest, tail),
            ([b'[', b'^', x, b']', rest @ ..], [c, tail @ ..]) => x != c && one(rest, tail),
            ([b'[', x, b']', rest @ ..] | [x, rest @ ..], [c, tail @ ..]) => x == c && one(rest, tail),
            _ => false,
        }
    }
    one(pattern.as_bytes(), name.as_bytes())
}

/// The regular expression that moby makes of a pattern (`Pattern.compile` of `patternmatcher.go`), or its shorter ways.
fn moby_match(pattern: &str, path: &str) -> bool {
    let mut regex = String::from("^");
    let mut kind = "exact";
    let mut chars = pattern.chars().peekable();
    let mut first = true;
    while let Some(c) = chars.next() {
        match c {
            '*' if chars.next_if_eq(&'*').is_some() => {
                chars.next_if_eq(&'/');
                if chars.peek().is_some() {
                    regex.push_str("(.*/)?");
                    kind = "regexp";
                } else {
                    regex.push_str(".*");
                    kind = if kind == "exact" { "prefix" } else { "regexp" };
                }
                if first {
                    kind = "suffix";
                }
            }
            '*' => {
                regex.push_str("[^/]*");
                kind = "regexp";
            }
            '?' => {
                regex.push_str("[^/]");
                kind = "regexp";
            }
            '[' | ']' => {
                regex.push(c);
                kind = "regexp";
            }
            _ => regex.push(c),
        }
        first = false;
    }
    match kind {
        "exact" => path == pattern,
        "prefix" => path.starts_with(pattern.strip_suffix("**").unwrap()),
        "suffix" => {
            let suffix = pattern.strip_prefix("**").unwrap();
            path.ends_with(suffix) || suffix.strip_prefix('/') == Some(path)
        }
        _ => Regex::new(&format!("{regex}$")).unwrap().is_match(path),
    }
}

/// moby's `MatchesUsingParentResults`, called for each folder on the way.
fn moby_walk(patterns: &[String], path: &str) -> bool {
    let mut parent = vec![false; patterns.len()];
    let mut matched = false;
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    for end in ends {
        matched = false;
        let mut seen = vec![false; patterns.len()];
        for (at, pattern) in patterns.iter().enumerate() {
            let (exclusion, pattern) = pattern.strip_prefix('!').map_or((false, &**pattern), |pattern| (true, pattern));
            let mut hit = parent[at];
            if !hit {
                if exclusion != matched {
                    continue;
                }
                hit = moby_match(pattern, &path[..end]);
            }
            seen[at] = hit;
            if hit {
                matched = !exclusion;
            }
        }
        parent = seen;
    }
    matched
}

/// What `copy.go` of fsutil copies for a source: it finds what matches, goes no deeper where something did, and asks the
/// patterns of `--exclude` only below that.
fn copies(source: &str, excludes: &[String], path: &str) -> bool {
    let parts: Vec<&str> = source.split('/').collect();
    let literal = parts.iter().take_while(|part| !part.contains(['*', '?', '['])).count();
    let (folder, pattern) = (parts[..literal].join("/"), parts[literal..].join("/"));
    let roots: Vec<String> = if pattern.is_empty() {
        vec![folder]
    } else {
        let mut found: Vec<String> = Vec::new();
        for candidate in tree() {
            let rest =
                if folder.is_empty() { Some(&*candidate) } else { candidate.strip_prefix(&format!("{folder}/")) };
            if rest.is_some_and(|rest| go_match(&pattern, rest)) && !found.iter().any(|root| is_below(&candidate, root))
            {
                found.push(candidate);
            }
        }
        found
    };
    roots.iter().any(|root| {
        path == root || (is_below(path, root) && !moby_walk(excludes, path[root.len()..].trim_start_matches('/')))
    })
}

/// A pattern without accidents: parts of letters, wildcards and classes of one letter.
fn pattern(stars: bool) -> impl Strategy<Value = String> {
    let mut pieces = vec!["a", "b", "ab", "*", "?", "a*", "*b", "[a]", "[^a]", "a?", "b[^b]"];
    if stars {
        pieces.extend(["**", "a**", "**b"]);
    }
    proptest::collection::vec(select(pieces), 1..4).prop_map(|parts| parts.join("/"))
}

fn ignored() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec((any::<bool>(), pattern(true)), 0..4).prop_map(|patterns| {
        patterns.into_iter().map(|(negated, text)| if negated { format!("!{text}") } else { text }).collect()
    })
}

fn exclude_flags(excludes: &[String]) -> String {
    excludes.iter().flat_map(|pattern| ["--exclude=", pattern, " "]).collect()
}

/// Text that looks like a Dockerfile now and then.
fn confusion() -> impl Strategy<Value = String> {
    let pieces = vec![
        "FROM",
        "from",
        "AS",
        "a",
        "b",
        "COPY",
        "ADD",
        "RUN",
        "ENV",
        "ARG",
        "LABEL",
        "ONBUILD",
        " ",
        " ",
        " ",
        "\n",
        "\n",
        "\n",
        "\t",
        "\r\n",
        "\\",
        "\\\n",
        "`",
        "#",
        "# escape=`\n",
        "--from=",
        "--mount=",
        "--parents",
        "--exclude=",
        "type=bind",
        "source=",
        ",",
        "=",
        "<<",
        "<<-",
        "EOF",
        "\nEOF\n",
        "'",
        "\"",
        "[",
        "]",
        "[\"a\",\"/\"]",
        "$",
        "${",
        "}",
        "$A",
        "${A:-",
        "${A#*",
        "${A//b/",
        ":+",
        "*",
        "**",
        "?",
        "!",
        "/",
        "/./",
        "..",
        "é",
        "\u{FEFF}",
        "0",
        "https://x/",
        "git@x:y",
    ];
    proptest::collection::vec(select(pieces), 0..60).prop_map(|parts| parts.concat())
}

fn read_everything(text: &[u8]) {
    if let Ok(dockerfile) = Dockerfile::parse(text) {
        let args = vec![("A".to_owned(), ArgValue::Known("a*/b".to_owned())), ("b".to_owned(), ArgValue::Unknown)];
        let found = dockerfile.context_use(&BuildOptions { target: None, args, named_contexts: vec!["b".to_owned()] });
        for source in &found.sources {
            for path in [&b""[..], b"a", b"a/b", b"\xFF/b", b"//"] {
                if source.reads_all_below(path) {
                    assert!(source.may_read_below(path));
                }
                source.reads(path);
            }
        }
        dockerfile.arg_uses(&BuildOptions { target: Some("b".to_owned()), ..BuildOptions::default() }, "A");
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        read_everything(&bytes);
        let ignore = Dockerignore::parse(&bytes);
        ignore.excludes(&bytes);
        ignore.may_include_below(&bytes);
        ignore.may_exclude_below(&bytes);
    }

    #[test]
    fn no_confusion_panics(text in confusion()) {
        read_everything(text.as_bytes());
        read_everything(format!("FROM a AS b\nARG A\n{text}").as_bytes());
        read_everything(format!("FROM a\nCOPY {}", text.replace('\n', " ")).as_bytes());
        Dockerignore::parse(text.as_bytes()).excludes(b"a/b");
    }

    #[test]
    fn dockerignore_agrees_with_the_model(patterns in ignored()) {
        let ignore = Dockerignore::parse(patterns.join("\n").as_bytes());
        prop_assert_eq!(ignore.problems(), []);
        for path in tree() {
            prop_assert_eq!(ignore.excludes(path.as_bytes()), moby_walk(&patterns, &path), "{}", path);
        }
    }

    #[test]
    fn dockerignore_prunes_nothing_that_counts(patterns in ignored()) {
        let ignore = Dockerignore::parse(patterns.join("\n").as_bytes());
        for dir in tree().iter().map(String::as_str).chain([""]) {
            for path in tree().iter().filter(|path| is_below(path, dir)) {
                let excluded = ignore.excludes(path.as_bytes());
                prop_assert!(excluded || ignore.may_include_below(dir.as_bytes()), "{} below {}", path, dir);
                prop_assert!(!excluded || ignore.may_exclude_below(dir.as_bytes()), "{} below {}", path, dir);
            }
        }
    }

    #[test]
    fn sources_agree_with_the_model(source in pattern(false), excludes in ignored()) {
        let flags = exclude_flags(&excludes);
        let dockerfile = Dockerfile::parse(format!("FROM scratch\nCOPY {flags}{source} /").as_bytes()).unwrap();
        let found = dockerfile.context_use(&BuildOptions::default());
        let read = &found.sources[0];
        for path in tree() {
            prop_assert_eq!(read.reads(path.as_bytes()), copies(&source, &excludes, &path), "{}", path);
        }
    }

    #[test]
    fn sources_prune_nothing_that_counts(source in pattern(true), excludes in ignored(), parents in any::<bool>(), pivot in any::<bool>()) {
        let flags = exclude_flags(&excludes);
        let parents = if parents { "--parents " } else { "" };
        let source = if pivot { source.replacen('/', "/./", 1) } else { source };
        let dockerfile = Dockerfile::parse(format!("FROM scratch\nCOPY {parents}{flags}{source} /").as_bytes()).unwrap();
        let found = dockerfile.context_use(&BuildOptions::default());
        let read = &found.sources[0];
        for dir in tree().iter().map(String::as_str).chain([""]) {
            let (may, all) = (read.may_read_below(dir.as_bytes()), read.reads_all_below(dir.as_bytes()));
            for path in tree().iter().filter(|path| is_below(path, dir)) {
                let reads = read.reads(path.as_bytes());
                prop_assert!(!reads || may, "{} below {}", path, dir);
                prop_assert!(reads || !all, "{} below {}", path, dir);
            }
        }
    }
}
