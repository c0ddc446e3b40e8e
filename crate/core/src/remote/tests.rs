#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::{image_repository, parse_remote, registry_of};

/// `name: url => host, port, path`
macro_rules! remote {
    ($($name:ident: $url:expr => $host:expr, $port:expr, $path:expr;)+) => { mod remote { use super::*; $(
        #[test]
        fn $name() {
            let remote = parse_remote($url).unwrap();
            assert_eq!((&*remote.host, remote.port, &*remote.path), ($host, $port, $path));
            assert!(!format!("{remote:?}").contains("secret"));
        }
    )+ } };
}

macro_rules! none {
    ($($name:ident: $url:expr;)+) => { mod none { use super::*; $(
        #[test]
        fn $name() {
            assert_eq!(parse_remote($url), None);
        }
    )+ } };
}

/// `name: url => repository of the images`
macro_rules! image {
    ($($name:ident: $url:expr => $image:expr;)+) => { mod image { use super::*; $(
        #[test]
        fn $name() {
            let image = parse_remote($url).and_then(|remote| image_repository(&remote));
            let expected: Option<&str> = $image;
            assert_eq!(image.map(|image| image.to_string()).as_deref(), expected);
        }
    )+ } };
}

remote! {
    https: "https://gitlab.com/group/name.git" => "gitlab.com", None, "group/name";
    https_without_git: "https://gitlab.com/group/name" => "gitlab.com", None, "group/name";
    https_with_slash: "https://gitlab.com/group/name/" => "gitlab.com", None, "group/name";
    https_with_git_and_slash: "https://gitlab.com/group/name.git/" => "gitlab.com", None, "group/name";
    http: "http://gitlab.example.org/group/name.git" => "gitlab.example.org", None, "group/name";
    scheme_in_upper_case: "HTTPS://GitLab.com/Group/Name.git" => "gitlab.com", None, "Group/Name";
    subgroups: "https://gitlab.com/group/sub/sub2/name.git" => "gitlab.com", None, "group/sub/sub2/name";
    one_component: "https://git.example.org/name.git" => "git.example.org", None, "name";
    relative_root: "https://example.org/gitlab/group/name.git" => "example.org", None, "gitlab/group/name";
    user: "https://user@gitlab.com/group/name.git" => "gitlab.com", None, "group/name";
    user_and_token: "https://oauth2:secret@gitlab.com/group/name.git" => "gitlab.com", None, "group/name";
    token_with_at: "https://user:sec@secret@gitlab.com/group/name.git" => "gitlab.com", None, "group/name";
    token_with_colon: "https://gitlab-ci-token:secret:secret@gitlab.com:8443/a/b.git" => "gitlab.com", Some(8443), "a/b";
    port: "https://gitlab.example.org:8443/group/name.git" => "gitlab.example.org", Some(8443), "group/name";
    port_empty: "https://gitlab.example.org:/group/name.git" => "gitlab.example.org", None, "group/name";
    ssh: "ssh://git@gitlab.com/group/name.git" => "gitlab.com", None, "group/name";
    ssh_with_port: "ssh://git@gitlab.example.org:2222/group/name.git" => "gitlab.example.org", Some(2222), "group/name";
    ssh_without_user: "ssh://gitlab.com/group/name.git" => "gitlab.com", None, "group/name";
    git_ssh: "git+ssh://git@gitlab.com/group/name.git" => "gitlab.com", None, "group/name";
    git: "git://gitlab.com/group/name.git" => "gitlab.com", None, "group/name";
    short: "git@gitlab.com:group/name.git" => "gitlab.com", None, "group/name";
    short_without_git: "git@gitlab.com:group/name" => "gitlab.com", None, "group/name";
    short_without_user: "gitlab.com:group/name.git" => "gitlab.com", None, "group/name";
    short_with_slash: "git@gitlab.com:/group/name.git" => "gitlab.com", None, "group/name";
    short_with_number: "git@gitlab.com:2222/name.git" => "gitlab.com", None, "2222/name";
    ipv6: "https://[2001:DB8::1]:8443/group/name.git" => "[2001:db8::1]", Some(8443), "group/name";
    ipv6_without_port: "ssh://git@[::1]/group/name.git" => "[::1]", None, "group/name";
    ipv6_short: "git@[::1]:group/name.git" => "[::1]", None, "group/name";
    ipv4: "http://192.0.2.7:8080/group/name.git" => "192.0.2.7", Some(8080), "group/name";
    localhost: "http://localhost:8080/group/name" => "localhost", Some(8080), "group/name";
    host_with_underscore: "http://my_gitlab/group/name" => "my_gitlab", None, "group/name";
    slashes_doubled: "https://gitlab.com//group//name.git" => "gitlab.com", None, "group/name";
    git_in_the_name: "https://gitlab.com/group/name.git.git" => "gitlab.com", None, "group/name.git";
    dots_in_the_name: "https://gitlab.com/group/na.me_x-1.git" => "gitlab.com", None, "group/na.me_x-1";
    spaces_around: " git@gitlab.com:group/name.git\n" => "gitlab.com", None, "group/name";
}

