//! Images made by hand, of every kind.

use repin_forge::registry::digest_of;
use serde_json::{Value, json};

use crate::world::World;

pub(crate) const OCI: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const DOCKER: &str = "application/vnd.docker.distribution.manifest.v2+json";
pub(crate) const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

/// A manifest in a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) kind: String,
    pub(crate) digest: String,
    pub(crate) bytes: Vec<u8>,
}

/// What a tag or digest stands for, as the registry itself says it to the sandbox.
pub(crate) fn there(world: &World, repository: &str, reference: &str) -> Option<Made> {
    let found = world.registry.manifest(repository, reference).unwrap();
    found.map(|(kind, digest, bytes)| Made { kind, digest, bytes })
}

fn put(world: &World, repository: &str, tag: &str, kind: &str, bytes: &[u8]) -> Made {
    let digest = digest_of("sha256", bytes).unwrap();
    let reference = if tag.is_empty() { &digest } else { tag };
    assert_eq!(world.registry.put_manifest(repository, reference, kind, bytes).unwrap(), digest);
    Made { kind: kind.to_owned(), digest, bytes: bytes.to_vec() }
}

/// An image in OCI's form.
pub(crate) fn oci(world: &World, repository: &str, tag: &str) -> Made {
    world.push(repository, tag);
    there(world, repository, tag).unwrap()
}

/// The same in Docker's form, with white space that no program would write again.
pub(crate) fn docker(world: &World, repository: &str, tag: &str) -> Made {
    let base = oci(world, repository, &format!("{tag}-oci"));
    let mut json: Value = serde_json::from_slice(&base.bytes).unwrap();
    json["mediaType"] = json!(DOCKER);
    json["config"]["mediaType"] = json!("application/vnd.docker.container.image.v1+json");
    json["layers"][0]["mediaType"] = json!("application/vnd.docker.image.rootfs.diff.tar.gzip");
    let text = format!("\n{}\n \n", serde_json::to_string_pretty(&json).unwrap());
    put(world, repository, tag, DOCKER, text.as_bytes())
}

/// An index of these manifests.
pub(crate) fn index(world: &World, repository: &str, tag: &str, kind: &str, children: &[Made]) -> Made {
    let entries: Vec<Value> = children
        .iter()
        .enumerate()
        .map(|(at, child)| {
            let platform = json!({ "architecture": if at == 0 { "amd64" } else { "arm64" }, "os": "linux" });
            json!({ "mediaType": child.kind, "size": child.bytes.len(), "digest": child.digest, "platform": platform })
        })
        .collect();
    let text = json!({ "schemaVersion": 2, "mediaType": kind, "manifests": entries }).to_string();
    put(world, repository, tag, kind, format!("{text}\n").as_bytes())
}

/// One of each kind, by its media type.
pub(crate) fn each(world: &World, repository: &str) -> Vec<(&'static str, Made)> {
    let children = [oci(world, repository, "child-1"), oci(world, repository, "child-2")];
    let docker_children = [docker(world, repository, "child-3"), docker(world, repository, "child-4")];
    vec![
        ("oci", oci(world, repository, "oci")),
        ("docker", docker(world, repository, "docker")),
        ("index", index(world, repository, "index", OCI_INDEX, &children)),
        ("list", index(world, repository, "list", DOCKER_LIST, &docker_children)),
    ]
}
