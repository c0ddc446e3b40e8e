#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::{IniError, IniErrorKind as Kind, RenkuIni, SetError, set_image};

const IMAGE: &str = "r.org/g/n:abc1234";

/// `name: text => text with [`IMAGE`] pinned`. Pinned again, it stays the same.
macro_rules! set {
    ($($name:ident: $text:expr => $pinned:expr;)+) => { mod set { use super::*; $(
        #[test]
        fn $name() {
            let pinned = set_image($text.as_bytes(), IMAGE).unwrap();
            assert_eq!(String::from_utf8_lossy(&pinned), $pinned);
            assert_eq!(super::super::read(&pinned).unwrap().unwrap().image, IMAGE);
            assert_eq!(set_image(&pinned, IMAGE).unwrap(), pinned);
        }
    )+ } };
}

set! {
    empty: "" => "[interactive]\nimage = r.org/g/n:abc1234\n";
    comments_alone: "# ours\n" => "# ours\n\n[interactive]\nimage = r.org/g/n:abc1234\n";
    comments_without_end: "# ours" => "# ours\n\n[interactive]\nimage = r.org/g/n:abc1234\n";
    replaced: "[interactive]\nurl = /lab\nimage = a/b:c\nmem = 1G\n" => "[interactive]\nurl = /lab\nimage = r.org/g/n:abc1234\nmem = 1G\n";
    replaced_at_the_end: "[interactive]\nimage = a/b:c" => "[interactive]\nimage = r.org/g/n:abc1234";
    already: "[interactive]\nimage  :\tr.org/g/n:abc1234 \n" => "[interactive]\nimage  :\tr.org/g/n:abc1234 \n";
    spacing: "[interactive]\n  IMAGE\t=\ta/b:c \t\nx = y" => "[interactive]\n  IMAGE\t=\tr.org/g/n:abc1234 \t\nx = y";
    no_spaces: "[interactive]\nimage=a" => "[interactive]\nimage=r.org/g/n:abc1234";
    crlf: "[interactive]\r\nimage = a\r\n" => "[interactive]\r\nimage = r.org/g/n:abc1234\r\n";
    older: "; old\n[renku \"interactive\"]\nimage = a\n" => "; old\n[renku \"interactive\"]\nimage = r.org/g/n:abc1234\n";
    older_counts: "[interactive]\nimage = new\n[renku \"interactive\"]\nimage = old\n" => "[interactive]\nimage = new\n[renku \"interactive\"]\nimage = r.org/g/n:abc1234\n";
    older_without_image: "[interactive]\nimage = new\n[renku \"interactive\"]\nurl = x\n" => "[interactive]\nimage = new\n[renku \"interactive\"]\nurl = x\nimage = r.org/g/n:abc1234\n";
    empty_value: "[interactive]\nimage =\nurl = x\n" => "[interactive]\nimage = r.org/g/n:abc1234\nurl = x\n";
    empty_value_with_space: "[interactive]\nimage = \nurl = x\n" => "[interactive]\nimage = r.org/g/n:abc1234 \nurl = x\n";
    empty_value_without_spaces: "[interactive]\nimage=\nurl = x\n" => "[interactive]\nimage=r.org/g/n:abc1234\nurl = x\n";
    several_lines: "[interactive]\nimage = a\n  b\n\n  c\nurl = x\n" => "[interactive]\nimage = r.org/g/n:abc1234\nurl = x\n";
    several_lines_from_the_next: "[interactive]\nimage =\n  a\nurl = x\n" => "[interactive]\nimage = r.org/g/n:abc1234\nurl = x\n";
    comments_between_lines: "[interactive]\r\nimage = a\r\n# why\r\n\r\n  b\r\n  ; how\r\n  c\r\nurl = x" => "[interactive]\r\nimage = r.org/g/n:abc1234\r\n# why\r\n  ; how\r\nurl = x";
    comment_behind_is_value: "[interactive]\nimage = a # pinned\n" => "[interactive]\nimage = r.org/g/n:abc1234\n";
    commented_out: "[interactive]\n# image = a\nurl = x\n" => "[interactive]\n# image = a\nurl = x\nimage = r.org/g/n:abc1234\n";
    added_before_the_next_section: "[interactive]\nurl = /lab\n\n# sizes\n[renku]\nx = y\n" => "[interactive]\nurl = /lab\nimage = r.org/g/n:abc1234\n\n# sizes\n[renku]\nx = y\n";
    added_without_spaces: "[interactive]\nurl=/lab" => "[interactive]\nurl=/lab\nimage=r.org/g/n:abc1234";
    added_with_colon: "[interactive]\n  url: /lab\n    x\n" => "[interactive]\n  url: /lab\n    x\n  image: r.org/g/n:abc1234\n";
    added_behind_an_empty_value: "[interactive]\nurl =\n" => "[interactive]\nurl =\nimage = r.org/g/n:abc1234\n";
    added_behind_a_key_of_signs: "[interactive]\nurl==/lab" => "[interactive]\nurl==/lab\nimage=r.org/g/n:abc1234";
    added_to_an_empty_section: "[interactive]\n\n[renku]\nx = y\n" => "[interactive]\nimage = r.org/g/n:abc1234\n\n[renku]\nx = y\n";
    added_before_an_indented_section: "[interactive]\n  [renku]\nx = y\n" => "[interactive]\n  image = r.org/g/n:abc1234\n  [renku]\nx = y\n";
    added_crlf: "[interactive]\r\nurl = /lab\r\n" => "[interactive]\r\nurl = /lab\r\nimage = r.org/g/n:abc1234\r\n";
    added_cr: "[interactive]\rurl = /lab\r" => "[interactive]\rurl = /lab\rimage = r.org/g/n:abc1234\r";
    default_stays: "[DEFAULT]\nimage = a\n[interactive]\nurl = x\n" => "[DEFAULT]\nimage = a\n[interactive]\nurl = x\nimage = r.org/g/n:abc1234\n";
    default_alone_stays: "[DEFAULT]\nimage = a\n" => "[DEFAULT]\nimage = a\n\n[interactive]\nimage = r.org/g/n:abc1234\n";
    default_that_is_right: "[DEFAULT]\nimage = r.org/g/n:abc1234\n" => "[DEFAULT]\nimage = r.org/g/n:abc1234\n";
    other_section: "[renku]\nx = y\n" => "[renku]\nx = y\n\n[interactive]\nimage = r.org/g/n:abc1234\n";
    value_that_goes_on: "[renku]\nx = y\n  z" => "[renku]\nx = y\n  z\n\n[interactive]\nimage = r.org/g/n:abc1234\n";
    not_ascii: "# grün\n[interactive]\nüber = grün\nimage = ä\n" => "# grün\n[interactive]\nüber = grün\nimage = r.org/g/n:abc1234\n";
}

