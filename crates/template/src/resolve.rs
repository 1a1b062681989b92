//! Resolving a value.

use serde_json::{Map, Value};

use crate::budget::{Budget, MADE};
use crate::facts::Facts;
use crate::read::too_deep;
use crate::{DEPTH, Invalid, Scope, dynamic, function};

/// What is known while a stack is being made; `None` is "not yet".
pub trait Known {
    /// What `Ref` gives of a resource.
    fn reference(&self, logical: &str) -> Option<Value>;
    /// What `Fn::GetAtt` gives of one; the name may have dots (`Outputs.Url`).
    fn attribute(&self, logical: &str, name: &str) -> Option<Value>;
    /// What another stack exports by a name.
    fn import(&self, export: &str) -> Option<Value>;
    /// What a dynamic reference stands for, without its braces and `resolve:`: `ssm:/name:1`,
    /// `secretsmanager:id:SecretString:field`. [`Dynamic::read`](crate::Dynamic::read) takes it apart.
    fn dynamic(&self, reference: &str) -> Option<Value>;
}

/// Knows nothing: for values that name no resource.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nothing;

impl Known for Nothing {
    fn reference(&self, _: &str) -> Option<Value> {
        None
    }

    fn attribute(&self, _: &str, _: &str) -> Option<Value> {
        None
    }

    fn import(&self, _: &str) -> Option<Value> {
        None
    }

    fn dynamic(&self, _: &str) -> Option<Value> {
        None
    }
}

/// Why a value could not be resolved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// A resource that is not known yet, or an attribute of one.
    #[error("Unresolved resource dependencies [{logical}] in the Resources block of the template")]
    Unknown {
        /// The resource.
        logical: String,
        /// Which of its attributes; none for what `Ref` gives.
        attribute: Option<String>,
    },
    /// An export that [`Known`] has not: its name.
    #[error("No export named {0} found.")]
    Import(String),
    /// A dynamic reference that [`Known`] has not, as it is asked.
    #[error("Could not resolve the dynamic reference {{{{resolve:{0}}}}}")]
    Dynamic(String),
    /// What can never be.
    #[error(transparent)]
    Invalid(#[from] Invalid),
}

/// A value, or that it is to be removed.
pub(crate) type Made = Result<Option<Value>, Unresolved>;

/// Resolves all intrinsic functions of a value, and then the dynamic references of its text. What is `AWS::NoValue` is
/// removed from objects and lists; a value that is nothing else is null.
///
/// # Errors
/// [`Unresolved`] says what is missing, or wrong. Resolving again with more known is not harmful.
pub fn resolve(value: &Value, scope: &Scope<'_>, known: &dyn Known) -> Result<Value, Unresolved> {
    let budget = Budget::new(MADE);
    let by = Resolver { facts: scope.facts(), known, budget: &budget, levels: DEPTH };
    let mut made = by.value(value)?.unwrap_or(Value::Null);
    dynamic::replace(&mut made, known, &budget)?;
    Ok(made)
}

/// Who resolves: so many levels deeper, and with what is left of what it may make.
#[derive(Clone, Copy)]
pub(crate) struct Resolver<'a> {
    pub(crate) facts: Facts<'a>,
    pub(crate) known: &'a dyn Known,
    pub(crate) budget: &'a Budget,
    pub(crate) levels: usize,
}

impl Resolver<'_> {
    pub(crate) fn value(self, value: &Value) -> Made {
        let by = Self { levels: self.levels.checked_sub(1).ok_or_else(too_deep)?, ..self };
        match value {
            Value::Array(items) => by.items(items).map(Value::Array).map(Some),
            Value::Object(members) => match function::called(members) {
                Some((name, given)) => function::call(by, name, given),
                None => by.members(members).map(Value::Object).map(Some),
            },
            plain => by.copy(plain).map(Some),
        }
    }

    fn items(self, items: &[Value]) -> Result<Vec<Value>, Unresolved> {
        self.budget.node()?;
        items.iter().filter_map(|item| self.value(item).transpose()).collect()
    }

    fn members(self, members: &Map<String, Value>) -> Result<Map<String, Value>, Unresolved> {
        self.budget.node()?;
        let mut made = Map::new();
        for (name, member) in members {
            if let Some(member) = self.value(member)? {
                self.budget.text(name.len())?;
                made.insert(name.clone(), member);
            }
        }
        Ok(made)
    }

    /// A copy of what is plain.
    pub(crate) fn copy(self, value: &Value) -> Result<Value, Unresolved> {
        self.budget.copy(value)?;
        Ok(value.clone())
    }

    /// The text that a value resolves to.
    pub(crate) fn text(
        self,
        value: &Value,
        wrong: impl FnOnce() -> Invalid,
    ) -> Result<String, Unresolved> {
        Ok(self.value(value)?.and_then(scalar).ok_or_else(wrong)?)
    }

    /// The list that a value resolves to.
    pub(crate) fn list(
        self,
        value: &Value,
        wrong: impl FnOnce() -> Invalid,
    ) -> Result<Vec<Value>, Unresolved> {
        match self.value(value)? {
            Some(Value::Array(items)) => Ok(items),
            _ => Err(wrong().into()),
        }
    }
}

/// A string, a number or a boolean as text.
pub(crate) fn scalar(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}
