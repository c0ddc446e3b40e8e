//! Which tags a project's clean-up policy deletes (GitLab's `container_expiration_policy` and `CleanupTagsService`).
//!
//! At each run GitLab takes all tags of a registry repository but `latest`; of these the ones whose whole name
//! `name_regex_delete` (or its older name, `name_regex`) matches and `name_regex_keep` does not; passes over the `keep_n`
//! newest; and deletes the rest as far as it is older than `older_than`.
//!
//! A tag's age is that of its *image*: a new tag on an old image is old from the start. (GitLab's own registry with a
//! metadata database goes by when the tag was pushed, which cannot be seen from outside.) So what is said here is what may
//! happen. Where a rule is not certain (two images of one date, an expression that cannot be read), the tag is not taken
//! to be safe.

use serde::Deserialize;

use crate::ci::pattern;

/// A project's policy, as GitLab's API gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct CleanupPolicy {
    /// Whether it is run at all.
    #[serde(default)]
    pub enabled: bool,
    /// How many of the newest images stay, whatever their age.
    pub keep_n: Option<u64>,
    /// How old an image has to be: `90d`.
    pub older_than: Option<String>,
    /// What is deleted, by its name.
    pub name_regex: Option<String>,
    /// The same, by its newer name; it counts where both are there.
    pub name_regex_delete: Option<String>,
    /// What stays, by its name.
    pub name_regex_keep: Option<String>,
}

/// A tag, and when its image was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated {
    /// The tag.
    pub name: String,
    /// When its image was made, in seconds since 1970, where known.
    pub created: Option<i64>,
}

/// What becomes of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stays, for this reason.
    Stays(Stays),
    /// The next run may delete it.
    Goes,
    /// A run may delete it from then on, in seconds since 1970.
    GoesAt(i64),
}

/// Why a tag stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stays {
    /// There is no clean-up.
    Off,
    /// The tag `latest` always stays.
    Latest,
    /// The policy does not name it.
    NotNamed,
    /// The policy names it as one that stays.
    Kept,
    /// Its image is one of the newest, as long as no newer ones come.
    Newest,
    /// Nobody knows when its image was made, and what has no age is never too old.
    Undated,
}

impl CleanupPolicy {
    /// What becomes of `tag`. `others` are the other tags of its repository; `None` where they are not known, and then
    /// nothing is taken to be one of the newest. `now` is in seconds since 1970.
    ///
    /// ```
    /// use repin::cleanup::{CleanupPolicy, Dated, Fate};
    ///
    /// const DAY: i64 = 86_400;
    /// let policy: CleanupPolicy = serde_json::from_str(
    ///     r#"{"enabled": true, "cadence": "1d", "keep_n": 1, "older_than": "30d", "name_regex": ".*", "name_regex_keep": null}"#,
    /// )?;
    /// let tag = |name: &str, day: i64| Dated { name: name.to_owned(), created: Some(day * DAY) };
    /// let others = [tag("7f1bcd3", 100)];
    /// assert_eq!(policy.fate(&tag("0a1b2c3", 60), Some(&others), 101 * DAY), Fate::Goes);
    /// assert_eq!(policy.fate(&tag("0a1b2c3", 80), Some(&others), 101 * DAY), Fate::GoesAt(110 * DAY));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn fate(&self, tag: &Dated, others: Option<&[Dated]>, now: i64) -> Fate {
        if let Some(why) = self.excepted(&tag.name) {
            return Fate::Stays(why);
        }
        if let (Some(keep), Some(others)) = (self.keep_n, others) {
            // What has no date counts as made now.
            let made = |one: &Dated| one.created.unwrap_or(now);
            let before = |other: &&Dated| {
                other.name != tag.name && self.excepted(&other.name).is_none() && made(other) >= made(tag)
            };
            let before = others.iter().filter(before).count();
            if u64::try_from(before).unwrap_or(u64::MAX) < keep {
                return Fate::Stays(Stays::Newest);
            }
        }
        match (self.older_than.as_deref().map(seconds), tag.created) {
            (None, _) => Fate::Goes,
            (Some(_), None) => Fate::Stays(Stays::Undated),
            (Some(age), Some(created)) => {
                let at = created.saturating_add(age.unwrap_or(0));
                if at < now { Fate::Goes } else { Fate::GoesAt(at) }
            }
        }
    }

    /// The tags that the next run may delete, in the order in which they are given.
    pub fn next_run<'t>(&self, tags: &'t [Dated], now: i64) -> Vec<&'t Dated> {
        tags.iter().filter(|tag| self.fate(tag, Some(tags), now) == Fate::Goes).collect()
    }

    /// Why a tag is none of those that are looked at.
    fn excepted(&self, name: &str) -> Option<Stays> {
        if !self.enabled {
            return Some(Stays::Off);
        }
        if name == "latest" {
            return Some(Stays::Latest);
        }
        let delete = self.name_regex_delete.as_ref().or(self.name_regex.as_ref());
        if !is_whole(delete, name).unwrap_or(true) {
            return Some(Stays::NotNamed);
        }
        is_whole(self.name_regex_keep.as_ref(), name).unwrap_or(false).then_some(Stays::Kept)
    }
}

