//! What is expanded here against what AWS's translator makes of the same templates: those in `templates` and `errors`, and,
//! by hand, the samples of the translator's repository.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use fika_sam::{Context, Error, expand};
use serde_json::{Map, Value, json};

const REGION: &str = "ap-southeast-1";
const NOW: u64 = 1_700_000_000;
/// Samples that are left out, each with what fika does not serve of it.
const LEFT_OUT: &str = include_str!("left_out.txt");

/// What the translator says of one template.
struct Told {
    name: String,
    given: Value,
    outcome: Outcome,
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Made(Value),
    Wrong(BTreeSet<String>),
    /// It was refused by name, as nothing that fika serves.
    NotServed(String),
    /// The translator itself broke.
    Failed(String),
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn parameters() -> Value {
    json!({"param1": "value1", "param2": "value2"})
}

fn templates_in(directory: &Path) -> Vec<PathBuf> {
    let listed = std::fs::read_dir(directory).unwrap();
    let mut all: Vec<_> = listed
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .collect();
    all.sort();
    all
}

/// Asks the translator, which `make tools` installs.
fn ask(templates: &[PathBuf]) -> Vec<Told> {
    let python = root().join("target/e2e/sam/bin/python");
    assert!(python.exists(), "{} is missing: run `make tools`", python.display());
    let told = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle.py"))
        .args([REGION, &parameters().to_string(), &NOW.to_string()])
        .args(templates)
        .output()
        .unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    String::from_utf8(told.stdout).unwrap().lines().map(read).collect()
}

fn read(line: &str) -> Told {
    let told: Value = serde_json::from_str(line).unwrap();
    let outcome = if let Some(made) = told.get("made") {
        Outcome::Made(made.clone())
    } else if let Some(wrong) = told.get("wrong") {
        Outcome::Wrong(serde_json::from_value(wrong.clone()).unwrap())
    } else {
        Outcome::Failed(told["failed"].as_str().unwrap().to_owned())
    };
    Told { name: told["name"].as_str().unwrap().to_owned(), given: told["given"].clone(), outcome }
}

fn ours(given: Value) -> Outcome {
    let parameters: Map<String, Value> = serde_json::from_value(parameters()).unwrap();
    let context = Context { region: REGION, partition: "aws", parameters: &parameters, now: NOW };
    match expand(given, &context) {
        Ok(made) => Outcome::Made(made),
        Err(errors) => match errors.iter().find(|error| matches!(error, Error::NotServed { .. })) {
            Some(Error::NotServed { what, .. }) => Outcome::NotServed(what.clone()),
            _ => Outcome::Wrong(errors.iter().map(Error::to_string).collect()),
        },
    }
}

/// Lists of which the translator leaves the order to a set.
fn sorted(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if let Some(Value::Array(on)) = map.get_mut("DependsOn") {
                on.sort_by_key(Value::to_string);
            }
            map.values_mut().for_each(sorted);
        }
        Value::Array(items) => items.iter_mut().for_each(sorted),
        _ => {}
    }
}

/// The first place where two values differ.
fn difference(ours: &Value, theirs: &Value, path: &str) -> Option<String> {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let keys: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
            keys.into_iter().find_map(|key| {
                let path = format!("{path}/{key}");
                match (ours.get(key), theirs.get(key)) {
                    (Some(ours), Some(theirs)) => difference(ours, theirs, &path),
                    (Some(ours), None) => Some(format!("{path}: only here, {ours}")),
                    (None, theirs) => Some(format!("{path}: only there, {}", theirs?)),
                }
            })
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => ours
            .iter()
            .zip(theirs)
            .enumerate()
            .find_map(|(at, (ours, theirs))| difference(ours, theirs, &format!("{path}/{at}"))),
        _ if ours == theirs => None,
        _ => Some(format!("{path}: here {ours}, there {theirs}")),
    }
}

/// How a template comes out otherwise than from the translator.
fn compared(told: &mut Told) -> Result<(), String> {
    let mut made = ours(told.given.clone());
    match (&mut made, &mut told.outcome) {
        (Outcome::Made(ours), Outcome::Made(theirs)) => {
            sorted(ours);
            sorted(theirs);
            difference(ours, theirs, "").map_or(Ok(()), Err)
        }
        (ours, theirs) if ours == theirs => Ok(()),
        (Outcome::Made(_), theirs) => Err(format!("expanded here, there {theirs:?}")),
        (ours, Outcome::Made(_)) => Err(format!("expanded there, here {ours:?}")),
        (ours, theirs) => Err(format!("here {ours:?}, there {theirs:?}")),
    }
}

fn all_are_the_same(directory: &str) {
    let templates =
        templates_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(directory));
    let mut told = ask(&templates);
    assert_eq!(told.len(), templates.len());
    let different: Vec<_> = told
        .iter_mut()
        .filter_map(|told| compared(told).err().map(|how| format!("{}: {how}", told.name)))
        .collect();
    eprintln!("compared: {}, left out: none", told.len());
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn templates_come_out_as_from_the_translator() {
    all_are_the_same("templates");
}

#[test]
fn what_is_wrong_is_told_in_the_translators_words() {
    all_are_the_same("errors");
}

/// The samples are in the repository of the translator, not in its package, so CI has none:
///
/// ```text
/// SAM_SAMPLES=…/tests/translator/input cargo nextest run -p fika-sam --run-ignored only
/// ```
#[test]
#[ignore = "needs the samples of the translator's repository"]
fn samples_come_out_as_from_the_translator() {
    let samples = PathBuf::from(std::env::var_os("SAM_SAMPLES").expect("SAM_SAMPLES says where"));
    let (mut same, mut left_out, mut different) = (0, BTreeMap::new(), Vec::new());
    for mut told in ask(&templates_in(&samples)) {
        if let Outcome::NotServed(what) = ours(told.given.clone()) {
            left_out.insert(told.name, what);
            continue;
        }
        match compared(&mut told) {
            Ok(()) => same += 1,
            Err(how) => different.push(format!("{}: {how}", told.name)),
        }
    }
    eprintln!("compared: {}, left out: {}", same + different.len(), left_out.len());
    assert!(different.is_empty(), "{}", different.join("\n"));
    let left_out: Vec<String> =
        left_out.iter().map(|(name, what)| format!("{name}: {what}")).collect();
    let listed: Vec<&str> = LEFT_OUT.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(left_out, listed, "left_out.txt says which are left out");
}
