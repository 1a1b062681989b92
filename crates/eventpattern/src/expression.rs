//! Reading one member of a field's array: a value, or a match expression.

use serde_json::{Map, Value};

use crate::NotAPattern;
use crate::any_of::AnyOf;
use crate::cidr::Cidr;
use crate::glob::Glob;
use crate::number::{Number, Range};
use crate::read::bad;
use crate::test::{Test, fold};

type Read<T> = Result<T, NotAPattern>;

/// The test; none when the field may be absent.
pub(crate) fn read(value: &Value) -> Read<Option<Test>> {
    Ok(Some(match value {
        Value::Object(members) => return expression(members),
        Value::String(text) => Test::text(text),
        Value::Number(number) => Test::Number(Number::of(number)),
        Value::Bool(_) | Value::Null => Test::Literal(value.clone()),
        Value::Array(_) => return bad("Match value must be String, number, true, false, or null"),
    }))
}

fn expression(members: &Map<String, Value>) -> Read<Option<Test>> {
    let Some((name, value)) = members.iter().next() else {
        return bad("Match expression name not found");
    };
    let test = match name.as_str() {
        "exists" => exists(value)?,
        "exactly" => Some(Test::Exact(text(value, "exact match pattern")?.into())),
        "prefix" => Some(affix(value, "prefix", Test::Prefix, Test::PrefixFold)?),
        "suffix" => Some(affix(value, "suffix", Test::Suffix, Test::SuffixFold)?),
        "equals-ignore-case" => Some(Test::Fold(folded(value)?)),
        "wildcard" => Some(Test::Wildcard(glob(value)?)),
        "cidr" => Some(Test::Cidr(Cidr::parse(text(value, "prefix match pattern")?)?)),
        "numeric" => Some(Test::Numeric(numeric(value)?)),
        "anything-but" => Some(Test::AnythingBut(Box::new(anything_but(value)?))),
        other => return bad(format!("Unrecognized match type {other}")),
    };
    if members.len() > 1 {
        let numeric = matches!(name.as_str(), "numeric" | "anything-but");
        return bad(if numeric {
            "Too many elements in numeric expression"
        } else {
            "Only one key allowed in match expression"
        });
    }
    Ok(test)
}

fn exists(value: &Value) -> Read<Option<Test>> {
    match value {
        Value::Bool(true) => Ok(Some(Test::Exists)),
        Value::Bool(false) => Ok(None),
        _ => bad("exists match pattern must be either true or false."),
    }
}

fn text<'v>(value: &'v Value, what: &str) -> Read<&'v str> {
    value.as_str().map_or_else(|| bad(format!("{what} must be a string")), Ok)
}

fn folded(value: &Value) -> Read<String> {
    text(value, "equals-ignore-case match pattern").map(fold)
}

fn glob(value: &Value) -> Read<Glob> {
    Glob::parse(text(value, "wildcard match pattern")?)
}

/// `prefix` and `suffix`: a text, or one of which the case does not matter.
fn affix(
    value: &Value,
    name: &str,
    plain: fn(String) -> Test,
    fold: fn(String) -> Test,
) -> Read<Test> {
    let Value::Object(members) = value else {
        return text(value, &format!("{name} match pattern")).map(|text| plain(text.into()));
    };
    let named = if name == "prefix" { "Prefix" } else { "Suffix" };
    match members.iter().next() {
        None => bad(format!("{named} expression name not found")),
        Some((inner, value)) if inner == "equals-ignore-case" => {
            let test = fold(folded(value)?);
            if members.len() > 1 {
                return bad("Only one key allowed in match expression");
            }
            Ok(test)
        }
        Some((inner, _)) => bad(format!("Unsupported {name} pattern: {inner}")),
    }
}

fn numeric(value: &Value) -> Read<Range> {
    match value {
        Value::Array(terms) => Range::read(terms),
        _ => bad("Value of numeric must be an array."),
    }
}

/// What a value must be none of.
fn anything_but(value: &Value) -> Read<AnyOf> {
    const WHAT: &str = "Value of anything-but must be an array or single string/number value.";
    match value {
        Value::Array(values) => listed(values),
        Value::String(_) | Value::Number(_) => listed(std::slice::from_ref(value)),
        Value::Object(members) => {
            let Some((name, inner)) = members.iter().next() else {
                return bad("Anything-But expression name not found");
            };
            let known = ["equals-ignore-case", "prefix", "suffix", "wildcard"];
            if !known.contains(&name.as_str()) {
                return bad(format!("Unsupported anything-but pattern: {name}"));
            }
            let values = match inner {
                Value::Array(values) => values.as_slice(),
                Value::String(_) | Value::Number(_) => std::slice::from_ref(inner),
                _ => return bad(WHAT),
            };
            let tests = values.iter().map(|value| but(name, value)).collect::<Read<AnyOf>>()?;
            if members.len() > 1 {
                return bad("Too many elements in numeric expression");
            }
            Ok(tests)
        }
        Value::Null | Value::Bool(_) => bad(WHAT),
    }
}

/// A list of texts or of numbers.
fn listed(values: &[Value]) -> Read<AnyOf> {
    let read = |value: &Value| match value {
        Value::String(text) => Ok(Test::Exact(text.clone())),
        Value::Number(number) => Ok(Test::Number(Number::of(number))),
        _ => bad("Inside anything but list, start|null|boolean is not supported."),
    };
    let tests = values.iter().map(read).collect::<Read<AnyOf>>()?;
    let texts = values.iter().filter(|value| value.is_string()).count();
    if values.is_empty() || (texts > 0 && texts < values.len()) {
        return bad(
            "Inside anything but list, either all values are number or string, mixed type is not supported",
        );
    }
    Ok(tests)
}

fn but(name: &str, value: &Value) -> Read<Test> {
    if name == "wildcard" {
        return glob(value).map(Test::Wildcard);
    }
    let Value::String(text) = value else {
        return bad(if name == "equals-ignore-case" {
            "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."
        } else {
            "prefix/suffix match pattern must be a string"
        });
    };
    match name {
        "equals-ignore-case" => Ok(Test::Fold(fold(text))),
        _ if text.is_empty() => bad("Null prefix/suffix not allowed"),
        "prefix" => Ok(Test::Prefix(text.clone())),
        _ => Ok(Test::Suffix(text.clone())),
    }
}
