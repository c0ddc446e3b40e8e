//! The sample project: a term of a data-science course on Renku.
//!
//! The story says by hand which tags its registry holds, so that it needs nothing but git. It also records its pushes and what
//! was done to the registry ([`Course::events`], [`Course::changes`]); a test proves that GitLab's rules, as
//! [`pipelines`](crate::pipelines) has them, give the same tags.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::pipelines::{Build, Cause, Event, Outcome, RegistryChange, RegistryEvent, Update, ZERO};
use crate::{ADA, Author, BEN, Error, Git, Result};

/// The registry repository that the course's images are pushed to.
pub const REGISTRY: &str = "registry.example.org/ada/course";

const CI_FILE: &str = include_str!("../course/gitlab-ci.yml");
const DOCKERFILE: &str = include_str!("../course/Dockerfile");
const GRAPHVIZ: &str = include_str!("../course/graphviz.Dockerfile");
const HELPERS: &str = include_str!("../course/helpers.Dockerfile");

/// The course's repository and what its registry holds.
#[derive(Debug)]
pub struct Course {
    /// The repository, with a work tree on `main`.
    pub git: Git,
    /// The tags that the registry has, in the order of their pushes.
    pub tags: Vec<String>,
    /// The moments of its story that are worth a question, in the order of the story.
    pub moments: Vec<Moment>,
    /// The pushes, in their order, and how their builds ended.
    pub events: Vec<Event>,
    /// What was done to the registry by hand and by clean-up, in its order.
    pub changes: Vec<RegistryEvent>,
}

/// A commit of the course for which the right image is not the one that comes to mind.
#[derive(Clone, Debug)]
pub struct Moment {
    /// A short name of the case.
    pub name: &'static str,
    /// The commit asked about.
    pub commit: String,
    /// The tag of the right image, by the story and not by Repin; `None` if there is none.
    pub image: Option<String>,
    /// What the case shows, and why the obvious answer is wrong.
    pub why: &'static str,
}

impl Course {
    /// Where the list of the registry's tags lies: beside the repository, one tag a line.
    pub fn tags_file(&self) -> PathBuf {
        self.git.dir().with_file_name("tags.txt")
    }

    /// The moment of this name.
    ///
    /// # Errors
    /// The story has none.
    pub fn moment(&self, name: &str) -> Result<&Moment> {
        let found = self.moments.iter().find(|moment| moment.name == name);
        found.ok_or_else(|| Error::new(format!("the course has no moment of the name {name}")))
    }
}

/// How a pipeline ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Succeeds,
    Fails,
}
use End::{Fails, Succeeds};

/// Seconds from a push until the registry's clean-up or a person does something about the image: the build has ended.
const LATER: u64 = 30 * 60;

struct Maker {
    git: Git,
    tags: Vec<String>,
    moments: Vec<Moment>,
    events: Vec<Event>,
    changes: Vec<RegistryEvent>,
    /// What the server's refs are.
    remote: HashMap<String, String>,
    /// When the last push was.
    pushed: u64,
}

impl Maker {
    fn commit(&self, author: Author, message: &str, files: &[(&str, &str)]) -> Result<String> {
        for (path, content) in files {
            self.git.write(path, content)?;
        }
        self.git.commit(author, message)
    }

    /// A commit that changes only what no image is built from.
    fn lesson(&self, author: Author, week: u8, title: &str) -> Result<String> {
        let path = format!("notebooks/{week:02}-{}.ipynb", title.to_lowercase().replace(' ', "-"));
        self.commit(author, &format!("Week {week}: {title}"), &[(&path, &notebook(title))])
    }

    fn switch(&self, branch: &str) -> Result<()> {
        self.git.run(&["switch", "--quiet", branch]).map(drop)
    }

    /// A new branch from `start`, checked out.
    fn branch(&self, name: &str, start: &str) -> Result<()> {
        self.git.run(&["switch", "--quiet", "--create", name, start]).map(drop)
    }

