//! `repin inputs`

use std::io::Write as _;

use repin::recipe::{Recipe, recipe};
use repin::source::Commit;

use crate::args::{Color, Format, Inputs};
use crate::error::Failure;
use crate::output::{Screen, inputs, json_stdout};
use crate::project::Project;
use crate::uncommitted;

/// Says what the image of one commit is built from.
pub(crate) fn run(options: &Inputs, color: Color) -> Result<u8, Failure> {
    let project = Project::open(&options.asked, &options.patterns.inputs, None, color)?;
    let (commit, recipe) = look(&project)?;
    match options.format {
        Format::Json => {
            let mut out = json_stdout();
            serde_json::to_writer_pretty(&mut out, &recipe)?;
            writeln!(out)?;
            out.flush()?;
        }
        Format::Text => {
            let mut screen = Screen::stdout(color);
            inputs::write(&mut screen, &recipe, &commit)?;
            screen.flush()?;
        }
    }
    Ok(0)
}

fn look(project: &Project) -> Result<(Commit, Recipe), Failure> {
    let (commit, recipe) = project.ask(async |source, question| recipe(source, question).await)?;
    let mut recipe = recipe.map_err(|reason| match reason.code.as_str() {
        "bad-config" => Failure::new(format!("at {}, {}", commit.id.abbreviated(7), reason.message))
            .hint("mend .repin.toml, or pass it over with --inputs GLOB"),
        _ => Failure::new(reason.message),
    })?;
    if let Some(work_dir) = project.work_dir() {
        let files: Vec<_> = recipe.files().iter().map(|file| file.file.clone()).collect();
        let committed = |path: &str| project.committed(commit.id, path);
        let changed = uncommitted::uncommitted(&work_dir, &files, &recipe.inputs.patterns, committed);
        recipe.notes.extend(uncommitted::note(&changed));
    }
    Ok((commit, recipe))
}
