//! The keys of the image job beside its script: when it runs, its variables, its reports.

use super::outline::{Kind, Node};
use super::page::Page;
use super::script::{self, AUTOSAVE, AUTOSAVE_PATTERN};

/// In which line, and what.
pub(super) type Problem = (usize, String);

/// Lets the job run in every pipeline of a branch or tag: what is to be built, the script finds out. Autosave branches are
/// left out.
pub(super) fn triggers(page: &mut Page<'_>, node: &Node, script: &Node) -> Result<(), Problem> {
    if let Some((key, rules)) = node.pair("rules") {
        return self::rules(page, key, rules);
    }
    let removed = "the `changes:` list goes: the script compares the files themselves";
    for name in ["only", "except"] {
        let Some((key, policy)) = node.pair(name) else { continue };
        let Kind::Map { pairs, is_flow } = &policy.kind else { continue };
        let Some((changes, list)) = policy.pair("changes") else { continue };
        if *is_flow {
            return Err((key.line, format!("`{name}:` is written in one line")));
        }
        page.notes.push(removed.to_owned());
        let (from, to) = if pairs.len() == 1 { (key.line, policy.last) } else { (changes.line, list.last) };
        page.replace(from, to + 1, Vec::new());
    }
    // Beside `rules:` these would be no more than a default, or an error.
    let has_when = node.get("when").is_some() || node.get("start_in").is_some();
    let has_policy = has_when || node.get("only").is_some() || node.get("except").is_some();
    match node.pair("except") {
        Some((_, except)) if matches!(&except.kind, Kind::Seq { is_flow: false, .. }) => {
            if !except.items().iter().any(is_autosave) {
                page.append(except, &[&format!("- {AUTOSAVE_PATTERN}")]);
            }
        }
        Some((_, except)) if except.get("changes").is_none() || except.get("refs").is_some() => {
            let refs = except.get("refs").unwrap_or(except);
            if !refs.items().iter().any(is_autosave) {
                page.notes
                    .push(format!("autosave branches run the job, too: add {AUTOSAVE_PATTERN} to `except:` by hand"));
            }
        }
        Some(_) | None if has_policy => {
            page.insert(script.line, script.column, &["except:", &format!("  - {AUTOSAVE_PATTERN}")]);
        }
        _ => {
            let rules: Vec<String> = script::RULES.iter().map(|line| format!("  {line}")).collect();
            let rules: Vec<&str> = std::iter::once("rules:").chain(rules.iter().map(String::as_str)).collect();
            page.insert(script.line, script.column, &rules);
        }
    }
    Ok(())
}

fn is_autosave(node: &Node) -> bool {
    node.text().is_some_and(|text| text.replace('\\', "").contains(AUTOSAVE.trim_end_matches('/')))
}

/// Takes `changes:` out of the rules, and puts one for autosave branches before them.
fn rules(page: &mut Page<'_>, key: &Node, rules: &Node) -> Result<(), Problem> {
    let Kind::Seq { items, is_flow: false } = &rules.kind else {
        return Err((rules.line, "the rules are not written one below the other".to_owned()));
    };
    let excluded = items.iter().any(|rule| rule.get("if").is_some_and(is_autosave));
    if !excluded {
        page.insert(key.line + 1, rules.column, &script::NO_AUTOSAVE);
    }
    for rule in items {
        let Some((changes, list)) = rule.pair("changes") else { continue };
        let Kind::Map { pairs, is_flow: false } = &rule.kind else {
            return Err((rule.line, "a rule with `changes:` is written in one line".to_owned()));
        };
        if rule.get("when").and_then(Node::text) == Some("never") {
            return Err((rule.line, "a rule keeps the job from running by what changed".to_owned()));
        }
        page.notes.push("the `changes:` list goes: the script compares the files themselves".to_owned());
        let dash = " ".repeat(rules.column) + "- ";
        if pairs.len() == 1 {
            page.replace(rule.line, rule.last + 1, vec![dash + "when: on_success"]);
        } else if changes.line == rule.line {
            // The next key takes its place behind the dash.
            let next = list.last + 1;
            let gap = (next..=rule.last).find(|at| page.line(*at).trim_start().starts_with(|c: char| c != '#'));
            let Some(next) = gap else { return Err((rule.line, "a rule cannot be taken apart".to_owned())) };
            page.replace(rule.line, next + 1, vec![dash + page.line(next).trim_start()]);
        } else {
            page.replace(changes.line, list.last + 1, Vec::new());
        }
    }
    Ok(())
}

