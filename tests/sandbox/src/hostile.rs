//! A project whose texts try to be more than texts: for whatever shows titles, branches and paths of strangers.

use std::path::Path;

use crate::{ADA, BEN, Git, Result};

/// A hostile project.
#[derive(Debug)]
pub struct Hostile {
    /// The repository.
    pub git: Git,
    /// The tags that its registry has.
    pub tags: Vec<String>,
}

/// What the texts do if a page takes them for markup: a window that has this name was had.
const MARK: &str = "window.hostile=1";

/// Names of branches are names of files to git: no spaces, and a slash makes a folder.
const BRANCHES: [&str; 5] = [
    "<img/src=x/onerror=window.hostile=1>",
    "\"><svg/onload=window.hostile=1>",
    "\u{202e}niam",
    "🎉/👩\u{200d}🔬",
    "a'b&commit=c#d%2fe+f",
];

/// Titles, beside those that [`titles`] makes.
const TITLES: [&str; 9] = [
    "<img src=x onerror=\"window.hostile=1\">",
    "\"><script>window.hostile=1</script><svg onload=window.hostile=1>",
    "'\"`&amp;&lt;b&gt; ${window.hostile=1} {{7*7}} <!-- ]]>",
    "[read this](javascript:window.hostile=1) javascript:window.hostile=1",
    "\u{202e}Backwards, and no end of it",
    "\u{2066}\u{202e}Isolated\u{2069} and overridden\u{202c}, \u{200f}with marks\u{200e}",
    "🎉 👩\u{200d}🔬 🏳\u{fe0f}\u{200d}🌈 Z\u{351}\u{36b}\u{343}\u{36a}\u{302}\u{36b}\u{33d}a\u{323}\u{320}\u{31e}\u{324}\u{347}l\u{348}\u{356}\u{32d}go \u{fdfd}",
    "\u{1b}[31mred\u{7} \u{2028}\u{2029}\u{feff}\u{85} end",
    "",
];

/// Makes a project of hostile titles, branches, paths and image names in `dir`.
///
/// # Errors
/// git fails.
pub fn hostile(dir: &Path) -> Result<Hostile> {
    let git = Git::init(dir)?;
    recipe(&git)?;
    let mut tags = vec![git.commit(ADA, &format!("Start <img src=x onerror={MARK}>"))?];
    for (number, title) in titles().iter().enumerate() {
        git.write("notes.md", format!("{number}\n"))?;
        // An input changes in the middle: there are two environments, each with an image.
        if number == 5 {
            git.write("requirements.txt", "numpy\npandas\n")?;
        }
        let commit = git.commit(BEN, title)?;
        if number == 7 {
            tags.push(commit);
        }
    }
    for branch in BRANCHES {
        git.run(&["switch", "--quiet", "--create", branch, "main~1"])?;
        git.write("branch.md", branch)?;
        git.commit(BEN, &format!("On {branch}"))?;
        git.run(&["switch", "--quiet", "main"])?;
        git.merge(ADA, &["-s", "ours", branch], &format!("Merge branch '{branch}'"))?;
    }
    for tag in &mut tags {
        tag.truncate(7);
    }
    Ok(Hostile { git, tags })
}

/// All titles: those that are long too.
fn titles() -> Vec<String> {
    let long = ["Longer than any line ", "Unbroken"].map(|piece| piece.chars().cycle().take(10_000).collect());
    TITLES.iter().map(|title| (*title).to_owned()).chain(long).collect()
}

/// A recipe whose files, base image and pin have such names too.
fn recipe(git: &Git) -> Result<()> {
    let image = format!("<img/src=x/onerror={MARK}>");
    git.write("Dockerfile", format!("FROM {image}\nCOPY helpers requirements.txt /opt/\n"))?;
    git.write(".gitlab-ci.yml", include_str!("../course/gitlab-ci.yml"))?;
    git.write(
        ".renku/renku.ini",
        format!("[interactive]\nimage = registry.example.org/\"><img src=x onerror={MARK}>:a\n"),
    )?;
    git.write("requirements.txt", "numpy\n")?;
    for name in [&format!("<img src=x onerror={MARK}>.py"), "\u{202e}yp.exe", &"long".repeat(60), "two\nlines.py"] {
        git.write(&format!("helpers/{name}"), "pass\n")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_holds_what_is_hostile_as_it_is() {
        let dir = std::env::temp_dir().join(format!("repin-hostile-{}", std::process::id()));
        let made = hostile(&dir).expect("git runs");
        let run = |args: &[&str]| made.git.run(args).expect("git runs");
        let log = run(&["log", "--format=%s", "main"]);
        for title in TITLES.iter().filter(|title| !title.is_empty()) {
            assert!(log.contains(title), "{title:?} in {log}");
        }
        assert_eq!(log.lines().filter(|line| line.chars().count() == 10_000).count(), 2);
        let branches = run(&["for-each-ref", "--format=%(refname:short)", "refs/heads"]);
        for branch in BRANCHES {
            assert!(branches.lines().any(|line| line == branch), "{branch:?} in {branches}");
        }
        let files = run(&["-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", "-z", "main"]);
        assert!(files.contains("helpers/<img src=x onerror=window.hostile=1>.py"), "{files}");
        for tag in &made.tags {
            assert_eq!(run(&["cat-file", "-t", tag]), "commit");
        }
        std::fs::remove_dir_all(dir).expect("it was made above");
    }
}
