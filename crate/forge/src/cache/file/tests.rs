use std::thread;

use tempfile::TempDir;

use super::*;
use crate::cache::NoStore;

const BASE: &str = "https://gitlab.example.org";

fn cache() -> (TempDir, FileCache) {
    let folder = TempDir::new().expect("there is a folder for temporary files");
    let cache = FileCache::at(folder.path().join("repin"));
    (folder, cache)
}

fn get(store: &impl Store, key: &str) -> Option<Vec<u8>> {
    pollster::block_on(store.get(key))
}

fn put(store: &impl Store, key: &str, value: &[u8]) {
    pollster::block_on(store.put(key, value));
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() { files.extend(self::files(&entry.path())) } else { files.push(entry.path()) }
    }
    files
}

#[test]
fn what_is_put_is_there() {
    let (folder, cache) = cache();
    let store = cache.store(BASE, "42");
    assert_eq!(get(&store, "a"), None);
    put(&store, "a", b"value");
    put(&store, "empty", b"");
    put(&store, "../../etc/passwd\0\n", &[0, 255]);
    assert_eq!(get(&store, "a").as_deref(), Some(&b"value"[..]));
    assert_eq!(get(&store, "empty").as_deref(), Some(&b""[..]));
    assert_eq!(get(&store, "../../etc/passwd\0\n").as_deref(), Some(&[0, 255][..]));
    assert_eq!(get(&store, "b"), None);
    put(&store, "a", b"another");
    assert_eq!(get(&cache.store(BASE, "42"), "a").as_deref(), Some(&b"another"[..]));
    let again = FileCache::at(cache.folder());
    assert_eq!(get(&Some(again.store(BASE, "42")), "a").as_deref(), Some(&b"another"[..]), "another process");
    assert!(files(folder.path()).iter().all(|file| file.starts_with(cache.folder())));
}

#[test]
fn projects_are_kept_apart() {
    let (_folder, cache) = cache();
    put(&cache.store(BASE, "42"), "a", b"value");
    for (base, id) in [
        (BASE, 43),
        ("http://gitlab.example.org", 42),
        ("https://gitlab.example.org:8443", 42),
        ("https://gitlab.example.org/8443", 42),
        ("https://gitlab.example.org_8443", 42),
        ("https://gitlab.example.net", 42),
        ("..", 42),
        ("", 42),
    ] {
        let store = cache.store(base, &id.to_string());
        assert_eq!(get(&store, "a"), None, "{base} {id}");
        put(&store, "a", base.as_bytes());
        assert_eq!(get(&store, "a").as_deref(), Some(base.as_bytes()), "{base} {id}");
    }
    assert_eq!(get(&cache.store(BASE, "42"), "a").as_deref(), Some(&b"value"[..]));
    assert_eq!(cache.size(), Size { projects: 9, values: 9, bytes: 9 * 4096 });
}

#[test]
fn names_of_folders() {
    for (base, expected) in [
        ("https://gitlab.example.org", "gitlab.example.org-"),
        ("https://GitLab.example.org:8443/root", "gitlab.example.org_8443_root-"),
        ("https://[::1]:80", "___1__80-"),
        ("..", "-"),
        ("https://../../x", "x-"),
    ] {
        let name = folder_name(base);
        assert_eq!(&name[..name.len() - 8], expected, "{base}");
        assert!(!name.contains(['/', '\\', ':']), "{name}");
    }
}

#[test]
fn what_is_torn_is_absent() {
    let (_folder, cache) = cache();
    let store = cache.store(BASE, "42");
    put(&store, "key", b"value");
    let path = store.path("key");
    let whole = fs::read(&path).expect("it is there");
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).expect("it can be written");
        assert_eq!(get(&store, "key"), None, "the first {length} bytes");
    }
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        fs::write(&path, &bytes).expect("it can be written");
        assert_eq!(get(&store, "key"), None, "byte {at}");
    }
    fs::write(&path, [&whole[..], b"x"].concat()).expect("it can be written");
    assert_eq!(get(&store, "key"), None, "one more byte");
    fs::write(store.path("key"), &whole).expect("it can be written");
    assert_eq!(get(&store, "key").as_deref(), Some(&b"value"[..]));
    let other = store.path("other");
    fs::create_dir_all(other.parent().expect("it is in a folder")).expect("it can be made");
    fs::rename(&path, &other).expect("it can be moved");
    assert_eq!(get(&store, "other"), None, "the value of another key");
    put(&store, "other", b"mended");
    assert_eq!(get(&store, "other").as_deref(), Some(&b"mended"[..]));
}

