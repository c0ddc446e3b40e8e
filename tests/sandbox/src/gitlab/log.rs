//! What was asked and answered.

use std::time::Duration;

/// One request and its answer. Times are counted from the server's start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Logged {
    /// The method.
    pub method: String,
    /// The path with the relative root, and the query, as sent.
    pub path_and_query: String,
    /// The status; 0 where the connection was cut before it, or nothing was answered yet.
    pub status: u16,
    /// Bytes of the body handed to the connection so far.
    pub sent_bytes: u64,
    /// When the request had come in whole.
    pub started: Duration,
    /// When the last part of the body was handed to the connection.
    pub ended: Duration,
    /// Whether it had a token, valid or not.
    pub had_auth: bool,
    /// The request's body.
    pub body: String,
}

/// What a log amounts to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many requests there were.
    pub requests: usize,
    /// How many of them had to come one after the other: a request that came after some answer of round n had gone out is of
    /// round n + 1.
    pub rounds: usize,
    /// Bytes of all bodies sent.
    pub bytes: u64,
}

impl Tally {
    /// Counts a log, which is in the order in which the requests came.
    pub fn of(log: &[Logged]) -> Self {
        let mut rounds: Vec<usize> = Vec::with_capacity(log.len());
        for entry in log {
            let answered = log.iter().zip(&rounds).filter(|(earlier, _)| earlier.ended <= entry.started);
            rounds.push(answered.map(|(_, round)| round + 1).max().unwrap_or(1));
        }
        Self {
            requests: log.len(),
            rounds: rounds.into_iter().max().unwrap_or_default(),
            bytes: log.iter().map(|entry| entry.sent_bytes).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_are_what_waited_for_an_answer() {
        let entry = |started: u64, ended: u64| Logged {
            started: Duration::from_millis(started),
            ended: Duration::from_millis(ended),
            sent_bytes: 10,
            ..Logged::default()
        };
        for (name, times, rounds) in [
            ("nothing", &[][..], 0),
            ("one", &[(0, 5)][..], 1),
            ("one after the other", &[(0, 5), (6, 9), (9, 12)][..], 3),
            ("two at once", &[(0, 5), (1, 4)][..], 1),
            ("one, then three at once, then one", &[(0, 5), (6, 9), (6, 20), (7, 11), (21, 22)][..], 3),
            ("one that waits for the first of two", &[(0, 5), (0, 50), (6, 9)][..], 2),
        ] {
            let log: Vec<_> = times.iter().map(|(started, ended)| entry(*started, *ended)).collect();
            let expected = Tally { requests: log.len(), rounds, bytes: 10 * log.len() as u64 };
            assert_eq!(Tally::of(&log), expected, "{name}");
        }
    }
}
