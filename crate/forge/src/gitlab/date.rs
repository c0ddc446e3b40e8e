//! GitLab's dates.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The instant of an RFC 3339 date, in seconds since 1970, and the date as git writes it (`%cI`): with its own offset and
/// without fractions of a second. `None` if it is none.
pub(super) fn parse(text: &str) -> Option<(i64, String)> {
    let date = OffsetDateTime::parse(text, &Rfc3339).ok()?.replace_nanosecond(0).ok()?;
    let shown = date.format(&Rfc3339).ok()?;
    // git writes the offset of UTC in digits as well.
    let shown = shown.strip_suffix('Z').map_or(shown.clone(), |date| format!("{date}+00:00"));
    Some((date.unix_timestamp(), shown))
}

/// The instant of a date of GitLab's (RFC 3339), in seconds since 1970; `None` if it is none.
pub fn seconds(date: &str) -> Option<i64> {
    parse(date).map(|(seconds, _)| seconds)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn dates_are_instants() {
        for (text, seconds, date) in [
            ("2024-03-04T09:00:00.000+01:00", 1_709_539_200, "2024-03-04T09:00:00+01:00"),
            ("2024-03-04T08:00:00Z", 1_709_539_200, "2024-03-04T08:00:00+00:00"),
            ("2024-03-04T08:00:00.123Z", 1_709_539_200, "2024-03-04T08:00:00+00:00"),
            ("1970-01-01T00:00:00.000+00:00", 0, "1970-01-01T00:00:00+00:00"),
            ("2099-01-01T00:00:00.000-05:30", 4_070_928_600, "2099-01-01T00:00:00-05:30"),
        ] {
            assert_eq!(parse(text), Some((seconds, date.to_owned())), "{text}");
        }
        for text in
            ["", "yesterday", "2024-13-01T00:00:00Z", "2024-01-01", "2024-01-01T00:00:00", "2024-01-01T99:00:00Z"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