#[test]
fn what_renku_refuses_is_left_alone() {
    for (text, line, kind) in [
        (&b"[interactive]\nimage = a\nimage = b"[..], 3, Kind::DuplicateKey("image".into())),
        (b"\xef\xbb\xbf[interactive]\nimage = a", 1, Kind::ByteOrderMark),
        (b"image = a", 1, Kind::NoSection),
        (b"[interactive]\n<<<<<<< HEAD\n", 2, Kind::NotAKey),
        (b"[interactive]\n# gr\xfcn", 2, Kind::NotUtf8),
    ] {
        assert_eq!(set_image(text, IMAGE), Err(SetError::Unreadable(IniError { line, kind })));
    }
}

#[test]
fn what_is_not_one_word_is_no_image() {
    for image in ["", " ", "a b", "a\n[renku]", "a\u{a0}", "a\u{7f}", "\u{feff}a"] {
        assert_eq!(set_image(b"", image), Err(SetError::Image(image.to_owned())), "{image:?}");
    }
}

/// All lines of a text that are not those of the pin that counts.
fn others(text: &str) -> Vec<&str> {
    let ini = RenkuIni::parse(text.as_bytes()).unwrap();
    let image = ini.pin_in(ini.section()).map(|pin| pin.begin..pin.span.end);
    super::lines(text)
        .filter(|(start, line)| {
            let is_comment = line.trim_matches(super::is_space).starts_with(['#', ';']);
            let end = start + line.len();
            is_comment || image.as_ref().is_none_or(|image| end < image.start || image.end <= *start)
        })
        .map(|(_, line)| line)
        .filter(|line| !line.trim_matches(super::is_space).is_empty())
        .collect()
}

proptest! {
    #[test]
    fn what_is_set_is_read_back_and_the_rest_stays(
        lines in prop::collection::vec("(\\[renku\\]|\\[interactive\\]|\\[renku \"interactive\"\\]|\\[DEFAULT\\]|#c|;|( |\t){0,3}(image|url|mem|)( )?[=:]?( )?[ab=:\u{fc}]{0,3}( )?)(\n|\r\n|\r)", 0..9),
        image in "[a-z]{1,5}(\\.org)?/[a-z]{1,4}(:[a-z0-9]{1,7}|@sha256:[0-9a-f]{64})",
    ) {
        let text = lines.concat();
        let before = RenkuIni::parse(text.as_bytes());
        match set_image(text.as_bytes(), &image) {
            Ok(pinned) => {
                let pinned = String::from_utf8(pinned).unwrap();
                let after = RenkuIni::parse(pinned.as_bytes()).unwrap();
                prop_assert_eq!(after.pin().map(|pin| &*pin.image), Some(&*image), "{:?}", pinned);
                prop_assert_eq!(after.problems(), []);
                let is_own = before.as_ref().is_ok_and(|ini| ini.pin_in(ini.section()).is_some());
                // What is not the pin's own line is there still, in its order.
                let kept = others(&pinned);
                let wanted = if is_own { others(&text) } else { super::lines(&text).map(|(_, line)| line).filter(|line| !line.trim_matches(super::is_space).is_empty()).collect() };
                let mut rest = kept.iter();
                prop_assert!(wanted.iter().all(|line| rest.any(|kept| kept == line)), "{:?} became {:?}", text, pinned);
                prop_assert_eq!(set_image(pinned.as_bytes(), &image).unwrap(), pinned.into_bytes());
            }
            Err(_) => prop_assert!(before.is_err() || before.is_ok_and(|ini| !ini.problems().is_empty())),
        }
    }
}
