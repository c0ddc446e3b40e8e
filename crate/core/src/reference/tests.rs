#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::{Reference, ReferenceErrorKind as Kind, is_floating_tag, is_tag};

const HEX_64: &str = "86e0e091d0da6bde2456dbb48306f3956bbeb2eae1b5b9a43045843f69fe4aaa";

/// Puts digits where a case has `{64}` and the like, and repeats `a/` where it has `{a/ N}`.
fn expand(text: &str) -> String {
    text.replace("{64}", HEX_64)
        .replace("{63}", &HEX_64[1..])
        .replace("{96}", &"0f".repeat(48))
        .replace("{128}", &"0f".repeat(64))
        .replace("{127 x a/}", &"a/".repeat(127))
        .replace("{128 x a/}", &"a/".repeat(128))
        .replace("{128 x t}", &"t".repeat(128))
        .replace("{129 x t}", &"t".repeat(129))
}

/// `name: text => canonical form`
macro_rules! canonical {
    ($($name:ident: $text:expr => $canonical:expr;)+) => { mod canonical { use super::*; $(
        #[test]
        fn $name() {
            let (text, canonical) = (expand($text), expand($canonical));
            let reference = Reference::parse(&text).unwrap();
            assert_eq!(reference.to_string(), canonical);
            assert_eq!(Reference::parse(&canonical).as_ref(), Ok(&reference));
            assert_eq!(Reference::parse(&reference.familiar()), Ok(reference));
        }
    )+ } };
}

/// `name: text => registry, repository, tag, digest`
macro_rules! parts {
    ($($name:ident: $text:expr => $registry:expr, $repository:expr, $tag:expr, $digest:expr;)+) => { mod parts { use super::*; $(
        #[test]
        fn $name() {
            let reference = Reference::parse(&expand($text)).unwrap();
            assert_eq!((reference.registry(), reference.repository()), ($registry, &*expand($repository)));
            let (tag, digest): (Option<&str>, Option<&str>) = ($tag, $digest);
            assert_eq!((reference.tag(), reference.digest()), (tag, digest.map(expand).as_deref()));
        }
    )+ } };
}

/// `name: text => position, kind`
macro_rules! wrong {
    ($($name:ident: $text:expr => $position:expr, $kind:expr;)+) => { mod wrong { use super::*; $(
        #[test]
        fn $name() {
            let error = Reference::parse(&expand($text)).unwrap_err();
            assert_eq!((error.position(), error.kind()), ($position, &$kind));
            assert!(!error.to_string().is_empty());
        }
    )+ } };
}

/// `name: text => short form`
macro_rules! familiar {
    ($($name:ident: $text:expr => $familiar:expr;)+) => { mod familiar { use super::*; $(
        #[test]
        fn $name() {
            let reference = Reference::parse(&expand($text)).unwrap();
            assert_eq!(reference.familiar(), expand($familiar));
        }
    )+ } };
}

