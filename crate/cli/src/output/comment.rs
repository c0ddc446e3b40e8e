//! What a comment on a commit says, in Markdown.
//!
//! Nothing in it is from the repository but ids and the name of the image, and they are in code: no title can mention
//! anybody, refer to an issue or bring HTML.

use repin::resolution::{Image, Relation, Resolution, Status};
use repin::resolve::distance_in_words;
use repin::text::count;
use repin_forge::gitlab::comments::Wish;

/// What the comment on the commit asked about is to be; `None` where nothing is known, so that what is there stays. Who reads it
/// may not be one who may know of the image's project: `is_secret`.
pub(crate) fn wish(answer: &Resolution, is_secret: bool) -> Option<Wish> {
    match (&answer.image, answer.status) {
        (Some(_), Status::Found) if is_secret => Some(Wish::Say(SECRET.to_owned())),
        (Some(image), Status::Found) => Some(Wish::Say(right(answer, image))),
        (None, Status::Missing | Status::Building | Status::Failed) => Some(Wish::Correct(none(answer))),
        _ => None,
    }
}

const SECRET: &str = "An image is right for this commit: one of the project that this one is a fork of, which is not public. \
                      `repin resolve` names it to those who may see that project.\n";

fn right(answer: &Resolution, image: &Image) -> String {
    let reference = image.reference.as_deref().unwrap_or(&image.tag);
    let of = image.commit.abbreviated(7);
    let whose = match image.relation {
        Relation::Exact => "It is the image of this very commit".to_owned(),
        relation => format!("It is the image of `{of}`, {}", distance_in_words(relation, image.distance)),
    };
    let same = match (image.relation, &answer.environment) {
        (Relation::Exact, Some(environment)) => {
            format!(", built from {}", count(environment.files.len(), "file", "files"))
        }
        (_, Some(environment)) if environment.files.len() == 1 => ": its one image input is identical".to_owned(),
        (_, Some(environment)) => format!(": all {} image inputs are identical", environment.files.len()),
        (_, None) => String::new(),
    };
    let digest = image.digest.as_ref().map_or_else(String::new, |digest| format!("\n\nDigest: {}", code(digest)));
    format!("Image for this commit: {}\n\n{whose}{same}.{digest}\n", code(reference))
}

fn none(answer: &Resolution) -> String {
    let why = match answer.status {
        Status::Building => "it is being built",
        Status::Failed => "its last build failed",
        _ => "none of those that exist was built from its inputs",
    };
    let expected = answer.expected_tag.as_ref();
    let tag = expected.map_or_else(String::new, |tag| format!(" Its own build would get the tag {}.", code(tag)));
    format!("No image is right for this commit: {why}.{tag}\n")
}

/// A text in code, whatever is in it.
fn code(text: &str) -> String {
    let plain: String =
        text.chars().map(|c| if c == '`' || c.is_whitespace() || c.is_control() { '\u{fffd}' } else { c }).collect();
    format!("`{plain}`")
}
