//! Which column each commit of a history is drawn in.
//!
//! A lane is a column that waits for a commit: the parent of one drawn above. The first commit's first parents stay in
//! the leftmost lane; a side branch takes the first lane that is free.

use serde::{Deserialize, Serialize};

use crate::Oid;
use crate::history::HistoryEntry;

/// How one commit is drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Row {
    /// Its lane.
    pub lane: usize,
    /// Other lanes that waited for it too, and end here.
    pub ends: Vec<usize>,
    /// Lanes that go by.
    pub passing: Vec<usize>,
    /// The lane in which each of its parents is waited for from here on, in the order of the parents.
    pub parents: Vec<usize>,
}

impl Row {
    /// How many lanes it touches.
    pub fn width(&self) -> usize {
        let lanes = self.ends.iter().chain(&self.passing).chain(&self.parents);
        lanes.chain([&self.lane]).max().map_or(0, |last| last + 1)
    }
}

/// The lanes as they are after the commits drawn so far.
#[derive(Clone, Debug, Default)]
pub struct Lanes(Vec<Option<Oid>>);

impl Lanes {
    /// Draws the next commit; children must come before their parents.
    pub fn next(&mut self, entry: &HistoryEntry) -> Row {
        let waiting = |lane: &Option<Oid>| *lane == Some(entry.commit);
        let mut own = (0..).zip(&self.0).filter(|(_, lane)| waiting(lane)).map(|(at, _)| at);
        let lane = own.next();
        let ends: Vec<usize> = own.collect();
        let lane = lane.unwrap_or_else(|| self.free());
        self.0[lane] = None;
        for &end in &ends {
            self.0[end] = None;
        }
        let passing = (0..).zip(&self.0).filter(|(_, lane)| lane.is_some()).map(|(at, _)| at).collect();
        let mut parents = Vec::with_capacity(entry.parents.len());
        for (at, parent) in entry.parents.iter().enumerate() {
            let known = if at == 0 { None } else { self.0.iter().position(|lane| *lane == Some(*parent)) };
            let lane = match known {
                Some(lane) => lane,
                None if at == 0 => lane,
                None => self.free(),
            };
            self.0[lane] = Some(*parent);
            parents.push(lane);
        }
        while self.0.last() == Some(&None) {
            self.0.pop();
        }
        Row { lane, ends, passing, parents }
    }

    /// The first lane that waits for nothing.
    fn free(&mut self) -> usize {
        self.0.iter().position(Option::is_none).unwrap_or_else(|| {
            self.0.push(None);
            self.0.len() - 1
        })
    }
}