canonical! {
    short_name: "debian" => "docker.io/library/debian";
    short_name_with_tag: "debian:12" => "docker.io/library/debian:12";
    namespace: "docker/docker" => "docker.io/docker/docker";
    library_written_out: "library/debian" => "docker.io/library/debian";
    hub_written_out: "docker.io/docker/docker" => "docker.io/docker/docker";
    hub_with_library: "docker.io/library/debian" => "docker.io/library/debian";
    hub_with_short_name: "docker.io/debian" => "docker.io/library/debian";
    index: "index.docker.io/docker/docker" => "docker.io/docker/docker";
    index_with_library: "index.docker.io/library/debian" => "docker.io/library/debian";
    index_with_short_name: "index.docker.io/debian" => "docker.io/library/debian";
    library_with_subfolder: "library/foo/bar" => "docker.io/library/foo/bar";
    three_components_on_hub: "store/foo/bar" => "docker.io/store/foo/bar";
    library_as_a_name: "other/library" => "docker.io/other/library";
    ipv4_with_port: "127.0.0.1:5000/docker/docker" => "127.0.0.1:5000/docker/docker";
    ipv4_alone_is_a_name: "192.168.0.1" => "docker.io/library/192.168.0.1";
    ipv4_and_number_is_a_tag: "192.168.0.1:80" => "docker.io/library/192.168.0.1:80";
    long_word_of_64_letters: "thisisthesongthatneverendsitgoesonandonandonthisisthesongthatnev"
        => "docker.io/library/thisisthesongthatneverendsitgoesonandonandonthisisthesongthatnev";
    identifier_with_registry: "docker.io/{64}" => "docker.io/library/{64}";
    identifier_with_namespace: "group/{64}" => "docker.io/group/{64}";
    identifier_with_tag: "{64}:latest" => "docker.io/library/{64}:latest";
    nearly_an_identifier: "{63}" => "docker.io/library/{63}";
    upper_case_host: "Docker/docker" => "Docker/docker";
    shouted_host: "DOCKER/docker" => "DOCKER/docker";
    tag_and_digest: "busybox:latest@sha256:{64}" => "docker.io/library/busybox:latest@sha256:{64}";
    digest_on_hub: "dmcgowan/myapp@sha256:{64}" => "docker.io/dmcgowan/myapp@sha256:{64}";
    spaces_around: "  registry.example.org/a/b:c\t" => "registry.example.org/a/b:c";
    line_feed_after: "registry.example.org/a/b:c\r\n" => "registry.example.org/a/b:c";
    host_of_hub_in_other_case: "Docker.io/foo" => "Docker.io/foo";
    localhost_as_a_namespace: "docker.io/localhost/foo" => "docker.io/localhost/foo";
    dotted_namespace: "docker.io/a.b/c" => "docker.io/a.b/c";
    localhost_as_a_library_name: "docker.io/library/localhost" => "docker.io/library/localhost";
}

parts! {
    underscore_is_no_host: "test_com/foo" => "docker.io", "test_com/foo", None, None;
    dot_is_a_host: "test.com/repo:tag" => "test.com", "repo", Some("tag"), None;
    dot_without_slash_is_a_name: "test.com:tag" => "docker.io", "library/test.com", Some("tag"), None;
    number_without_slash_is_a_tag: "test.com:5000" => "docker.io", "library/test.com", Some("5000"), None;
    port_is_a_host: "test:5000/repo" => "test:5000", "repo", None, None;
    port_and_tag: "test:5000/repo:tag" => "test:5000", "repo", Some("tag"), None;
    port_and_digest: "test:5000/repo@sha256:{64}" => "test:5000", "repo", None, Some("sha256:{64}");
    port_tag_and_digest: "test:5000/repo:tag@sha256:{64}" => "test:5000", "repo", Some("tag"), Some("sha256:{64}");
    localhost: "localhost/repo" => "localhost", "repo", None, None;
    localhost_with_port: "localhost:5000/repo:1" => "localhost:5000", "repo", Some("1"), None;
    localhost_alone_is_a_name: "localhost" => "docker.io", "library/localhost", None, None;
    host_with_dashes: "sub-dom1.foo.com/bar/baz/quux:some-long-tag" => "sub-dom1.foo.com", "bar/baz/quux", Some("some-long-tag"), None;
    dots_everywhere: "b.gcr.io/test.example.com/my-app:test.example.com" => "b.gcr.io", "test.example.com/my-app", Some("test.example.com"), None;
    punycode: "xn--n3h.com/myimage:xn--n3h.com" => "xn--n3h.com", "myimage", Some("xn--n3h.com"), None;
    punycode_with_port: "xn--n3h.com:18080/foo" => "xn--n3h.com:18080", "foo", None, None;
    sha512: "xn--7o8h.com/myimage:t@sha512:{128}" => "xn--7o8h.com", "myimage", Some("t"), Some("sha512:{128}");
    sha384: "example.org/a@sha384:{96}" => "example.org", "a", None, Some("sha384:{96}");
    upper_case_tag: "lowercase:Uppercase" => "docker.io", "library/lowercase", Some("Uppercase"), None;
    upper_case_host: "Uppercase/lowercase:tag" => "Uppercase", "lowercase", Some("tag"), None;
    tag_with_underscore_first: "a/b:_x" => "docker.io", "a/b", Some("_x"), None;
    tag_of_one_digit: "a/b:0" => "docker.io", "a/b", Some("0"), None;
    ipv4: "192.168.1.1:5000/repo:5050" => "192.168.1.1:5000", "repo", Some("5050"), None;
    ipv6: "[2001:db8::1]/repo" => "[2001:db8::1]", "repo", None, None;
    ipv6_with_tag: "[2001:db8:1:2:3:4:5:6]/repo:tag" => "[2001:db8:1:2:3:4:5:6]", "repo", Some("tag"), None;
    ipv6_with_port: "[fc00::1]:5000/docker/docker" => "[fc00::1]:5000", "docker/docker", None, None;
    ipv6_loopback: "[::1]:5000/repo:tag@sha256:{64}" => "[::1]:5000", "repo", Some("tag"), Some("sha256:{64}");
    ipv6_ending_in_colons: "[2001:db8::]:5000/repo" => "[2001:db8::]:5000", "repo", None, None;
    several_dashes: "docker---rules/docker" => "docker.io", "docker---rules/docker", None, None;
    two_underscores: "dock__er/docker" => "docker.io", "dock__er/docker", None, None;
    every_separator: "g/a.b_c__d-e--f/0" => "docker.io", "g/a.b_c__d-e--f/0", None, None;
    single_letters: "d/t" => "docker.io", "d/t", None, None;
    longest_path: "a.org/{127 x a/}a:tag-puts-this-over-255" => "a.org", "{127 x a/}a", Some("tag-puts-this-over-255"), None;
    longest_tag: "a:{128 x t}" => "docker.io", "library/a", Some(&*"t".repeat(128)), None;
    gitlab_with_port: "gitlab.example.org:5050/group/sub/name:abc1234" => "gitlab.example.org:5050", "group/sub/name", Some("abc1234"), None;
}

