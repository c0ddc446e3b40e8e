//! The questions.

use std::pin::pin;

use futures_util::future::{Either, select};
use repin::Question;
use repin::check::{self, Report};
use repin::pin::{audit as audit_pin, audit_image};
use repin::source::{Source as _, SourceError};
use repin_forge::gitlab::Addressed;
use repin_forge::gitlab::location::Location;
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

use crate::cross::object;
use crate::failure::{ErrorCode, Failure};
use crate::history::HistoryHandle;
use crate::host::Host;
use crate::options::Options;
use crate::store::JsStores;
use crate::told::Told;

/// A project, and what is asked about it.
pub(crate) struct Asked {
    pub(crate) project: Addressed<Told, Option<JsStores>>,
    pub(crate) question: Question,
    pub(crate) options: Options,
    pub(crate) host: Host,
}

impl Asked {
    pub(crate) fn new(project: &str, options: JsValue, host: Host) -> Result<Self, Failure> {
        let options = Options::read(options)?;
        let location = Location::parse(project)?;
        let cache = host.has_cache().then(|| JsStores(host.clone()));
        let transport = Told::new(host.clone());
        let project = Addressed::new(transport, &location, options.token()?, options.limits(), cache, options.given());
        Ok(Self { project, question: options.question()?, options, host })
    }

    /// The answer of work, unless the caller's signal comes first: dropping the work ends its requests.
    pub(crate) async fn unless_cancelled<R>(
        &self,
        work: impl Future<Output = Result<R, SourceError>>,
    ) -> Result<R, Failure> {
        match select(pin!(work), JsFuture::from(self.host.cancelled())).await {
            Either::Left((answer, _)) => Ok(answer?),
            Either::Right(_) => Err(Failure::new(ErrorCode::Cancelled, "the question was cancelled")),
        }
    }
}

/// Names the image that is right for a commit: a `Resolution`.
#[wasm_bindgen]
pub async fn resolve(project: String, options: JsValue, host: Host) -> Result<JsValue, JsValue> {
    let asked = Asked::new(&project, options, host)?;
    let answer = asked.unless_cancelled(asked.project.resolve(&asked.question)).await?;
    object(&answer)
}

/// A right image for each commit of a history.
#[wasm_bindgen]
pub async fn history(project: String, options: JsValue, host: Host) -> Result<HistoryHandle, JsValue> {
    let asked = Asked::new(&project, options, host)?;
    let limit = asked.options.limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let work = async {
        let (source, question) = asked.project.find(&asked.question).await?;
        let mut history = repin::history::history(&*source, &question, limit).await?;
        history.learn_files(&*source).await?;
        source.remember().await;
        Ok((history, source.notes_on_images()))
    };
    let (history, notes) = asked.unless_cancelled(work).await?;
    Ok(HistoryHandle::new(history, notes, Some(asked.project.cost())))
}

/// What the image of a commit is built from: `Inputs`.
#[wasm_bindgen]
pub async fn inputs(project: String, options: JsValue, host: Host) -> Result<JsValue, JsValue> {
    let asked = Asked::new(&project, options, host)?;
    let work = async {
        let (source, question) = asked.project.find(&asked.question).await?;
        let found = repin::recipe::recipe(&*source, &question).await?;
        source.remember().await;
        Ok(found)
    };
    let (commit, recipe) = asked.unless_cancelled(work).await?;
    match recipe {
        Ok(recipe) => object(&recipe),
        Err(reason) => {
            let message = format!("at {}, {}", commit.id.abbreviated(7), reason.message);
            Err(Failure::new(ErrorCode::Incomplete, message).into())
        }
    }
}

/// What is wrong with the recipe at a commit: a `Check`.
#[wasm_bindgen]
pub async fn check(project: String, options: JsValue, host: Host) -> Result<JsValue, JsValue> {
    let asked = Asked::new(&project, options, host)?;
    let work = async {
        let (source, question) = asked.project.find(&asked.question).await?;
        let commit = source.commit(question.revision.as_deref()).await?;
        let found = check::check(&*source, &question).await?;
        source.remember().await;
        Ok(Report::new(commit.id, found, source.notes()))
    };
    let report = asked.unless_cancelled(work).await?;
    object(&report)
}

/// What became of an image named by hand: a `PinAudit`, or `null` where the commit pins none.
#[wasm_bindgen]
pub async fn audit(project: String, options: JsValue, host: Host) -> Result<JsValue, JsValue> {
    let asked = Asked::new(&project, options, host)?;
    let work = async {
        let (source, question) = asked.project.find(&asked.question).await?;
        let audit = match &asked.options.pin {
            Some(image) => Some(audit_image(&*source, &question, image).await?),
            None => audit_pin(&*source, &question).await?,
        };
        source.remember().await;
        Ok(audit)
    };
    let audit = asked.unless_cancelled(work).await?;
    object(&audit)
}

/// What an address says, without a request.
#[derive(Serialize)]
struct Address {
    base: String,
    project: String,
    revisions: Vec<String>,
}

/// Reads an address.
#[wasm_bindgen(js_name = parseAddress)]
pub fn parse_address(project: &str) -> Result<JsValue, JsValue> {
    let location = Location::parse(project).map_err(Failure::from)?;
    let revisions = location.revision.as_ref().map(repin_forge::gitlab::location::RevisionHint::revisions);
    let revisions = revisions.unwrap_or_default();
    object(&Address { project: location.project.to_string(), base: location.base, revisions })
}

/// The version of the package.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
