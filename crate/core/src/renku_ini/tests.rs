#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::{IniError, IniErrorKind as Kind, RenkuIni, Section, is_space, read};

/// `name: text => image`: what Renku pins. The span must hold the value, but for what indents its lines.
macro_rules! pins {
    ($($name:ident: $text:expr => $image:expr;)+) => { mod pins { use super::*; $(
        #[test]
        fn $name() {
            let ini = RenkuIni::parse($text.as_bytes()).unwrap();
            assert_eq!(ini.problems(), []);
            let image: Option<&str> = $image;
            assert_eq!(ini.pin().map(|pin| &*pin.image), image);
            check_pins($text, &ini);
        }
    )+ } };
}

/// `name: text => image, problems`: what Renku refuses, though it can be told what is meant.
macro_rules! refused {
    ($($name:ident: $text:expr => $image:expr, $($line:literal $kind:expr),+;)+) => { mod refused { use super::*; $(
        #[test]
        fn $name() {
            let ini = RenkuIni::parse($text.as_bytes()).unwrap();
            let image: Option<&str> = $image;
            assert_eq!(ini.pin().map(|pin| &*pin.image), image);
            assert_eq!(ini.problems(), [$(IniError { line: $line, kind: $kind }),+]);
            check_pins($text, &ini);
        }
    )+ } };
}

/// `name: bytes => line, kind`: what cannot be read.
macro_rules! unreadable {
    ($($name:ident: $text:expr => $line:expr, $kind:expr;)+) => { mod unreadable { use super::*; $(
        #[test]
        fn $name() {
            assert_eq!(read($text.as_ref()), Err(IniError { line: $line, kind: $kind }));
        }
    )+ } };
}

/// `name: text => line, span`
macro_rules! places {
    ($($name:ident: $text:expr => $line:expr, $span:expr;)+) => { mod places { use super::*; $(
        #[test]
        fn $name() {
            let ini = RenkuIni::parse($text.as_bytes()).unwrap();
            let pin = ini.pin_in(Section::Interactive).unwrap();
            assert_eq!((pin.line, pin.span.clone()), ($line, $span));
        }
    )+ } };
}

fn check_pins(text: &str, ini: &RenkuIni) {
    for pin in
        [Section::Interactive, Section::RenkuInteractive, Section::Default].into_iter().filter_map(|s| ini.pin_in(s))
    {
        let value = &text[pin.span.clone()];
        assert_eq!(value.trim_matches(is_space), value);
        if !pin.image.contains('\n') {
            assert_eq!(value, pin.image);
        }
        for line in pin.image.lines() {
            assert!(value.contains(line));
        }
    }
}

