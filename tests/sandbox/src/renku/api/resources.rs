//! What sessions may use.

use serde_json::{Value, json};

use crate::renku::error::{Answer, refusal};
use crate::renku::state::found;

/// The class that a session has where nothing says another.
pub(crate) const DEFAULT: u64 = 1;

/// `GET /api/data/resource_pools`.
pub(crate) fn pools() -> Value {
    let class = |id: u64, name: &str, cpu: f64, memory: u64| {
        json!({ "id": id, "name": name, "cpu": cpu, "memory": memory, "gpu": 0, "max_storage": 20, "default_storage": 5,
                "default": id == DEFAULT, "matching": true, "tolerations": [], "node_affinities": [] })
    };
    json!([{
        "id": 1, "name": "Public pool", "default": true, "public": true, "platform": "linux/amd64",
        "quota": { "cpu": 100, "memory": 1000, "gpu": 0, "storage": 1_000_000 },
        "classes": [class(1, "small", 0.5, 1), class(2, "large", 2.0, 4)],
    }])
}

/// The class of a number.
pub(crate) fn find(id: u64) -> Option<Value> {
    let pools = pools();
    let classes = pools[0]["classes"].as_array()?;
    classes.iter().find(|class| class["id"] == id).cloned()
}

/// `GET /api/data/classes/ID`.
pub(crate) fn class(id: &str) -> Answer {
    match id.parse().ok().and_then(find) {
        Some(class) => Ok(found(&class)),
        None => Err(refusal(404, &format!("The resource class with id '{id}' cannot be found."))),
    }
}
