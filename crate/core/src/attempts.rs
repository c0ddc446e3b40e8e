//! What a CI remembers of the commits that it builds images for beside its own: when such a build was begun, and how often.
//!
//! Some commits can never be built, and nothing else says which. So a job writes down each build of another commit before
//! it begins, below the tag [`TAG`] of the repository that has the images; what is built has an image then, and what is
//! not waits, longer after every attempt. A job that is ended from outside leaves the attempt there, too.
//!
//! The record is a convenience and no evidence: where it is lost, builds are tried once more.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Oid;

/// The tag that the record is kept under. It names no commit in any scheme that has digits of one in it.
pub const TAG: &str = "repin-attempts";

/// The value of `schema`.
const SCHEMA: &str = "repin/attempts/1";
/// How long the second attempt waits, in seconds: what fails in passing is over in an hour, mostly.
const WAIT: i64 = 3_600;
/// How many times as long each one waits as the one before: six attempts in the first year.
const TIMES: i64 = 6;
/// The longest that an attempt waits: some five years.
const LONGEST: i64 = WAIT * TIMES.pow(6);
/// How many commits are remembered: with more, the oldest attempts are forgotten.
const MOST: usize = 500;

/// The builds of other commits that were begun.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attempts(Vec<Attempt>);

/// What is known of one commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Attempt {
    commit: Oid,
    /// How many builds were begun.
    count: u32,
    /// When the last one was, in seconds since 1970.
    last: i64,
}

/// The record as it is written.
#[derive(Serialize, Deserialize)]
struct Record {
    schema: String,
    attempts: Vec<Attempt>,
}

/// Why a text is no record of attempts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptsError(String);

impl fmt::Display for AttemptsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the record of builds cannot be read: {}", self.0)
    }
}

impl std::error::Error for AttemptsError {}

impl Attempts {
    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// It is something else, or of a later version.
    pub fn parse(text: &str) -> Result<Self, AttemptsError> {
        let record: Record = serde_json::from_str(text).map_err(|error| AttemptsError(error.to_string()))?;
        if record.schema != SCHEMA {
            return Err(AttemptsError(format!("it is {}, and not {SCHEMA}", record.schema)));
        }
        Ok(Self(record.attempts))
    }

    /// The record as JSON.
    pub fn to_json(&self) -> String {
        let record = Record { schema: SCHEMA.to_owned(), attempts: self.0.clone() };
        serde_json::to_string(&record).expect("texts, ids and numbers are JSON")
    }

    /// Whether a build of the environment that these commits share may begin at `now`, in seconds since 1970.
    ///
    /// ```
    /// # use repin::attempts::Attempts;
    /// # let commit = "4b825dc642cb6eb9a060e54bf8d69288fbee4904".parse()?;
    /// let mut attempts = Attempts::default();
    /// assert!(attempts.permit(&[commit], 1_000_000));
    /// attempts.begin(commit, 1_000_000);
    /// assert!(!attempts.permit(&[commit], 1_000_001));
    /// assert!(attempts.permit(&[commit], 1_000_000 + 3_600));
    /// # Ok::<(), repin::ParseOidError>(())
    /// ```
    pub fn permit(&self, commits: &[Oid], now: i64) -> bool {
        let wait = wait(self.count(commits)).unsigned_abs();
        // A clock that was wrong by years must not hold up anything for as long.
        self.of(commits).all(|attempt| now.abs_diff(attempt.last) >= wait)
    }

    /// How many builds of the environment that these commits share were begun.
    pub fn count(&self, commits: &[Oid]) -> u32 {
        self.of(commits).fold(0, |sum, attempt| sum.saturating_add(attempt.count))
    }

    fn of(&self, commits: &[Oid]) -> impl Iterator<Item = &Attempt> {
        self.0.iter().filter(|attempt| commits.contains(&attempt.commit))
    }

