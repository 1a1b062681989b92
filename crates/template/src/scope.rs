//! A template, and what a stack of it is made with.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::budget::{Budget, MADE};
use crate::facts::Facts;
use crate::resolve::{Nothing, Resolver};
use crate::{DEPTH, Invalid, Pseudo, Template, condition, rule};

/// A template with its parameters' values, and which of its conditions hold.
#[derive(Debug, Clone)]
pub struct Scope<'a> {
    /// The template.
    pub template: &'a Template,
    /// What `Ref` gives of each parameter, as [`parameters`](crate::parameters) makes it.
    pub parameters: &'a Map<String, Value>,
    /// The `AWS::…` names.
    pub pseudo: &'a Pseudo,
    /// Each condition.
    pub conditions: BTreeMap<String, bool>,
}

impl<'a> Scope<'a> {
    /// Evaluates the template's conditions, and checks its rules.
    ///
    /// # Errors
    /// [`Invalid`] for a condition that is none, and for parameters that a rule forbids.
    pub fn new(
        template: &'a Template,
        parameters: &'a Map<String, Value>,
        pseudo: &'a Pseudo,
    ) -> Result<Self, Invalid> {
        let (section, mappings) = (&template.conditions, &template.mappings);
        let conditions = condition::evaluate(section, mappings, parameters, pseudo)?;
        let scope = Self { template, parameters, pseudo, conditions };
        let budget = Budget::new(MADE);
        let by = Resolver { facts: scope.facts(), known: &Nothing, budget: &budget, levels: DEPTH };
        rule::check(by, &template.rules)?;
        Ok(scope)
    }

    /// Whether what has this condition is to be made: so is what has none.
    #[must_use]
    pub fn holds(&self, condition: Option<&str>) -> bool {
        condition.is_none_or(|name| self.conditions.get(name).copied().unwrap_or_default())
    }

    pub(crate) fn facts(&self) -> Facts<'_> {
        Facts {
            mappings: &self.template.mappings,
            parameters: self.parameters,
            pseudo: self.pseudo,
            conditions: &self.conditions,
        }
    }
}
