//! A history as a table for people.

use std::io::{self, Write};

use repin::history::HistoryEntry;
use repin::resolution::Relation;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::answer::{BOLD, DIM};
use super::lanes::{Lanes, draw};
use super::letters::{self, Letters, letter};
use super::safe::safe;
use super::{Screen, day};

/// Wider graphs are left out: nobody follows so many lines.
const MAX_LANES: usize = 12;
/// On a terminal, longer tags are cut.
const MAX_TAG: usize = 28;
/// Titles are not cut shorter than that.
const MIN_TITLE: usize = 16;

/// Writes the table, one line a commit.
pub(crate) fn write(out: &mut Screen<'_>, history: &[HistoryEntry]) -> io::Result<()> {
    let letters = Letters::of(history);
    let mut lanes = Lanes::default();
    let graph = history.iter().map(|entry| lanes.next(entry).width()).max().unwrap_or(0);
    let room = out.width.map_or(MAX_LANES, |width| width / 8);
    let graph = Some(graph).filter(|graph| *graph <= room.min(MAX_LANES));
    let environment = letters.len().checked_sub(1).map_or(0, |last| letter(last).len()) + 2;
    let tag = history.iter().filter_map(|entry| entry.tag.as_deref()).map(str::len).max().unwrap_or(0);
    let tag = out.width.map_or(tag, |_| tag.min(MAX_TAG)).max("IMAGE".len());
    let relation = history.iter().map(|entry| in_words(entry).len()).max().unwrap_or(0).max("WHOSE".len());
    let graph_columns = graph.map_or(0, |lanes| lanes * 2 + 1);
    let before = graph_columns + 9 + 12 + environment.max(3) + 2 + tag + 2 + relation + 2;
    let title = out.width.map(|width| width.saturating_sub(before).max(MIN_TITLE));

    write!(out, "{BOLD}{:graph_columns$}{:9}{:12}", "", "COMMIT", "DATE")?;
    writeln!(out, "{:>3$}  {:tag$}  {:relation$}  TITLE{BOLD:#}", "ENV", "IMAGE", "WHOSE", environment.max(3))?;
    let mut lanes = Lanes::default();
    for entry in history {
        if let Some(graph) = graph {
            let mark = if entry.relation == Some(Relation::Exact) { '◆' } else { '○' };
            write!(out, "{DIM}{}{DIM:#}  ", draw(&lanes.next(entry), mark, graph))?;
        }
        write!(out, "{}  {:12}", entry.commit.abbreviated(7), day(&entry.date))?;
        let padding = environment.max(3) - environment;
        match letters.number(entry) {
            Some(number) => {
                let style = letters::style(number);
                let letter = letter(number);
                write!(out, "{:padding$}{style}{letter:>1$} {style:#}", "", environment - 1)?;
            }
            None => write!(out, "{:padding$}{:>1$} ", "", environment - 1)?,
        }
        let shown = cut(entry.tag.as_deref().unwrap_or("-"), Some(tag));
        let own = if entry.relation == Some(Relation::Exact) { BOLD } else { anstyle::Style::new() };
        write!(out, "  {own}{shown:tag$}{own:#}  {:relation$}", in_words(entry))?;
        writeln!(out, "  {}", cut(&safe(&entry.title), title))?;
    }
    Ok(())
}

/// Whose image it is.
pub(crate) fn in_words(entry: &HistoryEntry) -> &'static str {
    match (entry.relation, &entry.key) {
        (Some(Relation::Exact), _) => "its own",
        (Some(Relation::Ancestor), _) => "an earlier commit's",
        (Some(Relation::Descendant), _) => "a later commit's",
        (Some(Relation::SameEnvironment), _) => "another branch's",
        (None, Some(_)) => "none",
        (None, None) => "none: no recipe",
    }
}

/// The text, cut to so many columns.
pub(crate) fn cut(text: &str, columns: Option<usize>) -> String {
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

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn titles_are_cut_by_their_width() {
        for (text, columns, expected) in
            [("short", 10, "short"), ("Add numpy", 9, "Add numpy"), ("Add numpy", 6, "Add n…"), ("日本語", 4, "日…")]
        {
            assert_eq!(cut(text, Some(columns)), expected);
        }
    }
}
