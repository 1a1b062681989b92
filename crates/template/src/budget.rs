//! How much may be made of a template: a few lines that name each other can stand for gigabytes.

use std::cell::Cell;

use serde_json::Value;

use crate::Invalid;

/// What resolving one value, or extending one template, may make: bytes of text, and [`NODE`] for each value.
pub(crate) const MADE: usize = 4 << 20;
/// What a value costs beside its text, bytes.
const NODE: usize = 32;

#[derive(Debug)]
pub(crate) struct Budget(Cell<usize>);

impl Budget {
    pub(crate) fn new(bytes: usize) -> Self {
        Self(Cell::new(bytes))
    }

    /// For so much text.
    pub(crate) fn text(&self, bytes: usize) -> Result<(), Invalid> {
        let left = self.0.get().checked_sub(bytes);
        self.0.set(left.unwrap_or(0));
        left.map(|_| ()).ok_or_else(|| Invalid::error("what the template makes is too large"))
    }

    /// For one value that is made.
    pub(crate) fn node(&self) -> Result<(), Invalid> {
        self.text(NODE)
    }

    /// For a copy of a whole value.
    pub(crate) fn copy(&self, value: &Value) -> Result<(), Invalid> {
        self.node()?;
        match value {
            Value::String(text) => self.text(text.len()),
            Value::Array(items) => items.iter().try_for_each(|item| self.copy(item)),
            Value::Object(members) => members.iter().try_for_each(|(name, member)| {
                self.text(name.len())?;
                self.copy(member)
            }),
            _ => Ok(()),
        }
    }
}
