//! Help, completions and manual pages.

use insta::assert_snapshot;

use crate::repository::{Run, folder};

#[test]
fn help_is_complete() {
    for (name, args) in [
        ("help", &["--help"][..]),
        ("help_short", &["-h"]),
        ("help_resolve", &["resolve", "--help"]),
        ("help_history", &["history", "--help"]),
        ("help_inputs", &["inputs", "--help"]),
        ("help_attempt", &["attempt", "--help"]),
        ("help_annotate", &["annotate", "--help"]),
        ("help_check", &["check", "--help"]),
        ("help_pin", &["pin", "--help"]),
        ("help_retag", &["retag", "--help"]),
        ("help_cache", &["cache", "--help"]),
        ("help_completions", &["completions", "--help"]),
        ("help_man", &["man", "--help"]),
    ] {
        let ran = Run::new(args).run();
        assert_eq!(ran.code(), 0, "{name}");
        assert_snapshot!(name, ran.stdout());
    }
}

#[test]
fn the_version_is_the_packages() {
    assert_eq!(Run::new(&["--version"]).run().stdout(), format!("repin {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_are_made_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = Run::new(&["completions", shell]).run();
        assert_eq!((ran.code(), ran.stderr().as_str()), (0, ""), "{shell}");
        assert!(ran.stdout().contains("history"), "{shell}");
    }
}

#[test]
fn manual_pages_are_made_for_every_command() {
    let page = Run::new(&["man"]).run();
    assert!(page.stdout().contains(".TH repin 1"), "{}", page.stdout());
    let pages = folder("man");
    let ran = Run::new(&["man", "--output", "pages"]).within(&pages).run();
    assert_eq!(ran.shown(), "$ repin man --output pages\nexit 0\n");
    let mut names: Vec<String> = std::fs::read_dir(pages.join("pages"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let commands = [
        "",
        "-annotate",
        "-attempt",
        "-build-needed",
        "-cache",
        "-check",
        "-ci",
        "-completions",
        "-history",
        "-inputs",
        "-man",
        "-pin",
        "-resolve",
        "-retag",
    ];
    let mut expected = commands.map(|command| format!("repin{command}.1"));
    expected.sort();
    assert_eq!(names, expected);
}
