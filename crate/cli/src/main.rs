//! The command `repin`.
fn main() {}
