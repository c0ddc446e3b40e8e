//! A history as a table for people.

use std::io::{self, Write};

use anstyle::Style;
use repin::history::HistoryEntry;
use repin::picture::{Lanes, Letters, letter};
use repin::resolution::Relation;
use repin::text::{cut, day, safe};

use super::answer::{BOLD, DIM};
use super::lanes::draw;
use super::{Screen, letters};

/// Wider graphs are left out: nobody follows so many lines.
const MAX_LANES: usize = 12;
/// On a terminal, longer tags are cut.
const MAX_TAG: usize = 28;
/// Titles are not cut shorter than that.
const MIN_TITLE: usize = 16;

/// How wide the columns are.
struct Columns {
    /// In lanes; `None` where there are too many.
    graph: Option<usize>,
    environment: usize,
    tag: usize,
    /// `None` where there is no room.
    relation: Option<usize>,
    /// `None`: as wide as the title.
    title: Option<usize>,
}

impl Columns {
    fn of(history: &[HistoryEntry], letters: &Letters<'_>, width: Option<usize>) -> Self {
        let room = width.map_or(MAX_LANES, |width| (width / 8).min(MAX_LANES));
        let mut lanes = Lanes::default();
        let graph = history.iter().try_fold(0, |most: usize, entry| {
            let most = most.max(lanes.next(entry).width());
            (most <= room).then_some(most)
        });
        let environment = letters.len().checked_sub(1).map_or(1, |last| letter(last).len()) + 2;
        let tag = history.iter().filter_map(|entry| entry.tag.as_deref()).map(str::len).max().unwrap_or(0);
        let tag = width.map_or(tag, |_| tag.min(MAX_TAG)).max("IMAGE".len());
        let relation = history.iter().map(|entry| entry.whose().len()).max().unwrap_or(0).max("WHOSE".len());
        let before = graph.map_or(0, |lanes| lanes * 2 + 1) + 9 + 12 + environment + 2 + tag + 2;
        let relation = Some(relation).filter(|wide| width.is_none_or(|width| width >= before + wide + 2 + MIN_TITLE));
        let before = before + relation.map_or(0, |wide| wide + 2);
        let title = width.map(|width| width.saturating_sub(before).max(MIN_TITLE));
        Self { graph, environment, tag, relation, title }
    }
}

/// Writes the table, one line a commit.
pub(crate) fn write(out: &mut Screen<'_>, history: &[HistoryEntry]) -> io::Result<()> {
    let letters = Letters::of(history);
    let columns = Columns::of(history, &letters, out.width);
    let (wide, tag) = (columns.environment, columns.tag);
    let graph = columns.graph.map_or(0, |lanes| lanes * 2 + 1);
    write!(out, "{BOLD}{:graph$}{:9}{:12}{:>wide$}  {:tag$}  ", "", "COMMIT", "DATE", "ENV", "IMAGE")?;
    if let Some(relation) = columns.relation {
        write!(out, "{:relation$}  ", "WHOSE")?;
    }
    writeln!(out, "TITLE{BOLD:#}")?;
    let mut lanes = Lanes::default();
    for entry in history {
        let own = entry.relation == Some(Relation::Exact);
        if let Some(graph) = columns.graph {
            write!(out, "{DIM}{}{DIM:#}  ", draw(&lanes.next(entry), if own { '◆' } else { '○' }, graph))?;
        }
        write!(out, "{}  {:12}", entry.commit.abbreviated(7), day(&entry.date))?;
        let (style, letter) = match letters.number(entry) {
            Some(number) => (letters::style(number), letter(number)),
            None => (Style::new(), "-".to_owned()),
        };
        let padding = wide - letter.len() - 2;
        write!(out, "{:padding$}{style} {letter} {style:#}", "")?;
        let shown = cut(entry.tag.as_deref().unwrap_or("-"), Some(tag));
        let weight = if own { BOLD } else { Style::new() };
        write!(out, "  {weight}{shown:tag$}{weight:#}  ")?;
        if let Some(relation) = columns.relation {
            write!(out, "{:relation$}  ", entry.whose())?;
        }
        writeln!(out, "{}", cut(&safe(&entry.title), columns.title))?;
    }
    Ok(())
}
