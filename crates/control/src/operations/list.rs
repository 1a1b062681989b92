//! ListFunctions, ListVersionsByFunction.
//!
//! A marker names what was seen last, so it stays good while functions and versions come and
//! go, and across restarts.

use std::ops::Bound;
use std::sync::Arc;

use fika_aws::generated::lambda::{
    FunctionConfiguration, ListFunctionsInput, ListFunctionsOutput, ListVersionsByFunctionInput,
    ListVersionsByFunctionOutput,
};
use fika_aws::shape::AwsError;
use fika_model::Scope;

use super::page;
use crate::answer::{self, Shown};
use crate::control::Control;
use crate::refuse;
use crate::registry::Function;

/// One entry of a list: a function by its name, and one state of it by its number; 0 is the
/// latest.
pub(super) type Place = (String, u64);

impl Control {
    /// ListFunctions: by name, 50 a page at most; all their versions where asked for.
    ///
    /// # Errors
    /// 400 for a marker that is not one of ours.
    pub fn list_functions(
        &self,
        scope: &Scope,
        input: &ListFunctionsInput,
    ) -> Result<ListFunctionsOutput, AwsError> {
        let all = input.function_version.is_some();
        // AWS copies functions for its edge, and no function here is such a copy.
        match input.master_region.as_deref() {
            None | Some("ALL") => {}
            Some(_) if all => {
                return Ok(ListFunctionsOutput { functions: Some(Vec::new()), next_marker: None });
            }
            Some(_) => {
                return Err(refuse::invalid(
                    "FunctionVersion must be set to ALL if MasterRegion is specified.",
                ));
            }
        }
        let after = unmark(input.marker.as_deref())?;
        let limit = page(input.max_items);
        let start = match &after {
            None => Bound::Unbounded,
            // The rest of its versions may be still to come.
            Some((name, _)) if all => Bound::Included(name.as_str()),
            Some((name, _)) => Bound::Excluded(name.as_str()),
        };
        // Each has an entry at least, but for the first, which may have been seen whole.
        let functions = self.inner.registry.list(scope, start, limit + 2);
        let entries = functions.iter().flat_map(|function| states(function, all));
        let entries = entries.filter(|(place, _)| after.as_ref().is_none_or(|after| place > after));
        let (functions, next_marker) = self.cut(entries, limit);
        Ok(ListFunctionsOutput { functions: Some(functions), next_marker })
    }

    /// ListVersionsByFunction: the latest first, then by number, 50 a page at most.
    ///
    /// # Errors
    /// As on AWS; 400 for a marker that is not one of ours.
    pub fn list_versions_by_function(
        &self,
        scope: &Scope,
        input: &ListVersionsByFunctionInput,
    ) -> Result<ListVersionsByFunctionOutput, AwsError> {
        let name = input.function_name.as_deref();
        let function = self.find_whole(scope, "ListVersionsByFunction", name)?;
        let after = unmark(input.marker.as_deref())?;
        let entries = states(&function, true).into_iter();
        let entries = entries
            .filter(|((_, number), _)| after.as_ref().is_none_or(|(_, after)| number > after));
        let (versions, next_marker) = self.cut(entries, page(input.max_items));
        Ok(ListVersionsByFunctionOutput { versions: Some(versions), next_marker })
    }

    /// A page of entries, and the marker of the next one.
    fn cut(
        &self,
        mut entries: impl Iterator<Item = (Place, Shown)>,
        limit: usize,
    ) -> (Vec<FunctionConfiguration>, Option<String>) {
        let (places, shown): (Vec<_>, Vec<_>) = entries.by_ref().take(limit).unzip();
        let more = entries.next().is_some();
        let marker = places.last().filter(|_| more).map(mark);
        let summary = |shown| answer::summary(&self.optimized(shown));
        (shown.into_iter().map(summary).collect(), marker)
    }
}

/// The states of a function that a list shows. Among all of them each has its version in its
/// ARN, as on AWS.
fn states(function: &Arc<Function>, all: bool) -> Vec<(Place, Shown)> {
    let snapshot = function.snapshot.load();
    let place = |number| (function.arn.name.clone(), number);
    let states = Shown::all(&function.arn, &snapshot);
    if all {
        states.map(|(number, shown)| (place(number), shown.qualified())).collect()
    } else {
        states.take(1).map(|(number, shown)| (place(number), shown)).collect()
    }
}

pub(super) fn page(max_items: Option<i32>) -> usize {
    max_items.and_then(|n| usize::try_from(n).ok()).unwrap_or(page::MOST).clamp(1, page::MOST)
}

pub(super) fn mark((name, number): &Place) -> String {
    page::mark(&format!("{name}:{number}"))
}

pub(super) fn unmark(marker: Option<&str>) -> Result<Option<Place>, AwsError> {
    page::unmark(marker, |text| {
        let (name, number) = text.split_once(':')?;
        Some((name.to_owned(), number.parse().ok()?))
    })
}
