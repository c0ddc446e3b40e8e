//! Who may look, and which server is told who asks.

use pollster::block_on;
use repin_forge::gitlab::token::Secret;
use repin_forge::http::{Limits, Origin};
use repin_forge::registry::{Login, Reach, Registry, RegistryError};

use crate::wire::{Step, Wire, answer, header};
use crate::world::World;

/// `1 tag`, or what the error says, without the place of the test's servers.
fn listed(world: &World, repository: &str, secret: &str) -> String {
    match block_on(world.open(secret).tags(repository)) {
        Ok(images) => format!("{} tags", images.tags.len()),
        Err(error) => {
            assert_eq!(error.reason().code, "no-access", "{error}");
            error.to_string().replace(world.registry.host(), "HOST")
        }
    }
}

#[test]
fn who_may_not_look_gets_no_empty_list() {
    let world = World::new();
    world.push("group/name", "a");
    world.push("group/private", "a");
    let nobody = |repository: &str| {
        format!("the registry HOST does not let anyone without a login read {repository}, or it has no such repository")
    };
    let somebody = |repository: &str, said: &str| {
        format!(
            "the registry HOST does not let the login of a test read {repository}, or it has no such repository{said}"
        )
    };
    let wrong = " (HTTP Basic: Access denied. The provided password or token is incorrect or your account has 2FA enabled and you must use a personal access token instead of a password.)";
    for (repository, secret, expected) in [
        ("group/name", "", "1 tags".to_owned()),
        ("group/name", "read", "1 tags".to_owned()),
        ("group/name", "job", "1 tags".to_owned()),
        ("group/private", "", nobody("group/private")),
        ("group/private", "read", "1 tags".to_owned()),
        ("group/private", "job", somebody("group/private", "")),
        ("group/private", "fork", somebody("group/private", "")),
        ("group/unknown", "read", somebody("group/unknown", "")),
        ("group/name", "files", somebody("group/name", " (access forbidden)")),
        ("group/name", "wrong", somebody("group/name", wrong)),
    ] {
        assert_eq!(listed(&world, repository, secret), expected, "{repository} {secret}");
    }
}

