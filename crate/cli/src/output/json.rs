//! JSON that is safe to look at.

use std::io::{self, Write};

use repin::text::is_unsafe;

/// Writes JSON with the characters escaped that [`safe`](repin::text::safe) escapes in text. Outside of strings JSON is
/// plain ASCII, and serde_json writes whole characters and escapes control characters below U+0020 itself.
pub(super) struct Escaped<W>(pub(super) W);

impl<W: Write> Write for Escaped<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let plain = |byte: &u8| byte.is_ascii() && *byte != 0x7f;
        match str::from_utf8(bytes) {
            Ok(text) if !bytes.iter().all(plain) => {
                let mut rest = text;
                // Line ends between values are JSON's own.
                while let Some(at) = rest.find(|character| character != '\n' && is_unsafe(character)) {
                    let (before, after) = rest.split_at(at);
                    self.0.write_all(before.as_bytes())?;
                    let mut characters = after.chars();
                    for character in characters.by_ref().take(1) {
                        write!(self.0, "\\u{:04x}", u32::from(character))?;
                    }
                    rest = characters.as_str();
                }
                self.0.write_all(rest.as_bytes())?;
            }
            _ => self.0.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::Escaped;

    #[test]
    fn escapes_mean_the_same() {
        let text = "Grüße \u{1b}[31m \u{7f}\u{9b}\u{202e}evil\u{feff} \"quoted\"\n\t日本";
        let mut written = Vec::new();
        serde_json::to_writer_pretty(Escaped(&mut written), &[text]).expect("a Vec takes everything");
        let written = String::from_utf8(written).expect("JSON is UTF-8");
        assert!(!written.contains(|c| c != '\n' && super::is_unsafe(c)), "{written}");
        assert!(written.contains("Grüße") && written.contains("\\u202e"));
        assert_eq!(serde_json::from_str::<[String; 1]>(&written).expect("it is JSON still"), [text]);
    }
}
