//! A history as a picture: one file that needs nothing else.
//!
//! Rows are commits, newest first; the first commit's first parents are the leftmost line. Colour and letter stand for
//! the environment, a square for an image that exists (dashed: that is only predicted), a circle for a commit without
//! one of its own.

use std::collections::HashMap;
use std::fmt::{self, Write as _};

use unicode_width::UnicodeWidthStr as _;

use super::lanes::{Lanes, Row};
use super::letters::{Letters, PALETTE, letter};
use crate::Oid;
use crate::history::HistoryEntry;
use crate::resolution::Relation;
use crate::text::{count, cut, day};
use style::{STYLE, escape};

mod edges;
mod style;

/// What stands above the picture.
pub struct Heading {
    /// The project's path, where known.
    pub project: Option<String>,
    /// Whether the images exist; otherwise they are predicted.
    pub verified: bool,
}

/// The height of a row, and the distance of two lanes.
const ROW: usize = 28;
const LANE: usize = 24;
const MARGIN: usize = 24;
/// Where the rows begin.
const TOP: usize = 116;
/// Half the size of a commit's mark.
const MARK: usize = 10;
/// A character of the fixed and of the proportional font, in hundredths of a pixel; the latter is wider than most.
const FIXED: usize = 725;
const PROPORTIONAL: usize = 770;
/// Longer titles and tags are cut.
const MAX_TITLE: usize = 90;
const MAX_TAG: usize = 34;
/// The size of a picture is for commits, not for lanes: beyond that, lanes lie closer.
const WIDE: usize = 24;

/// A history, laid out.
struct Picture<'h> {
    history: &'h [HistoryEntry],
    rows: Vec<Row>,
    place: HashMap<Oid, usize>,
    letters: Letters<'h>,
    heading: &'h Heading,
    lanes: usize,
}

/// Draws the picture: a whole document.
pub fn svg(history: &[HistoryEntry], heading: &Heading) -> String {
    let mut lanes = Lanes::default();
    let rows: Vec<Row> = history.iter().map(|entry| lanes.next(entry)).collect();
    let picture = Picture {
        lanes: rows.iter().map(Row::width).max().unwrap_or(1),
        rows,
        place: history.iter().enumerate().map(|(at, entry)| (entry.commit, at)).collect(),
        letters: Letters::of(history),
        history,
        heading,
    };
    let mut text = String::new();
    picture.draw(&mut text).expect("a String takes what is written");
    text
}