/// The keys beside script and triggers.
pub(super) fn keys(page: &mut Page<'_>, node: &Node, script: &Node, shared: Option<&Node>) -> Result<(), Problem> {
    let mut new: Vec<String> = Vec::new();
    if node.get("resource_group").is_none() {
        new.push("resource_group: image".to_owned());
    }
    match node.pair("interruptible") {
        None => new.push("interruptible: false".to_owned()),
        Some((key, value)) if value.text() != Some("false") => {
            if value.text().is_none() || value.line != key.line {
                return Err((key.line, "`interruptible:` cannot be read".to_owned()));
            }
            page.notes
                .push("the job is not interruptible any more: a newer pipeline does not cancel its build".to_owned());
            page.replace(key.line, value.last + 1, vec![format!("{}interruptible: false", " ".repeat(key.column))]);
        }
        Some(_) => {}
    }
    if node.get("retry").is_none() {
        new.extend(script::RETRY.iter().map(|line| (*line).to_owned()));
    }
    // What the file says for all jobs of the program, the job does not say again.
    let is_shared = |name: &str| name.starts_with("REPIN_") && shared.is_some_and(|shared| shared.get(name).is_some());
    let wanted: Vec<_> = script::VARIABLES.into_iter().filter(|(name, _)| !is_shared(name)).collect();
    match node.pair("variables") {
        None => {
            new.push("variables:".to_owned());
            new.extend(wanted.iter().map(|(name, value)| format!("  {name}: {value}")));
        }
        Some((key, variables)) => self::variables(page, key, variables, &wanted)?,
    }
    let new: Vec<&str> = new.iter().map(String::as_str).collect();
    page.insert(script.line, script.column, &new);
    Ok(())
}

fn variables(page: &mut Page<'_>, key: &Node, variables: &Node, wanted: &[(&str, &str)]) -> Result<(), Problem> {
    if !matches!(variables.kind, Kind::Map { is_flow: false, .. }) {
        return Err((key.line, "`variables:` is not written with one on each line".to_owned()));
    }
    let missing: Vec<String> = wanted
        .iter()
        .filter(|(name, _)| variables.get(name).is_none())
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    if let Some((name, value)) = variables.pair("GIT_DEPTH")
        && value.text() != Some("0")
    {
        page.notes.push("GIT_DEPTH becomes 0: the whole history is needed to compare commits".to_owned());
        page.replace(name.line, value.last + 1, vec![format!("{}GIT_DEPTH: \"0\"", " ".repeat(name.column))]);
    }
    let missing: Vec<&str> = missing.iter().map(String::as_str).collect();
    page.append(variables, &missing);
    Ok(())
}

/// Brings REPIN_VERSION up to this program, which wrote the script: in the job, or where the file sets it for all.
pub(super) fn version(page: &mut Page<'_>, places: [Option<&Node>; 2]) {
    let value = |name: &str| {
        let found = places.iter().flatten().filter_map(|variables| variables.get(name));
        found.map(|node| node.get("value").unwrap_or(node)).collect::<Vec<_>>()
    };
    for node in value("REPIN_VERSION") {
        let (Some(text), Some(end)) = (node.text(), node.end.filter(|_| node.line == node.last && !node.is_marked))
        else {
            continue;
        };
        // What is no version is somebody's own name for the place of the program.
        let (Some(there), Some(own)) = (numbers(text), numbers(script::VERSION)) else { continue };
        if there > own {
            page.notes.push(format!(
                "REPIN_VERSION {text} is newer than this program ({}), which knows only its own script: update it first",
                script::VERSION
            ));
        }
        if there >= own {
            continue;
        }
        let line: Vec<char> = page.line(node.line).chars().collect();
        let (Some(before), Some(after)) = (line.get(..node.column), line.get(end..)) else { continue };
        let (before, after): (String, String) = (before.iter().collect(), after.iter().collect());
        page.replace(node.line, node.line + 1, vec![format!("{before}\"{}\"{after}", script::VERSION)]);
        let checksum = value("REPIN_SHA256").into_iter().find(|node| node.text().is_some_and(|text| !text.is_empty()));
        page.notes.push(format!(
            "REPIN_VERSION becomes {}: REPIN_SHA256 has to follow ({}), else every pipeline builds",
            script::VERSION,
            checksum.map_or("where it is set".to_owned(), |node| format!("line {}", node.line + 1))
        ));
    }
}

/// A version of three numbers.
fn numbers(text: &str) -> Option<[u64; 3]> {
    let numbers: Vec<u64> = text.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    numbers.try_into().ok()
}

/// The report for later jobs.
pub(super) fn artifacts(page: &mut Page<'_>, node: &Node, script_key: &Node, script: &Node) {
    let Some((_, artifacts)) = node.pair("artifacts") else {
        return page.insert(script.last + 1, script_key.column, &script::ARTIFACTS);
    };
    let reports = artifacts.get("reports");
    match reports {
        _ if reports.and_then(|reports| reports.get("dotenv")).is_some_and(|file| file.text() == Some("repin.env")) => {
        }
        None if artifacts.is_block() => {
            page.append(artifacts, &["reports:", "  dotenv: repin.env"]);
        }
        Some(reports) if reports.is_block() && reports.get("dotenv").is_none() => {
            page.append(reports, &["dotenv: repin.env"]);
        }
        _ => page.notes.push(
            "later jobs are not told of the image: add `dotenv: repin.env` to the job's reports by hand".to_owned(),
        ),
    }
}
