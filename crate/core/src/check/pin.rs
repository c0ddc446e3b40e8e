//! The image that `.renku/renku.ini` pins.

use super::finding::{Edit, Finding, Fix, Severity};
use super::rules::{PIN_FLOATING, PIN_FOREIGN, PIN_GONE, PIN_STALE, PIN_UNKNOWN, RENKU_INI};
use super::some;
use crate::Oid;
use crate::inputs::Inputs;
use crate::pin::{PinAudit, PinState, audit_digest, is_there};
use crate::question::Question;
use crate::renku_ini::{self, RenkuIni, set_image};
use crate::resolution::{Resolution, Status};
use crate::source::{Source, SourceError};

/// Looks at the pin of `commit`, which the question is about. `answer` is what is right for it and built from,
/// where that was asked.
pub(super) async fn look<S: Source>(
    source: &S,
    question: &Question,
    commit: Oid,
    answer: Option<(&Resolution, &Inputs)>,
    findings: &mut Vec<Finding>,
) -> Result<(), SourceError> {
    let Some(text) = source.read(commit, renku_ini::PATH).await? else { return Ok(()) };
    let problems = match RenkuIni::parse(&text) {
        Ok(ini) => ini.problems().to_vec(),
        Err(error) => vec![error],
    };
    for problem in problems {
        let message = format!("Renku cannot read this file: {}", problem.kind);
        findings.push(Finding::new(RENKU_INI, message).at(renku_ini::PATH, Some(problem.line)));
    }
    let pin = match crate::pin::audit(source, question).await {
        Ok(Some(pin)) => audit_digest(source, question, pin).await,
        Ok(None) => return Ok(()),
        Err(error) => Err(error),
    };
    let pin = match pin {
        Ok(pin) => pin,
        // What was found so far is worth more than an error.
        Err(SourceError::Incomplete(why)) => {
            let message = format!("whether the image that it pins is right cannot be known: {why}");
            let finding = Finding::new(PIN_UNKNOWN, message).severity(Severity::Warning);
            findings.push(finding.at(renku_ini::PATH, None));
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let fix = || {
        let (answer, inputs) = answer?;
        // Where the image is built from the pin, too, another one is right once that is changed.
        if inputs.selection.contains(renku_ini::PATH.as_bytes()) { None } else { fix(&text, &pin, answer) }
    };
    let place = |finding: Finding| finding.at(renku_ini::PATH, pin.line);
    findings.extend(of_state(&pin).map(|finding| match pin.state {
        PinState::Stale { .. } | PinState::Floating { .. } => place(finding).fix(fix()),
        _ => place(finding),
    }));
    if is_there(source, question, &pin.image).await? == Some(false) {
        let message = format!("sessions cannot start in {}, which the registry does not have", pin.image);
        let help = "pin the image that `repin resolve` names, or take the pin away";
        findings.push(place(Finding::new(PIN_GONE, message).help(help)).fix(fix()));
    }
    Ok(())
}

fn of_state(pin: &PinAudit) -> Option<Finding> {
    const OTHER: &str = "pin the image that `repin resolve` names, or take the pin away";
    let image = &pin.image;
    Some(match &pin.state {
        PinState::Right { .. } => return None,
        PinState::Stale { commit, changed, since, ago: _ } => {
            let changed = some(changed.iter().map(|changed| changed.path.as_str()), changed.len());
            let since = since.map_or(String::new(), |since| format!(" since {}", since.abbreviated(7)));
            let commit = commit.abbreviated(7);
            let message =
                format!("sessions start in {image}, which is stale: built from {commit}, but {changed} changed{since}");
            Finding::new(PIN_STALE, message).help(OTHER)
        }
        PinState::Foreign { own, .. } => {
            let own = own.as_ref().map_or(String::new(), |own| format!(" ({own})"));
            let message = format!("sessions start in {image}, which is not one of this project's images{own}");
            Finding::new(PIN_FOREIGN, message)
                .help("in a fork, pin an image of the fork's own registry, or take the pin away")
        }
        PinState::Floating { tag } => {
            let tag = tag.as_deref().unwrap_or("latest");
            let message = format!(
                "sessions start in {image}, whose tag `{tag}` moves: an older commit gets a newer commit's image"
            );
            Finding::new(PIN_FLOATING, message).help("pin the image that `repin resolve` names")
        }
        PinState::Unknown { why } => {
            let message = format!("whether the pinned image {image} is right cannot be known: {why}");
            Finding::new(PIN_UNKNOWN, message).help("name the images' repository with --image")
        }
    })
}

/// The image that is right in the place of the one that is not, where a registry has it.
fn fix(text: &[u8], pin: &PinAudit, answer: &Resolution) -> Option<Fix> {
    let image = answer.image.as_ref().filter(|_| answer.status == Status::Found)?;
    let image = image.reference.as_deref().filter(|image| *image != pin.image)?;
    let new = String::from_utf8(set_image(text, image).ok()?).ok()?;
    let edits = vec![Edit::between(renku_ini::PATH, text, &new)];
    Some(Fix { description: format!("pin {image} in {}", renku_ini::PATH), edits })
}
