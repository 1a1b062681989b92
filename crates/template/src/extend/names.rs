//! Names that functions make: what a `Ref` or a `Fn::GetAtt` refers to.

use serde_json::Value;

use super::failed;
use crate::Invalid;
use crate::resolve::Resolver;

/// Resolves the names in a value.
pub(super) fn resolve(by: Resolver<'_>, value: &mut Value) -> Result<(), Invalid> {
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| resolve(by, item)),
        Value::Object(members) => {
            let call = members.len() == 1;
            for (name, member) in members.iter_mut() {
                resolve(by, member)?;
                match (name.as_str(), member) {
                    ("Ref", name @ Value::Object(_)) if call => named(by, name, "Ref")?,
                    ("Fn::GetAtt", Value::Array(parts)) if call => parts
                        .iter_mut()
                        .filter(|part| part.is_object())
                        .try_for_each(|part| named(by, part, "Fn::GetAtt"))?,
                    _ => {}
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn named(by: Resolver<'_>, name: &mut Value, function: &str) -> Result<(), Invalid> {
    let wrong = || failed(format_args!("{function} must resolve to the name of a resource"));
    *name = by.text(name, wrong).map_err(|_| wrong())?.into();
    Ok(())
}
