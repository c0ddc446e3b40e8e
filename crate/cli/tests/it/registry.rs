//! Images of a folder's project, with the registry itself asked for them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use insta::assert_snapshot;
use repin_sandbox::gitlab::{
    Access, Kind, Options, Project, Reach, Repository as Images, Scope, Server, Token, Visibility,
};
use repin_sandbox::registry::Registry;
use serde_json::json;

use crate::repository::{Ran, Repository, Run};

pub(crate) const SECRET: &str = "glpat-s3cr3t-0123456789";
pub(crate) const JOB: &str = "glcbt-s3cr3t-0123456789";

/// A repository whose project is at a GitLab with a registry: the image of the first of three commits is there.
pub(crate) struct World {
    pub(crate) repository: Repository,
    pub(crate) server: Server,
    pub(crate) registry: Arc<Registry>,
    /// The project's number.
    pub(crate) id: u64,
}

impl World {
    pub(crate) fn new(name: &str) -> Self {
        let repository = Repository::course(name);
        let server = Server::start(Options::default()).unwrap();
        let registry = Arc::new(Registry::start(&format!("{}/jwt/auth", server.url())).unwrap());
        server.attach(Arc::clone(&registry));
        let id = server.add(Project {
            path: "group/name".to_owned(),
            repository: repository.path.clone(),
            visibility: Visibility::Private,
            container_registry: Access::Enabled,
            images: vec![Images::default()],
            ..Project::default()
        });
        let token = |secret: &str, kind, scopes: &[Scope]| {
            let (secret, scopes) = (secret.to_owned(), scopes.to_vec());
            server.add_token(Token { secret, kind, scopes, projects: Reach::Only(vec![id]), expired: false });
        };
        token(SECRET, Kind::Personal, &[Scope::Api]);
        token(JOB, Kind::Job, &[]);
        let world = Self { repository, server, registry, id };
        world.push("HEAD~2");
        world
    }

    /// Pushes the image of a commit.
    pub(crate) fn push(&self, revision: &str) -> String {
        self.registry.push("group/name", &self.repository.tag(revision), 1_709_539_200).unwrap()
    }

    pub(crate) fn image(&self) -> String {
        format!("{}/group/name", self.registry.host())
    }

    /// Runs a command in the repository with what a CI job of the project has.
    pub(crate) fn in_job(&self, args: &[&str]) -> Ran {
        let (image, url) = (self.image(), self.server.url().to_owned());
        Run::new(args)
            .within(&self.repository.path)
            .variable("CI_REGISTRY", self.registry.host())
            .variable("CI_REGISTRY_IMAGE", &image)
            .variable("CI_SERVER_URL", &url)
            .variable("CI_JOB_TOKEN", JOB)
            .run()
    }
}

/// The text that docker has for a login.
fn auth(secret: &str) -> String {
    use std::fmt::Write as _;
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bytes = format!("ada:{secret}").into_bytes();
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let number = (0..3).fold(0_usize, |sum, at| sum << 8 | usize::from(group.get(at).copied().unwrap_or(0)));
        for at in 0..=group.len() {
            write!(text, "{}", char::from(DIGITS[number >> (18 - 6 * at) & 63])).unwrap();
        }
    }
    text
}

fn write_config(folder: &Path, content: &serde_json::Value) {
    fs::create_dir_all(folder.join(".docker")).unwrap();
    fs::write(folder.join(".docker/config.json"), content.to_string()).unwrap();
}

#[test]
fn the_registry_says_which_images_there_are() {
    let world = World::new("registry-asked");
    assert_snapshot!("asked_in_a_job", world.in_job(&["resolve", "--registry"]).shown());
    let history = world.in_job(&["history", "--registry", "--format", "json"]).json();
    let images: Vec<_> = history.as_array().unwrap().iter().map(|entry| &entry["tag"]).collect();
    assert_eq!(images, vec![&json!(world.repository.tag("HEAD~2")); 3]);
    let answer = world.in_job(&["resolve", "--registry", "--format", "json"]).json();
    let image = world.registry.image("group/name", &world.repository.tag("HEAD~2")).unwrap().unwrap();
    assert_eq!(answer["image"]["digest"], json!(image.digest));
    // The challenge, the token, the list, the image itself.
    assert_eq!(answer["cost"]["requests"], json!(4));
    assert_eq!(world.in_job(&["resolve"]).code(), 5, "nobody is asked who need not be");
}

