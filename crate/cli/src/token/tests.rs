use std::collections::HashMap;
use std::fs;
use std::time::{Duration, Instant};

use super::*;

const BASE: &str = "https://gitlab.example.org";

/// A home folder with files, and an environment.
struct Place {
    home: PathBuf,
    env: HashMap<String, String>,
}

impl Place {
    fn new(name: &str, env: &[(&str, &str)], files: &[(&str, &str)]) -> Self {
        let home = std::env::temp_dir().join(format!("repin-token-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&home);
        fs::create_dir_all(&home).expect("there is a folder for temporary files");
        for (path, content) in files {
            let path = home.join(path);
            fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
            fs::write(path, content.replace("HOME", &home.display().to_string())).expect("it can be written");
        }
        let env = env
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.replace("HOME/", &format!("{}/", home.display()))));
        Self { home: home.clone(), env: env.collect() }
    }

    fn find(&self, base: &str, file: Option<&Path>) -> Result<Option<Found>, Failure> {
        let env = |name: &str| self.env.get(name).cloned();
        find(base, Some("group/name"), file, &Surroundings { env: &env, home: Some(self.home.clone()) })
    }

    /// `place: header value`
    #[track_caller]
    fn shown(&self, base: &str) -> Option<String> {
        let found = self.find(base, None).expect("only a file can fail")?;
        assert!(!format!("{found:?}").contains("s3cr3t"), "{found:?}");
        let (header, value) = found.token.header();
        Some(format!("{}: {header} {value}", found.place))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.home);
    }
}

#[test]
fn of_the_environment() {
    const OAUTH: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const FOUND: Option<&str> = Some("the environment variable GITLAB_TOKEN: PRIVATE-TOKEN s3cr3t");
    const JOB: Option<&str> = Some("the job's CI_JOB_TOKEN: JOB-TOKEN s3cr3t");
    let oauth = format!("the environment variable GITLAB_TOKEN: Authorization Bearer {OAUTH}");
    let token = ("GITLAB_TOKEN", "s3cr3t");
    let job = ("CI_JOB_TOKEN", "s3cr3t");
    let url = ("CI_SERVER_URL", BASE);
    for (name, base, env, expected) in [
        ("nothing", BASE, &[][..], None),
        ("a token", BASE, &[token], FOUND),
        ("with white space", BASE, &[("GITLAB_TOKEN", " s3cr3t\n")], FOUND),
        ("empty", BASE, &[("GITLAB_TOKEN", "")], None),
        ("of OAuth", BASE, &[("GITLAB_TOKEN", OAUTH)], Some(&*oauth)),
        (
            "of a job",
            BASE,
            &[("GITLAB_TOKEN", "glcbt-s3cr3t")],
            Some("the environment variable GITLAB_TOKEN: JOB-TOKEN glcbt-s3cr3t"),
        ),
        ("for this host", BASE, &[token, ("GITLAB_HOST", "gitlab.example.org")], FOUND),
        ("by an address", BASE, &[token, ("GITLAB_URI", "https://GITLAB.example.org/")], FOUND),
        ("for another", BASE, &[token, ("GL_HOST", "gitlab.com")], None),
        ("for a longer name", BASE, &[token, ("GITLAB_HOST", "example.org")], None),
        ("for another port", BASE, &[token, ("GITLAB_HOST", "gitlab.example.org:8443")], None),
        (
            "for its port",
            "https://gitlab.example.org:8443/gitlab",
            &[token, ("GITLAB_HOST", "gitlab.example.org:8443")],
            FOUND,
        ),
        ("for http", BASE, &[token, ("GITLAB_HOST", "http://gitlab.example.org")], None),
        ("not without encryption", "http://gitlab.example.org", &[token], None),
        ("but to this machine", "http://127.0.0.1:8080", &[token], FOUND),
        ("the job's", BASE, &[job, url], JOB),
        ("the job's by host", BASE, &[job, ("CI_SERVER_HOST", "gitlab.example.org")], JOB),
        ("of another GitLab's job", "https://gitlab.com", &[job, url], None),
        ("of the same host's other port", "https://gitlab.example.org:8443", &[job, url], None),
        ("outside of a job", BASE, &[job], None),
        ("both", BASE, &[job, url, token], FOUND),
        ("both, one for another host", BASE, &[job, url, token, ("GITLAB_HOST", "gitlab.com")], JOB),
    ] {
        let place = Place::new("environment", env, &[]);
        assert_eq!(place.shown(base).as_deref(), expected, "{name}");
    }
}