    /// Pushes the commit that is checked out. GitLab makes one pipeline, for the head of the push; it pushes an image if it ends
    /// well.
    fn push(&mut self, end: End) -> Result<String> {
        let branch = self.git.run(&["symbolic-ref", "HEAD"])?;
        let head = self.git.id("HEAD")?;
        self.push_ref(branch, &head, end);
        let tag = short(&head);
        if end == Succeeds && !self.tags.contains(&tag) {
            self.tags.push(tag.clone());
        }
        self.git.sleep();
        Ok(tag)
    }

    /// Records that a ref was pushed.
    fn push_ref(&mut self, reference: String, after: &str, end: End) {
        let before = self.remote.insert(reference.clone(), after.to_owned()).unwrap_or_else(|| ZERO.to_owned());
        let update = Update { reference, before, after: after.to_owned() };
        let cause = Cause::Push { updates: vec![update], options: Vec::new() };
        let outcome = if end == Succeeds { Outcome::Success } else { Outcome::failed() };
        self.pushed = self.git.now();
        self.events.push(Event { at: self.pushed, cause, build: Build::new(outcome) });
    }

    /// Somebody gives the image of a tag another name.
    fn retag(&mut self, from: &str, to: &str) {
        self.change(RegistryChange::Retag { from: from.to_owned(), to: to.to_owned() });
        self.tags.push(to.to_owned());
    }

    /// Clean-up deletes a tag.
    fn delete(&mut self, tag: &str) {
        self.change(RegistryChange::Delete(tag.to_owned()));
        self.tags.retain(|kept| kept != tag);
    }

    fn change(&mut self, change: RegistryChange) {
        self.changes.push(RegistryEvent { at: self.pushed + LATER, repository: String::new(), change });
    }

    fn moment(&mut self, name: &'static str, commit: &str, image: Option<&str>, why: &'static str) {
        self.moments.push(Moment { name, commit: commit.to_owned(), image: image.map(str::to_owned), why });
    }
}

/// The first seven characters, of which the course's CI job makes the tag.
fn short(commit: &str) -> String {
    commit.chars().take(7).collect()
}

fn notebook(title: &str) -> String {
    format!(
        "{{\"cells\": [{{\"cell_type\": \"markdown\", \"metadata\": {{}}, \"source\": [\"# {title}\"]}}],\n \"metadata\": {{}}, \"nbformat\": 4, \"nbformat_minor\": 5}}\n"
    )
}

fn lines(lines: &[&str]) -> String {
    lines.iter().fold(String::new(), |mut text, line| {
        writeln!(text, "{line}").expect("a String takes what is written");
        text
    })
}

/// Makes the course in `dir`, which must not be there, and writes [`Course::tags_file`].
///
/// # Errors
/// `dir` cannot be written, or git fails.
pub fn course(dir: &Path) -> Result<Course> {
    if dir.exists() {
        return Err(Error::new(format!("{} is there already", dir.display())));
    }
    let mut course = Maker {
        git: Git::init(dir)?,
        tags: Vec::new(),
        moments: Vec::new(),
        events: Vec::new(),
        changes: Vec::new(),
        remote: HashMap::new(),
        pushed: 0,
    };
    course.git.run(&["remote", "add", "origin", "https://gitlab.example.org/ada/course.git"])?;
    first_weeks(&mut course)?;
    two_branches(&mut course)?;
    second_half(&mut course)?;

    let Maker { git, tags, moments, events, changes, .. } = course;
    let course = Course { git, tags, moments, events, changes };
    let (path, names) = (course.tags_file(), course.tags.iter().map(String::as_str).collect::<Vec<_>>());
    fs::write(&path, lines(&names)).map_err(|error| Error::io("write", &path, &error))?;
    Ok(course)
}

