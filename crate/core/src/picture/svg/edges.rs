//! The lines between commits.

use std::fmt::{self, Write as _};

use super::{MARGIN, Picture, ROW};

impl Picture<'_> {
    /// A line from each commit to each of its parents: coloured where both have one environment, so that a change of
    /// environment is a break in the colour.
    pub(super) fn edges(&self, out: &mut String) -> fmt::Result {
        let bottom = Self::y(self.history.len().saturating_sub(1)) + ROW / 2 + MARGIN / 2;
        for (at, entry) in self.history.iter().enumerate() {
            for (parent, &lane) in entry.parents.iter().zip(&self.rows[at].parents) {
                let from = (self.x(self.rows[at].lane), Self::y(at));
                let lane = self.x(lane);
                let Some(&place) = self.place.get(parent) else {
                    // The parent is not in the picture.
                    let path = curve(from, (lane, (from.1 + ROW).min(bottom)));
                    writeln!(out, r#"<path class="edge cut" d="M{} {}{path}V{bottom}"/>"#, from.0, from.1)?;
                    continue;
                };
                let to = (self.x(self.rows[place].lane), Self::y(place));
                let class = match (self.color(at), self.letters.number(entry)) {
                    (Some(color), number) if number == self.letters.number(&self.history[place]) => format!("s{color}"),
                    _ => "turn".to_owned(),
                };
                writeln!(out, r#"<path class="edge {class}" d="{}"/>"#, path(from, lane, to))?;
            }
        }
        Ok(())
    }
}

/// From a commit into its parent's lane, down that lane, and to the parent.
fn path(from: (usize, usize), lane: usize, to: (usize, usize)) -> String {
    let start = format!("M{} {}", from.0, from.1);
    // Next to each other there is room for one curve.
    if to.1 <= from.1 + ROW {
        return start + &curve(from, to);
    }
    let first = (lane, if lane == from.0 { from.1 } else { from.1 + ROW });
    let last = (lane, if lane == to.0 { to.1 } else { to.1 - ROW });
    let down = if last.1 > first.1 { format!("V{}", last.1) } else { String::new() };
    start + &curve(from, first) + &down + &curve(last, to)
}

/// A line that begins and ends upright; nothing where there is no way to go.
fn curve(from: (usize, usize), to: (usize, usize)) -> String {
    if from.0 == to.0 {
        return if from.1 == to.1 { String::new() } else { format!("V{}", to.1) };
    }
    let middle = usize::midpoint(from.1, to.1);
    format!("C{} {middle} {} {middle} {} {}", from.0, to.0, to.0, to.1)
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn lines_lead_through_the_lane() {
        for (from, lane, to, expected) in [
            ((10, 0), 10, (10, 28), "M10 0V28"),
            ((10, 0), 34, (34, 28), "M10 0C10 14 34 14 34 28"),
            ((10, 0), 34, (34, 84), "M10 0C10 14 34 14 34 28V84"),
            ((34, 0), 34, (10, 84), "M34 0V56C34 70 10 70 10 84"),
            ((10, 0), 34, (58, 56), "M10 0C10 14 34 14 34 28C34 42 58 42 58 56"),
        ] {
            assert_eq!(path(from, lane, to), expected);
        }
    }
}
