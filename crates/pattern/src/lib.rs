//! The filter patterns of CloudWatch Logs: which log events somebody wants to see.
//!
//! - [`Pattern`]: read once, asked for every event
//! - `terms`: words and phrases, `ERROR "not found" -debug`, or any of `?ERROR ?WARN`
//! - `json`: properties of events that are JSON, `{ $.status >= 500 && $.user IS NULL }`
//! - `fields`: words of events by their place, `[ip, ..., status = 4*, bytes]`
//! - `condition`: comparing, `&&`, `||` and parentheses, which the last two share
//! - `value`: what is compared with: numbers, texts with `*`, regular expressions between `%`
//! - `scan`: reading a pattern
//!
//! From *Filter pattern syntax for metric filters, subscription filters, filter log events, and
//! Live Tail* in the service's documentation. Asking takes time linear in the event's length for
//! each part of a pattern, and a pattern has no more than [`MOST_BYTES`]: who writes patterns
//! and who writes events may both be hostile.
#![forbid(unsafe_code)]

mod condition;
mod fields;
mod json;
mod scan;
mod terms;
mod value;

use thiserror::Error;

use fields::Fields;
use json::Json;
use scan::Scan;
use terms::Terms;

/// The longest pattern, bytes (the service counts 1,024 characters).
pub const MOST_BYTES: usize = 4_096;

/// A filter pattern that has been read.
#[derive(Debug, Clone)]
pub struct Pattern(Kind);

#[derive(Debug, Clone)]
enum Kind {
    All,
    Terms(Terms),
    Json(Json),
    Fields(Fields),
}

/// A text that is no filter pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotAPattern {
    /// It goes on when nothing more is meant to come.
    #[error("the filter pattern has something at byte {0} that does not belong there")]
    Unexpected(usize),
    /// It ends too early.
    #[error("the filter pattern ends where something is to follow")]
    Ended,
    /// A regular expression that cannot be used.
    #[error("a regular expression of the filter pattern has what is not supported")]
    Regex,
    /// Too long, or nested too deeply.
    #[error("the filter pattern is too long or nested too deeply")]
    TooLarge,
}

impl Pattern {
    /// Reads a pattern. An empty one matches everything.
    ///
    /// # Errors
    /// [`NotAPattern`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, NotAPattern> {
        if text.len() > MOST_BYTES {
            return Err(NotAPattern::TooLarge);
        }
        let mut scan = Scan::new(text);
        scan.blanks();
        let kind = match scan.peek() {
            None => Kind::All,
            Some(b'{') => Kind::Json(Json::parse(&mut scan)?),
            Some(b'[') => Kind::Fields(Fields::parse(&mut scan)?),
            Some(_) => Kind::Terms(Terms::parse(&mut scan)?),
        };
        scan.blanks();
        match scan.peek() {
            None => Ok(Self(kind)),
            Some(_) => Err(NotAPattern::Unexpected(scan.at())),
        }
    }

    /// Whether an event with this message is wanted.
    #[must_use]
    pub fn matches(&self, message: &str) -> bool {
        match &self.0 {
            Kind::All => true,
            Kind::Terms(terms) => terms.matches(message),
            Kind::Json(json) => json.matches(message),
            Kind::Fields(fields) => fields.matches(message),
        }
    }

    /// Whether every event is wanted.
    #[must_use]
    pub fn is_all(&self) -> bool {
        matches!(self.0, Kind::All)
    }
}
