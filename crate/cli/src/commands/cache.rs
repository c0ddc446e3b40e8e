//! `repin cache`

use std::io::Write as _;

use repin::text::count;
use repin_forge::cache::{FileCache, Size};

use crate::args::{Cache, Color};
use crate::error::Failure;
use crate::output::Screen;

/// Shows or clears what is kept.
pub(crate) fn run(what: Cache, color: Color) -> Result<u8, Failure> {
    let cache = FileCache::of_user().ok_or_else(|| {
        Failure::new("there is no folder for a cache, since this user has no home folder")
            .hint("set HOME, or XDG_CACHE_HOME to a folder that you may write into")
    })?;
    let size = cache.size();
    let mut screen = Screen::stdout(color);
    match what {
        Cache::Info => {
            writeln!(screen, "{}", cache.folder().display())?;
            writeln!(screen, "  {} of at most {}", shown(size), megabytes(cache.limit()))?;
        }
        Cache::Clear => {
            cache.clear().map_err(|error| {
                Failure::new(format!("the cache in {} cannot be cleared", cache.folder().display()))
                    .because(&error)
                    .hint("remove that folder by hand; repin makes it again")
            })?;
            writeln!(screen, "cleared {}: {}", cache.folder().display(), shown(size))?;
        }
    }
    screen.flush()?;
    Ok(0)
}

fn shown(size: Size) -> String {
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let projects = count(number(size.projects), "project", "projects");
    let values = count(number(size.values), "file", "files");
    format!("{projects}, {values}, {}", megabytes(size.bytes))
}

#[expect(clippy::cast_precision_loss, reason = "a size to print")]
fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
