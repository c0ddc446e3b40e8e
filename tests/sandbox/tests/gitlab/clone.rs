//! The repository can be cloned from the server, by git itself.

use std::path::Path;

use crate::client::send;
use crate::fixture::Fixture;
use repin_sandbox::Git;
use repin_sandbox::gitlab::{Kind, Reach, Scope, Token, Visibility};

fn clone(it: &Fixture, url: &str, name: &str, options: &[&str]) -> repin_sandbox::Result<Git> {
    let to = it.git.dir().with_file_name(name);
    let to_text = to.to_string_lossy().into_owned();
    it.git.run(&[&["clone", "--quiet", "--bare"], options, &[url, &to_text]].concat())?;
    Ok(Git::open(Path::new(&to)))
}

#[test]
fn clones_have_what_the_repository_has() {
    let it = Fixture::new();
    let url = format!("{}/group/sub/notes.git", it.server.url());
    let refs = ["for-each-ref", "--format=%(objectname) %(refname)"];
    for (name, options) in [
        ("whole", &[][..]),
        ("treeless", &["--filter=tree:0"][..]),
        ("shallow", &["--depth=1", "--no-single-branch"][..]),
    ] {
        let copy = clone(&it, &url, name, options).expect("it can be cloned");
        assert_eq!(copy.run(&refs).expect("git runs"), it.git(&refs), "{name}");
    }
    let treeless = Git::open(&it.git.dir().with_file_name("treeless"));
    let local = treeless.run(&["cat-file", "--batch-all-objects", "--batch-check=%(objecttype)"]).expect("git runs");
    assert!(local.lines().all(|kind| kind == "commit" || kind == "tag"), "the filter was heeded");
    assert!(
        it.server.log().iter().any(|entry| entry.path_and_query.ends_with("/git-upload-pack") && entry.sent_bytes > 0)
    );
}

#[test]
fn private_projects_are_cloned_with_a_password() {
    let it = Fixture::new();
    it.server.update(1, |project| project.visibility = Visibility::Private);
    for (secret, scope) in [("right", Scope::ReadRepository), ("wrong", Scope::ReadRegistry)] {
        it.server.add_token(Token {
            secret: secret.to_owned(),
            kind: Kind::Personal,
            scopes: vec![scope],
            projects: Reach::All,
            expired: false,
        });
    }
    let with = |user: &str| it.server.url().replace("http://", &format!("http://{user}")) + "/group/sub/notes.git";
    assert!(clone(&it, &with(""), "nobody", &[]).is_err());
    assert!(clone(&it, &with("ada:wrong@"), "wrong", &[]).is_err());
    assert!(clone(&it, &with("ada:right@"), "right", &[]).is_ok());
}

#[test]
fn answers_are_compressed_for_who_can_read_it() {
    let it = Fixture::new();
    let url = it.at("/repository/commits");
    let plain = send("GET", &url, &[], "").expect("it answers");
    let packed = send("GET", &url, &[("accept-encoding", "gzip")], "").expect("it answers");
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.body.len() < plain.body.len() / 2);
    assert_eq!(it.server.log()[1].sent_bytes, packed.body.len() as u64);
}
