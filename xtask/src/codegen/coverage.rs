//! `docs/api-coverage.md`: what fika makes of every operation, as its router has it.

use std::fmt;
use std::fmt::Write as _;

use super::model::Model;
use super::served::{LATER, OPERATIONS, REFUSED, STORED};
use crate::Result;

/// Where the page is.
pub const PAGE: &str = "docs/api-coverage.md";

/// What fika makes of an operation: `rest::Coverage`.
pub enum Coverage {
    Real,
    Stored(&'static str),
    Refused(&'static str),
    Later,
}

impl Coverage {
    pub fn of(name: &str, served: &[&str]) -> Self {
        let among = |lists: &'static [(&'static str, &'static [&'static str])]| {
            lists.iter().find(|(_, names)| names.contains(&name)).map(|(why, _)| *why)
        };
        match (served.contains(&name), among(STORED), among(REFUSED)) {
            (true, None, _) => Self::Real,
            (true, Some(why), _) => Self::Stored(why),
            (false, _, Some(what)) => Self::Refused(what),
            (false, _, None) => Self::Later,
        }
    }

    fn told(&self) -> String {
        match self {
            Self::Real => "real".into(),
            Self::Stored(why) => format!("stored only: {why}"),
            Self::Refused(what) => format!("refused: fika does not support {what}"),
            Self::Later => "to come".into(),
        }
    }
}

/// As Rust.
impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Real => f.write_str("Coverage::Real"),
            Self::Stored(why) => write!(f, "Coverage::Stored({why:?})"),
            Self::Refused(what) => write!(f, "Coverage::Refused({what:?})"),
            Self::Later => f.write_str("Coverage::Later"),
        }
    }
}

/// Fails unless each operation of the model is in one list, and each listed one in the model.
pub fn check(model: &Model) -> Result<()> {
    let refused = REFUSED.iter().flat_map(|(_, names)| names.iter());
    let decided: Vec<&str> = OPERATIONS.iter().chain(refused).chain(LATER).copied().collect();
    for name in model.operations.keys() {
        if decided.iter().filter(|one| *one == name).count() != 1 {
            return Err(format!("{name}: put it into one of the lists of served.rs").into());
        }
    }
    let stored = STORED.iter().flat_map(|(_, names)| names.iter());
    if let Some(unknown) = decided.iter().find(|name| !model.operations.contains_key(**name)) {
        return Err(format!("served.rs: the model has no {unknown}").into());
    }
    if let Some(wrong) = stored.copied().find(|name| !OPERATIONS.contains(name)) {
        return Err(format!("served.rs: {wrong} is stored, so it must be among OPERATIONS").into());
    }
    Ok(())
}

/// The page.
pub fn page(model: &Model) -> Result<String> {
    let all: Vec<_> = model
        .operations
        .iter()
        .map(|(name, operation)| (name, &operation.http, Coverage::of(name, OPERATIONS)))
        .collect();
    let count = |wanted: fn(&Coverage) -> bool| all.iter().filter(|(.., c)| wanted(c)).count();
    let mut out = format!(
        "<!-- Written by `cargo xtask codegen`. Do not edit. -->\n\
         # Which operations of the Lambda API fika answers\n\n\
         Of the {} operations of the service model, {} are real, {} are stored only (checked, kept \
         and listed as on\nAWS, but nothing acts on them yet), {} are refused, and {} are to come. \
         The router reads the same table.\n\n\
         - A refused operation answers 400 `InvalidParameterValueException` with a text that says \
         so. No SDK tries that again.\n\
         - One that is to come answers 501 `NotImplementedException`.\n\n\
         | operation | request | fika |\n|---|---|---|\n",
        all.len(),
        count(|c| matches!(c, Coverage::Real)),
        count(|c| matches!(c, Coverage::Stored(_))),
        count(|c| matches!(c, Coverage::Refused(_))),
        count(|c| matches!(c, Coverage::Later)),
    );
    for (name, http, coverage) in &all {
        writeln!(out, "| {name} | `{} {}` | {} |", http.method, http.request_uri, coverage.told())?;
    }
    Ok(out)
}
