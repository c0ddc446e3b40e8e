//! The GitLab stand-in and the real registry together: the sample course as GitLab and its registry would have it.
#![cfg(feature = "server")]

use std::path::PathBuf;
use std::sync::Arc;

use repin_sandbox::gitlab::{Access, Kind, Options, Project, Reach, Repository, Scope, Server, Token, Visibility};
use repin_sandbox::registry::Registry;
use repin_sandbox::{Git, course};
use serde_json::Value;

/// A GitLab with a registry, a public and a private project of one repository.
struct World {
    server: Server,
    registry: Arc<Registry>,
    folder: PathBuf,
}

impl Drop for World {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

fn world(name: &str) -> World {
    let folder = std::env::temp_dir().join(format!("repin-attached-{name}-{}", std::process::id()));
    Git::init(&folder.join("repository")).expect("git runs");
    let server = Server::start(Options { path: "/gitlab".into(), ..Options::default() }).expect("it starts");
    let registry = Registry::start(&format!("{}/jwt/auth", server.url())).expect("docker-registry is installed");
    let registry = Arc::new(registry);
    server.attach(Arc::clone(&registry));
    let add = |path: &str, visibility, container_registry| {
        let repository = folder.join("repository");
        let images = vec![Repository::default()];
        server.add(Project {
            path: path.into(),
            repository,
            visibility,
            container_registry,
            images,
            ..Project::default()
        })
    };
    let public = add("Group/Public", Visibility::Public, Access::Enabled);
    let private = add("group/private", Visibility::Private, Access::Enabled);
    add("group/members", Visibility::Public, Access::Private);
    add("group/none", Visibility::Public, Access::Disabled);
    let token = |secret: &str, kind, scopes: &[Scope], projects: &[u64]| {
        let projects = Reach::Only(projects.to_vec());
        server.add_token(Token { secret: secret.into(), kind, scopes: scopes.to_vec(), projects, expired: false });
    };
    token("api", Kind::Personal, &[Scope::Api], &[public, private]);
    token("read", Kind::Personal, &[Scope::ReadRegistry], &[public, private]);
    token("write", Kind::Personal, &[Scope::ReadRegistry, Scope::WriteRegistry], &[public, private]);
    token("files", Kind::Personal, &[Scope::ReadRepository], &[public, private]);
    token("stranger", Kind::Personal, &[Scope::Api], &[]);
    token("job", Kind::Job, &[], &[private]);
    World { server, registry, folder }
}

/// A GET; user and password where they are given.
fn get(url: &str, login: Option<(&str, &str)>) -> (u16, Value) {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().new_agent();
    let mut request = agent.get(url).header("accept", "application/vnd.oci.image.manifest.v1+json");
    match login {
        Some(("bearer", token)) => request = request.header("authorization", format!("Bearer {token}")),
        Some((name, secret)) => {
            let text = data_encoding::BASE64.encode(format!("{name}:{secret}").as_bytes());
            request = request.header("authorization", format!("Basic {text}"));
        }
        None => {}
    }
    let mut answer = request.call().expect("it answers");
    let body = answer.body_mut().read_to_string().expect("it is text");
    (answer.status().as_u16(), serde_json::from_str(&body).unwrap_or(Value::Null))
}

impl World {
    /// The actions that `/jwt/auth` grants, or its error.
    fn granted(&self, scope: &str, login: Option<(&str, &str)>) -> String {
        let url = format!("{}/jwt/auth?service=container_registry&scope={scope}", self.server.url());
        let (status, body) = get(&url, login);
        let Some(token) = body["token"].as_str() else {
            return format!("{status} {}", body["errors"][0]["code"].as_str().unwrap_or_default());
        };
        let claims = token.split('.').nth(1).expect("it has three parts");
        let claims = data_encoding::BASE64URL_NOPAD.decode(claims.as_bytes()).expect("it is base 64");
        let claims: Value = serde_json::from_slice(&claims).expect("it is JSON");
        let actions = claims["access"][0]["actions"].as_array().into_iter().flatten().filter_map(Value::as_str);
        actions.collect::<Vec<_>>().join(",")
    }

