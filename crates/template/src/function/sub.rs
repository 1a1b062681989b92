//! `Fn::Sub`.

use serde_json::{Map, Value};

use crate::Invalid;
use crate::function::{get, reference};
use crate::resolve::{Made, Resolver, scalar};

/// A part of its text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Text(&'a str),
    /// `${!Name}`: what stands for `${Name}`.
    Literal(&'a str),
    Name(&'a str),
}

/// Its text, and the names that are its own.
pub(crate) type Given<'a> = (&'a str, Option<&'a Map<String, Value>>);

pub(crate) fn given(given: &Value) -> Result<Given<'_>, Invalid> {
    match given {
        Value::String(text) => return Ok((text, None)),
        Value::Array(items) => match &items[..] {
            [Value::String(text)] => return Ok((text, None)),
            [Value::String(text), Value::Object(own)] => return Ok((text, Some(own))),
            _ => {}
        },
        _ => {}
    }
    Err(Invalid::error(
        "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first \
         argument, and an optional second argument to specify a mapping of values to replace in the string",
    ))
}

/// The parts of a text.
pub(crate) fn pieces(mut rest: &str) -> impl Iterator<Item = Result<Piece<'_>, Invalid>> {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let inside = rest.strip_prefix("${").map(|inside| inside.split_once('}'));
        let Some(inside) = inside else {
            let (text, after) = rest.split_at(rest.find("${").unwrap_or(rest.len()));
            rest = after;
            return Some(Ok(Piece::Text(text)));
        };
        let Some((name, after)) = inside else {
            // Nothing closes it, nor what follows.
            return Some(Ok(Piece::Text(std::mem::take(&mut rest))));
        };
        rest = after;
        Some(match name.strip_prefix('!') {
            Some(name) => Ok(Piece::Literal(name)),
            None => named(name.trim()),
        })
    })
}

fn named(name: &str) -> Result<Piece<'_>, Invalid> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_.:".contains(c);
    match !name.is_empty() && name.chars().all(allowed) {
        true => Ok(Piece::Name(name)),
        false => Err(Invalid::error(
            "variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, \
             and colons",
        )),
    }
}

pub(crate) fn call(by: Resolver<'_>, argument: &Value) -> Made {
    let (text, own) = given(argument)?;
    let mut made = String::new();
    for piece in pieces(text) {
        let before = made.len();
        match piece? {
            Piece::Text(text) => made.push_str(text),
            Piece::Literal(name) => made.extend(["${", name, "}"]),
            Piece::Name(name) => {
                let value = match (own.and_then(|own| own.get(name)), name.split_once('.')) {
                    (Some(value), _) => by.value(value)?,
                    (None, Some((logical, name))) => get(by, logical, name)?,
                    (None, None) => reference(by, name)?,
                };
                made.push_str(&value.and_then(scalar).ok_or_else(|| no_text(name))?);
            }
        }
        by.budget.text(made.len() - before)?;
    }
    Ok(Some(made.into()))
}

fn no_text(name: &str) -> Invalid {
    Invalid::error(format_args!(
        "variable {name} in Fn::Sub expression does not resolve to a string"
    ))
}
