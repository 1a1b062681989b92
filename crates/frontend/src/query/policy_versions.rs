//! Versions of policies.

use fika_aws::query::Xml;
use fika_aws::shape::AwsError;
use fika_iam::ManagedPolicy;

use super::{Answered, Ask, date, encoded, paged};

impl Ask<'_> {
    /// None where it is no operation on versions of policies.
    pub(super) async fn policy_versions(self, action: &str) -> Option<Answered> {
        Some(match action {
            "CreatePolicyVersion" => self.create_policy_version().await,
            "GetPolicyVersion" => self.get_policy_version(),
            "ListPolicyVersions" => self.list_policy_versions(),
            "SetDefaultPolicyVersion" | "DeletePolicyVersion" => {
                self.change_policy_version(action).await
            }
            _ => return None,
        })
    }

    async fn create_policy_version(self) -> Answered {
        let arn = self.policy_to("CreatePolicyVersion")?;
        let document = self.form.required("PolicyDocument")?.to_owned();
        let counts = self.form.get("SetAsDefault") == Some("true");
        let account = self.account();
        let number = self.iam.create_policy_version(account, &arn, document, counts).await?;
        let policy = self.iam.policy(account, &arn)?;
        Ok(Some(Xml::new().element("PolicyVersion", shown(&policy, number, Xml::new()))))
    }

    fn get_policy_version(self) -> Answered {
        let policy = self.iam.policy(self.account(), &self.policy_to("GetPolicyVersion")?)?;
        let version = self.form.required("VersionId")?;
        let number = number(version);
        let other = number.and_then(|number| policy.versions.others.get(&number));
        let document = match (other, number) {
            (Some(other), _) => &other.document,
            (None, Some(number)) if number == policy.versions.default => &policy.document,
            _ => {
                let text = format!("Policy {} version {version} does not exist", policy.arn);
                return Err(AwsError::new("NoSuchEntity", 404, text));
            }
        };
        let xml = Xml::new().text("Document", &encoded(document));
        let xml = shown(&policy, number.unwrap_or_default(), xml);
        Ok(Some(Xml::new().element("PolicyVersion", xml)))
    }

    fn list_policy_versions(self) -> Answered {
        let policy = self.iam.policy(self.account(), &self.policy_to("ListPolicyVersions")?)?;
        let mut numbers: Vec<u32> = policy.versions.others.keys().copied().collect();
        numbers.push(policy.versions.default);
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        let versions = numbers.into_iter().map(|number| shown(&policy, number, Xml::new()));
        Ok(Some(paged(Xml::new().list("Versions", versions), None)))
    }

    async fn change_policy_version(self, action: &str) -> Answered {
        let arn = self.policy_to(action)?;
        let version = self.form.required("VersionId")?;
        let number = number(version).ok_or_else(|| {
            let text = format!("Value '{version}' at 'versionId' is no version");
            AwsError::new("ValidationError", 400, text)
        })?;
        let account = self.account();
        if action == "DeletePolicyVersion" {
            self.iam.delete_policy_version(account, &arn, number).await.map(|()| None)
        } else {
            self.iam.set_policy_version(account, &arn, number).await.map(|()| None)
        }
    }
}

/// As in `v3`.
pub(super) fn versioned(number: u32) -> String {
    format!("v{number}")
}

fn number(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.parse().ok()
}

fn shown(policy: &ManagedPolicy, number: u32, xml: Xml) -> Xml {
    let other = policy.versions.others.get(&number);
    let created = other.map_or(policy.versions.created, |other| Some(other.created));
    xml.text("VersionId", &versioned(number))
        .text("IsDefaultVersion", if other.is_none() { "true" } else { "false" })
        .text("CreateDate", &date(created.unwrap_or(policy.entity.created)))
}