    fn tags(&self, project: &str) -> Vec<String> {
        let api = format!("{}/api/v4/projects/{project}/registry/repositories", self.server.url());
        let (_, repositories) = get(&format!("{api}?tags=true"), Some(("bearer", "api")));
        let tags = repositories.as_array().into_iter().flatten().flat_map(|repository| {
            repository["tags"].as_array().expect("it has tags").iter().map(|tag| {
                let location = tag["location"].as_str().expect("a text");
                location.split_once('/').map(|(_, path)| path.to_owned()).expect("it has a host")
            })
        });
        tags.collect()
    }
}

#[test]
fn tokens_grant_what_gitlab_would() {
    let world = world("tokens");
    let of = |name: &str| format!("repository:{name}:pull,push,delete,*");
    for (name, secret, want) in [
        ("group/public", None, "pull"),
        ("group/private", None, ""),
        ("group/members", None, ""),
        ("group/none", None, ""),
        ("group/unknown", None, ""),
        ("group/publicity", None, ""),
        ("group/public", Some("wrong"), "401 UNAUTHORIZED"),
        ("group/public", Some("files"), "403 DENIED"),
        ("group/public/image", None, "pull"),
        ("group/private", Some("api"), "pull,push,delete,*"),
        ("group/private/image", Some("write"), "pull,push"),
        ("group/private", Some("read"), "pull"),
        ("group/private", Some("stranger"), ""),
        ("group/public", Some("stranger"), "pull"),
        ("group/members", Some("stranger"), ""),
        ("group/none", Some("api"), ""),
        ("group/private", Some("job"), "pull,push,delete"),
        ("group/public", Some("job"), "pull"),
    ] {
        assert_eq!(world.granted(&of(name), secret.map(|secret| ("ada", secret))), want, "{name} {secret:?}");
    }
}

#[test]
fn the_registry_takes_the_tokens_of_the_server() {
    let world = world("pull");
    let digest = world.registry.push("group/private", "a", 1_709_539_200).expect("it takes it");
    let manifest = format!("{}/v2/group/private/manifests/a", world.registry.url());
    assert_eq!(get(&manifest, None).0, 401);
    let scope = "repository:group/private:pull";
    let url = format!("{}/jwt/auth?service=container_registry&scope={scope}", world.server.url());
    let (_, body) = get(&url, Some(("ada", "read")));
    let (status, found) = get(&manifest, Some(("bearer", body["token"].as_str().expect("a token"))));
    assert_eq!((status, &found["schemaVersion"]), (200, &Value::from(2)));
    let (_, body) = get(&url, None);
    assert_eq!(get(&manifest, Some(("bearer", body["token"].as_str().expect("a token")))).0, 401);
    assert!(digest.starts_with("sha256:"));
}

#[test]
fn the_api_shows_what_the_registry_holds_at_that_moment() {
    let world = world("live");
    assert_eq!(world.tags("group%2Fpublic"), [""; 0]);
    let digest = world.registry.push("group/public", "a", 1_709_539_200).expect("it takes it");
    assert_eq!(world.tags("group%2Fpublic"), ["group/public:a"]);
    let api = format!("{}/api/v4", world.server.url());
    let (_, repositories) = get(&format!("{api}/projects/group%2Fpublic/registry/repositories"), None);
    let id = &repositories[0]["id"];
    let (_, tag) = get(&format!("{api}/projects/group%2Fpublic/registry/repositories/{id}/tags/a"), None);
    assert_eq!((&tag["digest"], &tag["created_at"]), (&digest.into(), &"2024-03-04T08:00:00.000+00:00".into()));
    let stored = world.registry.image("group/public", "a").expect("it answers").expect("it is there");
    assert_eq!((&tag["revision"], &tag["total_size"]), (&stored.revision.into(), &stored.total_size.into()));
    assert_eq!(tag["location"], format!("{}/group/public:a", world.registry.host()));
    let (_, project) = get(&format!("{api}/projects/group%2Fpublic"), None);
    assert_eq!(project["container_registry_image_prefix"], format!("{}/group/public", world.registry.host()));

    world.registry.delete("group/public", "a").expect("it answers");
    assert_eq!(world.tags("group%2Fpublic"), [""; 0]);

    // Who is let in to push makes a repository, and its tags are seen though they came from elsewhere.
    assert_eq!(world.granted("repository:group/public/new:push", Some(("ada", "write"))), "push");
    world.registry.push("group/public/new", "b", 1_709_539_200).expect("it takes it");
    assert_eq!(world.tags("group%2Fpublic"), ["group/public/new:b"]);

    // A project that comes later is read too.
    let repository = world.folder.join("repository");
    let images = vec![Repository { name: "new".into(), ..Repository::default() }];
    world.server.add(Project { path: "group/public2".into(), repository, images, ..Project::default() });
    world.registry.push("group/public2/new", "c", 1_709_539_200).expect("it takes it");
    assert_eq!(world.tags("group%2Fpublic2"), ["group/public2/new:c"]);
}

#[test]
fn the_course_is_served_with_its_pipelines_and_its_images() {
    let world = world("course");
    let course = course(&world.folder.join("course")).expect("the course can be made");
    world.server.add_course(&course, Some(&world.registry)).expect("it can be served");
    let mut tags: Vec<_> = course.tags.iter().map(|tag| format!("ada/course:{tag}")).collect();
    tags.sort();
    let mut served = world.tags("ada%2Fcourse");
    served.sort();
    assert_eq!(served, tags);

    // The merge of two sides failed; the commit before it in the push's branch is what it was compared with.
    let moment =
        course.moments.iter().find(|moment| moment.name == "a merge of two sides").expect("it is in the story");
    let api = format!("{}/api/v4/projects/ada%2Fcourse", world.server.url());
    let (_, pipelines) = get(&format!("{api}/pipelines?sha={}", moment.commit), None);
    assert_eq!(pipelines.as_array().map(Vec::len), Some(1), "{pipelines}");
    let id = &pipelines[0]["id"];
    let (_, pipeline) = get(&format!("{api}/pipelines/{id}"), None);
    let before = course.git.id(&format!("{}^1", moment.commit)).expect("it is there");
    assert_eq!((&pipeline["status"], &pipeline["before_sha"]), (&"failed".into(), &before.into()));
    let (_, jobs) = get(&format!("{api}/pipelines/{id}/jobs"), None);
    assert_eq!((&jobs[0]["name"], &jobs[0]["failure_reason"]), (&"image_build".into(), &"script_failure".into()));

    // The middle of a push has none.
    let moment = course.moments.iter().find(|moment| moment.name == "middle of a push").expect("it is in the story");
    assert_eq!(get(&format!("{api}/pipelines?sha={}", moment.commit), None), (200, Value::Array(Vec::new())));
}

#[test]
fn without_a_registry_the_course_has_the_same_tags() {
    let folder = std::env::temp_dir().join(format!("repin-unattached-{}", std::process::id()));
    let course = course(&folder.join("course")).expect("the course can be made");
    let server = Server::start(Options::default()).expect("it starts");
    let id = server.add_course(&course, None).expect("it can be served");
    let project = server.project(id).expect("it was added");
    let [repository] = project.images.as_slice() else { panic!("one repository: {project:?}") };
    let tags: Vec<_> = repository.tags.iter().map(|tag| tag.name.clone()).collect();
    assert_eq!(tags, course.tags);
    assert!(repository.tags.iter().all(|tag| tag.created_at.is_some()));
    assert_eq!(project.pipelines.len(), course.events.len());
    std::fs::remove_dir_all(&folder).ok();
}