wrong! {
    empty: "" => 0, Kind::Empty;
    white_space: " \n" => 2, Kind::Empty;
    tag_alone: ":justtag" => 0, Kind::NoRepository;
    digest_alone: "@sha256:{64}" => 0, Kind::NoRepository;
    host_alone: "example.org/" => 12, Kind::NoRepository;
    host_and_tag: "example.org/:tag" => 12, Kind::NoRepository;
    namespace_alone: "docker/" => 7, Kind::Component(String::new());
    slash_first: "/docker" => 0, Kind::Component(String::new());
    slash_alone: "/" => 0, Kind::Component(String::new());
    slashes: "docker///docker" => 7, Kind::Component(String::new());
    slashes_after_host: "docker.io/docker///docker" => 17, Kind::Component(String::new());
    slash_before_tag: "a/b/:tag" => 4, Kind::Component(String::new());
    identifier: "{64}" => 0, Kind::Identifier;
    identifier_with_spaces: " {64} " => 1, Kind::Identifier;
    https: "https://github.com/docker/docker" => 0, Kind::Scheme("https".into());
    docker_scheme: " docker://debian:12" => 1, Kind::Scheme("docker".into());
    oci_scheme: "oci://registry.example.org/a" => 0, Kind::Scheme("oci".into());
    upper_case_name: "Uppercase:tag" => 0, Kind::UpperCase("Uppercase".into());
    upper_case_path: "docker/Docker" => 0, Kind::UpperCase("docker/Docker".into());
    upper_case_behind_host: "test:5000/Uppercase/lowercase:tag" => 10, Kind::UpperCase("Uppercase/lowercase".into());
    upper_case_with_space_before: " docker.io/docker/Docker" => 11, Kind::UpperCase("docker/Docker".into());
    upper_case_beyond_ascii: "a/\u{c9}" => 0, Kind::UpperCase("a/\u{c9}".into());
    not_ascii: "a/\u{e9}b" => 2, Kind::Component("\u{e9}b".into());
    signs: "aa/asdf$$^/aa" => 3, Kind::Component("asdf$$^".into());
    variable: "$CI_REGISTRY_IMAGE:abc1234" => 0, Kind::UpperCase("$CI_REGISTRY_IMAGE".into());
    space_inside: "a/b c" => 2, Kind::Component("b c".into());
    dash_first: "-docker" => 0, Kind::Component("-docker".into());
    dash_first_in_namespace: "-docker/docker" => 0, Kind::Component("-docker".into());
    dash_last: "docker-/docker" => 0, Kind::Component("docker-".into());
    dot_last: "a/b." => 2, Kind::Component("b.".into());
    underscores_alone: "____/____" => 0, Kind::Component("____".into());
    underscore_first: "_docker/_docker" => 0, Kind::Component("_docker".into());
    three_underscores: "a/b___c" => 2, Kind::Component("b___c".into());
    two_dots: "a/dock..er" => 2, Kind::Component("dock..er".into());
    underscore_and_dot: "a/dock_.er" => 2, Kind::Component("dock_.er".into());
    dash_and_dot: "a/dock-.er" => 2, Kind::Component("dock-.er".into());
    parent: "../a" => 0, Kind::Host("..".into());
    two_dots_in_host: "dock..er/docker" => 0, Kind::Host("dock..er".into());
    dash_first_in_host: "-docker.io/docker/docker" => 0, Kind::Host("-docker.io".into());
    underscore_in_host: "foo_bar.com/a" => 0, Kind::Host("foo_bar.com".into());
    empty_host: ":5000/a" => 0, Kind::Host(String::new());
    ipv6_without_brackets: "fc00::1:5000/debian" => 5, Kind::Port(":1:5000".into());
    ipv6_zone: "[fe80::1%eth0]:5000/debian" => 0, Kind::Host("[fe80::1%eth0]:5000".into());
    ipv6_mapped: "[2001:db8:3:4::192.0.2.33]:5000/debian" => 0, Kind::Host("[2001:db8:3:4::192.0.2.33]:5000".into());
    ipv6_alone: "[fc00::1]" => 0, Kind::Component("[fc00".into());
    ipv6_and_port_alone: "[fc00::1]:5000" => 0, Kind::Component("[fc00".into());
    ipv6_empty: "[]:5000/a" => 0, Kind::Host("[]:5000".into());
    ipv6_and_letters: "[::1]x/a" => 0, Kind::Host("[::1]x".into());
    port_of_letters: "example.org:port/a" => 12, Kind::Port("port".into());
    port_empty: "example.org:/a" => 12, Kind::Port(String::new());
    tag_before_slash: "name:tag/more" => 5, Kind::Port("tag".into());
    tag_empty: "a/b:" => 4, Kind::Tag(String::new());
    tag_dash_first: "a/b:-x" => 4, Kind::Tag("-x".into());
    tag_dot_first: "a/b:.x" => 4, Kind::Tag(".x".into());
    tag_with_colon: "a/b:c:d" => 4, Kind::Tag("c:d".into());
    tag_with_slash: "example.org/b:c/d" => 14, Kind::Tag("c/d".into());
    tag_with_plus: "a/b:1.0+2" => 4, Kind::Tag("1.0+2".into());
    tag_with_variable: "a/b:$CI_COMMIT_SHA" => 4, Kind::Tag("$CI_COMMIT_SHA".into());
    tag_too_long: "a:{129 x t}" => 2, Kind::Tag("t".repeat(129));
    path_too_long: "b.org/{128 x a/}a:tag" => 6, Kind::TooLong(257);
    digest_empty: "a@" => 2, Kind::Digest(String::new());
    digest_without_algorithm: "a@{64}" => 2, Kind::Digest(HEX_64.into());
    digest_colon_first: "a@:{64}" => 2, Kind::Digest(format!(":{HEX_64}"));
    digest_short: "repo@sha256:ffff" => 5, Kind::DigestLength { expected: 64, found: 4 };
    digest_long: "repo@sha256:{96}" => 5, Kind::DigestLength { expected: 64, found: 96 };
    digest_of_other_algorithm_length: "repo@sha512:{64}" => 5, Kind::DigestLength { expected: 128, found: 64 };
    digest_unknown: "validname@invaliddigest:{64}" => 10, Kind::DigestAlgorithm("invaliddigest".into());
    digest_md5: "a@md5:d41d8cd98f00b204e9800998ecf8427e" => 2, Kind::DigestAlgorithm("md5".into());
    digest_upper_case: "a@sha256:ABCD" => 2, Kind::Digest("sha256:ABCD".into());
    digest_twice: "a@sha256:{64}@sha256:{64}" => 2, Kind::Digest(format!("sha256:{HEX_64}@sha256:{HEX_64}"));
    tag_behind_digest: "a@sha256:{64}:tag" => 2, Kind::Digest(format!("sha256:{HEX_64}:tag"));
}

