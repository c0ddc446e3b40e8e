//! The lines between commits, as text.

use repin::picture::Row;

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
    use repin::history::HistoryEntry;
    use repin::picture::Lanes;

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
