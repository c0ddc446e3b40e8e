//! Images made and looked at by a well-known tool.

use std::process::Command;

use crate::made::{DOCKER_LIST, OCI_INDEX, docker, index, oci, there};
use crate::retag::{shown, tag};
use crate::world::World;

/// Runs skopeo with a login for the registry.
fn skopeo(world: &World, args: &[&str]) -> Vec<u8> {
    let args: Vec<String> = args.iter().map(|arg| arg.replace("REGISTRY", world.registry.host())).collect();
    let output = Command::new("skopeo").args(&args).output().expect("skopeo is installed");
    assert!(output.status.success(), "skopeo {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn raw(world: &World, tag: &str) -> Vec<u8> {
    let image = format!("docker://REGISTRY/group/name:{tag}");
    skopeo(world, &["inspect", "--raw", "--tls-verify=false", "--creds", "ada:write", &image])
}

#[test]
fn skopeo_sees_the_same_before_and_after() {
    let world = World::new();
    let folder = std::env::temp_dir().join(format!("repin-skopeo-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let children = [oci(&world, "group/name", "a"), oci(&world, "group/name", "b")];
    let docker_children = [docker(&world, "group/name", "c"), docker(&world, "group/name", "d")];
    index(&world, "group/name", "index", OCI_INDEX, &children);
    index(&world, "group/name", "list", DOCKER_LIST, &docker_children);
    for (name, format) in [("a", "oci"), ("c", "v2s2"), ("index", "oci"), ("list", "v2s2")] {
        // Out and in again: what lies there then was written by the tool.
        let kept = format!("dir:{}", folder.join(name).display());
        let (from, to) =
            (format!("docker://REGISTRY/group/name:{name}"), format!("docker://REGISTRY/group/name:{name}-tool"));
        let login = ["--src-tls-verify=false", "--dest-tls-verify=false"];
        let out = [&["copy", "--all", "--src-creds", "ada:write"], &login[..], &[from.as_str(), &kept]].concat();
        skopeo(&world, &out);
        let back = ["copy", "--all", "--dest-creds", "ada:write", "--format", format];
        skopeo(&world, &[&back, &login[..], &[kept.as_str(), &to]].concat());

        let (tool, new) = (format!("{name}-tool"), format!("{name}-new"));
        let before = raw(&world, &tool);
        let done = tag(&world.open("write"), &tool, &[&new], |_| {});
        assert_eq!(shown(done, &world), format!("{new} Tagged"));
        assert_eq!(raw(&world, &new), before, "{name}");
        assert_eq!(raw(&world, &tool), before, "{name}");
        assert_eq!(there(&world, "group/name", &new).map(|made| made.bytes), Some(before), "{name}");
    }
    std::fs::remove_dir_all(&folder).ok();
}
