//! The seeds of the fuzz targets, and every beginning of each, hold what the targets check.

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use repin_fuzz::TARGETS;

fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn seeds(target: &str) -> Vec<PathBuf> {
    let folder = here().join("corpus").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("a folder can be read").path()).collect()
}

/// Runs a target on a seed and on what remains of it when it is cut off, at some 200 places.
fn replay(run: fn(&[u8]), seed: &Path) -> Result<(), String> {
    let data = fs::read(seed).map_err(|error| error.to_string())?;
    for end in (0..data.len()).step_by(data.len() / 200 + 1).chain([data.len()]) {
        catch_unwind(|| run(&data[..end])).map_err(|_| format!("{} cut off at byte {end}", seed.display()))?;
    }
    Ok(())
}

macro_rules! replayed {
    ($($target:ident)*) => {$(
        #[test]
        fn $target() {
            let seeds = seeds(stringify!($target));
            assert!(!seeds.is_empty());
            let failed: Vec<_> = seeds.iter().filter_map(|seed| replay(repin_fuzz::$target, seed).err()).collect();
            assert!(failed.is_empty(), "{failed:#?}");
        }
    )*

        /// The names of the tests above.
        const REPLAYED: &[&str] = &[$(stringify!($target)),*];
    };
}

replayed! { ci config dockerfile dockerignore glob reference remote renku_ini scheme tags }

#[test]
fn every_target_has_a_test_and_a_program() {
    let names: Vec<_> = TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, REPLAYED);
    let manifest = fs::read_to_string(here().join("runner/Cargo.toml")).expect("the runner has a manifest");
    for name in names {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in runner/Cargo.toml");
        let program = fs::read_to_string(here().join(format!("runner/{name}.rs"))).expect("the runner has a program");
        assert!(program.contains(&format!("repin_fuzz::{name}(data)")), "runner/{name}.rs runs another target");
    }
}
