//! How the letter of an environment looks on a terminal.

use anstyle::{Ansi256Color, Color, Style};
use repin::picture::PALETTE;

/// The style of an environment's letter, by the environment's number.
pub(crate) fn style(number: usize) -> Style {
    let (_, color, dark_text) = PALETTE[number % PALETTE.len()];
    let text = Ansi256Color(if dark_text { 16 } else { 231 });
    Style::new().bg_color(Some(Color::Ansi256(Ansi256Color(color)))).fg_color(Some(Color::Ansi256(text)))
}
