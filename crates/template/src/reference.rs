//! What a value names: resources, attributes, conditions, exports.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::Invalid;
use crate::function::{self, sub};

/// One thing that a value names.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reference<'a> {
    /// A parameter or a resource, of a `Ref` or in a `Fn::Sub`.
    Name(&'a str),
    /// An attribute of a resource; its name may be made by a function.
    Attribute(&'a str, &'a Value),
    /// The same in a `Fn::Sub`.
    Inside(&'a str, &'a str),
    /// What a `Fn::If` asks.
    Condition(&'a str),
    /// What a `Fn::ImportValue` is given.
    Import(&'a Value),
}

/// Which branches of each `Fn::If` are looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Branches<'a> {
    All,
    /// The one that is taken.
    Taken(&'a BTreeMap<String, bool>),
    /// None: what is left is so whatever the conditions are.
    Never,
}

pub(crate) type Visit<'v, 'a> = &'v mut dyn FnMut(Reference<'a>) -> Result<(), Invalid>;

/// Tells of everything that a value names. The value must not be deeper than [`DEPTH`](crate::DEPTH).
pub(crate) fn each<'a>(
    value: &'a Value,
    branches: Branches<'_>,
    visit: Visit<'_, 'a>,
) -> Result<(), Invalid> {
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| each(item, branches, visit)),
        Value::Object(members) => match function::called(members) {
            Some((name, given)) => of_function(name, given, branches, visit),
            None => members.values().try_for_each(|member| each(member, branches, visit)),
        },
        _ => Ok(()),
    }
}

fn of_function<'a>(
    name: &str,
    given: &'a Value,
    branches: Branches<'_>,
    visit: Visit<'_, 'a>,
) -> Result<(), Invalid> {
    match name {
        "Ref" => visit(Reference::Name(function::referred(given)?)),
        "Fn::GetAtt" => match function::attribute(given)? {
            function::Attribute::Dotted(logical, name) => visit(Reference::Inside(logical, name)),
            function::Attribute::Pair(logical, name) => {
                visit(Reference::Attribute(logical, name))?;
                each(name, branches, visit)
            }
        },
        "Fn::Sub" => of_sub(given, branches, visit),
        "Fn::If" => of_if(given, branches, visit),
        "Fn::ImportValue" => {
            visit(Reference::Import(given))?;
            each(given, branches, visit)
        }
        _ => each(given, branches, visit),
    }
}

fn of_sub<'a>(
    given: &'a Value,
    branches: Branches<'_>,
    visit: Visit<'_, 'a>,
) -> Result<(), Invalid> {
    let (text, own) = sub::given(given)?;
    for piece in sub::pieces(text) {
        let sub::Piece::Name(name) = piece? else { continue };
        match name.split_once('.') {
            _ if own.is_some_and(|own| own.contains_key(name)) => {}
            Some((logical, name)) => visit(Reference::Inside(logical, name))?,
            None => visit(Reference::Name(name))?,
        }
    }
    let own = own.into_iter().flat_map(|own| own.values());
    own.into_iter().try_for_each(|value| each(value, branches, visit))
}

fn of_if<'a>(
    given: &'a Value,
    branches: Branches<'_>,
    visit: Visit<'_, 'a>,
) -> Result<(), Invalid> {
    let (condition, yes, no) = function::choice(given)?;
    visit(Reference::Condition(condition))?;
    match branches {
        Branches::Never => Ok(()),
        Branches::All => {
            each(yes, branches, visit)?;
            each(no, branches, visit)
        }
        Branches::Taken(conditions) => {
            let holds = conditions.get(condition).copied().unwrap_or_default();
            each(if holds { yes } else { no }, branches, visit)
        }
    }
}