/// One line of commits: the template, a push of several commits, an upgrade and its revert.
fn first_weeks(course: &mut Maker) -> Result<()> {
    let environment = lines(&["name: base", "channels:", "  - conda-forge", "dependencies:", "  - python=3.11"]);
    course.commit(
        ADA,
        "Start the course from Renku's Python template",
        &[
            (".dockerignore", "data\nnotebooks\n.renku\n.git\n"),
            (".gitignore", ".ipynb_checkpoints\ndata/raw\n"),
            (".gitlab-ci.yml", CI_FILE),
            (".renku/renku.ini", "[interactive]\ndefault_url = /lab\n"),
            ("Dockerfile", DOCKERFILE),
            ("README.md", "# Data for everyone\n"),
            ("environment.yml", &environment),
            ("requirements.txt", "numpy==1.26.4\n"),
        ],
    )?;
    let template = course.push(Succeeds)?;
    course.retag(&template, "latest");

    course.commit(ADA, "Outline", &[("README.md", "# Data for everyone\n\nTwelve weeks, one project.\n")])?;
    let lesson = course.lesson(ADA, 1, "First steps")?;
    course.commit(ADA, "Say where the data is from", &[("data/README.md", "Open data of the city.\n")])?;
    let template_again = course.push(Succeeds)?;
    course.moment(
        "middle of a push",
        &lesson,
        Some(&template),
        "Only the head of a push gets a pipeline, so this commit has no image of its own. It changes a notebook, \
         and an image with the same files was built before.",
    );

    let pandas = course.commit(ADA, "Use pandas", &[("requirements.txt", "numpy==1.26.4\npandas==2.1.4\n")])?;
    course.lesson(ADA, 2, "Tables")?;
    course.commit(BEN, "Fix a typo", &[("README.md", "# Data for everyone\n\nTwelve weeks and one project.\n")])?;
    let with_pandas = course.push(Succeeds)?;
    course.moment(
        "the image came later",
        &pandas,
        Some(&with_pandas),
        "The requirements change in the middle of a push. The last commit that changed them is this one, and it has no \
         image; the nearest older image lacks pandas. The right one was built two commits later.",
    );

    course.commit(ADA, "Upgrade pandas", &[("requirements.txt", "numpy==2.0.0\npandas==2.2.2\n")])?;
    course.push(Succeeds)?;
    course.lesson(ADA, 2, "Joins")?;
    course.push(Succeeds)?;
    course.git.by(ADA, &["revert", "--no-edit", "HEAD~1"])?;
    let reverted = course.git.id("HEAD")?;
    course.push(Fails)?;
    course.moment(
        "a revert",
        &reverted,
        Some(&with_pandas),
        "The revert is the last change and its build failed; the image of its parent has the upgrade. What the files are \
         now they were before the upgrade, and that image is there.",
    );

    let release = course.lesson(ADA, 3, "Plots")?;
    let tag = course.push(Succeeds)?;
    course.git.by(ADA, &["tag", "--annotate", "--message", "As taught in spring", "v1.0", &release])?;
    // The tag's own pipeline pushes the same image once more.
    let v1 = course.git.run(&["rev-parse", "v1.0"])?;
    course.push_ref("refs/tags/v1.0".to_owned(), &v1, Succeeds);
    course.retag(&tag, "v1.0");
    course.delete(&tag);
    course.moment(
        "a released image",
        &release,
        Some("v1.0"),
        "Clean-up deleted this commit's own tag, but the release kept the image under the name of the git tag v1.0, which \
         is this commit.",
    );

    let pin = format!("[interactive]\ndefault_url = /lab\nimage = {REGISTRY}:{template_again}\n");
    course.commit(ADA, "Pin the image", &[(".renku/renku.ini", &pin)])?;
    course.push(Succeeds)?;
    Ok(())
}

/// Two people change two files of the recipe, and their work is merged.
fn two_branches(course: &mut Maker) -> Result<()> {
    course.branch("graphs", "main")?;
    course.commit(BEN, "Draw graphs with dot", &[("Dockerfile", &format!("{DOCKERFILE}{GRAPHVIZ}"))])?;
    course.push(Succeeds)?;
    course.lesson(BEN, 4, "Graphs")?;
    course.push(Succeeds)?;

    course.switch("main")?;
    course.branch("seaborn", "main")?;
    let requirements = "numpy==1.26.4\npandas==2.1.4\nseaborn==0.13.2\n";
    course.commit(ADA, "Use seaborn", &[("requirements.txt", requirements)])?;
    course.lesson(ADA, 3, "Nicer plots")?;
    let seaborn = course.push(Succeeds)?;

    course.switch("main")?;
    course.lesson(ADA, 3, "Questions")?;
    course.push(Succeeds)?;
    let merge = course.git.merge(ADA, &["seaborn"], "Merge branch 'seaborn'")?;
    course.push(Fails)?;
    course.moment(
        "a merge of one side",
        &merge,
        Some(&seaborn),
        "The merge has no image. On the first-parent line the last image lacks seaborn; the branch that was merged brings \
         the files, and with them its image.",
    );

    let merge = course.git.merge(ADA, &["graphs"], "Merge branch 'graphs'")?;
    course.push(Fails)?;
    course.lesson(ADA, 4, "Trees")?;
    let both = course.push(Succeeds)?;
    course.moment(
        "a merge of two sides",
        &merge,
        Some(&both),
        "One side changed the requirements, the other the Dockerfile: neither parent's image is right, though each holds \
         the last change of a file. The first image that has both was built after the merge.",
    );
    Ok(())
}

