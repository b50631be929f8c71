//! The layers of the core import one way (rust/ARCHITECTURE.md).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// From the ground up; modules of one line may not import each other either.
const LAYERS: &[&[&str]] = &[
    &["error"],
    &["lanes", "chi_square", "geodesy", "id"],
    &["linalg"],
    &["gaussian"],
    &["motion", "sensor"],
    &["filter"],
    &["assoc"],
    &["track"],
    &["fuse"],
    &["exchange"],
    &["metric"],
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            out.push(path);
        }
    }
    out
}

/// The modules that a line names as `crate::module`.
fn named(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("crate::").map(|(at, found)| {
        let rest = &line[at + found.len()..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        &rest[..end]
    })
}

#[test]
fn every_module_has_a_layer_and_imports_only_lower_ones() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut checked = 0;
    for path in sources(&root) {
        let inside = path.strip_prefix(&root).unwrap();
        let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = first.trim_end_matches(".rs");
        if module == "lib" {
            continue;
        }
        let own = layer(module).unwrap_or_else(|| panic!("{module} has no layer"));
        let text = fs::read_to_string(&path).unwrap();
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for other in named(line).filter(|&other| other != module) {
                let Some(other_layer) = layer(other) else { continue }; // Result, Error
                assert!(other_layer < own, "{}: {line}", inside.display());
                checked += 1;
            }
        }
    }
    assert!(checked > 20, "the test reads the imports");
}
