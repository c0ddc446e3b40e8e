//! The files of the pages. They are in the program, so that it needs nothing beside it.

use crate::gitlab::Reply;

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// Their names below `/assets`, their types and what they hold.
macro_rules! files {
    ($($name:literal: $kind:ident),* $(,)?) => {
        &[$(($name, $kind, include_str!(concat!("../../renku/", $name)))),*]
    };
}

const FILES: &[(&str, &str, &str)] = files! {
    "style.css": STYLE,
    "dom.js": SCRIPT,
    "store.js": SCRIPT,
    "two/main.js": SCRIPT,
    "two/route.js": SCRIPT,
    "two/parts.js": SCRIPT,
    "two/launcher.js": SCRIPT,
    "two/panel.js": SCRIPT,
    "two/dialogue.js": SCRIPT,
    "two/environment.js": SCRIPT,
    "two/modals.js": SCRIPT,
    "two/project.js": SCRIPT,
    "two/session.js": SCRIPT,
    "legacy/style.css": STYLE,
    "legacy/main.js": SCRIPT,
    "legacy/address.js": SCRIPT,
    "legacy/select.js": SCRIPT,
    "legacy/options.js": SCRIPT,
    "legacy/launch.js": SCRIPT,
    "legacy/start.js": SCRIPT,
    "legacy/fields.js": SCRIPT,
};

/// A file below `/assets`, if there is one of that name.
pub(crate) fn file(name: &str) -> Option<Reply> {
    let (_, kind, content) = FILES.iter().find(|(known, _, _)| *known == name)?;
    Some(Reply::new(200, kind, *content).with("cache-control", "no-cache"))
}
