//! Functions on lists.

use serde_json::Value;

use crate::Invalid;
use crate::resolve::{Made, Resolver};

/// `Fn::Select`.
pub(super) fn select(by: Resolver<'_>, given: &Value) -> Made {
    let wrong = || {
        Invalid::error(
            "Fn::Select requires a list argument with two elements: an integer index and a list",
        )
    };
    let Some([index, items]) = given.as_array().map(Vec::as_slice) else {
        return Err(wrong().into());
    };
    let index = by.text(index, wrong)?;
    let at: usize = index.trim().parse().map_err(|_| wrong())?;
    let mut items = by.list(items, wrong)?;
    if at >= items.len() {
        return Err(Invalid::error(format_args!(
            "Fn::Select cannot select nonexistent value at index {at}"
        ))
        .into());
    }
    Ok(Some(items.swap_remove(at)))
}

/// `Fn::Length`.
pub(super) fn length(by: Resolver<'_>, given: &Value) -> Made {
    let items = by.list(given, || {
        Invalid::error("Fn::Length requires a list, or a function that returns a list")
    })?;
    Ok(Some(items.len().into()))
}

/// `Fn::GetAZs`: three of each region.
pub(super) fn zones(by: Resolver<'_>, given: &Value) -> Made {
    let region = by.text(given, || {
        Invalid::error("every Fn::GetAZs object must have a String-typed value.")
    })?;
    let region = if region.is_empty() { &by.facts.pseudo.region } else { &region };
    by.budget.text(3 * (region.len() + 1))?;
    Ok(Some(["a", "b", "c"].iter().map(|zone| format!("{region}{zone}")).collect()))
}
