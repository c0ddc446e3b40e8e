//! A history as a picture: which column each commit is drawn in, a letter and a colour for each environment, and the
//! whole as an SVG document.

mod lanes;
mod letters;
mod svg;

pub use lanes::{Lanes, Row};
pub use letters::{Letters, PALETTE, letter};
pub use svg::{Heading, svg};
