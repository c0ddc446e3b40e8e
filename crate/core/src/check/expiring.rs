//! The clean-up of the registry beside the image that is right.

use super::finding::{Finding, Severity};
use super::rules::EXPIRING_IMAGE;
use crate::cleanup::{CleanupPolicy, Dated, Fate};
use crate::question::Question;
use crate::resolution::{Image, Resolution, Status};
use crate::source::{Cleanup, Source, SourceError, Tag};
use crate::text;

/// That the policy will delete it, or may, as far as is known.
pub(super) async fn look<S: Source>(
    source: &S,
    question: &Question,
    answer: &Resolution,
    findings: &mut Vec<Finding>,
) -> Result<(), SourceError> {
    // What another project does with its images is not for this one's policy.
    let is_own = |image: &&Image| answer.status == Status::Found && image.project == answer.project;
    let Some(image) = answer.image.as_ref().filter(is_own) else { return Ok(()) };
    let tag = Tag { name: image.tag.clone(), digest: None, created_at: image.created_at.clone() };
    let (policy, tag, now) = match source.cleanup(std::slice::from_ref(&tag)).await? {
        Cleanup::Unasked => return Ok(()),
        Cleanup::Hidden => {
            let message = "whether clean-up deletes images cannot be seen: the project does not show its policy";
            findings.push(
                Finding::new(EXPIRING_IMAGE, message)
                    .severity(Severity::Info)
                    .help("give a token of somebody who may see it"),
            );
            return Ok(());
        }
        Cleanup::Known { policy, tags, now } => match <[Dated; 1]>::try_from(tags) {
            Ok([tag]) => (policy, tag, now),
            Err(_) => return Ok(()),
        },
    };
    let mut fate = policy.fate(&tag, None, now);
    let mut newest = None;
    if let (Fate::Goes, Some(keep)) = (fate, policy.keep_n) {
        newest = Some(keep);
        if let Some(others) = others(source, question, answer).await? {
            // What has no date counts as newer: that the tag is one of the newest is certain, that it is none may not be.
            fate = policy.fate(&tag, Some(&others), now);
            newest = newest.filter(|_| others.iter().any(|other| other.created.is_none()));
        }
    }
    findings.extend(of_fate(&policy, &tag, fate, newest));
    Ok(())
}

/// `newest`: how many images stay for being the newest, where it is not known which these are.
fn of_fate(policy: &CleanupPolicy, tag: &Dated, fate: Fate, newest: Option<u64>) -> Option<Finding> {
    const HELP: &str =
        "let the policy keep the tag (its pattern of tags that stay), or give the image one that it keeps";
    let age = policy.older_than.as_ref().map_or_else(String::new, |age| format!(" older than {age}"));
    let finding = |message: String| Finding::new(EXPIRING_IMAGE, message).help(HELP);
    let name = &tag.name;
    match (fate, newest) {
        (Fate::Stays(_), _) => None,
        (Fate::Goes, None) => Some(finding(format!(
            "the next clean-up deletes {name}, the image that is right: the policy deletes tags{age}"
        ))),
        (Fate::Goes, Some(keep)) => Some(
            finding(format!(
                "the next clean-up deletes {name}, the image that is right, unless it is one of the {keep} newest: the \
                 policy deletes tags{age}"
            ))
            .severity(Severity::Info),
        ),
        (Fate::GoesAt(at), _) => {
            let day = text::day_of(at);
            let message = format!(
                "from {day} on, clean-up may delete {name}, the image that is right: the policy deletes tags{age}"
            );
            Some(finding(message).severity(Severity::Info))
        }
    }
}

/// The tags of the repository, where all are known.
async fn others<S: Source>(
    source: &S,
    question: &Question,
    answer: &Resolution,
) -> Result<Option<Vec<Dated>>, SourceError> {
    let (spec, _) = question.spec_at(source, answer.commit).await?;
    let (snapshot, _) = source.files(&spec, answer.commit).await?;
    let (images, _) = question.images(source, &source.project(), &spec, &snapshot.inputs).await?;
    let Some(images) = images.filter(|images| images.cut_off.is_none()) else { return Ok(None) };
    match source.cleanup(&images.tags).await? {
        Cleanup::Known { tags, .. } => Ok(Some(tags)),
        Cleanup::Unasked | Cleanup::Hidden => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cleanup::Stays;

    #[test]
    fn what_is_said_is_as_certain_as_what_is_known() {
        let policy = CleanupPolicy { older_than: Some("90d".to_owned()), ..CleanupPolicy::default() };
        let tag = Dated { name: "0a1b2c3".to_owned(), created: Some(0) };
        for (fate, newest, expected) in [
            (Fate::Stays(Stays::Kept), None, None),
            (
                Fate::Goes,
                None,
                Some((
                    Severity::Warning,
                    "the next clean-up deletes 0a1b2c3, the image that is right: the policy deletes tags older than 90d",
                )),
            ),
            (
                Fate::Goes,
                Some(10),
                Some((
                    Severity::Info,
                    "the next clean-up deletes 0a1b2c3, the image that is right, unless it is one of the 10 newest: the \
                     policy deletes tags older than 90d",
                )),
            ),
            (
                Fate::GoesAt(1_709_539_200),
                None,
                Some((
                    Severity::Info,
                    "from 2024-03-04 on, clean-up may delete 0a1b2c3, the image that is right: the policy deletes tags \
                     older than 90d",
                )),
            ),
        ] {
            let found = of_fate(&policy, &tag, fate, newest);
            let found = found.as_ref().map(|found| (found.severity, found.message.as_str()));
            assert_eq!(found, expected, "{fate:?}");
        }
    }
}
