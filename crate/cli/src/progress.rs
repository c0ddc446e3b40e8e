//! One line on a terminal that says how far long work has come.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::args::Color;

/// Work shorter than that is not worth a line.
const PATIENCE_MS: u64 = 500;
/// The line changes no more often than that.
const PAUSE_MS: u64 = 100;

/// What a source calls to tell: of what, how much is done, and of how much, where that is known.
pub(crate) type Callback = repin_forge::local::Progress;

/// Says on standard error how far long work has come, if a person sees it.
pub(crate) struct Progress(Option<Arc<Line>>);

struct Line {
    start: Instant,
    /// When the line changed last, in milliseconds from the start; 0: there is none.
    shown: AtomicU64,
}

impl Progress {
    pub(crate) fn new(color: Color) -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let visible = io::stderr().is_terminal() && !dumb && color != Color::Never;
        Self(visible.then(|| Arc::new(Line { start: Instant::now(), shown: AtomicU64::new(0) })))
    }

    /// What a source is to call.
    pub(crate) fn callback(&self) -> Option<Callback> {
        let line = Arc::clone(self.0.as_ref()?);
        Some(Arc::new(move |what, done, total| line.update(what, done, total)))
    }

    /// Removes the line, before anything else is printed.
    pub(crate) fn clear(&self) {
        if let Some(line) = &self.0
            && line.shown.swap(0, Ordering::Relaxed) != 0
        {
            let _ = write!(io::stderr(), "\r\x1b[2K");
        }
    }
}

impl Line {
    fn update(&self, what: &str, done: usize, total: Option<usize>) {
        let now = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let shown = self.shown.load(Ordering::Relaxed);
        // Of several threads that come at once, one writes.
        let due = now >= PATIENCE_MS
            && now >= shown + PAUSE_MS
            && self.shown.compare_exchange(shown, now, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if due {
            let _ = write!(io::stderr(), "\r\x1b[2K{}", text(what, done, total));
        }
    }
}

fn text(what: &str, done: usize, total: Option<usize>) -> String {
    match total {
        Some(total) => format!("{what}: {} of {}", grouped(done), grouped(total)),
        None => format!("{what}: {}", grouped(done)),
    }
}

/// The number with a comma before each group of three digits.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(text("reading commits", 1_234_567, None), "reading commits: 1,234,567");
        assert_eq!(text("comparing image inputs", 256, Some(82_000)), "comparing image inputs: 256 of 82,000");
    }
}
