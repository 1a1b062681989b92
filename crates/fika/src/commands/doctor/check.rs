//! One thing looked at, and what is to be said of it.

use serde_json::{Value, json};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// As it should be.
    Fine,
    /// Functions run, but something is missing to some of them.
    Worse,
    /// No function can run.
    Missing,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// How much it matters.
    pub state: State,
    /// What was found.
    pub found: String,
    /// How to get what is missing.
    pub fix: Option<String>,
}

impl Check {
    /// As it should be.
    pub fn fine(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, state: State::Fine, found: found.into(), fix: None }
    }

    /// Functions run, but something is missing to some of them.
    pub fn worse(name: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name, state: State::Worse, found: found.into(), fix: Some(fix.into()) }
    }

    /// No function can run.
    pub fn missing(name: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name, state: State::Missing, found: found.into(), fix: Some(fix.into()) }
    }

    /// For people.
    pub fn line(&self) -> String {
        let mark = match self.state {
            State::Fine => '✓',
            State::Worse => '!',
            State::Missing => '✗',
        };
        let line = format!("{mark} {:<16} {}", self.name, self.found);
        match &self.fix {
            Some(fix) => format!("{line}\n  {:<16} → {fix}", ""),
            None => line,
        }
    }

    /// For programs.
    pub fn value(&self) -> Value {
        let state = match self.state {
            State::Fine => "fine",
            State::Worse => "worse",
            State::Missing => "missing",
        };
        json!({"check": self.name, "state": state, "found": self.found, "fix": self.fix})
    }
}
