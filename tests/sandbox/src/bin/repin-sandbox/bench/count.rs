//! What a question cost, counted on the server.

use std::time::{Duration, Instant};

use repin_sandbox::gitlab::{Logged, Server};

use crate::error::Result;

/// What one question cost.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count {
    pub(super) requests: u64,
    pub(super) rounds: u64,
    pub(super) bytes: u64,
    pub(super) time: Duration,
}

/// What `ask` costs.
pub(super) fn counted<T>(server: &Server, ask: impl FnOnce() -> Result<T>) -> Result<(T, Count)> {
    server.clear_log();
    let start = Instant::now();
    let answer = ask()?;
    let time = start.elapsed();
    let log = server.log();
    let bytes = log.iter().map(|logged| logged.sent_bytes).sum();
    Ok((answer, Count { requests: log.len() as u64, rounds: rounds(&log), bytes, time }))
}

/// Requests that had to wait for another's answer, plus one: a request that came after an answer of round n had gone is of the
/// next round.
fn rounds(log: &[Logged]) -> u64 {
    let mut known: Vec<(Duration, u64)> = Vec::new();
    for logged in log {
        let before = known.iter().filter(|(ended, _)| *ended <= logged.started).map(|(_, round)| *round).max();
        known.push((logged.ended, before.unwrap_or(0) + 1));
    }
    known.iter().map(|(_, round)| *round).max().unwrap_or(0)
}

/// A line of the table: medians, and the 95th percentile of what is bounded.
pub(super) fn row(name: &str, counts: &[Count], remark: &str) -> String {
    let of = |value: fn(&Count) -> u64, percent| percentile(counts.iter().map(value).collect(), percent);
    let milliseconds = |count: &Count| u64::try_from(count.time.as_millis()).unwrap_or(u64::MAX);
    format!(
        "| {name} | {} | {} | {} | {} kB | {} ms | {} ms | {remark} |",
        of(|count| count.requests, 50),
        of(|count| count.requests, 95),
        of(|count| count.rounds, 50),
        of(|count| count.bytes, 50).div_ceil(1000),
        of(milliseconds, 50),
        of(milliseconds, 95),
    )
}

/// The head of the table.
pub(super) const HEAD: &str = "\
| | requests, median | 95th percentile | rounds | bytes | time | 95th percentile | |
|---|---:|---:|---:|---:|---:|---:|---|";

/// The smallest value that so many of a hundred do not exceed.
fn percentile(mut values: Vec<u64>, percent: usize) -> u64 {
    values.sort_unstable();
    let place = (values.len() * percent).div_ceil(100).saturating_sub(1);
    values.get(place).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_there() {
        for (values, percent, expected) in [
            (vec![], 50, 0),
            (vec![7], 50, 7),
            (vec![7], 95, 7),
            (vec![3, 1, 2], 50, 2),
            (vec![4, 1, 3, 2], 50, 2),
            ((1..=100).collect(), 95, 95),
            ((1..=20).collect(), 95, 19),
        ] {
            assert_eq!(percentile(values.clone(), percent), expected, "{values:?} {percent}");
        }
    }

    #[test]
    fn a_round_is_a_wait_for_an_answer() {
        let logged = |started, ended| Logged {
            started: Duration::from_millis(started),
            ended: Duration::from_millis(ended),
            ..Logged::default()
        };
        for (log, expected) in [
            (vec![], 0),
            (vec![logged(0, 5)], 1),
            (vec![logged(0, 5), logged(1, 6), logged(2, 3)], 1),
            (vec![logged(0, 5), logged(6, 9)], 2),
            (vec![logged(0, 5), logged(1, 9), logged(6, 7), logged(8, 9)], 3),
        ] {
            assert_eq!(rounds(&log), expected, "{log:?}");
        }
    }
}