familiar! {
    official: "docker.io/library/redis:7" => "redis:7";
    of_a_user: "docker.io/dmcgowan/myapp" => "dmcgowan/myapp";
    with_subfolder: "docker.io/library/foo/bar" => "library/foo/bar";
    with_tag_and_digest: "busybox:latest@sha256:{64}" => "busybox:latest@sha256:{64}";
    elsewhere: "example.com:8000/library/redis" => "example.com:8000/library/redis";
    would_be_a_host: "docker.io/localhost/foo" => "docker.io/localhost/foo";
    would_be_a_domain: "docker.io/a.b/c" => "docker.io/a.b/c";
    would_be_an_identifier: "docker.io/{64}" => "library/{64}";
    dotted_name: "test.com:tag" => "test.com:tag";
}

#[test]
fn lenient_lowers_only_the_repository() {
    let lenient = |text| Reference::parse_lenient(text).map(|reference| reference.to_string());
    assert_eq!(lenient("Registry.Example.org/Group/Sub/Name:TAG").unwrap(), "Registry.Example.org/group/sub/name:TAG");
    assert_eq!(lenient("group/Name").unwrap(), "docker.io/group/name");
    assert_eq!(lenient("Name:V1").unwrap(), "docker.io/library/name:V1");
    assert_eq!(lenient("a/\u{c9}").unwrap_err().kind(), &Kind::Component("\u{c9}".into()));
    assert_eq!(lenient("a/B_").unwrap_err().kind(), &Kind::Component("B_".into()));
}

