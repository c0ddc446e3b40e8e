//! The recipe itself: what is wrong with it wherever its images are.

use super::finding::Finding;
use super::rules::{EXACT_ONLY, LATEST_ONLY, NO_RECIPE, NOTE, UNPINNED_BASE, WHOLE_TREE};
use crate::inputs::Inputs;

pub(super) fn look(inputs: &Inputs, ci_path: &str, findings: &mut Vec<Finding>) {
    if let Some(why) = &inputs.no_recipe {
        let finding = Finding::new(NO_RECIPE, why.as_str());
        findings.push(match &inputs.job {
            Some(job) => {
                finding.at(ci_path, None).help(format!("the job {job} builds it: mend its path, or add the Dockerfile"))
            }
            None => finding,
        });
    }
    if let Some(why) = &inputs.exact_only {
        findings.push(
            Finding::new(EXACT_ONLY, format!("no two commits can share an image: {why}"))
                .at(ci_path, None)
                .help("use the argument for a LABEL only, or set it when the session starts"),
        );
    }
    if let (Some(job), false) = (&inputs.job, inputs.scheme.names_commits()) {
        findings.push(
            Finding::new(
                LATEST_ONLY,
                format!("the job {job} pushes {}: no tag says which commit its image is of", inputs.scheme),
            )
            .at(ci_path, None)
            .help(
                "push a tag with the commit's id too, such as $CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA; where a script \
                 does, say so with `tag` in .repin.toml",
            ),
        );
    }
    let mut notes: Vec<&String> = inputs.notes.iter().collect();
    if inputs.selection.is_whole_tree() {
        let (whole, rest): (Vec<&String>, Vec<&String>) =
            notes.into_iter().partition(|note| note.starts_with("every file counts"));
        notes = rest;
        let message = whole.first().map_or("every file counts as an input", |note| note.as_str());
        findings.push(Finding::new(WHOLE_TREE, message));
    }
    for image in inputs.base_images.iter().filter(|image| !image.pinned) {
        let message =
            format!("{} {} has no digest: the same inputs can give another image later", image.instruction, image.name);
        let finding = Finding::new(UNPINNED_BASE, message);
        findings.push(match &inputs.dockerfile {
            Some(path) => finding.at(path, Some(image.line)),
            None => finding,
        });
    }
    notes.retain(|note| !note.contains("has no digest"));
    findings.extend(notes.into_iter().map(|note| Finding::new(NOTE, note.as_str())));
}
