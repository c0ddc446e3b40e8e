//! The package's TypeScript types are those of the Rust ones.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use repin::history::HistoryEntry;
use repin::picture::Row;
use repin::{Oid, Resolution, check, pin, recipe, resolution, retag};
use repin_wasm::failure::ErrorCode;
use ts_rs::{Config, TS};

/// A type as TypeScript has it, with what Rust says of it.
fn declared<T: TS>(config: &Config) -> String {
    let docs = T::docs().unwrap_or_default();
    format!("{}export {}\n", docs.trim_start(), T::decl(config))
}

fn types() -> String {
    let config = &Config::new().with_large_int("number");
    let mut text = String::from(
        "// Written by `UPDATE=1 cargo test -p repin-wasm --test types` from the Rust types; a test compares them.\n\n",
    );
    let all = [
        declared::<ErrorCode>(config),
        declared::<Oid>(config),
        declared::<Resolution>(config),
        declared::<resolution::InputsSummary>(config),
        declared::<resolution::InputsSource>(config),
        declared::<resolution::EnvironmentSummary>(config),
        declared::<resolution::InputFile>(config),
        declared::<resolution::Status>(config),
        declared::<resolution::Reason>(config),
        declared::<resolution::Image>(config),
        declared::<resolution::Relation>(config),
        declared::<resolution::Nearest>(config),
        declared::<resolution::Changed>(config),
        declared::<resolution::Change>(config),
        declared::<resolution::Cost>(config),
        declared::<HistoryEntry>(config),
        declared::<Row>(config),
        declared::<recipe::Recipe>(config),
        declared::<recipe::Rule>(config),
        declared::<recipe::Environment>(config),
        declared::<recipe::File>(config),
        declared::<recipe::BaseImage>(config),
        declared::<check::Report>(config),
        declared::<check::Finding>(config),
        declared::<check::Severity>(config),
        declared::<check::Fix>(config),
        declared::<check::Edit>(config),
        declared::<pin::PinAudit>(config),
        declared::<pin::PinState>(config),
        declared::<retag::Report>(config),
        declared::<retag::Tagged>(config),
        declared::<retag::Given>(config),
        declared::<retag::Done>(config),
        declared::<retag::Noted>(config),
    ];
    text.push_str(&all.join("\n"));
    text
}

#[test]
fn types_are_those_of_rust() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("npm/src/types.ts");
    let types = types();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &types).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), types, "UPDATE=1 writes {}", path.display());
}
