//! `Fn::FindInMap`.

use serde_json::Value;

use crate::Invalid;
use crate::resolve::{Made, Resolver};

pub(super) fn find(by: Resolver<'_>, given: &Value) -> Made {
    let wrong = || {
        Invalid::error(
            "every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return \
             value",
        )
    };
    let (path, otherwise) = match given.as_array().map(Vec::as_slice) {
        Some([map, key, name]) => ([map, key, name], None),
        Some([map, key, name, Value::Object(more)]) if more.len() == 1 => {
            ([map, key, name], Some(more.get("DefaultValue").ok_or_else(wrong)?))
        }
        _ => return Err(wrong().into()),
    };
    let mut steps = Vec::with_capacity(path.len());
    for step in path {
        steps.push(by.text(step, wrong)?);
    }
    let [map, key, name] = &steps[..] else { return Err(wrong().into()) };
    let mapping = by.facts.mappings.get(map);
    match (mapping.and_then(|mapping| mapping.get(key)?.get(name)), otherwise) {
        (Some(found), _) => by.copy(found).map(Some),
        (None, Some(otherwise)) => by.value(otherwise),
        (None, None) if mapping.is_none() => Err(Invalid::error(format_args!(
            "Mapping named '{map}' is not present in the 'Mappings' section of template."
        ))
        .into()),
        (None, None) => {
            Err(Invalid::error(format_args!("Unable to get mapping for {map}::{key}::{name}"))
                .into())
        }
    }
}