/// Whether an expression is a whole name; none is that of no tag. `None` where it cannot be read. As GitLab does it, anchors
/// are put around the text and no group: in `a|b` each holds for one side alone.
fn is_whole(expression: Option<&String>, name: &str) -> Option<bool> {
    let Some(expression) = expression else { return Some(false) };
    pattern::find(&format!("\\A{expression}\\z"), "", name)
}

/// A duration such as `90d`; `None` where it cannot be read. GitLab offers days, and its API takes more.
fn seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let unit: i64 = match unit.trim() {
        "h" | "hour" | "hours" => 3_600,
        "d" | "day" | "days" => 86_400,
        "w" | "week" | "weeks" => 7 * 86_400,
        "month" | "months" => 30 * 86_400,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400;
    const NOW: i64 = 1_000 * DAY;

    /// A tag whose image is that many days old.
    fn tag(name: &str, age: Option<i64>) -> Dated {
        Dated { name: name.to_owned(), created: age.map(|age| NOW - age * DAY) }
    }

    fn policy(json: &str) -> CleanupPolicy {
        serde_json::from_str(json).expect("it is a policy")
    }

    #[test]
    fn rules() {
        const ALL: &str =
            r#"{"enabled":true,"keep_n":null,"older_than":"90d","name_regex":".*","name_regex_keep":null}"#;
        for (rule, json, name, age, expected) in [
            ("off", r#"{"enabled":false,"name_regex":".*"}"#, "a", Some(999), Fate::Stays(Stays::Off)),
            ("not said", "{}", "a", Some(999), Fate::Stays(Stays::Off)),
            ("old", ALL, "0a1b2c3", Some(91), Fate::Goes),
            ("young", ALL, "0a1b2c3", Some(80), Fate::GoesAt(NOW + 10 * DAY)),
            ("just as old", ALL, "0a1b2c3", Some(90), Fate::GoesAt(NOW)),
            ("of no date", ALL, "0a1b2c3", None, Fate::Stays(Stays::Undated)),
            ("latest", ALL, "latest", Some(999), Fate::Stays(Stays::Latest)),
            ("no age", r#"{"enabled":true,"name_regex":".*"}"#, "a", Some(0), Fate::Goes),
            ("no age, no date", r#"{"enabled":true,"name_regex":".*"}"#, "a", None, Fate::Goes),
            ("no name", r#"{"enabled":true}"#, "a", Some(999), Fate::Stays(Stays::NotNamed)),
            ("empty name", r#"{"enabled":true,"name_regex":""}"#, "a", Some(999), Fate::Stays(Stays::NotNamed)),
            ("whole name", r#"{"enabled":true,"name_regex":"dev"}"#, "dev-1", Some(999), Fate::Stays(Stays::NotNamed)),
            ("named", r#"{"enabled":true,"name_regex":"dev-.*"}"#, "dev-1", Some(999), Fate::Goes),
            (
                "newer name first",
                r#"{"enabled":true,"name_regex":".*","name_regex_delete":"dev"}"#,
                "a",
                Some(999),
                Fate::Stays(Stays::NotNamed),
            ),
            (
                "kept",
                r#"{"enabled":true,"name_regex":".*","name_regex_keep":"[0-9a-f]{7}"}"#,
                "0a1b2c3",
                Some(999),
                Fate::Stays(Stays::Kept),
            ),
            (
                "kept as a whole",
                r#"{"enabled":true,"name_regex":".*","name_regex_keep":"main"}"#,
                "main-1",
                Some(999),
                Fate::Goes,
            ),
            ("one side at the start", r#"{"enabled":true,"name_regex":"dev|x"}"#, "development", Some(999), Fate::Goes),
            ("what cannot be read names it", r#"{"enabled":true,"name_regex":"("}"#, "a", Some(999), Fate::Goes),
            (
                "and keeps nothing",
                r#"{"enabled":true,"name_regex":".*","name_regex_keep":"(?=a)"}"#,
                "a",
                Some(999),
                Fate::Goes,
            ),
            (
                "an age that cannot be read",
                r#"{"enabled":true,"name_regex":".*","older_than":"soon"}"#,
                "a",
                Some(1),
                Fate::Goes,
            ),
        ] {
            assert_eq!(policy(json).fate(&tag(name, age), None, NOW), expected, "{rule}");
        }
    }

    #[test]
    fn the_newest_stay() {
        let policy =
            policy(r#"{"enabled":true,"keep_n":2,"older_than":"7d","name_regex":".*","name_regex_keep":"v.*"}"#);
        let others =
            |ages: &[(&str, Option<i64>)]| -> Vec<Dated> { ages.iter().map(|(name, age)| tag(name, *age)).collect() };
        for (rule, tags, expected) in [
            ("nothing else", others(&[]), Fate::Stays(Stays::Newest)),
            ("one newer", others(&[("a", Some(1))]), Fate::Stays(Stays::Newest)),
            ("two newer", others(&[("a", Some(1)), ("b", Some(2))]), Fate::Goes),
            ("two older", others(&[("a", Some(30)), ("b", Some(40))]), Fate::Stays(Stays::Newest)),
            ("one date", others(&[("a", Some(20)), ("b", Some(20))]), Fate::Goes),
            ("no date is now", others(&[("a", None), ("b", None)]), Fate::Goes),
            ("those that stay anyway", others(&[("v1", Some(1)), ("latest", Some(1))]), Fate::Stays(Stays::Newest)),
            ("itself", others(&[("x", Some(1)), ("a", Some(1))]), Fate::Stays(Stays::Newest)),
        ] {
            assert_eq!(policy.fate(&tag("x", Some(20)), Some(&tags), NOW), expected, "{rule}");
        }
        assert_eq!(policy.fate(&tag("x", Some(20)), None, NOW), Fate::Goes, "nobody knows the others");
    }

    #[test]
    fn a_run_deletes_what_is_old() {
        let policy = policy(r#"{"enabled":true,"keep_n":1,"older_than":"7d","name_regex":".*"}"#);
        let tags = [
            tag("new", Some(1)),
            tag("old", Some(8)),
            tag("latest", Some(9)),
            tag("older", Some(30)),
            tag("young", Some(5)),
        ];
        let names: Vec<&str> = policy.next_run(&tags, NOW).iter().map(|tag| &*tag.name).collect();
        assert_eq!(names, ["old", "older"]);
    }

    #[test]
    fn durations() {
        for (text, expected) in [
            ("7d", Some(7 * DAY)),
            ("90d", Some(90 * DAY)),
            ("1month", Some(30 * DAY)),
            ("2 weeks", Some(14 * DAY)),
            ("12h", Some(DAY / 2)),
            ("7", None),
            ("d", None),
            ("", None),
            ("-1d", None),
            ("99999999999999999999d", None),
            ("9999999999999999999w", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