    /// Writes down that a build of a commit begins at `now`.
    pub fn begin(&mut self, commit: Oid, now: i64) {
        match self.0.iter_mut().find(|attempt| attempt.commit == commit) {
            Some(attempt) => *attempt = Attempt { commit, count: attempt.count.saturating_add(1), last: now },
            None => self.0.push(Attempt { commit, count: 1, last: now }),
        }
        self.0.sort_by_key(|attempt| std::cmp::Reverse(attempt.last));
        self.0.truncate(MOST);
    }
}

/// How long the next attempt waits after so many.
fn wait(count: u32) -> i64 {
    match count.checked_sub(1) {
        None => 0,
        Some(before) => {
            TIMES.checked_pow(before).and_then(|times| WAIT.checked_mul(times)).unwrap_or(LONGEST).min(LONGEST)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn commit(number: u16) -> Oid {
        format!("{number:040x}").parse().expect("40 digits")
    }

    #[test]
    fn each_attempt_waits_longer() {
        let mut attempts = Attempts::default();
        let mut tries = 0;
        for hour in 0..24 * 365 {
            let now = NOW + hour * 3_600;
            if attempts.permit(&[commit(1)], now) {
                attempts.begin(commit(1), now);
                tries += 1;
            }
        }
        assert_eq!(tries, 6, "in a year");
    }

    #[test]
    fn commits_of_one_environment_share_their_attempts() {
        let mut attempts = Attempts::default();
        attempts.begin(commit(1), NOW);
        attempts.begin(commit(2), NOW + 3_600);
        for (name, commits, later, permitted) in [
            ("another commit", &[3][..], 0, true),
            ("no commit", &[], 0, true),
            ("the first, after its hour", &[1], 3_600, true),
            ("the first, before", &[1], 3_599, false),
            ("both had two", &[1, 2], 3_600 + 3_600, false),
            ("both, after six hours", &[1, 2], 3_600 + 6 * 3_600, true),
            ("a commit without one beside them", &[3, 2, 1], 3_600 + 3_600, false),
            ("a clock that was years ahead", &[1], -400_000_000, true),
        ] {
            let commits: Vec<Oid> = commits.iter().map(|number| commit(*number)).collect();
            assert_eq!(attempts.permit(&commits, NOW + later), permitted, "{name}");
        }
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut attempts = Attempts::default();
        for number in 0..510 {
            attempts.begin(commit(number), NOW + i64::from(number));
        }
        assert_eq!(attempts.0.len(), MOST);
        assert!(attempts.permit(&[commit(9)], NOW) && !attempts.permit(&[commit(10)], NOW));
        assert!(attempts.to_json().len() < 100 * MOST, "it is short enough for an annotation");
    }

    #[test]
    fn what_is_written_is_read() {
        let mut attempts = Attempts::default();
        attempts.begin(commit(1), NOW);
        assert_eq!(Attempts::parse(&attempts.to_json()), Ok(attempts.clone()));
        for (text, problem) in [
            ("", "EOF"),
            ("[]", "invalid"),
            (r#"{"schema":"repin/attempts/2","attempts":[]}"#, "it is repin/attempts/2"),
            (r#"{"schema":"repin/attempts/1","attempts":[{"commit":"x","count":1,"last":0}]}"#, "40"),
        ] {
            let error = Attempts::parse(text).expect_err(text).to_string();
            assert!(error.contains(problem), "{text}: {error}");
        }
        let most = r#"{"schema":"repin/attempts/1","attempts":[{"commit":"0000000000000000000000000000000000000001","count":4294967295,"last":-9223372036854775808}]}"#;
        let mut most = Attempts::parse(most).expect("it is one");
        assert!(most.permit(&[commit(1)], NOW));
        most.begin(commit(1), NOW);
        assert!(!most.permit(&[commit(1)], NOW + LONGEST - 1) && most.permit(&[commit(1)], NOW + LONGEST));
    }
}
