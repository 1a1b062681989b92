//! The service model as the generator leaves it for tests.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::Regex;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Model {
    pub operations: BTreeMap<String, Operation>,
    shapes: BTreeMap<String, Shape>,
}

#[derive(Deserialize)]
pub struct Operation {
    pub method: String,
    pub path: String,
    pub input: Option<String>,
    /// `served`, `refused` or `later`.
    pub coverage: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Shape {
    #[serde(rename = "type")]
    pub kind: String,
    pub members: Vec<Member>,
    pub member: Option<String>,
    pub key: Option<String>,
    pub value: Option<String>,
    #[serde(rename = "enum")]
    pub values: Vec<String>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub pattern: Option<String>,
    engine: Option<String>,
    pub sensitive: bool,
    /// Whether AWS says of the members of this list that they must not be null.
    pub not_null: bool,
    /// Whether AWS checks the values later than all constraints, with another error.
    pub by_service: bool,
    #[serde(skip)]
    compiled: OnceLock<Regex>,
}

#[derive(Deserialize)]
pub struct Member {
    pub name: String,
    /// As validation texts spell it.
    pub at: String,
    pub shape: String,
    pub required: bool,
    /// `path`, `query`, `header`, `body` or `payload`.
    #[serde(rename = "in")]
    pub place: String,
    /// Its name there.
    pub wire: String,
}

impl Model {
    pub fn read() -> Self {
        serde_json::from_str(include_str!("model.json")).expect("run `cargo xtask codegen`")
    }

    pub fn shape(&self, name: &str) -> &Shape {
        &self.shapes[name]
    }
}

impl Shape {
    pub fn is_number(&self) -> bool {
        ["integer", "long", "double"].contains(&self.kind.as_str())
    }

    /// Whether a text matches the pattern as a whole, or there is none.
    pub fn matches(&self, text: &str) -> bool {
        let Some(engine) = &self.engine else { return true };
        self.compiled.get_or_init(|| Regex::new(engine).expect("a pattern")).is_match(text)
    }
}
