//! `repin inputs`

use std::io::Write as _;

use repin::environment::key;
use repin::expected_tag;
use repin::source::{Commit, Source as _};

use crate::args::{Color, Format, Inputs};
use crate::error::Failure;
use crate::output::inputs::{self, Facts};
use crate::output::{Screen, json_stdout};
use crate::project::Project;
use crate::uncommitted;

/// Says what the image of one commit is built from.
pub(crate) fn run(options: &Inputs, color: Color) -> Result<u8, Failure> {
    let project = Project::open(&options.asked, &options.patterns.inputs, None, color)?;
    let (commit, facts) = facts(&project)?;
    project.remember();
    match options.format {
        Format::Json => {
            let mut out = json_stdout();
            serde_json::to_writer_pretty(&mut out, &facts)?;
            writeln!(out)?;
            out.flush()?;
        }
        Format::Text => {
            let mut screen = Screen::stdout(color);
            inputs::write(&mut screen, &facts, &commit)?;
            screen.flush()?;
        }
    }
    Ok(0)
}

fn facts(project: &Project) -> Result<(Commit, Facts), Failure> {
    let Project { source, question, .. } = project;
    let commit = project.wait(source.commit(question.revision.as_deref()))?;
    let (spec, problem) = project.wait(question.spec_at(source, commit.id))?;
    if let Some(problem) = problem.filter(|_| question.inputs.is_empty()) {
        return Err(Failure::new(format!("at {}, {problem}", commit.id.abbreviated(7)))
            .hint("mend .repin.toml, or pass it over with --inputs GLOB"));
    }
    let (snapshot, files) = project.wait(source.files(&spec, commit.id))?;
    let found = &*snapshot.inputs;
    let about = source.project();
    if let Some(unseen) = &snapshot.unseen {
        return Err(Failure::new(unseen.clone()));
    }
    let expected_tag = project.wait(expected_tag(source, &found.scheme, &commit))?;
    let repository = question.repository(&about, &spec, found);
    let environment = snapshot.environment.is_some().then(|| key(&files));
    let mut facts = Facts::new(about.path, commit.id, found, &files, environment);
    facts.expected_tag = expected_tag;
    facts.repository = repository;
    if let Some(work_dir) = project.work_dir() {
        let files: Vec<_> = facts.input_files();
        let committed = |path: &str| project.committed(commit.id, path);
        let changed = uncommitted::uncommitted(&work_dir, &files, &facts.inputs.patterns, committed);
        facts.notes.extend(uncommitted::note(&changed));
    }
    facts.notes.extend(project.source.remote().map(repin::source::Source::notes).unwrap_or_default());
    Ok((commit, facts))
}