const CONFIG: &str = "\
# What editor glab should run
editor: vim
token: wrong-s3cr3t
aliases: {ci: pipeline ci, token: x}
lists: [a, {token: wrong-s3cr3t}, token]
hosts:
    gitlab.com:
        # Your GitLab access token.
        token: !!null com-s3cr3t
        api_protocol: https
    gitlab.example.org:
        api_host: gitlab.example.org
        token: example-s3cr3t
        user: ada
    ssh.example.net:
        api_host: api.example.net
        is_oauth2: \"true\"
        token: oauth-s3cr3t
        custom_headers:
            - name: token
              value: wrong-s3cr3t
    127.0.0.1:8080:
        token: local-s3cr3t
    empty.example:
        token:
last_update_check_timestamp: 2024-01-01T00:00:00Z
";

#[test]
fn of_glab() {
    let shown = |token: &str| Some(format!("glab's configuration: {token}"));
    let at_home = Place::new("glab-home", &[], &[(".config/glab-cli/config.yml", CONFIG)]);
    for (base, expected) in [
        ("https://gitlab.com", shown("PRIVATE-TOKEN com-s3cr3t")),
        (BASE, shown("PRIVATE-TOKEN example-s3cr3t")),
        ("https://gitlab.example.org:8443", None),
        ("https://ssh.example.net", shown("Authorization Bearer oauth-s3cr3t")),
        ("https://api.example.net/gitlab", shown("Authorization Bearer oauth-s3cr3t")),
        ("http://127.0.0.1:8080", shown("PRIVATE-TOKEN local-s3cr3t")),
        ("http://127.0.0.1:8081", None),
        ("http://gitlab.com", None),
        ("https://empty.example", None),
        ("https://example.org", None),
    ] {
        assert_eq!(at_home.shown(base), expected, "{base}");
    }
    for (name, env, path, found) in [
        ("its own folder", &[("GLAB_CONFIG_DIR", "HOME/mine")][..], "mine/config.yml", true),
        ("no other then", &[("GLAB_CONFIG_DIR", "HOME/mine")], ".config/glab-cli/config.yml", false),
        ("xdg", &[("XDG_CONFIG_HOME", "HOME/xdg")], "xdg/glab-cli/config.yml", true),
        ("xdg without one", &[("XDG_CONFIG_HOME", "HOME/xdg")], ".config/glab-cli/config.yml", true),
        ("mac", &[], "Library/Application Support/glab-cli/config.yml", true),
        ("GITLAB_TOKEN comes first", &[("GITLAB_TOKEN", "x")], ".config/glab-cli/config.yml", false),
    ] {
        let place = Place::new("glab", env, &[(path, CONFIG)]);
        let expected = shown("PRIVATE-TOKEN example-s3cr3t").filter(|_| found);
        let shown = place.shown(BASE).filter(|shown| !shown.contains("GITLAB_TOKEN"));
        assert_eq!(shown, expected, "{name}");
    }
    for broken in ["", "- a", "hosts: [", "hosts:\n  gitlab.example.org: s3cr3t\n", "\u{0}", "hosts: *a"] {
        let place = Place::new("glab-broken", &[], &[(".config/glab-cli/config.yml", broken)]);
        assert_eq!(place.shown(BASE), None, "{broken:?}");
    }
}

