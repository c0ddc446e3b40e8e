//! Which column each commit of a history is drawn in.
//!
//! A lane is a column that waits for a commit: the parent of one drawn above. The first commit's first parents stay in
//! the leftmost lane; a side branch takes the first lane that is free.

use repin::Oid;
use repin::history::HistoryEntry;

/// How one commit is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// Its lane.
    pub(crate) lane: usize,
    /// Other lanes that waited for it too, and end here.
    pub(crate) ends: Vec<usize>,
    /// Lanes that go by.
    pub(crate) passing: Vec<usize>,
    /// The lane in which each of its parents is waited for from here on, in the order of the parents.
    pub(crate) parents: Vec<usize>,
}

impl Row {
    /// How many lanes it touches.
    pub(crate) fn width(&self) -> usize {
        let lanes = self.ends.iter().chain(&self.passing).chain(&self.parents);
        lanes.chain([&self.lane]).max().map_or(0, |last| last + 1)
    }
}

/// The lanes as they are after the commits drawn so far.
#[derive(Default)]
pub(crate) struct Lanes(Vec<Option<Oid>>);

impl Lanes {
    /// Draws the next commit; children must come before their parents.
    pub(crate) fn next(&mut self, entry: &HistoryEntry) -> Row {
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

/// A row as text, two columns a lane.
pub(crate) fn draw(row: &Row, mark: char, width: usize) -> String {
    let mut cells = vec![' '; (width.max(row.width()) * 2).saturating_sub(1)];
    for &lane in &row.passing {
        cells[lane * 2] = '│';
    }
    let turns = row.ends.iter().map(|&lane| (lane, true)).chain(row.parents.iter().map(|&lane| (lane, false)));
    for (lane, above) in turns.filter(|(lane, _)| *lane != row.lane) {
        let right = lane > row.lane;
        let between = if right { row.lane * 2 + 1..lane * 2 } else { lane * 2 + 1..row.lane * 2 };
        for cell in &mut cells[between] {
            *cell = match *cell {
                ' ' => '─',
                '│' => '┼',
                '╮' => '┬',
                '╯' => '┴',
                kept => kept,
            };
        }
        let cell = &mut cells[lane * 2];
        *cell = match (*cell, right, above) {
            (' ', true, true) => '╯',
            (' ', true, false) => '╮',
            (' ', false, true) => '╰',
            (' ', false, false) => '╭',
            ('─', _, true) => '┴',
            ('─', _, false) => '┬',
            ('┼', ..) => '┼',
            (_, true, _) => '┤',
            (_, false, _) => '├',
        };
    }
    cells[row.lane * 2] = mark;
    cells.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws a history of `commit: parents`, each one digit.
    fn drawn(history: &[(&str, &[&str])]) -> String {
        let id = |name: &str| format!("{name:0>40}").parse().expect("it has 40 digits");
        let mut lanes = Lanes::default();
        let rows = history.iter().map(|(name, parents)| {
            let entry = HistoryEntry {
                unseen: false,
                commit: id(name),
                parents: parents.iter().map(|parent| id(parent)).collect(),
                title: String::new(),
                date: String::new(),
                key: None,
                tag: None,
                image_commit: None,
                relation: None,
            };
            draw(&lanes.next(&entry), 'o', 0).trim_end().to_owned()
        });
        rows.collect::<Vec<_>>().join("\n")
    }

    macro_rules! pictures {
        ($($name:ident: $history:expr => $want:expr;)*) => {
            $(#[test] fn $name() { assert_eq!(drawn($history), $want.join("\n")); })*
        };
    }

    pictures! {
        a_line: &[("3", &["2"]), ("2", &["1"]), ("1", &[])] => ["o", "o", "o"];
        a_merge: &[("4", &["2", "3"]), ("3", &["1"]), ("2", &["1"]), ("1", &[])] => ["o─╮", "│ o", "o │", "o─╯"];
        an_octopus: &[("5", &["2", "3", "4"]), ("4", &["1"]), ("3", &["1"]), ("2", &["1"]), ("1", &[])]
            => ["o─┬─╮", "│ │ o", "│ o │", "o │ │", "o─┴─╯"];
        a_merge_into_a_known_lane: &[("6", &["4", "5"]), ("5", &["3"]), ("4", &["2", "3"]), ("3", &["2"]), ("2", &[])]
            => ["o─╮", "│ o", "o─┤", "│ o", "o─╯"];
        several_roots: &[("3", &["1", "2"]), ("2", &[]), ("1", &[])] => ["o─╮", "│ o", "o"];
        a_crossing: &[("6", &["5", "4"]), ("5", &["2", "3"]), ("4", &["1"]), ("3", &["1"]), ("2", &["1"]), ("1", &[])]
            => ["o─╮", "o─┼─╮", "│ o │", "│ │ o", "o │ │", "o─┴─╯"];
    }
}
