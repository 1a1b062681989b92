//! The public service model becomes Rust: routes, shapes, constraints and errors.
//!
//! - [`source`]: fetches the pinned package that carries the model
//! - [`model`]: the model as data
//! - [`served`]: which operations get shapes, and facts the model leaves out
//! - [`names`]: AWS's spellings as Rust's
//! - [`bad_input`]: what the test needs that breaks every constraint
//! - [`coverage`]: the page that says what fika makes of each operation
//! - [`routes`], [`enums`], [`shapes`], [`inputs`], [`outputs`], [`constraints`], [`errors`]:
//!   one generated file each
//!
//! Another operation is one more line in [`served::OPERATIONS`] and a run of
//! `cargo xtask codegen`.

mod bad_input;
mod constraints;
mod coverage;
mod enums;
mod errors;
mod inputs;
mod model;
mod names;
mod outputs;
mod routes;
mod served;
mod shapes;
mod source;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Result;
use model::Model;

const FOLDER: &str = "crates/aws/src/generated";
const HEADER: &str =
    "// Written by `cargo xtask codegen` from the public service model. Do not edit.\n";

/// Writes the generated files, and removes those no longer generated.
pub fn write(root: &Path) -> Result<()> {
    let files = formatted(root)?;
    for stale in stale(root, &files)? {
        std::fs::remove_file(root.join(stale))?;
    }
    for (name, text) in &files {
        let path = root.join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        if std::fs::read_to_string(&path).ok().as_ref() != Some(text) {
            std::fs::write(&path, text)?;
            println!("wrote {name}");
        }
    }
    Ok(())
}

/// Fails when the files on disk are not what the model says.
pub fn check(root: &Path) -> Result<()> {
    let files = formatted(root)?;
    let mut wrong = stale(root, &files)?;
    wrong.extend(files.iter().filter_map(|(name, text)| {
        let there = std::fs::read_to_string(root.join(name)).ok();
        (there.as_ref() != Some(text)).then(|| name.clone())
    }));
    if wrong.is_empty() {
        return Ok(());
    }
    wrong.sort();
    let list = wrong.join("\n  ");
    Err(format!("generated files are out of date: run `cargo xtask codegen`\n  {list}").into())
}

/// Every generated file by its path in the repository, as rustfmt would have it.
fn formatted(root: &Path) -> Result<BTreeMap<String, String>> {
    let model = Model::read(&source::model(root)?)?;
    coverage::check(&model)?;
    let mut files = BTreeMap::from([
        (coverage::PAGE.into(), coverage::page(&model)?),
        (bad_input::FILE.into(), bad_input::file(&model, served::OPERATIONS)?),
    ]);
    for (name, text) in generate(&model, served::OPERATIONS)? {
        files.insert(format!("{FOLDER}/{name}"), format(root, &text)?);
    }
    Ok(files)
}

/// Every file of Rust, by its name in [`FOLDER`]. Depends on nothing but the arguments.
fn generate(model: &Model, served: &[&str]) -> Result<Vec<(&'static str, String)>> {
    let plan = shapes::Plan::of(model, served)?;
    let files = [
        ("mod.rs", modules()),
        ("lambda/operation.rs", routes::generate(model, served)?),
        ("lambda/enums.rs", enums::generate(&plan)?),
        ("lambda/structures.rs", shapes::generate(&plan)?),
        ("lambda/inputs.rs", inputs::generate(&plan)?),
        ("lambda/outputs.rs", outputs::generate(&plan)?),
        ("lambda/constraints.rs", constraints::generate(&plan)?),
        ("lambda/errors.rs", errors::generate(model)?),
        ("lambda.rs", lambda()),
    ];
    Ok(files.into_iter().map(|(name, text)| (name, format!("{HEADER}{text}"))).collect())
}

fn modules() -> String {
    "//! What `cargo xtask codegen` wrote. People edit the generator, never these files.\n\n\
     pub mod lambda;\n"
        .into()
}

fn lambda() -> String {
    "//! Lambda, 2015-03-31: every operation's route; shapes and constraints of those served.\n\n\
     mod constraints;\nmod enums;\nmod errors;\nmod inputs;\nmod operation;\nmod outputs;\n\
     mod structures;\n\n\
     pub use enums::*;\npub use inputs::*;\npub use operation::Operation;\npub use outputs::*;\n\
     pub use structures::*;\n"
        .into()
}

/// Files in the folder that are no longer generated.
fn stale(root: &Path, files: &BTreeMap<String, String>) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for folder in [FOLDER.to_owned(), format!("{FOLDER}/lambda")] {
        let Ok(entries) = std::fs::read_dir(root.join(&folder)) else { continue };
        for entry in entries {
            let name = format!("{folder}/{}", entry?.file_name().to_string_lossy());
            if name.ends_with(".rs") && !files.contains_key(&name) {
                found.push(name);
            }
        }
    }
    Ok(found)
}

fn format(root: &Path, text: &str) -> Result<String> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--emit", "stdout"])
        .current_dir(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| format!("cannot run rustfmt ({e}): install it with the Rust toolchain"))?;
    let mut stdin = rustfmt.stdin.take().ok_or("rustfmt has no standard input")?;
    let text = text.to_owned();
    // A thread of its own, so that neither side waits for the other's full pipe.
    let feeder = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = rustfmt.wait_with_output()?;
    feeder.join().map_err(|_| "the thread that feeds rustfmt died")??;
    if !output.status.success() {
        return Err("rustfmt refused the generated code".into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests;
