//! Names the functions of a WebAssembly module by places at which like ones lie beside each other: `likeness MODULE NAMED`.
//!
//! Rust makes a function anew for each type that it is used with, and these copies are nearly the same. gzip finds what is
//! repeated within 32 kB alone, so it matters how near they are. binaryen sorts functions by their names
//! (`--reorder-functions-by-name`), so they are named by their places.

use std::collections::HashMap;

use wasm_encoder::{Encode as _, NameMap, NameSection, Section as _};
use wasmparser::{Parser, Payload, TypeRef};

/// As many bytes count as one feature of a function.
const FEATURE: usize = 5;
/// What more functions have says little of any.
const COMMON: usize = 400;
/// How many of the functions before a place say what belongs there, the nearest of them most.
const BEFORE: usize = 3;

fn main() -> anyhow::Result<()> {
    let [module, target] = std::env::args_os()
        .skip(1)
        .collect::<Vec<_>>()
        .try_into()
        .map_err(|_| anyhow::anyhow!("usage: likeness MODULE NAMED, where MODULE has no names"))?;
    let mut module = std::fs::read(module)?;
    let (mut imported, mut bodies) = (0, Vec::new());
    for payload in Parser::new(0).parse_all(&module) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(&module[body.range()]),
            _ => {}
        }
    }
    let mut places = vec![0; bodies.len()];
    for (place, function) in order(&bodies).into_iter().enumerate() {
        places[function] = place;
    }
    let mut names = NameMap::new();
    for (function, place) in (imported..).zip(places) {
        names.append(function, &format!("{place:08}"));
    }
    let mut section = NameSection::new();
    section.functions(&names);
    module.push(section.id());
    section.encode(&mut module);
    std::fs::write(target, module)?;
    Ok(())
}

/// Each function after those that it is likest to, beginning with the first.
fn order(functions: &[&[u8]]) -> Vec<usize> {
    let features: Vec<Vec<&[u8]>> = functions.iter().map(|function| features(function)).collect();
    let mut having: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (at, features) in features.iter().enumerate() {
        for feature in features {
            having.entry(feature).or_default().push(at);
        }
    }
    // What few functions have says most.
    let weight = |feature: &[u8]| (count(functions.len()) / count(having[feature].len())).ln();
    let size: Vec<f32> = features.iter().map(|features| features.iter().map(|feature| weight(feature)).sum()).collect();
    let mut open: Vec<usize> = (0..functions.len()).collect();
    let mut order: Vec<usize> = Vec::with_capacity(functions.len());
    let mut shared = vec![0_f32; functions.len()];
    while !open.is_empty() {
        shared.fill(0.0);
        for (before, &function) in order.iter().rev().take(BEFORE).enumerate() {
            let part = 0.5_f32.powi(i32::try_from(before).unwrap_or(i32::MAX));
            for feature in features[function].iter().filter(|feature| having[**feature].len() <= COMMON) {
                let weight = weight(feature) * part;
                having[feature].iter().for_each(|&other| shared[other] += weight);
            }
        }
        let last = order.last().map_or(0.0, |last| size[*last]);
        let likeness = |at: usize| shared[open[at]] / (size[open[at]] + last).max(1.0);
        // Of equals the first, so that every build has the same order.
        let next = (0..open.len()).rev().max_by(|a, b| likeness(*a).total_cmp(&likeness(*b))).unwrap_or(0);
        order.push(open.remove(next));
    }
    order
}

/// What a function consists of, each once.
fn features(function: &[u8]) -> Vec<&[u8]> {
    let mut features: Vec<&[u8]> = function.windows(FEATURE).collect();
    features.sort_unstable();
    features.dedup();
    features
}

#[expect(clippy::cast_precision_loss, reason = "there are not that many functions")]
fn count(count: usize) -> f32 {
    count as f32
}

#[cfg(test)]
mod tests {
    use super::order;

    #[test]
    fn like_functions_lie_beside_each_other() {
        let functions: [&[u8]; 5] = [b"abcdefghij", b"0123456789", b"abcdefghix", b"x123456789", b"abcdefgxij"];
        assert_eq!(order(&functions), [0, 2, 4, 1, 3]);
    }
}
