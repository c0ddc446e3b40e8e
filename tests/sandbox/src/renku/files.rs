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
    "route.js": SCRIPT,
    "parts.js": SCRIPT,
    "project.js": SCRIPT,
    "launcher.js": SCRIPT,
    "panel.js": SCRIPT,
    "modals.js": SCRIPT,
    "session.js": SCRIPT,
    "main.js": SCRIPT,
    "legacy.css": STYLE,
    "legacy.js": SCRIPT,
    "select.js": SCRIPT,
    "options.js": SCRIPT,
};

/// A file below `/assets`, if there is one of that name.
pub(crate) fn file(name: &str) -> Option<Reply> {
    let (_, kind, content) = FILES.iter().find(|(known, _, _)| *known == name)?;
    Some(Reply::new(200, kind, *content).with("cache-control", "no-cache"))
}
