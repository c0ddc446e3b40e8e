//! The job's `changes:` list beside what the image is built from.

use std::collections::BTreeMap;

use super::finding::{Finding, Fix};
use super::list::List;
use super::rules::{DEAD_PATTERN, UNCOVERED_COPY};
use crate::glob::Glob;
use crate::inputs::{Inputs, Rule};
use crate::tree::{Entry, display_path, is_below};

/// As many paths as are written into a list one by one.
const MOST_PATHS: usize = 20;

/// What the list lacks, and what in it matches nothing. `ci` is the CI file's text, where it is worth reading.
pub(super) fn look(inputs: &Inputs, files: &[Entry], ci_path: &str, ci: Option<&[u8]>, findings: &mut Vec<Finding>) {
    let (Some(changes), Some(job)) = (&inputs.changes, &inputs.job) else { return };
    let list = ci.and_then(|text| List::find(ci_path, job, text));
    // Files that one rule names belong together.
    let mut lacking: BTreeMap<(usize, &str), Vec<&Entry>> = BTreeMap::new();
    for file in inputs.uncovered(files) {
        let rule = inputs.rules.iter().enumerate().find(|(_, rule)| rule.selection.contains(&file.path));
        let (at, because) = rule.map_or((usize::MAX, ""), |(at, rule)| (at, rule.because.as_str()));
        lacking.entry((at, because)).or_default().push(file);
    }
    // What a pattern was meant to match, it will once it is mended.
    let meant: Vec<(&str, String)> =
        changes.patterns().filter_map(|pattern| Some((pattern, why_dead(pattern)?.1))).collect();
    for ((at, because), files) in lacking {
        findings.push(uncovered(inputs.rules.get(at), because, &files, &meant, (ci_path, list.as_ref())));
    }
    for pattern in changes.patterns() {
        findings.extend(dead(pattern, ci_path, list.as_ref()));
    }
}

/// Whether there is something to look at the CI file's own text for.
pub(super) fn is_worth_a_look(inputs: &Inputs, files: &[Entry]) -> bool {
    let dead = |changes: &crate::glob::Globs| changes.patterns().any(|pattern| why_dead(pattern).is_some());
    inputs.changes.as_ref().is_some_and(dead) || !inputs.uncovered(files).is_empty()
}

fn uncovered(
    rule: Option<&Rule>,
    because: &str,
    files: &[&Entry],
    meant: &[(&str, String)],
    (ci_path, list): (&str, Option<&List>),
) -> Finding {
    let paths: Vec<String> = files.iter().map(|file| display_path(&file.path)).collect();
    let first = paths.first().map_or("", String::as_str);
    let because = if because.is_empty() { String::new() } else { format!(" ({because})") };
    let message = match paths.len() {
        1 => format!(
            "{first} decides what is built{because}, but the job's `changes:` list lacks it: a change of it starts no build"
        ),
        count => format!(
            "{count} files decide what is built{because}, {first} among them, but the job's `changes:` list lacks them: a \
             change of them starts no build"
        ),
    };
    let mended = |file: &Entry| meant.iter().find(|(_, mend)| Glob::new(mend).matches_bytes(&file.path));
    let open: Vec<&Entry> = files.iter().copied().filter(|file| mended(file).is_none()).collect();
    let patterns = patterns(rule, &open);
    let mut mends: Vec<&(&str, String)> = files.iter().filter_map(|file| mended(file)).collect();
    mends.dedup();
    let added: Vec<String> = patterns.iter().flatten().map(|pattern| format!("`{pattern}`")).collect();
    let mut deeds: Vec<String> = mends.iter().map(|(old, new)| format!("write `{new}` for `{old}` in")).collect();
    if !open.is_empty() {
        deeds.push(format!("add {} to", if added.is_empty() { "them".to_owned() } else { added.join(", ") }));
    }
    let deeds = deeds.join(" and ");
    let edits = || {
        let list = list?;
        let mut edits = if open.is_empty() { Vec::new() } else { list.add(&patterns?)? };
        for (old, new) in mends {
            edits.extend(list.replace(old, new)?);
        }
        Some(edits)
    };
    let fix = edits().map(|edits| Fix { description: format!("{deeds} the `changes:` list in {ci_path}"), edits });
    Finding::new(UNCOVERED_COPY, message)
        .at(first, None)
        .help(format!("{deeds} the list in {ci_path}, or build only when no right image exists"))
        .fix(fix)
}

