//! A repository with everything that an API can show, and a server that serves it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use repin_sandbox::Git;
use repin_sandbox::gitlab::{Job, Options, Pipeline, Project, RegistryTag, Repository, Server};

/// A server with the project `group/sub/notes`, number 1.
pub(crate) struct Fixture {
    pub(crate) server: Server,
    pub(crate) git: Git,
    /// Commits by what they are.
    pub(crate) first: String,
    pub(crate) merge: String,
    pub(crate) many: String,
    pub(crate) unreachable: String,
    folder: PathBuf,
}

impl Drop for Fixture {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with(Options { path: "/gitlab".to_owned(), ..Options::default() })
    }

    pub(crate) fn with(options: Options) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("repin-gitlab-{}-{number}", std::process::id()));
        let git = Git::init_bare(&folder.join("notes")).expect("git runs");
        let made = history(&git).expect("git runs");
        let server = Server::start(options).expect("a port is free");
        let [first, merge, many, unreachable] = made;
        server.add(Project {
            path: "group/sub/notes".to_owned(),
            repository: git.dir().to_owned(),
            images: images(),
            pipelines: pipelines(&merge, &many),
            moved_from: vec!["old/notes".to_owned()],
            ..Project::default()
        });
        Self { server, git, first, merge, many, unreachable, folder }
    }

    /// An address below the project.
    pub(crate) fn at(&self, rest: &str) -> String {
        format!("{}/api/v4/projects/group%2Fsub%2Fnotes{rest}", self.server.url())
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        self.git.run(args).expect("git runs")
    }

    /// What git prints, by lines.
    pub(crate) fn lines(&self, args: &[&str]) -> Vec<String> {
        self.git(args).lines().map(str::to_owned).collect()
    }
}

fn images() -> Vec<Repository> {
    let tag = |name: String| RegistryTag { name, ..RegistryTag::default() };
    let mut tags: Vec<_> = (0..45_u32).map(|number| tag(format!("{:07x}", number * 40_503 % 0x0fff_ffff))).collect();
    tags.push(RegistryTag {
        name: "latest".to_owned(),
        digest: format!("sha256:{}", "a".repeat(64)),
        created_at: Some("2024-03-05T08:00:00.000+00:00".to_owned()),
        ..RegistryTag::default()
    });
    let sub = Repository { name: "dev".to_owned(), tags: vec![tag("v1".to_owned())], ..Repository::default() };
    vec![Repository { tags, ..Repository::default() }, sub]
}

fn pipelines(merge: &str, many: &str) -> Vec<Pipeline> {
    let job = |id: u64, name: &str, status: &str| Job {
        id,
        name: name.to_owned(),
        stage: "build".to_owned(),
        status: status.to_owned(),
        failure_reason: (status == "failed").then(|| "script_failure".to_owned()),
        created_at: 1_709_600_000,
        started_at: Some(1_709_600_010),
        finished_at: Some(1_709_600_070),
        ..Job::default()
    };
    let pipeline = |id: u64, sha: &str, status: &str, jobs: Vec<Job>| Pipeline {
        id,
        iid: id - 100,
        sha: sha.to_owned(),
        ref_name: "main".to_owned(),
        source: "push".to_owned(),
        status: status.to_owned(),
        created_at: 1_709_600_000 + id,
        updated_at: 1_709_600_100 + id,
        started_at: Some(1_709_600_010),
        finished_at: Some(1_709_600_070),
        jobs,
        ..Pipeline::default()
    };
    vec![
        pipeline(101, merge, "success", vec![job(1001, "image_build", "success")]),
        Pipeline {
            before_sha: merge.to_owned(),
            ..pipeline(102, many, "failed", vec![job(1002, "image_build", "failed")])
        },
    ]
}

/// What a commit changes: a mode, a content (or, for a submodule, an id) and a path; the mode `D` takes the path away.
type Change<'a> = (&'a str, &'a str, &'a str);

/// A stream for `git fast-import`, whose clock goes an hour for each commit.
#[derive(Default)]
struct Stream {
    text: String,
    marks: u64,
}

