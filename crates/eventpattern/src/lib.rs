//! The event patterns of EventBridge: which events a rule, an event source mapping or a subscription wants.
//!
//! - [`Pattern`]: read once, asked of every event
//! - `read`: from JSON to a pattern, with EventBridge's texts for what is none
//! - `expression`: reading one match expression, as in `{"numeric": [">", 0]}`
//! - `test`: what a value is asked; `any_of`: many such at once; `number`, `cidr`, `glob`: three kinds of that
//! - `walk`: asking an event
//!
//! From *Amazon EventBridge event patterns* in the service's documentation and from recorded answers of
//! the service. Who writes patterns and who writes events may both be hostile. Asking takes time linear in
//! the event for each field of a pattern, and for each wildcard, range or `anything-but` there; however long a list of
//! other values is, each value of the event is looked up in it.
//!
//! An event is seen as fields with dotted names: `{"a": {"b": 1}}` and `{"a.b": 1}` are the same field. An
//! array is each of its elements, and what a pattern asks of several fields in an array must be so of one
//! element.
#![forbid(unsafe_code)]

mod any_of;
mod cidr;
mod expression;
mod glob;
mod number;
mod read;
mod test;
mod walk;

use serde_json::Value;
use thiserror::Error;

use read::Fields;

/// A pattern that has been read.
#[derive(Debug, Clone)]
pub struct Pattern {
    fields: Fields,
    /// The fields that it allows not to be there, by the number that is in `fields`.
    absences: Vec<Vec<String>>,
}

/// A text that is no event pattern: why, in EventBridge's words for what follows
/// `Event pattern is not valid. Reason: `.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct NotAPattern(pub(crate) String);

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// [`NotAPattern`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, NotAPattern> {
        let value: Value =
            serde_json::from_str(text).map_err(|_| NotAPattern("Invalid JSON".into()))?;
        Self::read(&value)
    }

    /// Reads a pattern that is JSON already.
    ///
    /// # Errors
    /// [`NotAPattern`] says what is wrong with it.
    pub fn read(value: &Value) -> Result<Self, NotAPattern> {
        read::pattern(value)
    }

    /// Whether the event is one of those that the pattern wants.
    #[must_use]
    pub fn matches(&self, event: &Value) -> bool {
        walk::matches(self, event)
    }
}

#[cfg(test)]
mod tests;
