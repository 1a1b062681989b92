//! How conditions compare.

use std::net::IpAddr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::arn::ArnPattern;
use crate::ip::Range;
use crate::pattern::{Grammar, Pattern};
use crate::request::Context;

/// What is compared, and how; whether the result is turned round is apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Text,
    TextIgnoringCase,
    TextLike,
    Arn,
    Number(Order),
    Date(Order),
    Bool,
    Address,
}

/// How two that have an order stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    fn holds<T: PartialOrd>(self, given: &T, wanted: &T) -> bool {
        match self {
            Self::Equal => given == wanted,
            Self::Less => given < wanted,
            Self::LessOrEqual => given <= wanted,
            Self::Greater => given > wanted,
            Self::GreaterOrEqual => given >= wanted,
        }
    }
}

/// The comparison that a name stands for, and whether it is turned round.
pub(crate) fn named(name: &str) -> Option<(Comparison, bool)> {
    use Comparison as C;
    Some(match name {
        "StringEquals" => (C::Text, false),
        "StringNotEquals" => (C::Text, true),
        "StringEqualsIgnoreCase" => (C::TextIgnoringCase, false),
        "StringNotEqualsIgnoreCase" => (C::TextIgnoringCase, true),
        "StringLike" => (C::TextLike, false),
        "StringNotLike" => (C::TextLike, true),
        "ArnEquals" | "ArnLike" => (C::Arn, false),
        "ArnNotEquals" | "ArnNotLike" => (C::Arn, true),
        "NumericEquals" => (C::Number(Order::Equal), false),
        "NumericNotEquals" => (C::Number(Order::Equal), true),
        "NumericLessThan" => (C::Number(Order::Less), false),
        "NumericLessThanEquals" => (C::Number(Order::LessOrEqual), false),
        "NumericGreaterThan" => (C::Number(Order::Greater), false),
        "NumericGreaterThanEquals" => (C::Number(Order::GreaterOrEqual), false),
        "DateEquals" => (C::Date(Order::Equal), false),
        "DateNotEquals" => (C::Date(Order::Equal), true),
        "DateLessThan" => (C::Date(Order::Less), false),
        "DateLessThanEquals" => (C::Date(Order::LessOrEqual), false),
        "DateGreaterThan" => (C::Date(Order::Greater), false),
        "DateGreaterThanEquals" => (C::Date(Order::GreaterOrEqual), false),
        "Bool" => (C::Bool, false),
        "IpAddress" => (C::Address, false),
        "NotIpAddress" => (C::Address, true),
        // Bytes in base64 are the same where their texts are.
        "BinaryEquals" => (C::Text, false),
        _ => return None,
    })
}

/// A value a policy compares with, read once.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wanted {
    Text(Pattern),
    IgnoringCase(Pattern),
    Arn(ArnPattern),
    Number(Order, f64),
    Date(Order, f64),
    Bool(bool),
    Address(Range),
}

impl Comparison {
    /// Reads a policy's value; none when it is none of this comparison's.
    pub(crate) fn read(self, text: &str, variables: bool) -> Option<Wanted> {
        let exact = Grammar { wildcards: false, variables };
        Some(match self {
            Self::Text => Wanted::Text(Pattern::new(text, exact)),
            Self::TextIgnoringCase => {
                Wanted::IgnoringCase(Pattern::new(&text.to_lowercase(), exact))
            }
            Self::TextLike => {
                Wanted::Text(Pattern::new(text, Grammar { wildcards: true, variables }))
            }
            Self::Arn => Wanted::Arn(ArnPattern::new(text, variables)?),
            Self::Number(order) => Wanted::Number(order, number(text)?),
            Self::Date(order) => Wanted::Date(order, seconds(text)?),
            Self::Bool => Wanted::Bool(boolean(text)?),
            Self::Address => Wanted::Address(Range::parse(text)?),
        })
    }
}

impl Wanted {
    /// Whether a value of the request is as wanted.
    pub(crate) fn is(&self, given: &str, context: &Context) -> bool {
        match self {
            Self::Text(pattern) => pattern.matches(given, context),
            Self::IgnoringCase(pattern) => {
                pattern.matches(&given.to_lowercase(), &context.lowered())
            }
            Self::Arn(pattern) => pattern.matches(given, context),
            Self::Number(order, wanted) => number(given).is_some_and(|n| order.holds(&n, wanted)),
            Self::Date(order, wanted) => seconds(given).is_some_and(|n| order.holds(&n, wanted)),
            Self::Bool(wanted) => boolean(given) == Some(*wanted),
            Self::Address(range) => given.parse::<IpAddr>().is_ok_and(|ip| range.holds(ip)),
        }
    }
}

pub(crate) fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else {
        text.eq_ignore_ascii_case("false").then_some(false)
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Seconds since 1970 of a date, or of those seconds themselves.
fn seconds(text: &str) -> Option<f64> {
    if let Some(seconds) = number(text) {
        return Some(seconds);
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment.as_duration().as_secs_f64());
    }
    let midnight = text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(midnight.timestamp().as_duration().as_secs_f64())
}