pins! {
    empty: "" => None;
    comments_alone: "# nothing\n; at all\n" => None;
    template: "[interactive]\ndefault_url = /lab\nimage = renku/renkulab-py:3.10-0.21.0\n" => Some("renku/renkulab-py:3.10-0.21.0");
    older_template: "[renku \"interactive\"]\ndefault_url = /rstudio\nimage = a.org/b:c" => Some("a.org/b:c");
    comments_first: "; Renku Config\n; Comments with ;\n[renku \"interactive\"]\nmem_request = 8G\nimage = a.org/b:c\n" => Some("a.org/b:c");
    empty_line_before: "[interactive]\ndisk_request = 64G\n\nimage = a.org/b:c\nlfs_auto_fetch = true\n\n[renku]\nlfs_threshold = 100kb\n\n" => Some("a.org/b:c");
    no_image: "[interactive]\ndefault_url = /lab\n" => None;
    other_section: "[renku]\nimage = a.org/b:c\n" => None;
    section_after: "[interactive]\n[renku]\nimage = a.org/b:c\n" => None;
    no_spaces: "[interactive]\nimage=a.org/b:c" => Some("a.org/b:c");
    colon: "[interactive]\nimage: a.org/b:c" => Some("a.org/b:c");
    colon_before_equals: "[interactive]\nimage:a=b" => Some("a=b");
    equals_before_colon: "[interactive]\nimage=a:b=c" => Some("a:b=c");
    tabs: "[interactive]\nimage\t=\ta.org/b:c\t\n" => Some("a.org/b:c");
    other_white_space: "[interactive]\nimage\u{a0}=\u{3000}a.org/b:c\u{1f}\n" => Some("a.org/b:c");
    upper_case_key: "[interactive]\nIMAGE = a.org/b:c" => Some("a.org/b:c");
    mixed_case_key: "[interactive]\nImAge = a.org/b:c" => Some("a.org/b:c");
    longer_key: "[interactive]\nimages = x\nimage2 = y\nmy image = z" => None;
    upper_case_section: "[Interactive]\nimage = a.org/b:c" => None;
    spaces_in_section: "[ interactive ]\nimage = a.org/b:c" => None;
    other_quotes: "[renku 'interactive']\nimage = a.org/b:c" => None;
    text_behind_section: "[interactive] # old\nimage = a.org/b:c" => Some("a.org/b:c");
    two_brackets: "[interactive]]\nimage = a.org/b:c" => Some("a.org/b:c");
    brackets_behind_section: "[interactive] # see [docs]\nimage = a.org/b:c" => Some("a.org/b:c");
    indented_section: "  [interactive]\nimage = a.org/b:c" => Some("a.org/b:c");
    indented_key: "[interactive]\n  image = a.org/b:c\n  other = x" => Some("a.org/b:c");
    crlf: "[interactive]\r\nimage = a.org/b:c\r\n\r\n[renku]\r\n" => Some("a.org/b:c");
    cr: "[interactive]\rimage = a.org/b:c\rother = x" => Some("a.org/b:c");
    comment_behind_value: "[interactive]\nimage = a.org/b:c # pinned" => Some("a.org/b:c # pinned");
    semicolon_behind_value: "[interactive]\nimage = a.org/b:c ; pinned" => Some("a.org/b:c ; pinned");
    commented_out: "[interactive]\n# image = a.org/b:c" => None;
    commented_out_indented: "[interactive]\nurl = /lab\n  ; image = a.org/b:c" => None;
    comment_as_value: "[interactive]\nimage = # none" => Some("# none");
    quotes_stay: "[interactive]\nimage = \"a.org/b:c\"" => Some("\"a.org/b:c\"");
    percent: "[interactive]\nimage = a.org/b:%(tag)s%%" => Some("a.org/b:%(tag)s%%");
    empty_value: "[interactive]\nimage =\n" => None;
    white_value: "[interactive]\nimage =  \t\n" => None;
    continuation: "[interactive]\nimage = a.org/\n  b:c\n" => Some("a.org/\nb:c");
    continuation_from_empty: "[interactive]\nimage =\n  a.org/b:c\n" => Some("\na.org/b:c");
    continuation_after_empty_line: "[interactive]\nimage = a\n\n  b\n\n" => Some("a\n\nb");
    continuation_after_comment: "[interactive]\nimage = a\n# c\n  b\n" => Some("a\nb");
    continuation_like_a_key: "[interactive]\nurl = /lab\n  image = a.org/b:c" => None;
    continuation_like_a_section: "[interactive]\nimage = a\n  [renku]\nother = x" => Some("a\n[renku]");
    same_indentation: "[interactive]\n  url = /lab\n  image = a" => Some("a");
    less_indentation: "[interactive]\n  url = /lab\n image = a" => Some("a");
    no_continuation_of_a_section: "[interactive]\n    image = a" => Some("a");
    older_wins: "[interactive]\nimage = new\n[renku \"interactive\"]\nimage = old" => Some("old");
    older_wins_from_above: "[renku \"interactive\"]\nimage = old\n[interactive]\nimage = new" => Some("old");
    older_without_image_wins: "[renku \"interactive\"]\ndefault_url = /lab\n[interactive]\nimage = new" => None;
    older_with_nothing_wins: "[interactive]\nimage = new\n[renku \"interactive\"]" => None;
    older_with_empty_image_wins: "[interactive]\nimage = new\n[renku \"interactive\"]\nimage =" => None;
    default: "[DEFAULT]\nimage = a" => Some("a");
    default_below: "[interactive]\nurl = /lab\n[DEFAULT]\nimage = a" => Some("a");
    default_overridden: "[DEFAULT]\nimage = a\n[interactive]\nimage = b" => Some("b");
    default_overridden_by_nothing: "[DEFAULT]\nimage = a\n[interactive]\nimage =" => None;
    default_in_older: "[DEFAULT]\nimage = a\n[interactive]\nimage = b\n[renku \"interactive\"]\nurl = c" => Some("a");
    default_twice: "[DEFAULT]\nimage = a\n[interactive]\n[DEFAULT]\nurl = b" => Some("a");
    default_in_lower_case: "[default]\nimage = a" => None;
    same_key_in_two_sections: "[renku]\nimage = a\n[interactive]\nimage = b" => Some("b");
    not_ascii: "[interactive]\nüber = grün\nimage = a" => Some("a");
    line_separator_ends_no_line: "[interactive]\nurl = x\u{2028}image = a" => None;
}

