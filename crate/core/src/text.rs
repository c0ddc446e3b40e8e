//! Text for people: made safe to show, cut, counted.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// The text with everything escaped that could move the cursor, recolour or reorder what a terminal shows: control
/// characters, and Unicode's invisible marks of direction and line ends. A hostile commit title cannot pretend to be
/// something else.
///
/// Escapes look as in Rust and JavaScript: `\n`, `\u{1b}`.
pub fn safe(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' | '\r' | '\t' => escaped.extend(character.escape_default()),
            _ if is_unsafe(character) => escaped.extend(character.escape_unicode()),
            _ => escaped.push(character),
        }
    }
    Cow::Owned(escaped)
}

/// Whether the character could change how a terminal shows what is around it.
pub fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}

/// The text, cut to so many columns of a terminal.
pub fn cut(text: &str, columns: Option<usize>) -> String {
    let Some(columns) = columns.filter(|columns| text.width() > *columns) else { return text.to_owned() };
    let mut used = 1;
    let kept = text.chars().take_while(|character| {
        used += character.width().unwrap_or(0);
        used <= columns
    });
    let mut kept: String = kept.collect();
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

/// `one` thing, or several of it.
pub fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

/// The day of an ISO 8601 date.
pub fn day(date: &str) -> &str {
    date.get(..10).unwrap_or(date)
}

/// The day of an instant in seconds since 1970, as UTC has it: `2024-03-04`.
pub fn day_of(seconds: i64) -> String {
    // The calendar repeats itself after 400 years of 146,097 days; years begin in March here, so that a leap day is the last.
    let days = seconds.div_euclid(86_400) + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", year + era * 400 + next)
}

#[cfg(test)]
mod tests {
    use super::{cut, day_of, safe};

    #[test]
    fn days_are_those_of_the_calendar() {
        // As `date -u -d @SECONDS +%F` says.
        for (seconds, day) in [
            (0, "1970-01-01"),
            (-1, "1969-12-31"),
            (86_399, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_709_164_800, "2024-02-29"),
            (1_709_539_200, "2024-03-04"),
            (1_735_689_599, "2024-12-31"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(day_of(seconds), day);
        }
    }

    #[test]
    fn what_moves_a_terminal_is_escaped() {
        for (text, shown) in [
            ("Add numpy", "Add numpy"),
            ("\u{1b}[31mred", r"\u{1b}[31mred"),
            ("a\nb\r\tc", r"a\nb\r\tc"),
            ("\u{9b}2J", r"\u{9b}2J"),
            ("abc\u{202e}fed", r"abc\u{202e}fed"),
            ("\u{2066}x\u{2069}", r"\u{2066}x\u{2069}"),
            ("\u{7f}", r"\u{7f}"),
            ("Grüße 日本 👩‍🔬", "Grüße 日本 👩‍🔬"),
        ] {
            assert_eq!(safe(text), shown);
        }
    }

    #[test]
    fn titles_are_cut_by_their_width() {
        for (text, columns, expected) in
            [("short", 10, "short"), ("Add numpy", 9, "Add numpy"), ("Add numpy", 6, "Add n…"), ("日本語", 4, "日…")]
        {
            assert_eq!(cut(text, Some(columns)), expected);
        }
    }
}
