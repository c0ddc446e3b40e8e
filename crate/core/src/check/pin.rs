//! The image that `.renku/renku.ini` pins.

use super::finding::{Edit, Finding, Fix, Severity};
use super::rules::{PIN_FLOATING, PIN_FOREIGN, PIN_GONE, PIN_STALE, PIN_UNKNOWN, RENKU_INI};
use super::some;
use crate::Oid;
use crate::inputs::Inputs;
use crate::pin::{PinAudit, PinState, audit_briefly, audit_registry, dated_if_possible, is_there};
use crate::question::Question;
use crate::renku_ini::{self, RenkuIni, set_image};
use crate::resolution::{Resolution, Status};
use crate::source::{Images, Source, SourceError};

/// What is known of a pin.
#[derive(Default)]
pub(super) struct Found {
    text: Vec<u8>,
    /// What is wrong with the file, or with the question.
    findings: Vec<Finding>,
    pin: Option<PinAudit>,
    /// Whether the registry has it.
    is_there: Option<bool>,
}

impl Found {
    /// With the commit since which the pin is stale, where that still can be found out.
    pub(super) async fn dated<S: Source>(mut self, source: &S, question: &Question) -> Result<Self, SourceError> {
        if let Some(pin) = self.pin.take() {
            self.pin = Some(dated_if_possible(source, question, pin).await?);
        }
        Ok(self)
    }

    /// Why it is not known whether the registry, of which these images are known, has the image that is pinned by its tag.
    pub(super) fn unseen(&self, images: &Images) -> Option<String> {
        let pin = self.pin.as_ref().filter(|pin| self.is_there.is_none() && !pin.image.contains('@'))?;
        let cut_off = images.cut_off.as_ref().filter(|_| !matches!(pin.state, PinState::Foreign { .. }))?;
        Some(format!("whether the registry has the pinned image {}: {}", pin.image, cut_off.message))
    }

    pub(super) fn findings(self) -> Vec<Finding> {
        let Self { findings: mut found, pin, is_there, .. } = self;
        let Some(pin) = pin else { return found };
        let place = |finding: Finding| finding.at(renku_ini::PATH, pin.line);
        found.extend(of_state(&pin).map(place));
        if is_there == Some(false) {
            let message = format!("sessions cannot start in {}, which the registry does not have", pin.image);
            let help = "pin the image that `repin resolve` names, or take the pin away";
            found.push(place(Finding::new(PIN_GONE, message).help(help)));
        }
        found
    }

    /// The findings, with the image that is right as the fix of what is the project's own.
    pub(super) fn with_fixes(self, answer: &Resolution, inputs: &Inputs) -> Vec<Finding> {
        // Where the image is built from the pin, too, another one is right once that is changed.
        let is_input = inputs.selection.contains(renku_ini::PATH.as_bytes());
        let pinned = self.pin.as_ref().map_or("", |pin| pin.image.as_str());
        let fix = if is_input { None } else { fix(&self.text, pinned, answer) };
        let is_fixed =
            |finding: &Finding| [PIN_GONE, PIN_STALE, PIN_FLOATING].iter().any(|rule| rule.name == finding.rule);
        let fixed = |finding: Finding| if is_fixed(&finding) { finding.fix(fix.clone()) } else { finding };
        self.findings().into_iter().map(fixed).collect()
    }
}

/// Looks at the pin of `commit`, which the question is about, but not since when it is stale.
pub(super) async fn look<S: Source>(source: &S, question: &Question, commit: Oid) -> Result<Found, SourceError> {
    let Some(text) = source.read(commit, renku_ini::PATH).await? else { return Ok(Found::default()) };
    let problems = match RenkuIni::parse(&text) {
        Ok(ini) => ini.problems().to_vec(),
        Err(error) => vec![error],
    };
    let mut found = Found { text, ..Found::default() };
    for problem in problems {
        let message = format!("Renku cannot read this file: {}", problem.kind);
        found.findings.push(Finding::new(RENKU_INI, message).at(renku_ini::PATH, Some(problem.line)));
    }
    let pin = match audit_briefly(source, question).await {
        Ok(Some(pin)) => audit_registry(source, question, pin).await,
        Ok(None) => return Ok(found),
        Err(error) => Err(error),
    };
    match pin {
        Ok(pin) => {
            found.is_there = is_there(source, question, &pin.image).await?;
            found.pin = Some(pin);
        }
        // What was found so far is worth more than an error.
        Err(SourceError::Incomplete(why)) => {
            let message = format!("whether the image that it pins is right cannot be known: {why}");
            let finding = Finding::new(PIN_UNKNOWN, message).severity(Severity::Warning);
            found.findings.push(finding.at(renku_ini::PATH, None));
        }
        Err(error) => return Err(error),
    }
    Ok(found)
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
fn fix(text: &[u8], pinned: &str, answer: &Resolution) -> Option<Fix> {
    let image = answer.image.as_ref().filter(|_| answer.status == Status::Found)?;
    let image = image.reference.as_deref().filter(|image| *image != pinned)?;
    let new = String::from_utf8(set_image(text, image).ok()?).ok()?;
    let edits = vec![Edit::between(renku_ini::PATH, text, &new)];
    Some(Fix { description: format!("pin {image} in {}", renku_ini::PATH), edits })
}
