use std::collections::HashMap;
use std::fs;

use super::*;

const REGISTRY: &str = "registry.example.org";

/// A home folder with files, an environment, and a project.
struct Place {
    home: PathBuf,
    around: Around,
    own: Own,
}

impl Place {
    fn new(name: &str, env: &[(&str, &str)], files: &[(&str, &str)], own: Own) -> Self {
        let home = std::env::temp_dir().join(format!("repin-login-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&home);
        fs::create_dir_all(&home).expect("there is a folder for temporary files");
        for (path, content) in files {
            let path = home.join(path);
            fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
            fs::write(path, content).expect("it can be written");
        }
        let folder = format!("{}/", home.display());
        let env: HashMap<String, String> =
            env.iter().map(|(name, value)| ((*name).to_owned(), value.replace("HOME/", &folder))).collect();
        let around = Around { env: Rc::new(move |name| env.get(name).cloned()), home: Some(home.clone()) };
        Self { home, around, own }
    }

    /// `user:password of place to reach`, or what was passed over.
    fn found(&self, registry: &str) -> String {
        let found = Search::new(self.own.clone(), self.around.clone()).find(registry);
        assert!(!format!("{found:?}").contains("s3cr3t"), "{found:?}");
        let text = match &found.login {
            None => found.passed_over.join("; "),
            Some(login) => {
                let reach = match &login.reach {
                    Reach::Registry => "the registry".to_owned(),
                    Reach::Server(server) => server.to_string(),
                };
                let realm = login.realm.as_ref().map(|realm| format!(" or {realm}")).unwrap_or_default();
                format!("{}:{} of {} for {reach}{realm}", login.user, login.password.expose(), login.place)
            }
        };
        text.replace(&*self.home.to_string_lossy(), "HOME")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.home);
    }
}

fn own() -> Own {
    Own { hosts: vec![REGISTRY.to_owned()], ..Own::default() }
}

#[test]
fn of_the_environment() {
    const USED: &str = "ada:s3cr3t of the environment variable REPIN_REGISTRY_USER for the registry";
    const JOB: &str = "gitlab-ci-token:s3cr3t of the job's CI_JOB_TOKEN for https://gitlab.example.org";
    let (user, password) = (("REPIN_REGISTRY_USER", "ada"), ("REPIN_REGISTRY_PASSWORD", "s3cr3t"));
    let server = ("CI_SERVER_URL", "https://gitlab.example.org/root");
    let (registry, token) = (("CI_REGISTRY", "Registry.example.org"), ("CI_JOB_TOKEN", "s3cr3t"));
    let given = [("CI_REGISTRY_USER", "job"), ("CI_REGISTRY_PASSWORD", "s3cr3t")];
    for (name, env, host, expected) in [
        ("none", &[][..], REGISTRY, ""),
        ("both", &[user, password], REGISTRY, USED),
        ("no password", &[user], REGISTRY, "REPIN_REGISTRY_USER is set, and REPIN_REGISTRY_PASSWORD is not"),
        (
            "empty password",
            &[user, ("REPIN_REGISTRY_PASSWORD", "")],
            REGISTRY,
            "REPIN_REGISTRY_USER is set, and REPIN_REGISTRY_PASSWORD is not",
        ),
        ("no user", &[password], REGISTRY, "REPIN_REGISTRY_PASSWORD is set, and REPIN_REGISTRY_USER is not"),
        (
            "a registry that a file names",
            &[user, password],
            "evil.example",
            "REPIN_REGISTRY_USER was not used, since only the repository's own files name this registry (REPIN_REGISTRY_HOST=evil.example permits it)",
        ),
        ("named", &[user, password, ("REPIN_REGISTRY_HOST", "other.example")], "other.example", USED),
        (
            "another",
            &[user, password, ("REPIN_REGISTRY_HOST", "other.example")],
            REGISTRY,
            "REPIN_REGISTRY_USER is for the host REPIN_REGISTRY_HOST=other.example",
        ),
        (
            "with a realm",
            &[user, password, ("REPIN_REGISTRY_REALM", "https://auth.example.net/x")],
            REGISTRY,
            "ada:s3cr3t of the environment variable REPIN_REGISTRY_USER for the registry or https://auth.example.net",
        ),
        ("a job", &[registry, token, server], REGISTRY, JOB),
        (
            "a job with more",
            &[registry, token, server, given[0], given[1]],
            REGISTRY,
            "job:s3cr3t of the job's CI_REGISTRY_USER for https://gitlab.example.org",
        ),
        (
            "a job without its server",
            &[registry, token],
            REGISTRY,
            "gitlab-ci-token:s3cr3t of the job's CI_JOB_TOKEN for the registry",
        ),
        ("a job of another registry", &[("CI_REGISTRY", "other.example"), token, server], REGISTRY, ""),
        ("a job without a registry", &[token, server], REGISTRY, ""),
        ("both and a job", &[registry, token, server, user, password], REGISTRY, USED),
    ] {
        let place = Place::new("environment", env, &[], own());
        assert_eq!(place.found(host), expected, "{name}");
    }
}

#[test]
fn of_docker() {
    const FOUND: &str = "ada:s3cr3t of docker's configuration (HOME/.docker/config.json) for the registry";
    // ada:s3cr3t
    let auths = |host: &str| format!(r#"{{"auths": {{"{host}": {{"auth": "YWRhOnMzY3IzdA=="}}}}}}"#);
    for (name, content, host, expected) in [
        ("by its host", auths(REGISTRY), REGISTRY, FOUND),
        ("by an address", auths("https://registry.example.org/v2/"), REGISTRY, FOUND),
        ("with a port", auths("localhost:5000"), "localhost:5000", FOUND),
        ("of docker hub", auths("https://index.docker.io/v1/"), "docker.io", FOUND),
        ("of another", auths("other.example"), REGISTRY, ""),
        ("of another port", auths("registry.example.org:5000"), REGISTRY, ""),
        ("of a longer name", auths("registry.example.org.evil.example"), REGISTRY, ""),
        ("of nobody", r#"{"auths": {"registry.example.org": {}}}"#.to_owned(), REGISTRY, ""),
        ("nothing", "{}".to_owned(), REGISTRY, ""),
        ("broken", "{".to_owned(), REGISTRY, "docker's configuration (HOME/.docker/config.json) cannot be read"),
        (
            "an identity token",
            r#"{"auths": {"registry.example.org": {"identitytoken": "s3cr3t"}}}"#.to_owned(),
            REGISTRY,
            "docker's configuration (HOME/.docker/config.json) has an identity token, which repin cannot use",
        ),
        (
            "no helper",
            r#"{"credsStore": "repin-there-is-none"}"#.to_owned(),
            REGISTRY,
            "docker's configuration (HOME/.docker/config.json) names a credential helper that cannot be run",
        ),
    ] {
        let place = Place::new("docker", &[], &[(".docker/config.json", &content)], own());
        assert_eq!(place.found(host), expected, "{name}");
    }
    let elsewhere = [("elsewhere/config.json", &*auths(REGISTRY)), (".docker/config.json", "{")];
    let place = Place::new("docker-config", &[("DOCKER_CONFIG", "HOME/elsewhere")], &elsewhere, own());
    assert_eq!(place.found(REGISTRY), FOUND.replace(".docker", "elsewhere"));
    let place = Place::new("docker-none", &[("DOCKER_CONFIG", "HOME/nowhere")], &[], own());
    assert_eq!(place.found(REGISTRY), "");
}

#[test]
fn of_the_gitlab_whose_registry_it_is() {
    const TOKEN: &str = "oauth2:s3cr3t of the environment variable GITLAB_TOKEN for https://gitlab.example.org";
    let token = &[("GITLAB_TOKEN", "s3cr3t")][..];
    let server = |hosts: &[&str]| Own {
        hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
        server: Some("https://gitlab.example.org".to_owned()),
        path: Some("group/name".to_owned()),
        ..Own::default()
    };
    for (name, env, own, host, expected) in [
        ("beside it", token, server(&[]), REGISTRY, TOKEN),
        ("at another port", token, server(&[]), "gitlab.example.org:5050", TOKEN),
        ("below it", token, server(&[]), "registry.gitlab.example.org", TOKEN),
        ("named", token, server(&["images.example.net"]), "images.example.net", TOKEN),
        ("of a stranger", token, server(&[]), "evil.example", ""),
        ("of docker hub", token, server(&[]), "docker.io", ""),
        ("of no gitlab", token, own(), REGISTRY, ""),
        ("none", &[], server(&[]), REGISTRY, ""),
        (
            "a job's",
            &[("CI_JOB_TOKEN", "s3cr3t"), ("CI_SERVER_URL", "https://gitlab.example.org")],
            server(&[]),
            REGISTRY,
            "gitlab-ci-token:s3cr3t of the job's CI_JOB_TOKEN for https://gitlab.example.org",
        ),
    ] {
        let place = Place::new("gitlab", env, &[], own);
        assert_eq!(place.found(host), expected, "{name}");
    }
}
