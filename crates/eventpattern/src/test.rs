//! What a value is asked.

use std::net::IpAddr;

use serde_json::Value;

use crate::any_of::AnyOf;
use crate::cidr::Cidr;
use crate::glob::Glob;
use crate::number::{Number, Range};

/// One question to a value that is no array and no object.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    /// This text.
    Exact(String),
    /// This address, however it is written.
    Address(IpAddr),
    /// `true`, `false` or `null`.
    Literal(Value),
    /// This number.
    Number(Number),
    Prefix(String),
    /// As `Fold`.
    PrefixFold(String),
    Suffix(String),
    /// As `Fold`.
    SuffixFold(String),
    /// This text, which is folded, but for the case.
    Fold(String),
    Wildcard(Glob),
    Numeric(Range),
    Cidr(Cidr),
    /// Any value.
    Exists,
    /// None of these.
    AnythingBut(Box<AnyOf>),
}

impl Test {
    /// A text as it stands in a pattern: where it is an address, all ways to write that are meant.
    pub(crate) fn text(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Exact(text.into()), Self::Address)
    }

    /// Whether it is so.
    pub(crate) fn holds(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Exists, _) => true,
            (Self::AnythingBut(these), _) => !these.holds(value),
            (Self::Literal(own), _) => own == value,
            (Self::Number(own), Value::Number(number)) => *own == Number::of(number),
            (Self::Numeric(range), Value::Number(number)) => range.holds(number),
            (_, Value::String(text)) => self.holds_text(text),
            _ => false,
        }
    }

    fn holds_text(&self, text: &str) -> bool {
        match self {
            Self::Exact(own) => own == text,
            Self::Address(own) => text.parse() == Ok(*own),
            Self::Prefix(own) => text.starts_with(own),
            Self::Suffix(own) => text.ends_with(own),
            Self::PrefixFold(own) => fold(text).starts_with(own),
            Self::SuffixFold(own) => fold(text).ends_with(own),
            Self::Fold(own) => fold(text) == *own,
            Self::Wildcard(glob) => glob.holds(text),
            Self::Cidr(cidr) => cidr.holds(text),
            _ => false,
        }
    }
}

/// A text without its case. Each character for itself: no context, no language.
pub(crate) fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}