refused! {
    key_twice: "[interactive]\nimage = a\nimage = b" => Some("b"), 3 Kind::DuplicateKey("image".into());
    key_twice_in_other_case: "[interactive]\nimage = a\nImage = b" => Some("b"), 3 Kind::DuplicateKey("image".into());
    other_key_twice: "[interactive]\nurl = a\nimage = b\nurl = c" => Some("b"), 4 Kind::DuplicateKey("url".into());
    section_twice: "[interactive]\nimage = a\n[renku]\n[interactive]\nurl = b" => Some("a"), 4 Kind::DuplicateSection("interactive".into());
    section_and_key_twice: "[interactive]\nimage = a\n[interactive]\nimage = b" => Some("b"), 3 Kind::DuplicateSection("interactive".into()), 4 Kind::DuplicateKey("image".into());
    other_section_twice: "[a]\n[a]\n[interactive]\nimage = b" => Some("b"), 2 Kind::DuplicateSection("a".into());
    default_key_twice: "[DEFAULT]\nimage = a\n[DEFAULT]\nimage = b" => Some("b"), 4 Kind::DuplicateKey("image".into());
    key_without_value: "[interactive]\nimage\nurl = a" => None, 2 Kind::NotAKey;
    value_without_key: "[interactive]\n= a\nimage = b" => Some("b"), 2 Kind::NotAKey;
    words: "[interactive]\nimage = a\nhello world" => Some("a"), 3 Kind::NotAKey;
    words_then_continuation: "[interactive]\nimage = a\nhello\n  b" => Some("a\nb"), 3 Kind::NotAKey;
    section_not_closed: "[interactive]\nimage = a\n[renku\nurl = b" => Some("a"), 3 Kind::NotAKey;
    section_without_name: "[interactive]\nimage = a\n[]" => Some("a"), 3 Kind::NotAKey;
    byte_order_mark: "\u{feff}[interactive]\nimage = a" => Some("a"), 1 Kind::ByteOrderMark;
    byte_order_mark_alone: "\u{feff}" => None, 1 Kind::ByteOrderMark;
    byte_order_mark_and_comment: "\u{feff}# c\r\n[interactive]\r\nimage = a" => Some("a"), 1 Kind::ByteOrderMark;
    merge_conflict: "[interactive]\n<<<<<<< HEAD\nimage = a\n=======\nimage = b\n>>>>>>> x" => Some("b"), 2 Kind::NotAKey, 4 Kind::NotAKey, 5 Kind::DuplicateKey("image".into()), 6 Kind::NotAKey;
}

unreadable! {
    no_section: "image = a" => 1, Kind::NoSection;
    no_section_below_comments: "# c\n\nimage = a\n[interactive]" => 3, Kind::NoSection;
    words_above_sections: "hello\n[interactive]\nimage = a" => 1, Kind::NoSection;
    no_section_crlf: "\r\n\r\nimage = a" => 3, Kind::NoSection;
    latin_1: b"[interactive]\n# gr\xfcn\nimage = a" => 2, Kind::NotUtf8;
    latin_1_first: b"[interactive]\n\xfc = a" => 2, Kind::NotUtf8;
    utf_16: b"\xff\xfe[\0i\0" => 1, Kind::NotUtf8;
}

places! {
    spaces: "[interactive]\nimage =  a.org/b:c  \n" => 2, 23..32;
    no_spaces: "[interactive]\nimage=a" => 2, 20..21;
    crlf: "\r\n[interactive]\r\nimage = a\r\n" => 3, 25..26;
    byte_order_mark: "\u{feff}[interactive]\nimage = a" => 2, 25..26;
    not_ascii: "# grün\n[interactive]\n  image = a" => 3, 32..33;
    empty: "[interactive]\nimage =\nurl = x" => 2, 21..21;
    empty_with_spaces: "[interactive]\nimage =  \nurl = x" => 2, 21..21;
    continuation: "[interactive]\nimage = a\n  b\n" => 2, 22..27;
    continuation_from_empty: "[interactive]\nimage =\n  b\n\n" => 2, 24..25;
    last_of_two: "[interactive]\nimage = a\nimage = b" => 3, 32..33;
}

#[test]
fn both_sections_can_be_seen() {
    let ini = RenkuIni::parse(b"[interactive]\nimage = new\n[renku \"interactive\"]\nimage = old").unwrap();
    assert_eq!(ini.pin_in(Section::Interactive).map(|pin| (&*pin.image, pin.line)), Some(("new", 2)));
    assert_eq!(ini.pin_in(Section::RenkuInteractive).map(|pin| (&*pin.image, pin.line)), Some(("old", 4)));
    assert_eq!(ini.pin(), ini.pin_in(Section::RenkuInteractive));
    assert_eq!(Section::RenkuInteractive.to_string(), "[renku \"interactive\"]");
}

#[test]
fn messages_name_the_line() {
    assert_eq!(
        read(b"\nimage = a").unwrap_err().to_string(),
        "line 2: there is no section above it, such as [interactive]"
    );
}

proptest! {
    #[test]
    fn anything_is_read_without_panic(text in any::<Vec<u8>>()) {
        let _ = RenkuIni::parse(&text);
    }

    #[test]
    fn spans_hold_the_values(lines in prop::collection::vec("(\\[interactive\\]|\\[renku \"interactive\"\\]|\\[DEFAULT\\]|( |\t|\u{a0}){0,2}(image|url|#|)( )?[=:]?( )?[ab=:\u{fc}]{0,3}( )?)(\n|\r\n|\r)", 0..12)) {
        let text = "[x]\n".to_owned() + &lines.concat();
        if let Ok(ini) = RenkuIni::parse(text.as_bytes()) {
            check_pins(&text, &ini);
        }
    }
}
