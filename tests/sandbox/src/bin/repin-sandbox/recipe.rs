//! `repin-sandbox recipe`: recipes of an image job, tried on a generated story.

use std::path::PathBuf;

use repin_sandbox::pipelines::{table, trial};

use crate::Failure;

/// Prints what each recipe builds, and what is missing or wrong after it.
pub(crate) fn recipe(mut args: impl Iterator<Item = String>) -> Result<(), Failure> {
    let usage = |text: &str| Failure::Usage(text.to_owned());
    let (mut repin, mut folder, mut pushes, mut seed) = (None, None, 300, 1);
    while let Some(name) = args.next() {
        let value = args.next().ok_or_else(|| usage(&format!("{name} needs a value")))?;
        let no_number = || usage(&format!("{name} needs a number"));
        match name.as_str() {
            "--repin" => repin = Some(PathBuf::from(value)),
            "--folder" => folder = Some(PathBuf::from(value)),
            "--pushes" => pushes = value.parse().map_err(|_| no_number())?,
            "--seed" => seed = value.parse().map_err(|_| no_number())?,
            _ => return Err(usage(&format!("there is no option {name}"))),
        }
    }
    let (Some(repin), Some(folder)) = (repin, folder) else { return Err(usage("--repin and --folder are needed")) };
    std::fs::remove_dir_all(&folder).ok();
    let rows = trial(&folder, &repin, pushes, seed)?;
    print!("{}", table(&rows));
    Ok(())
}