impl Stream {
    fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn commit(&mut self, reference: &str, who: &str, message: &str, parents: &[u64], changes: &[Change<'_>]) -> u64 {
        self.marks += 1;
        let date = 1_709_539_200 + (self.marks - 1) * 3600;
        let email = who.to_lowercase();
        self.put(&format!("commit {reference}\nmark :{}\n", self.marks));
        self.put(&format!("committer {who} Example <{email}@example.org> {date} +0100\n"));
        self.put(&format!("data {}\n{message}\n", message.len()));
        for (place, parent) in parents.iter().enumerate() {
            self.put(&format!("{} :{parent}\n", if place == 0 { "from" } else { "merge" }));
        }
        for (mode, content, path) in changes {
            self.put(&match *mode {
                "D" => format!("D {path}\n"),
                "160000" => format!("M 160000 {content} {path}\n"),
                _ => format!("M {mode} inline {path}\ndata {}\n{content}\n", content.len()),
            });
        }
        self.marks
    }
}

/// A file, a folder, an executable, a link, a submodule, a rename, a merge, odd names, many files at once, and a commit without a ref.
fn history(git: &Git) -> repin_sandbox::Result<[String; 4]> {
    const MAIN: &str = "refs/heads/main";
    const FILE: &str = "100644";
    let readme = "# Notes\n\nOf a term, week by week.\n";
    let mut stream = Stream::default();
    let first = stream.commit(
        MAIN,
        "Ada",
        "Start\n\nWith a body.\n",
        &[],
        &[
            (FILE, "FROM scratch\nCOPY src /src\n", "Dockerfile"),
            (FILE, readme, "README.md"),
            (FILE, "print('hello')\n", "src/main.py"),
            (FILE, "deep\n", "src/deep/er/file.txt"),
            (FILE, "\0\u{1}\u{2}", "binary.dat"),
            (FILE, "odd\n", "a b/ü#?.txt"),
        ],
    );
    let side = [(FILE, "print('side')\n", "src/main.py")];
    let side_head = stream.commit("refs/heads/feature/side", "Ben", "Side\n", &[first], &side);
    let numpy = (FILE, "numpy\n", "requirements.txt");
    let second = stream.commit(MAIN, "Ada", "Requirements\n", &[first], &[numpy]);
    let merge = stream.commit(MAIN, "Ada", "Merge branch 'feature/side'\n", &[second, side_head], &side);
    let odd = stream.commit(
        MAIN,
        "Ada",
        "Rename, link and submodule\n",
        &[merge],
        &[
            ("D", "", "README.md"),
            (FILE, readme, "READ.md"),
            ("100755", "print('side')\n", "src/main.py"),
            ("120000", "src/main.py", "link"),
            ("160000", "1234567812345678123456781234567812345678", "module"),
        ],
    );
    let kept = [(FILE, "kept\n", "kept.txt")];
    let kept = stream.commit("refs/heads/gone", "Ben", "Kept by nothing\n", &[odd], &kept);
    let names: Vec<_> = (0..130).map(|number| format!("data/{number:03}.csv")).collect();
    let data: Vec<_> = names.iter().map(|name| (FILE, name.as_str(), name.as_str())).collect();
    let many = stream.commit(MAIN, "Ada", "Data\n", &[odd], &data);
    stream.put(&format!("tag v1.0\nfrom :{merge}\ntagger Ada Example <ada@example.org> 1709560000 +0100\n"));
    stream.put(&format!("data 14\nFirst release\n\nreset refs/tags/light\nfrom :{first}\n\n"));
    for mark in [first, merge, many, kept] {
        stream.put(&format!("get-mark :{mark}\n"));
    }
    let ids = git.feed(&["fast-import", "--quiet"], |out| out.write_all(stream.text.as_bytes()))?;
    git.run(&["update-ref", "-d", "refs/heads/gone"])?;
    let mut ids = ids.lines().map(str::to_owned);
    Ok(std::array::from_fn(|_| ids.next().expect("fast-import answers for each mark")))
}
