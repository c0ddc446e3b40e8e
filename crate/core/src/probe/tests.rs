//! Where paths lead, in a tree of a few files and links.

use std::collections::BTreeMap;
use std::convert::Infallible;

use super::*;

/// A tree whose objects are named by their paths; a link's target follows `->`, a submodule's name ends in `@`.
struct Files(BTreeMap<Vec<u8>, (Mode, Vec<u8>)>);

fn oid(path: &[u8]) -> Oid {
    let mut bytes = [0_u8; 20];
    for (at, byte) in path.iter().enumerate() {
        bytes[at % 20] = bytes[at % 20].wrapping_mul(31).wrapping_add(*byte);
    }
    Oid::new(bytes)
}

impl Files {
    fn of(files: &[&str]) -> Self {
        let file = |text: &&str| match (text.split_once(" -> "), text.strip_suffix('@')) {
            (Some((path, target)), _) => (path.into(), (Mode::LINK, target.into())),
            (None, Some(path)) => (path.into(), (Mode::SUBMODULE, Vec::new())),
            (None, None) => ((*text).into(), (Mode::FILE, text.as_bytes().to_vec())),
        };
        Self(files.iter().map(file).collect())
    }
}

impl Tree for Files {
    type Error = Infallible;

    fn list(&mut self, path: &[u8], _: Oid, each: &mut dyn FnMut(&[u8], Mode, Oid)) -> Result<(), Infallible> {
        let mut last: &[u8] = b"";
        for (file, (mode, _)) in &self.0 {
            let Some(rest) = tree::relative(file, path) else { continue };
            let name = rest.split(|&byte| byte == b'/').next().unwrap();
            if name.len() < rest.len() && name != last {
                each(name, Mode::TREE, oid(&join(path, name)));
                last = name;
            } else if name.len() == rest.len() {
                each(name, *mode, oid(file));
            }
        }
        Ok(())
    }

    fn blob(&mut self, path: &[u8], _: Oid, limit: usize) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(Some(self.0[path].1.clone()).filter(|content| content.len() <= limit))
    }

    fn too_deep(&self, _: &[u8]) -> Infallible {
        unreachable!("nothing here is deep")
    }
}

/// `end, over the links`.
fn follow(files: &[&str], path: &str) -> String {
    let mut files = Files::of(files);
    let mut probe = Probe::new(&mut files, oid(b""));
    let (links, end) = probe.follow(path.as_bytes()).unwrap();
    let text = |path: &Vec<u8>| String::from_utf8(path.clone()).unwrap();
    let mut said = match end {
        End::Missing => "nothing".to_owned(),
        End::Submodule(path) => format!("submodule {}", text(&path)),
        End::Found(path, mode, _) if mode.is_tree() => format!("folder {:?}", text(&path)),
        End::Found(path, ..) => format!("file {}", text(&path)),
    };
    for link in links.iter().take(5) {
        said += ", over ";
        said += &text(link);
    }
    said
}

macro_rules! leads {
    ($($name:ident: $files:expr, $path:expr => $want:expr;)+) => { $(
        #[test]
        fn $name() { assert_eq!(follow(&$files, $path), $want); }
    )+ };
}

leads! {
    a_file: ["a"], "a" => "file a";
    a_file_in_a_folder: ["a/b/c"], "a/b/c" => "file a/b/c";
    a_folder: ["a/b/c"], "a/b" => "folder \"a/b\"";
    the_root: ["a"], "" => "folder \"\"";
    the_root_by_dots: ["a/b"], "a/.." => "folder \"\"";
    nothing: ["a"], "b" => "nothing";
    below_a_file: ["a"], "a/b" => "nothing";
    out_of_the_root: ["a"], "../a" => "nothing";
    a_submodule: ["a@"], "a" => "submodule a";
    below_a_submodule: ["a@"], "a/b/c" => "submodule a";
    a_link: ["a -> b", "b"], "a" => "file b, over a";
    a_link_to_a_folder: ["a -> b", "b/c"], "a" => "folder \"b\", over a";
    a_link_in_the_middle: ["a -> b", "b/c/d"], "a/c/d" => "file b/c/d, over a";
    a_chain: ["a -> b", "b -> c", "c"], "a" => "file c, over a, over b";
    a_chain_through_folders: ["a -> b/c", "b -> d", "d/c -> e", "d/e"], "a" => "file d/e, over a, over b, over d/c";
    seen_from_the_links_folder: ["a/b -> ../c", "c"], "a/b" => "file c, over a/b";
    dots_after_a_link: ["a -> b/c", "b/c/x", "b/d"], "a/x" => "file b/c/x, over a";
    a_link_to_its_folder: ["a/b -> .", "a/c"], "a/b/c" => "file a/c, over a/b";
    a_link_to_the_root: ["a/b -> ..", "c"], "a/b/c" => "file c, over a/b";
    a_dangling_link: ["a -> b"], "a" => "nothing, over a";
    an_absolute_link: ["a -> /etc"], "a" => "nothing, over a";
    a_link_out_of_the_repository: ["a -> ../b", "b"], "a" => "nothing, over a";
    a_loop: ["a -> b", "b -> a"], "a" => "nothing, over a, over b, over a, over b, over a";
    a_link_to_itself: ["a -> a"], "a/x" => "nothing, over a, over a, over a, over a, over a";
    a_link_into_a_submodule: ["a -> b/c", "b@"], "a" => "submodule b, over a";
}

#[test]
fn facts_hold_as_far_as_they_go() {
    let (one, two) = (oid(b"one"), oid(b"two"));
    for (seen, now, holds) in [
        (Seen::Absent, None, true),
        (Seen::Absent, Some((Mode::FILE, one)), false),
        (Seen::Kind(Mode::FILE), None, false),
        (Seen::Kind(Mode::FILE), Some((Mode::FILE, two)), true),
        (Seen::Kind(Mode::FILE), Some((Mode::EXECUTABLE, two)), true),
        (Seen::Kind(Mode::FILE), Some((Mode::TREE, two)), false),
        (Seen::Kind(Mode::TREE), Some((Mode::TREE, two)), true),
        (Seen::Kind(Mode::LINK), Some((Mode::FILE, two)), false),
        (Seen::Content(Mode::FILE, one), Some((Mode::FILE, one)), true),
        (Seen::Content(Mode::FILE, one), Some((Mode::EXECUTABLE, one)), true),
        (Seen::Content(Mode::FILE, one), Some((Mode::FILE, two)), false),
        (Seen::Content(Mode::FILE, one), Some((Mode::LINK, one)), false),
        (Seen::Content(Mode::FILE, one), None, false),
    ] {
        assert_eq!(seen.agrees(now), holds, "{seen:?} {now:?}");
    }
}

#[test]
fn what_was_read_is_a_fact_and_stays_one() {
    let mut files = Files::of(&["a -> b", "b"]);
    let mut probe = Probe::new(&mut files, oid(b""));
    probe.read(b"a").unwrap();
    probe.look(b"b").unwrap();
    probe.look(b"c").unwrap();
    let facts: Vec<_> = probe.facts.into_iter().collect();
    let wanted = [
        (b"a".to_vec(), Seen::Content(Mode::LINK, oid(b"a"))),
        (b"b".to_vec(), Seen::Content(Mode::FILE, oid(b"b"))),
        (b"c".to_vec(), Seen::Absent),
    ];
    assert_eq!(facts, wanted);
    assert!(!probe.searched);
}
