//! Expressions as they are written.

use jiff::civil::DateTime;

use super::cron::Cron;

/// Whose expressions: they differ in little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Of EventBridge rules: `rate(1 minutes)` is none, and there is no `at()`.
    Rule,
    /// Of EventBridge Scheduler.
    Scheduler,
}

/// What says when.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    /// So many milliseconds after each other.
    Rate(i64),
    /// Minutes of the calendar.
    Cron(Box<Cron>),
    /// Once, on the clock of a time zone.
    At(DateTime),
}

impl Expression {
    /// Reads one; none where it is none.
    pub(crate) fn parse(text: &str, dialect: Dialect) -> Option<Self> {
        let (kind, inside) = text.strip_suffix(')')?.split_once('(')?;
        match kind {
            "rate" => rate(inside, dialect).map(Self::Rate),
            "cron" => Cron::parse(inside).map(|cron| Self::Cron(Box::new(cron))),
            "at" if dialect == Dialect::Scheduler => at(inside).map(Self::At),
            _ => None,
        }
    }
}

fn rate(text: &str, dialect: Dialect) -> Option<i64> {
    let (value, unit) = text.split_once(' ')?;
    if value.is_empty() || value.len() > 9 || !value.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: i64 = value.parse().ok().filter(|value| *value > 0)?;
    let (singular, plural) = (value == 1, value != 1);
    let minutes = match unit {
        "minute" | "minutes" => 1,
        "hour" | "hours" => 60,
        "day" | "days" => 24 * 60,
        _ => return None,
    };
    let agrees = if unit.ends_with('s') { plural } else { singular };
    (agrees || dialect == Dialect::Scheduler).then_some(value * minutes * 60_000)
}

/// `yyyy-mm-ddThh:mm:ss`, and nothing else.
fn at(text: &str) -> Option<DateTime> {
    let shape = text.len() == 19 && text.as_bytes()[10] == b'T';
    let digits = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'T' | b':'));
    (shape && digits).then(|| text.parse().ok()).flatten()
}