#[test]
fn a_token_that_has_become_too_old_is_replaced() {
    let world = World::new();
    world.push("group/name", "a");
    let realm = format!("{}/jwt/auth", world.server.url());
    let challenge = format!(r#"Bearer realm="{realm}",service="container_registry",error="invalid_token""#);
    let wire = Wire::new(move |number, _| match number {
        3 => answer(401, &[("WWW-Authenticate", &challenge)], ""),
        _ => Step::Pass,
    });
    let registry = world.over(wire.clone(), "read");
    for _ in 0..2 {
        assert_eq!(block_on(registry.tags("group/name")).unwrap().tags.len(), 1);
    }
    let list = "GET /v2/group/name/tags/list";
    assert_eq!(wire.sent(), [list, "GET /jwt/auth", list, list, "GET /jwt/auth", list]);
}

#[test]
fn a_token_that_is_refused_is_not_asked_for_for_ever() {
    let world = World::new();
    let realm = format!("{}/jwt/auth", world.server.url());
    for error in ["", r#",error="invalid_token""#, r#",error="insufficient_scope""#] {
        let challenge = format!(r#"Bearer realm="{realm}",service="container_registry"{error}"#);
        let wire = Wire::new(move |_, request| {
            let is_token = request.url.contains("/jwt/auth");
            if is_token { Step::Pass } else { answer(401, &[("WWW-Authenticate", &challenge)], "") }
        });
        let registry = world.over(wire.clone(), "read");
        let refused = block_on(registry.tags("group/name"));
        assert!(matches!(refused, Err(RegistryError::NotAllowed(_))), "{refused:?}");
        assert!(wire.sent().len() <= 3, "{:?}", wire.sent());
    }
}

const SECRET: &str = "s3cr3t";
/// `ada:s3cr3t`
const BASIC: &str = "Basic YWRhOnMzY3IzdA==";

fn login(reach: Reach, realm: Option<&str>) -> Login {
    let realm = realm.map(|realm| Origin::of(realm).unwrap());
    Login { user: "ada".to_owned(), password: Secret::new(SECRET), place: "a test".to_owned(), reach, realm }
}

/// A registry that gives everybody a list who has shown a login or a token, and names this server for tokens; with what it
/// was asked by.
fn naming(challenge: &str, login: Option<Login>) -> (Result<usize, RegistryError>, Wire) {
    let challenge = challenge.to_owned();
    let wire = Wire::new(move |_, request| {
        let to_registry = request.url.starts_with("https://registry.example.org/v2/");
        match header(request, "authorization") {
            None if to_registry => answer(401, &[("WWW-Authenticate", &challenge)], ""),
            Some(_) if to_registry => answer(200, &[], r#"{"name":"group/name","tags":["a"]}"#),
            _ => answer(200, &[], r#"{"token":"opaque"}"#),
        }
    });
    let registry = Registry::new(wire.clone(), "registry.example.org", login, Limits::default()).unwrap();
    (block_on(registry.tags("group/name")).map(|images| images.tags.len()), wire)
}

#[test]
fn a_login_goes_no_further_than_it_may() {
    let gitlab = || Reach::Server(Origin::of("https://gitlab.example.org").unwrap());
    let bearer = |realm: &str| format!(r#"Bearer realm="{realm}",service="x""#);
    for (name, challenge, reach, permitted, told) in [
        (
            "its own host",
            bearer("https://registry.example.org/token"),
            Reach::Registry,
            None,
            Some("https://registry.example.org/token"),
        ),
        (
            "another port",
            bearer("https://registry.example.org:8443/token"),
            Reach::Registry,
            None,
            Some("https://registry.example.org:8443/token"),
        ),
        (
            "beside it",
            bearer("https://auth.example.org/token"),
            Reach::Registry,
            None,
            Some("https://auth.example.org/token"),
        ),
        ("above it", bearer("https://example.org/token"), Reach::Registry, None, Some("https://example.org/token")),
        ("elsewhere", bearer("https://evil.example/token"), Reach::Registry, None, None),
        (
            "elsewhere, permitted",
            bearer("https://auth.example.net/token"),
            Reach::Registry,
            Some("https://auth.example.net"),
            Some("https://auth.example.net/token"),
        ),
        (
            "its GitLab",
            bearer("https://gitlab.example.org/jwt/auth"),
            gitlab(),
            None,
            Some("https://gitlab.example.org/jwt/auth"),
        ),
        ("not its GitLab", bearer("https://auth.example.org/token"), gitlab(), None, None),
        ("not its GitLab's port", bearer("https://gitlab.example.org:8443/token"), gitlab(), None, None),
        (
            "by password",
            "Basic realm=\"x\"".to_owned(),
            Reach::Registry,
            None,
            Some("https://registry.example.org/v2/group/name/tags/list"),
        ),
        ("a GitLab's by password", "Basic realm=\"x\"".to_owned(), gitlab(), None, None),
    ] {
        let (_, wire) = naming(&challenge, Some(login(reach, permitted)));
        let requests = wire.requests();
        let with_login: Vec<&str> = requests
            .iter()
            .filter(|request| header(request, "authorization") == Some(BASIC))
            .map(|request| request.url.split('?').next().unwrap())
            .collect();
        assert_eq!(with_login, Vec::from_iter(told), "{name}");
        for request in &requests {
            assert!(!request.url.contains(SECRET) && !format!("{request:?}").contains(SECRET), "{name}");
            let is_registry = request.url.starts_with("https://registry.example.org/v2/");
            let token = header(request, "authorization").is_some_and(|value| value.starts_with("Bearer"));
            assert!(is_registry || !token, "{name}: the registry's token goes to {}", request.url);
        }
    }
}

#[test]
fn what_is_done_where_a_login_may_not_go() {
    let gitlab = Reach::Server(Origin::of("https://gitlab.example.org").unwrap());
    for (name, realm, login, expected) in [
        (
            "a login for the registry",
            "https://evil.example/token",
            Some(login(Reach::Registry, None)),
            "Err(the registry registry.example.org sends its callers for a token to https://evil.example/token: the login of a test was made for the registry, and is not sent there; if that server is right, permit it with REPIN_REGISTRY_REALM=https://evil.example)",
        ),
        // Everybody may ask there as nobody in particular.
        ("a GitLab's login", "https://evil.example/token", Some(login(gitlab, None)), "Ok(1)"),
        ("no login", "https://evil.example/token", None, "Ok(1)"),
        (
            "no encryption",
            "http://auth.example.org/token",
            None,
            "Err(the registry registry.example.org sends its callers for a token to http://auth.example.org/token: that is not encrypted (https), so nothing is asked there)",
        ),
        (
            "this machine",
            "http://127.0.0.1:8080/token",
            None,
            "Err(the registry registry.example.org sends its callers for a token to http://127.0.0.1:8080/token: that is this very machine, which the registry is not on)",
        ),
    ] {
        let (done, _) = naming(&format!(r#"Bearer realm="{realm}""#), login);
        let shown = match done {
            Ok(count) => format!("Ok({count})"),
            Err(error) => format!("Err({error})"),
        };
        assert_eq!(shown, expected, "{name}");
    }
    let (nobody, _) = naming(r#"Basic realm="x""#, None);
    let error = nobody.unwrap_err().to_string();
    assert!(
        error.starts_with("the registry registry.example.org does not let anyone without a login read group/name"),
        "{error}"
    );
}
