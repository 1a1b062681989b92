//! Which function an address is of.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use fika_model::FunctionArn;
use fika_model::arn::LATEST;

use crate::registry::Snapshot;

/// Functions and aliases by the ids of their URLs.
#[derive(Debug, Default)]
pub(crate) struct Addresses(RwLock<HashMap<String, FunctionArn>>);

impl Addresses {
    /// What has that id; qualified where it is an alias.
    pub(crate) fn find(&self, id: &str) -> Option<FunctionArn> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Follows a function from one moment to the next; none where it was or is not there.
    pub(crate) fn change(
        &self,
        arn: &FunctionArn,
        before: Option<&Snapshot>,
        after: Option<&Snapshot>,
    ) {
        let attached = |snapshot: Option<&Snapshot>| {
            let attached = snapshot.map(|snapshot| Arc::clone(&snapshot.record.attached));
            attached.filter(|attached| !attached.urls.is_empty())
        };
        let (before, after) = (attached(before), attached(after));
        let same = match (&before, &after) {
            (Some(before), Some(after)) => Arc::ptr_eq(before, after) || before.urls == after.urls,
            (before, after) => before.is_none() && after.is_none(),
        };
        if same {
            return;
        }
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        before.iter().flat_map(|one| one.urls.values()).for_each(|url| drop(all.remove(&url.id)));
        for (key, url) in after.iter().flat_map(|one| &one.urls) {
            let qualifier = (key != LATEST).then(|| key.clone());
            all.insert(url.id.clone(), FunctionArn { qualifier, ..arn.clone() });
        }
    }
}
