//! Lines of notes: which are ours, and which are left alone.
#![allow(clippy::unwrap_used)]

use repin::note::{Note, Notes, add};

const DIGEST: &str = "sha256:ee2706f4a199f7f6d5a0a4e0e71dda644590fe37273810b6ee7f1cfb8fa33bc6";
const KEY: &str = "af449dd3611bd283146a7170bc60cb4bd81c2605f0fdd242c64db617800e3fdf";
const COMMIT: &str = "2c5c1f9a0c2f3b1c3f7a9d7be0a1f2e3d4c5b6a7";

fn note() -> Note {
    Note {
        image: "registry.example.org/ada/course:2c5c1f9".to_owned(),
        digest: DIGEST.to_owned(),
        built_from: COMMIT.parse().unwrap(),
        environment: Some(KEY.to_owned()),
    }
}

fn line() -> String {
    format!(
        r#"{{"schema":"repin/note/1","image":"registry.example.org/ada/course:2c5c1f9","digest":"{DIGEST}","built_from":"{COMMIT}","environment":"{KEY}"}}"#
    )
}

#[test]
fn a_line_has_one_form() {
    assert_eq!(note().line(), line());
    let none = Note { environment: None, ..note() };
    assert_eq!(none.line(), line().replace(&format!("\"{KEY}\""), "null"));
}

#[test]
fn other_lines_are_not_ours() {
    let line = line();
    let without_key = line.replace(&format!("\"{KEY}\""), "null");
    let changed = |from: &str, to: &str| line.replace(from, to);
    for (name, text, ours) in [
        ("as written", line.clone(), true),
        ("without an environment", without_key.clone(), true),
        ("with spaces, and the line end of Windows", format!("  {}\r", changed(",", ", ")), true),
        ("with a key that a later version may add", changed("}", ",\"more\":1}"), true),
        ("with a port", changed("registry.example.org", "127.0.0.1:5000"), true),
        ("with an escape", changed("repin/note/1", "repin\\u002fnote/1"), true),
        ("nothing", String::new(), false),
        ("a person's line", "the image is fine".to_owned(), false),
        ("another schema", changed("note/1", "note/2"), false),
        ("cut off", line[..line.len() - 1].to_owned(), false),
        ("two in one line", format!("{line}{line}"), false),
        ("no tag", changed(":2c5c1f9\"", "\""), false),
        ("a digest in the image", changed(":2c5c1f9\"", &format!(":2c5c1f9@{DIGEST}\"")), false),
        ("no digest", changed(DIGEST, ""), false),
        ("a short digest", changed(DIGEST, &DIGEST[..70]), false),
        ("an image that is none", changed("registry.example.org", "regi stry"), false),
        ("a terminal's escape", changed("ada", "\\u001b[31m"), false),
        ("a short commit", changed(COMMIT, "2c5c1f9"), false),
        ("a key that is none", changed(KEY, &KEY[..63]), false),
        ("an upper-case key", changed(KEY, &KEY.to_uppercase()), false),
        ("no key at all", without_key.replace(",\"environment\":null", ""), true),
        ("an array", format!("[{line}]"), false),
        ("deep", "[".repeat(100_000), false),
    ] {
        assert_eq!(Note::parse_all(text.as_bytes()).len(), usize::from(ours), "{name}");
    }
    assert_eq!(Note::parse_all(b"\xff\xfe\n\0\n"), []);
}

#[test]
fn a_line_is_added_once_and_others_stay() {
    let other = Note { image: "registry.example.org/ada/course:v1".to_owned(), ..note() };
    for (name, before, after) in [
        ("nothing", String::new(), format!("{}\n", line())),
        ("a line", "by hand\n".to_owned(), format!("by hand\n{}\n", line())),
        ("a line without its end", "by hand".to_owned(), format!("by hand\n{}\n", line())),
        ("another note", format!("{}\n\n", other.line()), format!("{}\n\n{}\n", other.line(), line())),
        ("the note", format!("{}\nby hand", line()), format!("{}\nby hand", line())),
        ("the note, written otherwise", line().replace(',', ", "), line().replace(',', ", ")),
    ] {
        let mut text = before.clone().into_bytes();
        assert_eq!(add(&mut text, &note()), before != after, "{name}");
        assert_eq!(String::from_utf8(text.clone()).unwrap(), after, "{name}");
        assert!(!add(&mut text, &note()), "{name}: twice");
    }
}

#[test]
fn notes_say_what_an_image_was_built_from() {
    let (first, second) = (COMMIT.parse().unwrap(), KEY[..40].parse().unwrap());
    let again = Note { built_from: second, image: "registry.example.org/ada/course:v1".to_owned(), ..note() };
    let notes: Notes =
        [(first, note()), (second, again.clone()), (second, again), (second, note())].into_iter().collect();
    assert_eq!(notes.of(second).len(), 2);
    assert_eq!(notes.sources(DIGEST), [first, second]);
    assert!(notes.sources("sha256:00").is_empty());
}
