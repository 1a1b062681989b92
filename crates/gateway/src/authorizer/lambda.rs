//! Functions that decide who may call: what they answer, and what that means for one route.
//!
//! Facts: "Control access to HTTP APIs with AWS Lambda authorizers" and "Output from an API Gateway
//! Lambda authorizer" of the developer guide.

use fika_policy::{Context, Denial, DocumentKind, Identity, Policy, Request, Side, Who, decide};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::Arc;

use crate::refusal::No;

/// What a function decided of a caller.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// Yes or no.
    Simple {
        /// Whether.
        allowed: bool,
        /// What it says of the caller.
        context: Map<String, Value>,
    },
    /// A policy, to be asked of each route.
    Policy {
        /// Who it says that is.
        principal: String,
        /// Read already.
        policy: Arc<Policy>,
        /// What it says of the caller.
        context: Map<String, Value>,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Simple {
    is_authorized: bool,
    #[serde(default)]
    context: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Long {
    principal_id: String,
    policy_document: Value,
    #[serde(default)]
    context: Option<Map<String, Value>>,
}

impl Verdict {
    /// Reads an answer; none where it has not the form that was agreed on.
    #[must_use]
    pub fn read(answer: &[u8], simple: bool) -> Option<Self> {
        if simple {
            let Simple { is_authorized: allowed, context } = serde_json::from_slice(answer).ok()?;
            return Some(Self::Simple { allowed, context: context.unwrap_or_default() });
        }
        let Long { principal_id, policy_document, context } =
            serde_json::from_slice(answer).ok()?;
        let policy = Policy::parse(&policy_document.to_string(), DocumentKind::Identity).ok()?;
        let context = context.unwrap_or_default();
        Some(Self::Policy { principal: principal_id, policy: Arc::new(policy), context })
    }

    /// Whether the caller may call the route of that ARN.
    ///
    /// # Errors
    /// [`No`].
    pub fn allows(&self, route_arn: &str) -> Result<(), No> {
        let policy = match self {
            Self::Simple { allowed: true, .. } => return Ok(()),
            Self::Simple { allowed: false, .. } => return Err(No::Explicit),
            Self::Policy { policy, .. } => policy,
        };
        let context = Context::new();
        let request =
            Request { action: "execute-api:Invoke", resource: route_arn, context: &context };
        let who = Who { account: "", arns: &[], service: None };
        let own = [Arc::clone(policy)];
        let identity = Identity::Policies { own: &own, session: None };
        decide(&request, &who, identity, None, Side::Same).map_err(|denial| match denial {
            Denial::Explicit(_) => No::Explicit,
            Denial::Missing(_) => No::Implicit,
        })
    }

    /// What it says of the caller.
    #[must_use]
    pub fn context(&self) -> &Map<String, Value> {
        match self {
            Self::Simple { context, .. } | Self::Policy { context, .. } => context,
        }
    }

    /// Who it says that is.
    #[must_use]
    pub fn principal(&self) -> Option<&str> {
        match self {
            Self::Simple { .. } => None,
            Self::Policy { principal, .. } => Some(principal),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ROUTE: &str = "arn:aws:execute-api:eu-north-1:123456789012:abc/prod/GET/pets";

    fn long(statement: &Value) -> Option<Verdict> {
        let answer = json!({"principalId": "me", "context": {"n": 1},
            "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}});
        Verdict::read(answer.to_string().as_bytes(), false)
    }

    #[test]
    fn a_policy_is_asked_of_each_route() {
        let some = json!({"Effect": "Allow", "Action": "execute-api:Invoke",
            "Resource": "arn:aws:execute-api:*:*:abc/prod/GET/*"});
        let verdict = long(&some).expect("a verdict");
        assert_eq!(verdict.allows(ROUTE), Ok(()));
        assert_eq!(verdict.allows(&ROUTE.replace("GET", "PUT")), Err(No::Implicit));
        assert_eq!((verdict.principal(), &verdict.context()["n"]), (Some("me"), &json!(1)));
        let no = json!({"Effect": "Deny", "Action": "*", "Resource": "*"});
        assert_eq!(long(&no).expect("a verdict").allows(ROUTE), Err(No::Explicit));
    }

    #[test]
    fn a_simple_answer_says_yes_or_no() {
        let says = |answer: &[u8]| Verdict::read(answer, true).expect("a verdict").allows(ROUTE);
        assert_eq!(says(br#"{"isAuthorized":true}"#), Ok(()));
        assert_eq!(says(br#"{"isAuthorized":false}"#), Err(No::Explicit));
    }

    #[test]
    fn other_answers_are_none() {
        for answer in ["", "null", "{}", r#"{"isAuthorized":"yes"}"#, r#"{"isAuthorized":1}"#] {
            assert!(Verdict::read(answer.as_bytes(), true).is_none(), "{answer}");
            assert!(Verdict::read(answer.as_bytes(), false).is_none(), "{answer}");
        }
        assert!(long(&json!({"Effect": "Maybe"})).is_none());
    }
}