#[test]
fn same_repository_whatever_the_tag_and_the_case_of_the_host() {
    let same = |a, b| Reference::parse(a).unwrap().same_repository(&Reference::parse(b).unwrap());
    assert!(same("ubuntu:22.04", "index.docker.io/library/ubuntu:24.04"));
    assert!(same("Registry.example.org/a/b", "registry.example.org/a/b:1"));
    assert!(!same("registry.example.org/a/b", "registry.example.org:443/a/b"));
    assert!(!same("registry.example.org/a/b", "registry.example.org/a/b/c"));
}

#[test]
fn with_tag_replaces_tag_and_digest() {
    let reference = Reference::parse(&expand("a.org/b:c@sha256:{64}")).unwrap();
    assert_eq!(reference.with_tag("d").unwrap().to_string(), "a.org/b:d");
    assert_eq!(reference.with_tag("-d").unwrap_err().kind(), &Kind::Tag("-d".into()));
    assert_eq!(reference.name(), "a.org/b");
}

#[test]
fn tags() {
    assert!(is_tag("abc1234") && is_tag("_") && is_tag(&"t".repeat(128)));
    assert!(!is_tag("") && !is_tag(".a") && !is_tag("a b") && !is_tag(&"t".repeat(129)));
    assert!(is_floating_tag("latest") && !is_floating_tag("Latest") && !is_floating_tag("main"));
}

#[test]
fn messages_say_what_and_where() {
    let message = |text| Reference::parse(text).unwrap_err().to_string();
    assert_eq!(message("docker://debian"), "an image reference has no scheme: leave out `docker://`");
    assert_eq!(
        message("a.org/Group/name"),
        "the repository `Group/name` has upper-case letters: registries accept lower case only (at byte 6)"
    );
    assert_eq!(message("a.org:x/b"), "`x` is not a port number (at byte 6)");
}

fn reference() -> impl Strategy<Value = String> {
    (
        "([a-zA-Z0-9.:-]{1,12}/|localhost/|docker.io/|library/)?",
        "[a-z0-9._/-]{1,20}",
        "(:[a-zA-Z0-9._-]{0,9})?",
        "(@sha256:[0-9a-f]{64})?",
    )
        .prop_map(|(host, path, tag, digest)| host + &path + &tag + &digest)
}

proptest! {
    #[test]
    fn anything_is_read_without_panic(text in any::<String>()) {
        if let Err(error) = Reference::parse(&text) {
            prop_assert!(error.position() <= text.len());
        }
        let _ = Reference::parse_lenient(&text);
    }

    #[test]
    fn what_is_shown_is_read_back(text in reference()) {
        if let Ok(reference) = Reference::parse(&text) {
            prop_assert_eq!(Reference::parse(&reference.to_string()), Ok(reference.clone()));
            prop_assert_eq!(Reference::parse(&reference.familiar()), Ok(reference.clone()));
            prop_assert_eq!(Reference::parse_lenient(&text), Ok(reference.clone()));
        }
    }
}
