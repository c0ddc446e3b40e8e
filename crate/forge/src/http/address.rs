//! Pieces of URLs.

use std::fmt::Write as _;

/// The address behind `rel="next"` of a `Link` header (RFC 8288).
pub(crate) fn next_link(header: &str) -> Option<String> {
    header.split(',').find_map(|link| {
        let (address, rest) = link.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = rest.split(';').any(|part| matches!(part.trim(), "rel=\"next\"" | "rel=next"));
        is_next.then(|| address.to_owned())
    })
}

/// Escapes everything but RFC 3986's unreserved characters.
pub(crate) fn escape(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~' | b'.') {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("a String takes everything");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_the_one_that_the_link_header_names() {
        for (header, next) in [
            ("<https://h/a?page=2>; rel=\"next\", <https://h/a?page=1>; rel=\"first\"", Some("https://h/a?page=2")),
            ("<https://h/a?page=1>; rel=\"first\", <https://h/a?x=1&y=2>; rel=\"next\"", Some("https://h/a?x=1&y=2")),
            ("<https://h/a?page=1>; rel=\"prev\"", None),
            ("", None),
            ("rel=\"next\"", None),
        ] {
            assert_eq!(next_link(header).as_deref(), next, "{header}");
        }
    }

    #[test]
    fn what_is_asked_about_is_escaped() {
        let mut text = String::new();
        escape("group/sub group/näme.é", &mut text);
        assert_eq!(text, "group%2Fsub%20group%2Fn%C3%A4me.%C3%A9");
    }
}