#[test]
fn of_git() {
    const STORE: &str = "[credential]\n\thelper = store\n";
    for (name, base, stored, expected) in [
        ("a token", BASE, "https://ada:s3cr3t@gitlab.example.org\n", Some("PRIVATE-TOKEN s3cr3t")),
        ("of OAuth", BASE, "https://oauth2:s3cr3t@gitlab.example.org\n", Some("Authorization Bearer s3cr3t")),
        ("of a job", BASE, "https://gitlab-ci-token:s3cr3t@gitlab.example.org\n", Some("JOB-TOKEN s3cr3t")),
        ("to deploy", BASE, "https://gitlab+deploy-token-7:s3cr3t@gitlab.example.org\n", None),
        ("of another host", BASE, "https://ada:s3cr3t@gitlab.com\n", None),
        (
            "of a port",
            "https://gitlab.example.org:8443/root",
            "https://ada:s3cr3t@gitlab.example.org%3a8443\n",
            Some("PRIVATE-TOKEN s3cr3t"),
        ),
        (
            "of this machine",
            "http://127.0.0.1:8080",
            "http://ada:s3cr3t@127.0.0.1%3a8080\n",
            Some("PRIVATE-TOKEN s3cr3t"),
        ),
        ("not without encryption", "http://gitlab.example.org", "http://ada:s3cr3t@gitlab.example.org\n", None),
    ] {
        let place = Place::new("git", &[], &[(".gitconfig", STORE), (".git-credentials", stored)]);
        let expected = expected.map(|token| format!("git's credential store: {token}"));
        assert_eq!(place.shown(base), expected, "{name}");
    }
    // Nobody to ask, and a helper that fails.
    assert_eq!(Place::new("git-none", &[], &[]).shown(BASE), None);
    let failing = "[credential]\n\thelper = \"!false\"\n";
    assert_eq!(Place::new("git-failing", &[], &[(".gitconfig", failing)]).shown(BASE), None);
}

#[test]
fn nobody_waits_long_for_git() {
    let waits = "[credential]\n\thelper = \"!sleep 20\"\n";
    let place = Place::new("git-waits", &[], &[(".gitconfig", waits)]);
    let around = Surroundings { env: &|_| None, home: Some(place.home.clone()) };
    let start = Instant::now();
    let answer = git::fill("protocol=https\nhost=gitlab.example.org\n\n", &around, Duration::from_millis(200));
    assert_eq!(answer, None);
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[test]
fn the_project_counts_for_git() {
    let config = "[credential]\n\thelper = store\n\tuseHttpPath = true\n";
    let stored =
        "https://ada:s3cr3t@gitlab.example.org/group/name.git\nhttps://ada:other@gitlab.example.org/group/b.git\n";
    let place = Place::new("git-path", &[], &[(".gitconfig", config), (".git-credentials", stored)]);
    assert_eq!(place.shown(BASE).as_deref(), Some("git's credential store: PRIVATE-TOKEN s3cr3t"));
}

#[test]
fn of_a_file() {
    let place = Place::new(
        "file",
        &[("GITLAB_TOKEN", "other")],
        &[("token", "s3cr3t\n"), ("empty", "\n"), ("two", "s3cr3t\ns3cr3t\n")],
    );
    let found = place.find(BASE, Some(&place.home.join("token"))).expect("it has one").expect("it has one");
    assert_eq!(found.token.header().1, "s3cr3t");
    assert!(found.place.starts_with("--token-file ") && found.place.ends_with("/token"), "{}", found.place);
    for (name, base) in
        [("empty", BASE), ("two", BASE), ("nowhere", BASE), ("", BASE), ("token", "http://gitlab.example.org")]
    {
        let error = place.find(base, Some(&place.home.join(name))).expect_err(name);
        assert!(!format!("{error:?}").contains("s3cr3t"), "{name}: {error:?}");
    }
    let local = place.find("http://localhost:8080", Some(&place.home.join("token")));
    assert!(local.is_ok_and(|found| found.is_some()));
}