#[test]
fn a_cache_that_cannot_be_written_is_none() {
    let (folder, _) = cache();
    // A file where the folder should be stops even the superuser, for whom no folder is read-only.
    let file = folder.path().join("file");
    fs::write(&file, "x").expect("it can be written");
    let cache = FileCache::at(file.join("repin"));
    let store = cache.store(BASE, "42");
    put(&store, "a", b"value");
    assert_eq!(get(&store, "a"), None);
    assert_eq!(cache.size(), Size::default());
    put(&NoStore, "a", b"value");
    assert_eq!(get(&NoStore, "a"), None);
    put(&None::<FileStore>, "a", b"value");
    assert_eq!(get(&None::<FileStore>, "a"), None);
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_read_only() {
    use std::os::unix::fs::PermissionsExt as _;

    let (folder, cache) = cache();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).expect("it is ours");
    let is_superuser = fs::write(folder.path().join("probe"), "").is_ok();
    let store = cache.store(BASE, "42");
    put(&store, "a", b"value");
    assert_eq!(get(&store, "a").is_some(), is_superuser);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).expect("it is ours");
}

#[cfg(unix)]
#[test]
fn it_is_the_users_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let (_folder, cache) = cache();
    put(&cache.store(BASE, "42"), "a", b"value");
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    for file in files(&cache.values()) {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
        for folder in file.ancestors().skip(1).take_while(|folder| folder.starts_with(cache.folder())) {
            assert_eq!(mode(folder), 0o700, "{}", folder.display());
        }
    }
    let tag = fs::read_to_string(cache.folder().join("CACHEDIR.TAG")).expect("it is there");
    assert!(tag.starts_with("Signature: 8a477f597d28d172789f06886806bc55"));
}

#[test]
fn the_oldest_go_first() {
    let (_folder, cache) = cache();
    let cache = cache.with_limit(20 * 4096);
    let store = cache.store(BASE, "42");
    let day = Duration::from_hours(24);
    for number in 0_u32..20 {
        let key = number.to_string();
        put(&store, &key, b"value");
        let age = day * (30 - number);
        let file = OpenOptions::new().write(true).open(store.path(&key)).expect("it is there");
        file.set_modified(SystemTime::now() - age).expect("it is ours");
    }
    assert_eq!(cache.size().values, 20, "as many as may be");
    // The oldest is used, and so is not the oldest any more.
    assert!(get(&store, "0").is_some());
    put(&store, "new", &[0; 2 * 4096]);
    let there: Vec<u32> = (0..20).filter(|number| get(&store, &number.to_string()).is_some()).collect();
    assert!(get(&store, "new").is_some());
    assert!(there.contains(&0), "{there:?}");
    assert!(!there.contains(&1) && there.contains(&19), "{there:?}");
    assert!(cache.size().bytes <= 18 * 4096, "{:?}", cache.size());

    for number in 0..60 {
        put(&cache.store(BASE, &number.to_string()), "key", &[1; 3000]);
        assert!(cache.size().bytes <= 22 * 4096, "{:?}", cache.size());
    }
    assert!(cache.size().projects <= 22, "folders of what is gone: {:?}", cache.size());
}

#[test]
fn abandoned_drafts_are_removed() {
    let (_folder, cache) = cache();
    let store = cache.store(BASE, "42");
    put(&store, "a", b"value");
    let folder = store.path("a").parent().expect("it is in a folder").to_owned();
    let (old, new) = (folder.join("draft-1-old"), folder.join("draft-1-new"));
    File::create(&old).and_then(|file| file.set_modified(SystemTime::UNIX_EPOCH)).expect("it can be written");
    File::create(&new).expect("it can be written");
    sweep::make_room(&cache.values(), LIMIT);
    assert!(!old.exists() && new.exists());
    assert_eq!(cache.size().values, 1, "a draft is no value");
}

#[test]
fn everything_can_be_forgotten() {
    let (_folder, cache) = cache();
    cache.clear().expect("nothing is there");
    let store = cache.store(BASE, "42");
    put(&store, "a", b"value");
    fs::write(cache.folder().join("not-ours"), "x").expect("it can be written");
    cache.clear().expect("it is ours");
    assert_eq!((get(&store, "a"), cache.size()), (None, Size::default()));
    assert!(cache.folder().join("not-ours").exists());
    put(&store, "a", b"value");
    assert!(get(&store, "a").is_some());
}

#[test]
fn several_use_it_at_once() {
    let (_folder, cache) = cache();
    let value = |key: usize, writer: usize| vec![u8::try_from(16 * key + writer).expect("it fits"); 5000 + key];
    thread::scope(|scope| {
        for writer in 0..4 {
            let cache = FileCache::at(cache.folder()).with_limit(10 * 8192);
            scope.spawn(move || {
                let store = cache.store(BASE, "42");
                for round in 0..100 {
                    let key = round % 10;
                    if writer == 3 && round == 50 {
                        cache.clear().expect("it is ours");
                    }
                    put(&store, &key.to_string(), &value(key, writer));
                    if let Some(found) = get(&store, &key.to_string()) {
                        assert!(
                            (0..4).any(|writer| found == value(key, writer)),
                            "a value of another key, or half of one"
                        );
                    }
                }
            });
        }
    });
    assert!(files(&cache.values()).iter().all(|file| !file.to_string_lossy().contains(sweep::DRAFT)));
}
