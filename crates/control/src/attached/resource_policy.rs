//! A function's own policy: who else may do what with it.

use std::sync::Arc;

use fika_aws::shape::AwsError;
use fika_policy::{DocumentKind, Policy};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::refuse;

/// Bytes of a policy, as it is kept (developer guide, "Lambda quotas").
const MOST: usize = 20_480;

/// As the store keeps it.
#[derive(Serialize, Deserialize)]
struct Stored {
    document: Value,
    revision_id: Uuid,
}

/// A policy, and the same ready to be judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub(crate) struct ResourcePolicy {
    document: Value,
    /// Another with every change.
    pub(crate) revision_id: Uuid,
    policy: Arc<Policy>,
}

impl TryFrom<Stored> for ResourcePolicy {
    type Error = fika_policy::BadPolicy;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let Stored { document, revision_id } = stored;
        let policy = Policy::parse(&document.to_string(), DocumentKind::Resource)?;
        Ok(Self { document, revision_id, policy: Arc::new(policy) })
    }
}

impl From<ResourcePolicy> for Stored {
    fn from(policy: ResourcePolicy) -> Self {
        Self { document: policy.document, revision_id: policy.revision_id }
    }
}

impl ResourcePolicy {
    /// The policy a caller wrote.
    ///
    /// # Errors
    /// 400 for a text that is none, or too long.
    pub(crate) fn written(text: &str) -> Result<Self, AwsError> {
        // Read from the text, for a reading of a reading would not see what is there twice.
        let policy = Policy::parse(text, DocumentKind::Resource);
        let policy = policy.map_err(|why| refuse::invalid(why.to_string()))?;
        let document: Value =
            serde_json::from_str(text).map_err(|why| refuse::invalid(why.to_string()))?;
        let made = Self { document, revision_id: Uuid::new_v4(), policy: Arc::new(policy) };
        made.fitting()
    }

    /// The policy with one more statement; a new one where there is none yet.
    ///
    /// # Errors
    /// 400 for a statement that says nothing, or for which there is no room.
    pub(crate) fn with(before: Option<&Self>, statement: Value) -> Result<Self, AwsError> {
        let mut statements = before.map_or_else(Vec::new, Self::statements);
        statements.push(statement);
        Self::of(before, statements)
    }

    /// The policy without a statement: nothing where none is left.
    ///
    /// # Errors
    /// 404 where there is no such statement.
    pub(crate) fn without(&self, sid: &str) -> Result<Option<Self>, AwsError> {
        let mut statements = self.statements();
        let before = statements.len();
        statements.retain(|statement| statement["Sid"] != sid);
        if statements.len() == before {
            let text = format!("Statement {sid} is not found in resource policy.");
            return Err(AwsError::resource_not_found(text));
        }
        if statements.is_empty() { Ok(None) } else { Self::of(Some(self), statements).map(Some) }
    }

    /// Whether it has a statement of that name.
    pub(crate) fn has(&self, sid: &str) -> bool {
        self.statements().iter().any(|statement| statement["Sid"] == sid)
    }

    /// Ready to be judged.
    pub(crate) fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.policy)
    }

    /// As callers read it.
    pub(crate) fn text(&self) -> String {
        self.document.to_string()
    }

    fn of(before: Option<&Self>, statements: Vec<Value>) -> Result<Self, AwsError> {
        let new = || json!({"Version": "2012-10-17", "Id": "default"});
        let mut document = before.map_or_else(new, |before| before.document.clone());
        let members: Option<&mut Map<String, Value>> = document.as_object_mut();
        let members = members.ok_or_else(|| refuse::internal("a policy is no object"))?;
        members.insert("Statement".into(), statements.into());
        let made = Self::try_from(Stored { document, revision_id: Uuid::new_v4() });
        made.map_err(|why| refuse::invalid(why.to_string()))?.fitting()
    }

    fn statements(&self) -> Vec<Value> {
        match &self.document["Statement"] {
            Value::Array(list) => list.clone(),
            one => vec![one.clone()],
        }
    }

    fn fitting(self) -> Result<Self, AwsError> {
        let size = self.text().len();
        if size <= MOST {
            return Ok(self);
        }
        Err(AwsError::policy_length_exceeded(format!(
            "The final policy size ({size}) is bigger than the limit ({MOST})."
        )))
    }
}
