//! `repin cache`.

use std::fs;

use insta::assert_snapshot;
use repin_forge::cache::{FileCache, Store as _, Stores as _};

use crate::repository::{Run, folder};

#[test]
fn it_is_shown_and_cleared() {
    let here = folder("cache");
    let place = here.to_string_lossy().into_owned();
    let repin = |args: &[&str]| Run::new(args).within(&here).variable("XDG_CACHE_HOME", &place).run().shown();
    assert_snapshot!("cache_info_of_none", repin(&["cache", "info"]));
    let cache = FileCache::at(here.join("repin"));
    for id in 1..=2 {
        let store = cache.store("https://gitlab.example.org", &id.to_string());
        pollster::block_on(store.put("key", b"value"));
        pollster::block_on(store.put("another", &vec![0; 100_000]));
    }
    assert_snapshot!("cache_info", repin(&["cache", "info"]));
    assert_snapshot!("cache_clear", repin(&["cache", "clear"]));
    assert_eq!(cache.size().values, 0);
    assert_snapshot!("cache_clear_of_none", repin(&["cache", "clear"]));
}

#[test]
fn it_may_not_be_there() {
    let here = folder("cache-broken");
    fs::write(here.join("repin"), "a file where the folder should be").unwrap();
    let place = here.to_string_lossy().into_owned();
    let ran = Run::new(&["cache", "info"]).within(&here).variable("XDG_CACHE_HOME", &place).run();
    assert_eq!(ran.code(), 0, "{}", ran.shown());
}
