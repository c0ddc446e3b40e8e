//! Files whose line ends git changed on the way into the folder (`core.autocrlf`, `eol=crlf` in `.gitattributes`).

use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use repin::check::Edit;

use crate::uncommitted::{blob_id, without_carriage_returns};

/// Whether the file in the folder is what is committed but for its line ends, and git calls that no change. Where git cannot be
/// asked, it is none: whoever keeps the line ends of the folder loses nothing.
pub(crate) fn are_all_that_differs(folder: &Path, path: &str, committed: &[u8], here: &[u8]) -> bool {
    // Git leaves a file alone that was committed with CRLF.
    !committed.windows(2).any(|pair| pair == b"\r\n")
        && without_carriage_returns(here) == committed
        && would_commit(folder, path, here).is_ok_and(|id| id.is_none_or(|id| id == blob_id(committed).to_string()))
}

/// The id of the blob that git would commit; `None` where git cannot be asked.
fn would_commit(folder: &Path, path: &str, here: &[u8]) -> io::Result<Option<String>> {
    let mut command = Command::new("git");
    command.args(["hash-object", "--stdin", "--path", path]).current_dir(folder);
    command.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else { return Ok(None) };
    // It reads everything before it says a line.
    let written = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(here));
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    Ok((written.is_ok() && output.status.success()).then(|| said.trim().to_owned()))
}

/// Edits of the committed content as edits of the file in the folder, which differs from it by its line ends alone: what is
/// put in gets those of the file's first line.
pub(crate) fn here<'e>(edits: impl Iterator<Item = &'e Edit>, committed: &[u8], here: &[u8]) -> Vec<Edit> {
    // Where each byte of the committed content is in the file; that of a line's end is where the line ends.
    let mut places = Vec::with_capacity(committed.len() + 1);
    let mut at = 0;
    for byte in committed {
        places.push(at);
        let is_longer = *byte == b'\n' && here.get(at..at + 2) == Some(b"\r\n");
        at += if is_longer { 2 } else { 1 };
    }
    places.push(at);
    let first = here.iter().position(|byte| *byte == b'\n');
    let is_crlf = first.is_some_and(|end| here.get(end.wrapping_sub(1)) == Some(&b'\r'));
    // What is behind the end stays there, and fits as little as before.
    let place = |at: usize| places.get(at).copied().unwrap_or(usize::MAX);
    let text = |text: &str| if is_crlf { text.replace('\n', "\r\n") } else { text.to_owned() };
    edits
        .map(|edit| Edit {
            path: edit.path.clone(),
            start: place(edit.start),
            end: place(edit.end),
            text: text(&edit.text),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use repin::check::apply;

    use super::*;

    #[test]
    fn what_is_put_in_has_the_line_ends_of_the_file() {
        let edit = |start, end, text: &str| Edit { path: "a".to_owned(), start, end, text: text.to_owned() };
        for (name, committed, here, edits, expected) in [
            ("a line", "a\nb\n", "a\r\nb\r\n", vec![edit(2, 2, "x\n")], "a\r\nx\r\nb\r\n"),
            ("at the end of a line", "a\nb\n", "a\r\nb\r\n", vec![edit(1, 1, "x\ny")], "ax\r\ny\r\nb\r\n"),
            ("over a line's end", "a\nb\n", "a\r\nb\r\n", vec![edit(0, 2, "x\n")], "x\r\nb\r\n"),
            ("behind the last line", "a\nb", "a\r\nb", vec![edit(3, 3, "\nx")], "a\r\nb\r\nx"),
            ("mixed", "a\nb\nc\n", "a\r\nb\nc\r\n", vec![edit(0, 1, "A"), edit(4, 5, "C\n")], "A\r\nb\nC\r\n\r\n"),
            ("the first is not", "a\nb\n", "a\nb\r\n", vec![edit(2, 3, "x\ny")], "a\nx\ny\r\n"),
            ("a lone carriage return", "a\rb\nc\n", "a\rb\r\nc\r\n", vec![edit(4, 5, "x")], "a\rb\r\nx\r\n"),
        ] {
            let moved = super::here(edits.iter(), committed.as_bytes(), here.as_bytes());
            let new = apply("a", here.as_bytes(), &moved).expect("they fit");
            assert_eq!(String::from_utf8_lossy(&new), expected, "{name}");
        }
        let outside = super::here([edit(9, 9, "x")].iter(), b"a\n", b"a\r\n");
        assert_eq!(apply("a", b"a\r\n", &outside), None);
    }
}
