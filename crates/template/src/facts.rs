//! What intrinsic functions look up beside resources.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{Invalid, Pseudo};

/// Parts of a template, and of the stack that is made of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) mappings: &'a Map<String, Value>,
    pub(crate) parameters: &'a Map<String, Value>,
    pub(crate) pseudo: &'a Pseudo,
    pub(crate) conditions: &'a BTreeMap<String, bool>,
}

impl Facts<'_> {
    pub(crate) fn parameter(&self, name: &str) -> Option<Value> {
        self.parameters.get(name).cloned().or_else(|| self.pseudo.get(name))
    }

    pub(crate) fn holds(&self, condition: &str) -> Result<bool, Invalid> {
        self.conditions.get(condition).copied().ok_or_else(|| {
            Invalid::error(format_args!("unresolved condition dependency {condition} in Fn::If"))
        })
    }
}