none! {
    empty: "";
    folder: "/srv/git/name.git";
    relative_folder: "../name";
    here: ".";
    file: "file:///srv/git/name.git";
    colon_in_a_folder: "./host:path";
    drive_letter: "C:\\repos\\name";
    drive_letter_with_slash: "C:/repos/name";
    bundle: "name.bundle";
    helper: "ext::ssh -i key host";
    helper_with_scheme: "codecommit://name";
    no_host: "https:///group/name";
    no_path: "https://gitlab.com";
    root_alone: "https://gitlab.com/";
    short_without_path: "git@gitlab.com:";
    only_git: "https://gitlab.com/.git";
    port_of_letters: "https://gitlab.com:port/group/name";
    port_with_sign: "https://gitlab.com:+80/group/name";
    port_too_great: "https://gitlab.com:70000/group/name";
    page: "https://gitlab.com/group/name/-/tree/main";
    query: "https://gitlab.com/group/name?ref=main";
    fragment: "https://gitlab.com/group/name#readme";
    escapes: "https://gitlab.com/group%2Fname";
    parents: "https://gitlab.com/group/../name";
    space_inside: "https://gitlab.com/group/na me";
    option_as_host: "ssh://-oProxyCommand=x/group/name";
    bracket_open: "https://[::1/group/name";
    token_without_scheme: "oauth2:secret@gitlab.com/group/name.git";
}

image! {
    gitlab_com: "https://gitlab.com/Group/Sub/Name.git" => Some("registry.gitlab.com/group/sub/name");
    gitlab_com_ssh: "git@gitlab.com:group/name.git" => Some("registry.gitlab.com/group/name");
    gitlab_com_ssh_on_443: "ssh://git@altssh.gitlab.com:443/group/name.git" => Some("registry.gitlab.com/group/name");
    renkulab: "https://gitlab.renkulab.io/group/name.git" => Some("registry.renkulab.io/group/name");
    renkulab_itself: "https://renkulab.io/gitlab/group/name.git" => None;
    another_gitlab: "https://gitlab.example.org/group/name.git" => None;
    another_forge: "git@github.com:group/name.git" => None;
    another_domain: "https://gitlab.com.example.org/group/name.git" => None;
    no_repository_name: "https://gitlab.com/group/name-.git" => None;
}

proptest! {
    #[test]
    fn anything_is_read_without_panic(url in any::<String>()) {
        if let Some(remote) = parse_remote(&url) {
            let _ = (registry_of(&remote), image_repository(&remote));
        }
    }

    #[test]
    fn credentials_are_dropped(url in "(https|ssh|git)://[a-z]{0,3}:S3CRET[a-z@:]{0,4}@[a-z.]{1,5}(:[0-9]{1,4})?/[a-z/.]{1,9}") {
        if let Some(remote) = parse_remote(&url) {
            let shown = format!("{remote:?}");
            prop_assert!(!shown.contains("S3CRET"));
        }
    }
}
