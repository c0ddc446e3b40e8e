//! What each crate weighs in a WebAssembly module that has its names: `weigh MODULE`. Prints a table.

use std::collections::HashMap;

use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

/// Crates of the standard library: their generic code belongs to whoever uses it.
const STANDARD: [&str; 5] = ["core", "alloc", "std", "hashbrown", "compiler_builtins"];

fn main() -> anyhow::Result<()> {
    let path = std::env::args_os().nth(1).ok_or_else(|| anyhow::anyhow!("which module?"))?;
    let module = std::fs::read(path)?;
    let (mut imported, mut sizes, mut names, mut data) = (0, Vec::new(), HashMap::new(), 0);
    for payload in Parser::new(0).parse_all(&module) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => sizes.push(body.range().len()),
            Payload::DataSection(section) => data = section.range().len(),
            Payload::CustomSection(section) => {
                let KnownCustom::Name(subsections) = section.as_known() else { continue };
                for subsection in subsections {
                    let Name::Function(functions) = subsection? else { continue };
                    for naming in functions {
                        let naming = naming?;
                        names.insert(usize::try_from(naming.index)?, naming.name);
                    }
                }
            }
            _ => {}
        }
    }
    let mut weights: HashMap<&str, (usize, usize)> = HashMap::from([("texts and tables", (data, 0))]);
    for (at, size) in sizes.iter().enumerate() {
        let weight =
            weights.entry(names.get(&(imported + at)).map_or("without a name", |name| owner(name))).or_default();
        *weight = (weight.0 + size, weight.1 + 1);
    }
    let all: usize = weights.values().map(|(bytes, _)| bytes).sum();
    let mut rows: Vec<_> = weights.into_iter().collect();
    rows.sort_by_key(|(name, (bytes, _))| (std::cmp::Reverse(*bytes), *name));
    println!("| crate, with the generic code that it uses | bytes | of all | functions |\n|---|---:|---:|---:|");
    for (name, (bytes, functions)) in rows.iter().filter(|(_, (bytes, _))| *bytes * 200 > all) {
        println!("| {name} | {} kB | {} % | {functions} |", bytes.div_ceil(1000), bytes * 100 / all);
    }
    Ok(())
}

/// The crate that a function is there for: the first that its name names beside the standard library's.
fn owner(name: &str) -> &str {
    let crates = name.split(|c: char| !(c.is_alphanumeric() || "_:[]".contains(c))).filter_map(|path| {
        let first = path.split_once("::")?.0;
        let first = first.split('[').next()?;
        (!first.is_empty() && !first.contains(':')).then_some(first)
    });
    let mut standard = None;
    for name in crates {
        if !STANDARD.contains(&name) {
            return name;
        }
        standard = standard.or(Some("the standard library"));
    }
    standard.unwrap_or("the standard library")
}