impl Picture<'_> {
    fn lane_width(&self) -> usize {
        if self.lanes > WIDE { (LANE * WIDE / self.lanes).max(6) } else { LANE }
    }

    fn x(&self, lane: usize) -> usize {
        MARGIN + MARK + lane * self.lane_width()
    }

    fn y(at: usize) -> usize {
        TOP + at * ROW + ROW / 2
    }

    fn color(&self, at: usize) -> Option<usize> {
        self.letters.number(&self.history[at]).map(|number| number % PALETTE.len())
    }

    fn draw(&self, out: &mut String) -> fmt::Result {
        let shown_tag = |entry: &HistoryEntry| cut(entry.tag.as_deref().unwrap_or_default(), Some(MAX_TAG));
        let tags = self.history.iter().map(|entry| shown_tag(entry).width()).max().unwrap_or(0);
        let titles = self.history.iter().map(|entry| cut(&entry.title, Some(MAX_TITLE)).width()).max().unwrap_or(0);
        let columns = Columns {
            tag: self.x(self.lanes.saturating_sub(1)) + MARK + 18,
            commit: self.x(self.lanes.saturating_sub(1)) + MARK + 18 + tags * FIXED / 100 + 16 + 18,
            lines: MARGIN / 2,
        };
        let date = columns.commit + 7 * FIXED / 100 + 16;
        let title = date + 10 * FIXED / 100 + 18;
        let name = self.heading.project.as_deref().unwrap_or("History");
        let summary = self.summary();
        let legend = 480;
        let right = (title + titles * PROPORTIONAL / 100).max(MARGIN + legend);
        let width =
            right.max(MARGIN + (name.width() + 4) * 9).max(MARGIN + summary.width() * PROPORTIONAL / 100) + MARGIN;
        let height = TOP + self.history.len() * ROW + MARGIN;

        writeln!(
            out,
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-label="{}: {}">"#,
            escape(name),
            escape(&summary)
        )?;
        writeln!(out, "<title>{}: {}</title>", escape(name), escape(&summary))?;
        writeln!(out, "<style>{STYLE}</style>")?;
        writeln!(out, r#"<rect class="paper" width="{width}" height="{height}" rx="8"/>"#)?;
        writeln!(out, r#"<text class="name" x="{MARGIN}" y="34">{}</text>"#, escape(name))?;
        writeln!(out, r#"<text class="mute" x="{MARGIN}" y="54">{}</text>"#, escape(&summary))?;
        self.legend(out)?;
        for (x, name) in [(columns.tag + 8, "image"), (columns.commit, "commit"), (date, "date"), (title, "title")] {
            writeln!(out, r#"<text class="mute" x="{x}" y="{}">{name}</text>"#, TOP - 8)?;
        }
        for at in (1..self.history.len()).step_by(2) {
            let (y, wide) = (TOP + at * ROW, width - columns.lines * 2);
            writeln!(
                out,
                r#"<rect class="band" x="{}" y="{y}" width="{wide}" height="{ROW}" rx="4"/>"#,
                columns.lines
            )?;
        }
        self.edges(out)?;
        for (at, entry) in self.history.iter().enumerate() {
            writeln!(out, "<g><title>{}</title>", escape(&self.hover(entry)))?;
            let (y, wide) = (TOP + at * ROW, width - columns.lines * 2);
            writeln!(out, r#"<rect class="row" x="{}" y="{y}" width="{wide}" height="{ROW}"/>"#, columns.lines)?;
            self.mark(out, at)?;
            let base = Self::y(at) + 4;
            self.tag(out, at, &shown_tag(entry), columns.tag)?;
            writeln!(
                out,
                r#"<text class="id" x="{}" y="{base}">{}</text>"#,
                columns.commit,
                entry.commit.abbreviated(7)
            )?;
            writeln!(out, r#"<text class="date" x="{date}" y="{base}">{}</text>"#, escape(day(&entry.date)))?;
            let shown = cut(&entry.title, Some(MAX_TITLE));
            writeln!(out, r#"<text class="words" x="{title}" y="{base}">{}</text></g>"#, escape(&shown))?;
        }
        out.push_str("</svg>\n");
        Ok(())
    }

    fn summary(&self) -> String {
        let own = self.history.iter().filter(|entry| entry.relation == Some(Relation::Exact)).count();
        let without = self.history.iter().filter(|entry| entry.tag.is_none()).count();
        let images = match (self.heading.verified, own) {
            (true, _) => count(own, "image", "images"),
            (false, 1) => "1 image predicted".to_owned(),
            (false, own) => format!("{own} images predicted"),
        };
        format!(
            "{}, {}, {images}, {} without a right image",
            count(self.history.len(), "commit", "commits"),
            count(self.letters.len(), "environment", "environments"),
            count(without, "commit", "commits"),
        )
    }

    /// The legend: what the marks mean.
    fn legend(&self, out: &mut String) -> fmt::Result {
        let (square, meaning) = if self.heading.verified {
            ("image", "has an image of its own")
        } else {
            ("image guess", "an image is built here (predicted)")
        };
        let x = MARGIN + MARK;
        writeln!(out, r#"<rect class="{square} f1" x="{}" y="64" width="16" height="16" rx="3"/>"#, x - 8)?;
        writeln!(out, r#"<text class="mute" x="{}" y="76">{meaning}</text>"#, x + 16)?;
        let x = x + 34 + meaning.width() * 64 / 10;
        writeln!(out, r#"<circle class="commit f1" cx="{x}" cy="72" r="8"/>"#)?;
        writeln!(out, r#"<text class="mute" x="{}" y="76">shares one</text>"#, x + 16)?;
        let x = x + 104;
        writeln!(out, r#"<circle class="commit none" cx="{x}" cy="72" r="8"/>"#)?;
        writeln!(out, r#"<text class="mute" x="{}" y="76">no environment</text>"#, x + 16)
    }

    fn mark(&self, out: &mut String, at: usize) -> fmt::Result {
        let entry = &self.history[at];
        let (x, y) = (self.x(self.rows[at].lane), Self::y(at));
        let color = self.color(at).map_or_else(|| "none".to_owned(), |color| format!("f{color}"));
        if entry.relation == Some(Relation::Exact) {
            let class = if self.heading.verified { "image" } else { "image guess" };
            let (left, top, side) = (x - MARK, y - MARK, MARK * 2);
            writeln!(
                out,
                r#"<rect class="{class} {color}" x="{left}" y="{top}" width="{side}" height="{side}" rx="4"/>"#
            )?;
        } else {
            writeln!(out, r#"<circle class="commit {color}" cx="{x}" cy="{y}" r="{}"/>"#, MARK - 1)?;
        }
        if let (Some(number), Some(color)) = (self.letters.number(entry), self.color(at)) {
            let letter = letter(number);
            let small = if letter.len() > 2 { " small" } else { "" };
            writeln!(out, r#"<text class="letter l{color}{small}" x="{x}" y="{}">{letter}</text>"#, y + 4)?;
        }
        Ok(())
    }

    fn tag(&self, out: &mut String, at: usize, shown: &str, x: usize) -> fmt::Result {
        let entry = &self.history[at];
        let y = Self::y(at);
        if entry.tag.is_none() {
            return writeln!(out, r#"<text class="lack" x="{}" y="{}">none</text>"#, x + 8, y + 4);
        }
        if entry.relation == Some(Relation::Exact) {
            let color = self.color(at).map_or_else(|| "none".to_owned(), |color| format!("s{color}"));
            let guess = if self.heading.verified { "" } else { " guess" };
            let wide = shown.width() * FIXED / 100 + 16;
            writeln!(
                out,
                r#"<rect class="tag {color}{guess}" x="{x}" y="{}" width="{wide}" height="20" rx="5"/>"#,
                y - 10
            )?;
            return writeln!(out, r#"<text class="id" x="{}" y="{}">{}</text>"#, x + 8, y + 4, escape(shown));
        }
        writeln!(out, r#"<text class="other" x="{}" y="{}">{}</text>"#, x + 8, y + 4, escape(shown))
    }

    /// What is shown where somebody points.
    fn hover(&self, entry: &HistoryEntry) -> String {
        let mut text = format!("{}\n{} · {}", entry.title, entry.commit, entry.date);
        let image = match (&entry.tag, entry.image_commit) {
            (Some(tag), Some(commit)) if commit != entry.commit => {
                format!("image: {tag}, {} ({})", entry.whose(), commit.abbreviated(7))
            }
            (Some(tag), _) => format!("image: {tag}, {}", entry.whose()),
            (None, _) => format!("image: {}", entry.whose()),
        };
        let _ = write!(text, "\n{image}");
        if let (Some(number), Some(key)) = (self.letters.number(entry), &entry.key) {
            let _ = write!(text, "\nenvironment {}: {key}", letter(number));
        }
        text
    }
}

/// Where the columns of text begin.
struct Columns {
    tag: usize,
    commit: usize,
    lines: usize,
}
