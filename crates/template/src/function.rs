//! Intrinsic functions: what each is given, and what it makes of that.

mod cidr;
mod list;
mod mapping;
pub(crate) mod sub;
mod text;

use serde_json::{Map, Value};

use crate::Invalid;
use crate::pseudo::NO_VALUE;
use crate::resolve::{Made, Resolver, Unresolved};

const FUNCTIONS: &str = "Fn::Base64, Fn::GetAtt, Fn::GetAZs, Fn::ImportValue, Fn::Join, Fn::Split, \
    Fn::FindInMap, Fn::Select, Ref, Fn::If, Fn::Equals, Fn::Not, Fn::And, Fn::Or, Condition, Fn::Sub, \
    Fn::Cidr, Fn::Length, Fn::ToJsonString";

/// Which function an object calls, if it is a call: the only member is `Ref`, or `Fn::…`.
pub(crate) fn called(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (name, given) = members.iter().next().filter(|_| members.len() == 1)?;
    (name == "Ref" || name.starts_with("Fn::")).then_some((name, given))
}

/// Calls it.
pub(crate) fn call(by: Resolver<'_>, name: &str, given: &Value) -> Made {
    match name {
        "Ref" => reference(by, referred(given)?),
        "Fn::GetAtt" => get_att(by, given),
        "Fn::If" => {
            let (condition, yes, no) = choice(given)?;
            by.value(if by.facts.holds(condition)? { yes } else { no })
        }
        "Fn::Sub" => sub::call(by, given),
        "Fn::Join" => text::join(by, given),
        "Fn::Split" => text::split(by, given),
        "Fn::Base64" => text::base64(by, given),
        "Fn::ToJsonString" => text::to_json(by, given),
        "Fn::Select" => list::select(by, given),
        "Fn::Length" => list::length(by, given),
        "Fn::GetAZs" => list::zones(by, given),
        "Fn::FindInMap" => mapping::find(by, given),
        "Fn::Cidr" => cidr::call(by, given),
        "Fn::ImportValue" => import(by, given),
        "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" => {
            Err(Invalid::error(format_args!("{name} cannot be partially collapsed")).into())
        }
        _ => Err(Invalid::error(format_args!(
            "Encountered unsupported function: {name} Supported functions are: [{FUNCTIONS}]"
        ))
        .into()),
    }
}

/// What a `Ref` names.
pub(crate) fn referred(given: &Value) -> Result<&str, Invalid> {
    given
        .as_str()
        .ok_or_else(|| Invalid::error("every Ref object must have a single String value."))
}

/// What a name stands for: a parameter, or a resource.
pub(crate) fn reference(by: Resolver<'_>, name: &str) -> Made {
    if name == NO_VALUE {
        return Ok(None);
    }
    if let Some(value) = by.facts.parameter(name) {
        return by.copy(&value).map(Some);
    }
    match by.known.reference(name) {
        Some(value) => by.copy(&value).map(Some),
        None => Err(Unresolved::Unknown { logical: name.to_owned(), attribute: None }),
    }
}

/// What a `Fn::GetAtt` is given.
pub(crate) enum Attribute<'a> {
    Dotted(&'a str, &'a str),
    Pair(&'a str, &'a Value),
}

pub(crate) fn attribute(given: &Value) -> Result<Attribute<'_>, Invalid> {
    let found = match given {
        Value::String(text) => {
            let parts = text.split_once('.').filter(|(a, b)| !a.is_empty() && !b.is_empty());
            parts.map(|(logical, name)| Attribute::Dotted(logical, name))
        }
        Value::Array(pair) => match &pair[..] {
            [Value::String(_), Value::String(name)] if name.is_empty() => None,
            [Value::String(logical), name @ (Value::String(_) | Value::Object(_))]
                if !logical.is_empty() =>
            {
                Some(Attribute::Pair(logical, name))
            }
            _ => None,
        },
        _ => None,
    };
    found.ok_or_else(|| {
        Invalid::error(
            "every Fn::GetAtt object requires two non-empty parameters, the resource name and the \
             resource attribute",
        )
    })
}

fn get_att(by: Resolver<'_>, given: &Value) -> Made {
    match attribute(given)? {
        Attribute::Dotted(logical, name) => get(by, logical, name),
        Attribute::Pair(logical, name) => {
            let name = by.text(name, || {
                Invalid::error("the attribute in Fn::GetAtt must be a string or a function that returns a string")
            })?;
            get(by, logical, &name)
        }
    }
}

/// An attribute of a resource.
pub(crate) fn get(by: Resolver<'_>, logical: &str, name: &str) -> Made {
    match by.known.attribute(logical, name) {
        Some(value) => by.copy(&value).map(Some),
        None => Err(Unresolved::Unknown {
            logical: logical.to_owned(),
            attribute: Some(name.to_owned()),
        }),
    }
}

/// What a `Fn::If` is given: the condition, and what is chosen between.
pub(crate) fn choice(given: &Value) -> Result<(&str, &Value, &Value), Invalid> {
    match given.as_array().map(Vec::as_slice) {
        Some([Value::String(condition), yes, no]) => Ok((condition, yes, no)),
        _ => Err(Invalid::error(
            "Fn::If requires a list argument with three elements, the first of them the name of a condition",
        )),
    }
}

fn import(by: Resolver<'_>, given: &Value) -> Made {
    let name = by.text(given, || {
        Invalid::error(
            "the attribute in Fn::ImportValue must be a string or a function that returns a string",
        )
    })?;
    match by.known.import(&name) {
        Some(value) => by.copy(&value).map(Some),
        None => Err(Unresolved::Import(name)),
    }
}
