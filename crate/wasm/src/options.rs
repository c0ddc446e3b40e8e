//! What a caller asks for beside the project.

use repin::Question;
use repin::reference::Reference;
use repin::source::{Images, Tag};
use repin_forge::gitlab::Given;
use repin_forge::gitlab::token::{Token, TokenKind};
use repin_forge::http::Limits;
use serde::Deserialize;
use wasm_bindgen::JsValue;

use crate::failure::{ErrorCode, Failure};

/// The options that are data; functions are the [`Host`](crate::host::Host)'s.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Options {
    commit: Option<String>,
    inputs: Vec<String>,
    image: Option<String>,
    build: Option<String>,
    tags: Option<Vec<String>>,
    token: Option<TokenOption>,
    max_requests: Option<u32>,
    /// Whether an earlier answer does not do.
    anew: bool,
    /// Whether any number of requests will do.
    unlimited: bool,
    /// The commits of a history.
    pub(crate) limit: Option<u32>,
    /// The image that is audited.
    pub(crate) pin: Option<String>,
    /// The digest of the image that a tag is given to.
    pub(crate) digest: Option<String>,
    /// Whether nothing is changed.
    pub(crate) dry_run: bool,
}

#[derive(Deserialize)]
struct TokenOption {
    kind: TokenKindOption,
    secret: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum TokenKindOption {
    Private,
    Bearer,
    Job,
}

impl Options {
    pub(crate) fn read(options: JsValue) -> Result<Self, Failure> {
        // What the library says of a wrong value can repeat it, and it can be a token.
        serde_wasm_bindgen::from_value(options)
            .map_err(|_| Failure::new(ErrorCode::BadOption, "an option has a value of another type than it can have"))
    }

    pub(crate) fn question(&self) -> Result<Question, Failure> {
        let image = self.image.as_deref().map(repository).transpose()?;
        Ok(Question {
            revision: self.commit.clone(),
            inputs: self.inputs.clone(),
            ci_path: None,
            image,
            build: self.build.clone(),
        })
    }

    /// A tag is for ever, and for everybody: what one caller says of the inputs or the images is no ground for it.
    pub(crate) fn only_what_the_repository_says(&self) -> Result<(), Failure> {
        let says = !self.inputs.is_empty() || self.image.is_some() || self.build.is_some() || self.tags.is_some();
        let message =
            "inputs, image, build and tags are not for retag: what they say would pass for the repository's own word";
        if says { Err(Failure::new(ErrorCode::BadOption, message)) } else { Ok(()) }
    }

    pub(crate) fn limits(&self) -> Limits {
        match (self.unlimited, self.max_requests) {
            (true, _) => Limits::any_number(),
            (false, Some(most)) => Limits { max_requests: Some(most.into()), ..Limits::default() },
            (false, None) => Limits::default(),
        }
    }

    pub(crate) fn given(&self) -> Given {
        let tags = self.tags.as_ref().map(|tags| tags.iter().map(|tag| Tag::from(tag.as_str())).collect());
        Given { images: tags.map(|tags| Images { tags, ..Images::default() }), repository: None, anew: self.anew }
    }

    pub(crate) fn token(&self) -> Result<Option<Token>, Failure> {
        let Some(TokenOption { kind, secret }) = &self.token else { return Ok(None) };
        let kind = match kind {
            TokenKindOption::Private => TokenKind::Private,
            TokenKindOption::Bearer => TokenKind::Bearer,
            TokenKindOption::Job => TokenKind::Job,
        };
        let wrong = || Failure::new(ErrorCode::BadOption, "the token is empty, or has characters that no token has");
        Token::new(kind, secret).ok_or_else(wrong).map(Some)
    }
}

/// The repository that the option `image` names.
fn repository(text: &str) -> Result<String, Failure> {
    let wrong = |why: String| Failure::new(ErrorCode::BadOption, format!("the option image is no repository: {why}"));
    let image = Reference::parse_lenient(text).map_err(|error| wrong(error.to_string()))?;
    if image.tag().is_some() || image.digest().is_some() {
        return Err(wrong(format!("it has a tag or digest; give {}", image.name())));
    }
    Ok(image.name())
}
