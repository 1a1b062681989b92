//! What a plain scalar of YAML 1.1 is.

use serde_json::{Number, Value};

/// Of a text without quotes and without a tag. Dates stay text, and so does what JSON has no number for.
pub(crate) fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => true.into(),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => false.into(),
        _ => number(text).map_or_else(|| text.into(), Value::Number),
    }
}

fn number(text: &str) -> Option<Number> {
    // Most are words: this spares them the rest.
    text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first))
        .then(|| integer(text).or_else(|| float(text)))
        .flatten()
}

fn integer(text: &str) -> Option<Number> {
    let (negative, digits) = signed(text);
    let value = if let Some(binary) = digits.strip_prefix("0b") {
        based(binary, 2)?
    } else if let Some(hex) = digits.strip_prefix("0x") {
        based(hex, 16)?
    } else if digits.len() > 1 && digits.starts_with('0') {
        based(&digits[1..], 8)?
    } else if digits.contains(':') {
        sixties(digits)?
    } else {
        digits.starts_with(|first: char| first.is_ascii_digit()).then(|| based(digits, 10))??
    };
    match negative {
        true => i64::try_from(-i128::from(value)).ok().map(Number::from),
        false => Some(value.into()),
    }
}

fn signed(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn based(digits: &str, radix: u32) -> Option<u64> {
    let digits = digits.replace('_', "");
    // A sign would be taken too.
    digits.chars().all(|digit| digit.is_digit(radix)).then_some(())?;
    u64::from_str_radix(&digits, radix).ok()
}

/// `1:30` is ninety.
fn sixties(digits: &str) -> Option<u64> {
    let (first, rest) = digits.split_once(':')?;
    first.starts_with(|first| ('1'..='9').contains(&first)).then_some(())?;
    rest.split(':').try_fold(based(first, 10)?, |sum, part| {
        let part = (1..=2).contains(&part.len()).then(|| based(part, 10))??;
        (part < 60).then_some(())?;
        sum.checked_mul(60)?.checked_add(part)
    })
}

fn float(text: &str) -> Option<Number> {
    let digits = signed(text).1;
    let begins = digits.starts_with(|first: char| first.is_ascii_digit())
        || (digits.starts_with('.')
            && digits[1..].starts_with(|first: char| first.is_ascii_digit()));
    let plain = digits.chars().all(|c| c.is_ascii_digit() || "._eE+-".contains(c));
    let marked = digits.contains(['.', 'e', 'E']);
    (begins && plain && marked).then_some(())?;
    let value = text.replace('_', "").parse::<f64>().ok()?;
    Number::from_f64(value)
}