/// The patterns that match these files: of a folder that counts whole one, else one for each. `None`: none would do, and
/// where every file counts, a list does not help.
fn patterns(rule: Option<&Rule>, files: &[&Entry]) -> Option<Vec<String>> {
    if rule.is_some_and(|rule| rule.pattern == "**") {
        return None;
    }
    let text = |path: &[u8]| str::from_utf8(path).ok().map(literal);
    let folder = rule
        .map(|rule| rule.pattern.trim_end_matches("/**").as_bytes())
        .filter(|folder| !folder.is_empty() && files.iter().all(|file| is_below(&file.path, folder)));
    let patterns = match folder {
        Some(folder) => vec![format!("{}/**/*", text(folder)?)],
        None if files.len() > MOST_PATHS => return None,
        None => files.iter().map(|file| text(&file.path)).collect::<Option<_>>()?,
    };
    let globs: Vec<Glob> = patterns.iter().map(|pattern| Glob::new(pattern)).collect();
    let is_matched = |file: &&Entry| globs.iter().any(|glob| glob.matches_bytes(&file.path));
    files.iter().all(is_matched).then_some(patterns)
}

/// A path as a pattern that matches it alone.
fn literal(path: &str) -> String {
    let mut pattern = String::with_capacity(path.len());
    for c in path.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// Why a pattern can match no file, and what was meant.
fn why_dead(pattern: &str) -> Option<(&'static str, String)> {
    let why = if pattern.starts_with('/') || pattern.starts_with("./") {
        "paths have no leading `/` or `./`"
    } else if pattern.ends_with('/') {
        "it names a folder, and only files are compared"
    } else {
        return None;
    };
    let bare = pattern.trim_start_matches("./").trim_matches('/');
    let mend = match (bare.is_empty(), pattern.ends_with('/')) {
        (true, _) => "**/*".to_owned(),
        (false, true) => format!("{bare}/**/*"),
        (false, false) => bare.to_owned(),
    };
    Some((why, mend))
}

fn dead(pattern: &str, ci_path: &str, list: Option<&List>) -> Option<Finding> {
    let (why, mend) = why_dead(pattern)?;
    let edits = list.and_then(|list| list.replace(pattern, &mend));
    let description = format!("write `{mend}` for `{pattern}` in the `changes:` list in {ci_path}");
    Some(
        Finding::new(DEAD_PATTERN, format!("`{pattern}` in `changes:` matches no file: {why}"))
            .at(ci_path, list.and_then(|list| list.line(pattern)))
            .help(format!("write `{mend}`"))
            .fix(edits.map(|edits| Fix { description, edits })),
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::check::apply;

    const SCRIPT: &str = "  script: docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA .\n";

    /// What adding `x y.txt` and `src/**/*`, and what writing `docker/**/*` for `docker/` makes of a CI file.
    fn edited(text: &str) -> (Option<String>, Option<String>) {
        let Some(list) = List::find("ci.yml", "build", text.as_bytes()) else { return (None, None) };
        let applied = |edits: Option<Vec<crate::check::Edit>>| {
            edits.map(|edits| String::from_utf8(apply("ci.yml", text.as_bytes(), &edits).unwrap()).unwrap())
        };
        (
            applied(list.add(&["x y.txt".to_owned(), "src/**/*".to_owned()])),
            applied(list.replace("docker/", "docker/**/*")),
        )
    }

    macro_rules! cases {
        ($($name:ident: $text:expr => $added:expr, $replaced:expr;)+) => { $(
            #[test]
            fn $name() {
                let text = $text.replace("SCRIPT", SCRIPT.trim_start());
                let (added, replaced) = edited(&text);
                let expected = |text: Option<&str>| text.map(|text| text.replace("SCRIPT", SCRIPT.trim_start()));
                assert_eq!(added, expected($added), "added");
                assert_eq!(replaced, expected($replaced), "replaced");
            }
        )+ };
    }

    cases! {
        only_in_lines: "# ours\nbuild:\n  SCRIPT  only:\n    changes:\n      - Dockerfile # first\n      - docker/ # last\n\n# end\n" =>
            Some("# ours\nbuild:\n  SCRIPT  only:\n    changes:\n      - Dockerfile # first\n      - docker/ # last\n      - 'x y.txt'\n      - src/**/*\n\n# end\n"),
            Some("# ours\nbuild:\n  SCRIPT  only:\n    changes:\n      - Dockerfile # first\n      - docker/**/* # last\n\n# end\n");
        not_indented: "build:\n  SCRIPT  only:\n    changes:\n    - docker/" =>
            Some("build:\n  SCRIPT  only:\n    changes:\n    - docker/\n    - 'x y.txt'\n    - src/**/*"),
            Some("build:\n  SCRIPT  only:\n    changes:\n    - docker/**/*");
        only_in_brackets: "build:\n  SCRIPT  only: {changes: [ Dockerfile, 'docker/' ]} # x\n" =>
            Some("build:\n  SCRIPT  only: {changes: [ Dockerfile, 'docker/', 'x y.txt', 'src/**/*' ]} # x\n"),
            Some("build:\n  SCRIPT  only: {changes: [ Dockerfile, 'docker/**/*' ]} # x\n");
        double_quotes: "build:\n  SCRIPT  only:\n    changes:\n      - \"docker/\"\n" =>
            Some("build:\n  SCRIPT  only:\n    changes:\n      - \"docker/\"\n      - \"x y.txt\"\n      - \"src/**/*\"\n"),
            Some("build:\n  SCRIPT  only:\n    changes:\n      - \"docker/**/*\"\n");
        rules: "build:\n  SCRIPT  rules:\n    - if: $CI_COMMIT_TAG\n    - changes:\n        - docker/\n      when: always\n    - when: never\n" =>
            Some("build:\n  SCRIPT  rules:\n    - if: $CI_COMMIT_TAG\n    - changes:\n        - docker/\n        - 'x y.txt'\n        - src/**/*\n      when: always\n    - when: never\n"),
            Some("build:\n  SCRIPT  rules:\n    - if: $CI_COMMIT_TAG\n    - changes:\n        - docker/**/*\n      when: always\n    - when: never\n");
        rules_with_paths: "build:\n  SCRIPT  rules:\n    - changes: {paths: [docker/], compare_to: main}\n" =>
            Some("build:\n  SCRIPT  rules:\n    - changes: {paths: [docker/, 'x y.txt', src/**/*], compare_to: main}\n"),
            Some("build:\n  SCRIPT  rules:\n    - changes: {paths: [docker/**/*], compare_to: main}\n");
        crlf: "build:\r\n  script: docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA .\r\n  only:\r\n    changes:\r\n      - docker/\r\n" =>
            Some("build:\r\n  script: docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA .\r\n  only:\r\n    changes:\r\n      - docker/\r\n      - 'x y.txt'\r\n      - src/**/*\r\n"),
            Some("build:\r\n  script: docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA .\r\n  only:\r\n    changes:\r\n      - docker/**/*\r\n");
        not_ascii: "\u{feff}# grün: ☃\nbuild:\n  SCRIPT  only:\n    changes:\n      - ä.txt\n      - docker/\n" =>
            Some("\u{feff}# grün: ☃\nbuild:\n  SCRIPT  only:\n    changes:\n      - ä.txt\n      - docker/\n      - 'x y.txt'\n      - src/**/*\n"),
            Some("\u{feff}# grün: ☃\nbuild:\n  SCRIPT  only:\n    changes:\n      - ä.txt\n      - docker/**/*\n");
        header: "spec:\n  inputs: {}\n---\nbuild:\n  SCRIPT  only:\n    changes: [docker/]\n" =>
            Some("spec:\n  inputs: {}\n---\nbuild:\n  SCRIPT  only:\n    changes: [docker/, 'x y.txt', src/**/*]\n"),
            Some("spec:\n  inputs: {}\n---\nbuild:\n  SCRIPT  only:\n    changes: [docker/**/*]\n");
        an_anchor_that_others_share: ".list: &list [docker/]\nbuild:\n  SCRIPT  only:\n    changes: *list\n" => None, None;
        an_anchor_of_its_own: "build:\n  SCRIPT  only:\n    changes: &list [docker/]\nother: {script: x, only: {changes: *list}}\n" => None, None;
        a_base: ".base:\n  only: {changes: [docker/]}\nbuild:\n  SCRIPT  extends: .base\n" => None, None;
        a_merged_map: ".base: &base\n  only: {changes: [docker/]}\nbuild:\n  SCRIPT  <<: *base\n" => None, None;
        two_lists: "build:\n  SCRIPT  rules:\n    - {if: $A, changes: [docker/]}\n    - {if: $B, changes: [docker/]}\n" => None, None;
        no_list: "build:\n  SCRIPT" => None, None;
        an_empty_list: "build:\n  SCRIPT  only: {changes: []}\n" => None, None;
        except: "build:\n  SCRIPT  except: {changes: [docker/]}\n" => None, None;
        a_reference: ".x: {c: [docker/]}\nbuild:\n  SCRIPT  only:\n    changes: !reference [.x, c]\n" => None, None;
        broken: "build: [\n" => None, None;
    }

    #[test]
    fn a_path_is_a_pattern_of_itself_alone() {
        for path in ["a.txt", "a*b", "a?", "[a]", "{a,b}", "a\\b", "ä ö"] {
            let pattern = literal(path);
            assert!(Glob::new(&pattern).matches(path), "{pattern}");
        }
        assert!(!Glob::new(&literal("a*b")).matches("axb"));
        assert!(!Glob::new(&literal("{a,b}")).matches("a"));
    }
}
