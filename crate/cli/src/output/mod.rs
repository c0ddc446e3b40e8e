//! `answer -> {text, JSON, picture}`

use std::io::{self, IsTerminal as _, Write};

use crate::args::Color;

pub(crate) mod answer;
pub(crate) mod comment;
pub(crate) mod findings;
pub(crate) mod inputs;
mod json;
pub(crate) mod lanes;
pub(crate) mod letters;
pub(crate) mod table;

/// Standard output or standard error, and what its reader can see.
pub(crate) struct Screen<'a> {
    out: Box<dyn Write + 'a>,
    /// Columns, where it is a terminal.
    pub(crate) width: Option<usize>,
}

/// The fewest columns that text is laid out for.
const NARROWEST: usize = 40;

impl Screen<'_> {
    pub(crate) fn stdout(color: Color) -> Self {
        let width = io::stdout()
            .is_terminal()
            .then(|| terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0)).max(NARROWEST));
        Self { out: Box::new(buffered(anstream::AutoStream::new(io::stdout(), color.into()))), width }
    }

    pub(crate) fn stderr(color: Color) -> Self {
        Self { out: Box::new(buffered(anstream::AutoStream::new(io::stderr(), color.into()))), width: None }
    }
}

impl Write for Screen<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Standard output as it is, for programs.
pub(crate) fn raw_stdout() -> impl Write {
    buffered(io::stdout())
}

/// Standard output for JSON: what a terminal must not see raw is escaped as `\uXXXX`, which means the same.
pub(crate) fn json_stdout() -> impl Write {
    json::Escaped(raw_stdout())
}

fn buffered<W: Write>(out: W) -> io::BufWriter<W> {
    io::BufWriter::with_capacity(1 << 16, out)
}
