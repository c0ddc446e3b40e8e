//! Commits that have no right image.

use super::finding::Finding;
use super::rules::LOST_BUILD;
use super::some;
use crate::Oid;
use crate::history::HistoryEntry;
use crate::inputs::Inputs;
use crate::resolution::{Resolution, Status};
use crate::text;

/// That the commit asked about has none.
pub(super) fn look(answer: &Resolution, inputs: &Inputs, findings: &mut Vec<Finding>) {
    // One that is being built is not lost.
    if !matches!(answer.status, Status::Missing | Status::Failed) {
        return;
    }
    let why = answer.reason.as_ref().map_or("", |reason| reason.message.as_str());
    let mut message = format!("the registry has no image of these inputs: {why}");
    if let Some(nearest) = &answer.nearest {
        let changed = some(nearest.changed.iter().map(|changed| changed.path.as_str()), nearest.changed.len());
        message = format!("{message}; {} differs in {changed}", nearest.tag);
    }
    let tag = answer.expected_tag.as_ref().map_or_else(String::new, |tag| format!(": its image gets the tag {tag}"));
    findings.push(Finding::new(LOST_BUILD, message).help(if answer.status == Status::Failed {
        "see in the job's log why, and retry it".to_owned()
    } else if inputs.changes.is_some() {
        format!(
            "run a pipeline for this commit{tag}; a push builds only where it changes what the job's `changes:` list names"
        )
    } else {
        format!("run a pipeline for this commit{tag}")
    }));
}

/// Why it is not known whether the commit asked about has one; not where the recipe is to blame, which other rules find.
pub(super) fn unseen(answer: &Resolution) -> Option<String> {
    let of_recipe = |code: &str| matches!(code, "no-recipe" | "bad-config" | "no-scheme");
    let reason =
        answer.reason.as_ref().filter(|reason| answer.status == Status::Unknown && !of_recipe(&reason.code))?;
    Some(format!("whether the registry has an image of these inputs: {}", reason.message))
}

/// That commits of a history have none: a finding for each environment, of commits that are not in one of `findings`.
/// `commits` are the entries that nothing is right for, newest first, each with the tag that a pipeline would give.
pub(super) fn of_history(commits: &[(&HistoryEntry, Option<String>, bool)], findings: &mut Vec<Finding>) {
    let mut groups: Vec<Vec<&(&HistoryEntry, Option<String>, bool)>> = Vec::new();
    for entry in commits {
        let is_same =
            |other: &(&HistoryEntry, Option<String>, bool)| other.0.key == entry.0.key && !other.2 && !entry.2;
        match groups.iter_mut().find(|group| group.first().is_some_and(|first| is_same(first))) {
            Some(group) => group.push(entry),
            None => groups.push(vec![entry]),
        }
    }
    for group in groups {
        let ids: Vec<Oid> = group.iter().map(|(entry, ..)| entry.commit).collect();
        let Some((newest, tag, _)) = group.first() else { continue };
        // What is known of the commit asked about says more.
        if let Some(known) = findings
            .iter_mut()
            .find(|known| known.rule == LOST_BUILD.name && known.commits.iter().any(|commit| ids.contains(commit)))
        {
            known.commits = ids;
            continue;
        }
        let name = newest.commit.abbreviated(7);
        let (others, one) = match ids.len() {
            1 => (String::new(), String::new()),
            count => (
                format!(" and {} share", text::count(count - 1, "other", "others")),
                "one of them, such as ".to_owned(),
            ),
        };
        let inputs = if others.is_empty() { format!("of {name}") } else { format!("that {name}{others}") };
        let then = match (tag, others.is_empty()) {
            (Some(tag), true) => format!(": its image gets the tag {tag}"),
            (Some(tag), false) => format!(": its image gets the tag {tag} and is right for all"),
            (None, true) => String::new(),
            (None, false) => ": its image is right for all".to_owned(),
        };
        let message = format!("the registry has no image of the inputs {inputs}");
        let help = format!("run a pipeline for {one}{name}{then}");
        let mut finding = Finding::new(LOST_BUILD, message).help(help);
        finding.commits = ids;
        findings.push(finding);
    }
}
