//! Who else may use a version of a layer.
//!
//! AWS lets its statements say one thing only: that accounts may `lambda:GetLayerVersion`. So they
//! are kept as what was asked for, and written out as policies when they are shown.

use fika_model::AccountId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::LayerVersionArn;

/// The only thing that can be allowed.
const ACTION: &str = "lambda:GetLayerVersion";

/// The statements of one version of a layer: one at least.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Policy {
    /// Another with every change.
    pub(crate) revision_id: Uuid,
    pub(crate) statements: Vec<Statement>,
}

/// As AddLayerVersionPermission was asked for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Statement {
    pub(crate) id: String,
    /// `*`, an account, or the ARN of its root.
    pub(crate) principal: String,
    /// Only accounts of that organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) organization: Option<String>,
}

impl Policy {
    /// Whether an account may use the layer. There are no organizations in fika, so nobody is in
    /// one.
    pub(crate) fn allows(&self, account: &AccountId) -> bool {
        let open = self.statements.iter().filter(|statement| statement.organization.is_none());
        open.into_iter().any(|statement| match statement.account() {
            None => true,
            Some(named) => named == account.as_str(),
        })
    }

    /// The document, as GetLayerVersionPolicy shows it.
    pub(crate) fn document(&self, layer: &LayerVersionArn) -> String {
        let statements: Vec<_> = self.statements.iter().map(|one| one.show(layer)).collect();
        let statements = statements.join(",");
        format!(r#"{{"Version":"2012-10-17","Id":"default","Statement":[{statements}]}}"#)
    }
}

impl Statement {
    /// The account it names; none for everybody.
    fn account(&self) -> Option<&str> {
        match self.principal.as_str() {
            "*" => None,
            // `arn:aws:iam::ACCOUNT:root`
            text => Some(text.split(':').nth(4).unwrap_or(text)),
        }
    }

    /// The statement as AWS shows it, its members in AWS's order.
    pub(crate) fn show(&self, layer: &LayerVersionArn) -> String {
        let principal = match self.account() {
            None => json!("*"),
            Some(account) => json!({ "AWS": format!("arn:aws:iam::{account}:root") }),
        };
        let mut members = vec![
            ("Sid", json!(self.id)),
            ("Effect", json!("Allow")),
            ("Principal", principal),
            ("Action", json!(ACTION)),
            ("Resource", json!(layer.to_string())),
        ];
        if let Some(organization) = &self.organization {
            let condition = json!({ "StringEquals": { "aws:PrincipalOrgID": organization } });
            members.push(("Condition", condition));
        }
        let show = |(name, value): (&str, Value)| format!("{}:{value}", json!(name));
        format!("{{{}}}", members.into_iter().map(show).collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(principal: &str, organization: Option<&str>) -> Policy {
        let organization = organization.map(Into::into);
        let statement = Statement { id: "s".into(), principal: principal.into(), organization };
        Policy { revision_id: Uuid::nil(), statements: vec![statement] }
    }

    #[test]
    fn accounts_are_allowed_by_number_by_arn_or_all() {
        let account = AccountId::new("111122223333").expect("an account");
        for (principal, organization, allowed) in [
            ("*", None, true),
            ("111122223333", None, true),
            ("arn:aws:iam::111122223333:root", None, true),
            ("444455556666", None, false),
            ("arn:aws:iam::444455556666:root", None, false),
            ("*", Some("o-t194hfs8cz"), false),
        ] {
            assert_eq!(policy(principal, organization).allows(&account), allowed, "{principal}");
        }
    }

    #[test]
    fn documents_are_as_awss() {
        let layer = "arn:aws:lambda:us-east-2:123456789012:layer:bash-runtime:1";
        let layer = LayerVersionArn::parse(layer).expect("an ARN");
        let resource = r#""Action":"lambda:GetLayerVersion","Resource":"arn:aws:lambda:us-east-2:123456789012:layer:bash-runtime:1""#;
        let one = policy("210987654321", None);
        let principal = r#""Principal":{"AWS":"arn:aws:iam::210987654321:root"}"#;
        let statement = format!(r#"{{"Sid":"s","Effect":"Allow",{principal},{resource}}}"#);
        assert_eq!(one.statements[0].show(&layer), statement);
        assert_eq!(
            one.document(&layer),
            format!(r#"{{"Version":"2012-10-17","Id":"default","Statement":[{statement}]}}"#)
        );
        let all = policy("*", Some("o-t194hfs8cz")).statements[0].show(&layer);
        let condition = r#""Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-t194hfs8cz"}}"#;
        assert_eq!(
            all,
            format!(r#"{{"Sid":"s","Effect":"Allow","Principal":"*",{resource},{condition}}}"#)
        );
    }
}
