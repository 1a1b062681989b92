//! ARCHITECTURE.md says on which floor each crate stands; here it is held against what the crates
//! depend on, so that an arrow upwards fails the build and the table stays true.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Floors by crate, as the table of ARCHITECTURE.md has them: `| floor | `name` | …`.
fn floors(root: &Path) -> BTreeMap<String, u32> {
    let page = std::fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let row = regex::Regex::new(r"(?m)^\| (\d+) \| `([a-z-]+)` \|").unwrap();
    row.captures_iter(&page).map(|row| (row[2].to_owned(), row[1].parse().unwrap())).collect()
}

/// What cargo knows of the crates that lie in `crates/`: each name, and the rooms it stands on.
fn rooms(root: &Path) -> BTreeMap<String, Vec<String>> {
    let told = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root)
        .output()
        .unwrap();
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    let packages = told["packages"].as_array().unwrap();
    let crates = root.join("crates");
    packages
        .iter()
        .filter(|package| {
            Path::new(package["manifest_path"].as_str().unwrap()).starts_with(&crates)
        })
        .map(|package| (short(&package["name"]), stands_on(package)))
        .collect()
}

/// The rooms a package needs when it runs: what only its tests need may come from anywhere.
fn stands_on(package: &Value) -> Vec<String> {
    let dependencies = package["dependencies"].as_array().unwrap();
    dependencies
        .iter()
        .filter(|dependency| dependency["kind"] != "dev" && !dependency["path"].is_null())
        .map(|dependency| short(&dependency["name"]))
        .collect()
}

fn short(name: &Value) -> String {
    let name = name.as_str().unwrap();
    name.strip_prefix("fika-").unwrap_or(name).to_owned()
}

#[test]
fn arrows_go_down_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let (floors, rooms) = (floors(root), rooms(root));
    assert!(rooms.len() > 20, "cargo named only {rooms:?}");
    let unnamed: Vec<_> = rooms.keys().filter(|room| !floors.contains_key(*room)).collect();
    assert!(unnamed.is_empty(), "not in ARCHITECTURE.md: {unnamed:?}");
    let gone: Vec<_> = floors.keys().filter(|room| !rooms.contains_key(*room)).collect();
    assert!(gone.is_empty(), "in ARCHITECTURE.md, but no crate: {gone:?}");
    let upwards: Vec<_> = rooms
        .iter()
        .flat_map(|(room, under)| under.iter().map(move |under| (room, under)))
        .filter(|(room, under)| floors[*room] <= floors[*under])
        .collect();
    assert!(upwards.is_empty(), "on its own floor or above it: {upwards:?}");
}