/// The rest of the term: files that only the Dockerfile names, an autosave, a change made twice, and one that never built.
fn second_half(course: &mut Maker) -> Result<()> {
    let dockerfile = format!("{DOCKERFILE}{GRAPHVIZ}{HELPERS}");
    let helpers = ("helpers/plots.py", "def bars(table):\n    return table.plot.bar()\n");
    course.commit(BEN, "Bring the course's functions into the image", &[("Dockerfile", &dockerfile), helpers])?;
    course.push(Succeeds)?;
    course.commit(
        BEN,
        "Horizontal bars",
        &[("helpers/plots.py", "def bars(table):\n    return table.plot.barh()\n")],
    )?;
    let bars = course.push(Succeeds)?;
    course.lesson(ADA, 5, "Functions")?;
    let functions = course.lesson(ADA, 5, "Tests")?;
    course.push(Fails)?;
    course.moment(
        "files that the Dockerfile copies",
        &functions,
        Some(&bars),
        "A fixed list of install files (Dockerfile, requirements.txt, environment.yml) last changed one commit too early: \
         that image has the old functions, which the Dockerfile copies from helpers/.",
    );

    let requirements = "numpy==1.26.4\npandas==2.1.4\nseaborn==0.13.2\nscikit-learn==1.4.2\n";
    let models = [("requirements.txt", requirements)];
    let models = course.commit(ADA, "Use scikit-learn", &models)?;
    let cleaned = course.push(Succeeds)?;
    let id = short(&models);
    course.branch(&format!("renku/autosave/ada/main/{id}/{id}"), &models)?;
    course.commit(ADA, "Auto-commit", &[("notebooks/06-models.ipynb", &notebook("Models, half written"))])?;
    let autosaved = course.push(Succeeds)?;
    course.delete(&cleaned);
    course.switch("main")?;
    course.moment(
        "an autosaved session",
        &models,
        Some(&autosaved),
        "Clean-up deleted this commit's image. A session that began here was saved to an autosave branch, which got an \
         image as every branch does: the same files.",
    );

    let polars = ("requirements.txt", &*format!("{requirements}polars==0.20.23\n"));
    course.branch("polars", "main")?;
    course.commit(BEN, "Try polars", &[polars])?;
    let tried = course.push(Succeeds)?;
    course.switch("main")?;
    course.lesson(ADA, 6, "Models")?;
    let same = course.commit(ADA, "Use polars", &[polars])?;
    let two = format!("{requirements}polars==0.20.23\npyarrow==16.0.0\n");
    course.commit(ADA, "Use pyarrow", &[("requirements.txt", &two)])?;
    course.push(Succeeds)?;
    course.moment(
        "the same change elsewhere",
        &same,
        Some(&tried),
        "No ancestor and no descendant has these files. Ben had tried the same change on a branch that was never merged, \
         and its image is the right one.",
    );

    course.lesson(BEN, 7, "Speed")?;
    course.push(Succeeds)?;
    let kernel =
        lines(&["name: base", "channels:", "  - conda-forge", "dependencies:", "  - python=3.12", "  - r-base"]);
    course.commit(BEN, "Add R", &[("environment.yml", &kernel)])?;
    course.push(Fails)?;
    let last = course.lesson(BEN, 7, "The same in R")?;
    course.push(Fails)?;
    course.moment(
        "never built",
        &last,
        None,
        "Every build since R was added failed. The newest image is one file away, and so it is wrong: the answer is that \
         there is none, and which file differs.",
    );
    Ok(())
}