#[test]
fn an_image_that_is_gone_is_not_named() {
    let world = World::new("registry-gone");
    assert!(world.registry.delete("group/name", &world.repository.tag("HEAD~2")).unwrap());
    assert_snapshot!("asked_in_vain", world.in_job(&["resolve", "--registry"]).shown());
}

#[test]
fn who_may_not_look_is_told_so() {
    let world = World::new("registry-no-login");
    let image = world.image();
    let args = ["resolve", "--registry", "--image", &image];
    let ran = world.repository.repin(&args);
    assert_snapshot!("asked_without_a_login", ran.shown());
    let run = Run::new(&args).within(&world.repository.path);
    let wrong = run.variable("REPIN_REGISTRY_USER", "ada").variable("REPIN_REGISTRY_PASSWORD", "wrong").run();
    assert_snapshot!("asked_with_a_wrong_password", wrong.shown());
    assert_snapshot!("asked_nowhere", world.repository.repin(&["resolve", "--registry"]).shown());
    let nobody = ["resolve", "--registry", "--image", "127.0.0.1:1/group/name"];
    assert_snapshot!("asked_nobody", world.repository.repin(&nobody).shown());
    let both = world.repository.repin_with(&["resolve", "--registry", "--tags", "-"], "");
    assert_eq!(both.code(), 2, "{}", both.stderr());
}

#[test]
fn logins_are_found() {
    let world = World::new("registry-logins");
    let (image, host) = (world.image(), world.registry.host().to_owned());
    let folder = &world.repository.path;
    let args = ["resolve", "--registry", "--image", &image];
    let found = |ran: Ran, name: &str| {
        assert_eq!(ran.code(), 0, "{name}: {}", ran.shown());
        assert!(!ran.shown().contains(SECRET), "{name}");
    };
    let run = || Run::new(&args).within(folder);
    let variables = run().variable("REPIN_REGISTRY_USER", "ada").variable("REPIN_REGISTRY_PASSWORD", SECRET);
    found(variables.run(), "variables");

    world.repository.git(&["remote", "add", "origin", &format!("{}/group/name.git", world.server.url())]);
    found(run().variable("GITLAB_TOKEN", SECRET).run(), "the token of the GitLab");

    write_config(folder, &json!({ "auths": { &host: { "auth": auth(SECRET) } } }));
    found(run().run(), "docker's configuration");

    let helper = folder.join("bin/docker-credential-repin-test");
    fs::create_dir_all(folder.join("bin")).unwrap();
    let script = format!(
        "#!/bin/sh\ntest \"$1\" = get || exit 1\nread -r host\ntest \"$host\" = '{host}' || {{ echo 'credentials not found in native keychain'; exit 1; }}\necho '{{\"ServerURL\":\"{host}\",\"Username\":\"ada\",\"Secret\":\"{SECRET}\"}}'\n"
    );
    fs::write(&helper, script).unwrap();
    fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.join("bin").display());
    for (name, config) in [
        ("a helper of the host", json!({ "credHelpers": { &host: "repin-test" } })),
        ("a store", json!({ "credsStore": "repin-test" })),
    ] {
        write_config(folder, &config);
        found(run().variable("PATH", &path).run(), name);
    }
    // A helper that has none, or fails, is passed over; only in the second case is there something to say.
    for (name, script, said) in [
        ("none", "echo 'credentials not found in native keychain'; exit 1", false),
        ("failing", "echo s3cr3t-of-a-helper; exit 1", true),
        ("nonsense", "echo s3cr3t-of-a-helper", true),
    ] {
        fs::write(&helper, format!("#!/bin/sh\ncat >/dev/null\n{script}\n")).unwrap();
        let ran = run().variable("PATH", &path).run();
        assert_eq!((ran.code(), ran.stderr().contains("docker's configuration")), (5, said), "{name}: {}", ran.shown());
        assert!(!ran.shown().contains("s3cr3t"), "{name}: {}", ran.shown());
    }
}
