//! Numbers, as IEEE-754 binary64 has them; integers that it has not, digit by digit.

use serde_json::{Number as Json, Value};

use crate::NotAPattern;
use crate::read::bad;

/// A number to be equal to. `300`, `300.0` and `3e2` are one number.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Number {
    Integer(i128),
    Float(f64),
}

impl Number {
    pub(crate) fn of(number: &Json) -> Self {
        let integer = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
        integer.map_or_else(|| Self::Float(float(number)), Self::Integer)
    }
}

impl PartialEq for Number {
    #[allow(clippy::cast_precision_loss, reason = "a float is compared as one")]
    fn eq(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a == b,
            (Self::Integer(a), Self::Float(b)) | (Self::Float(b), Self::Integer(a)) => {
                a as f64 == b
            }
        }
    }
}

/// Numbers between two bounds; each with whether it is one of them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Range {
    bottom: Option<(f64, bool)>,
    top: Option<(f64, bool)>,
}

impl Range {
    /// Reads what is in the array of `numeric`.
    pub(crate) fn read(terms: &[Value]) -> Result<Self, NotAPattern> {
        let operator = match terms.first() {
            Some(Value::String(operator)) => operator.as_str(),
            other => {
                let said = other.map_or_else(|| "]".into(), said);
                return bad(format!("Invalid member in numeric match: {said}"));
            }
        };
        if !["=", ">", ">=", "<", "<="].contains(&operator) {
            return bad(format!("Unrecognized numeric range operator: {operator}"));
        }
        let named = if operator == "=" { "equals" } else { operator };
        let bound = numeric(terms.get(1), named)?;
        let mut range = Self::default();
        if operator.starts_with(['=', '>']) {
            range.bottom = Some((bound, operator != ">"));
        }
        if operator.starts_with(['=', '<']) {
            range.top = Some((bound, operator != "<"));
        }
        match &terms[2..] {
            [] => Ok(range),
            _ if range.top.is_some() => bad("Too many elements in numeric expression"),
            rest => range.up_to(rest),
        }
    }

    /// The other bound.
    fn up_to(self, terms: &[Value]) -> Result<Self, NotAPattern> {
        let Some(Value::String(operator)) = terms.first() else {
            let said = terms.first().map(said).unwrap_or_default();
            return bad(format!("Bad value in numeric range: {said}"));
        };
        if operator != "<" && operator != "<=" {
            return bad(format!("Bad numeric range operator: {operator}"));
        }
        let top = numeric(terms.get(1), operator)?;
        if terms.len() > 2 {
            return bad("Too many terms in numeric range expression");
        }
        if self.bottom.is_some_and(|(bottom, _)| bottom >= top) {
            return bad("Bottom must be less than top");
        }
        Ok(Self { top: Some((top, operator == "<=")), ..self })
    }

    pub(crate) fn holds(&self, number: &Json) -> bool {
        let value = float(number);
        let above = |(bound, with)| value > bound || (with && value == bound);
        let below = |(bound, with)| value < bound || (with && value == bound);
        self.bottom.is_none_or(above) && self.top.is_none_or(below)
    }
}

fn numeric(value: Option<&Value>, named: &str) -> Result<f64, NotAPattern> {
    match value {
        Some(Value::Number(number)) => Ok(float(number)),
        _ => bad(format!("Value of {named} must be numeric")),
    }
}

fn said(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(_) => "[".into(),
        Value::Object(_) => "{".into(),
        other => other.to_string(),
    }
}

fn float(number: &Json) -> f64 {
    number.as_f64().unwrap_or(f64::NAN)
}
