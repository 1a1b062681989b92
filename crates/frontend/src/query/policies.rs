//! Policies: those of users and roles themselves, and those attached to them.

use fika_aws::query::Xml;
use fika_aws::shape::AwsError;
use fika_iam::{Holder, ManagedPolicy, Scope};

use super::policy_versions::versioned;
use super::{Answered, Ask, date, encoded, paged, tags};

impl Ask<'_> {
    /// None where it is no operation on policies.
    pub(super) async fn policies(self, action: &str) -> Option<Answered> {
        Some(match action {
            "PutRolePolicy" | "PutUserPolicy" => self.put_inline(action).await,
            "GetRolePolicy" | "GetUserPolicy" => self.get_inline(action),
            "DeleteRolePolicy" | "DeleteUserPolicy" => self.delete_inline(action).await,
            "ListRolePolicies" | "ListUserPolicies" => self.list_inline(action),
            "AttachRolePolicy" | "AttachUserPolicy" => self.attach(action, true).await,
            "DetachRolePolicy" | "DetachUserPolicy" => self.attach(action, false).await,
            "ListAttachedRolePolicies" | "ListAttachedUserPolicies" => self.list_attached(action),
            "CreatePolicy" => self.create_policy().await,
            "GetPolicy" => self.get_policy(),
            "ListPolicies" => self.list_policies(),
            "DeletePolicy" => self.delete_policy().await,
            action => return self.policy_versions(action).await,
        })
    }

    async fn put_inline(self, action: &str) -> Answered {
        let (holder, name) = self.holder(action, &[])?;
        let policy = self.form.required("PolicyName")?.to_owned();
        let document = self.form.required("PolicyDocument")?.to_owned();
        let whose = (holder, name.as_str());
        self.iam.put_inline(self.account(), whose, policy, document).await.map(|()| None)
    }

    fn get_inline(self, action: &str) -> Answered {
        let (holder, name) = self.holder(action, &[])?;
        let policy = self.form.required("PolicyName")?;
        let document = self.iam.inline(self.account(), (holder, &name), policy)?;
        let xml = Xml::new().text(member(holder), &name).text("PolicyName", policy);
        Ok(Some(xml.text("PolicyDocument", &encoded(&document))))
    }

    async fn delete_inline(self, action: &str) -> Answered {
        let (holder, name) = self.holder(action, &[])?;
        let policy = self.form.required("PolicyName")?.to_owned();
        self.iam.delete_inline(self.account(), (holder, &name), policy).await.map(|()| None)
    }

    fn list_inline(self, action: &str) -> Answered {
        let (holder, name) = self.holder(action, &[])?;
        let held = self.iam.held(self.account(), (holder, &name))?;
        let names = held.inline.keys().map(String::as_str);
        Ok(Some(paged(Xml::new().texts("PolicyNames", names), None)))
    }

    async fn attach(self, action: &str, attached: bool) -> Answered {
        let arn = self.form.required("PolicyArn")?.to_owned();
        let (holder, name) = self.holder(action, &[("iam:PolicyARN", &arn)])?;
        let (account, whose) = (self.account(), (holder, name.as_str()));
        if attached {
            self.iam.attach(account, whose, arn).await.map(|()| None)
        } else {
            self.iam.detach(account, whose, arn).await.map(|()| None)
        }
    }

    fn list_attached(self, action: &str) -> Answered {
        let (holder, name) = self.holder(action, &[])?;
        let held = self.iam.held(self.account(), (holder, &name))?;
        let one = |arn: &String| {
            let name = arn.rsplit('/').next().unwrap_or_default();
            Xml::new().text("PolicyName", name).text("PolicyArn", arn)
        };
        let all = Xml::new().list("AttachedPolicies", held.attached.iter().map(one));
        Ok(Some(paged(all, None)))
    }

    async fn create_policy(self) -> Answered {
        let name = self.form.required("PolicyName")?.to_owned();
        let path = self.form.get("Path");
        self.may("CreatePolicy", "policy", &format!("{}{name}", path.unwrap_or("/")))?;
        let document = self.form.required("PolicyDocument")?.to_owned();
        let (description, tags) = (self.form.text("Description"), self.form.tags());
        let account = self.account();
        let made = self.iam.create_policy(account, name, path, document, description, tags);
        Ok(Some(Xml::new().element("Policy", shown(&*made.await?, true))))
    }

    fn get_policy(self) -> Answered {
        let policy = self.iam.policy(self.account(), &self.policy_to("GetPolicy")?)?;
        Ok(Some(Xml::new().element("Policy", shown(&policy, true))))
    }

    fn list_policies(self) -> Answered {
        self.may("ListPolicies", "policy", "/")?;
        let scope = match self.form.get("Scope") {
            Some("AWS") => Scope::Aws,
            Some("Local") => Scope::Local,
            _ => Scope::All,
        };
        let page = self.iam.policies(self.account(), scope, self.marker(), self.most()?);
        let policies = page.items.iter().map(|policy| shown(policy, false));
        Ok(Some(paged(Xml::new().list("Policies", policies), page.marker.as_deref())))
    }

    async fn delete_policy(self) -> Answered {
        let arn = self.policy_to("DeletePolicy")?;
        self.iam.delete_policy(self.account(), &arn).await.map(|()| None)
    }

    /// Whose policies are meant, once the caller may do that to them.
    fn holder(self, action: &str, more: &[(&str, &str)]) -> Result<(Holder, String), AwsError> {
        Ok(if action.contains("Role") {
            (Holder::Role, self.role_to_with(action, more)?)
        } else {
            (Holder::User, self.named_user_with(action, more)?)
        })
    }

    /// The policy's ARN, once the caller may do that to it.
    pub(super) fn policy_to(self, action: &str) -> Result<String, AwsError> {
        let arn = self.form.required("PolicyArn")?;
        // AWS's own are everybody's to read.
        let own = !arn.starts_with("arn:aws:iam::aws:");
        let on = if own { arn } else { "*" };
        self.may_on(action, on, &[])?;
        Ok(arn.to_owned())
    }
}

fn member(holder: Holder) -> &'static str {
    match holder {
        Holder::Role => "RoleName",
        Holder::User => "UserName",
    }
}

fn shown(policy: &ManagedPolicy, whole: bool) -> Xml {
    let entity = &policy.entity;
    let xml = Xml::new()
        .text("PolicyName", &entity.name)
        .text("PolicyId", &entity.id)
        .text("Arn", &policy.arn)
        .text("Path", &entity.path)
        .text("DefaultVersionId", &versioned(policy.versions.default))
        .text("AttachmentCount", &policy.attachments.to_string())
        .text("PermissionsBoundaryUsageCount", "0")
        .text("IsAttachable", "true")
        .text("CreateDate", &date(entity.created))
        .text("UpdateDate", &date(policy.versions.created.unwrap_or(entity.created)));
    if !whole {
        return xml;
    }
    let xml = xml.maybe("Description", policy.description.as_deref());
    if entity.tags.is_empty() { xml } else { xml.list("Tags", tags(&entity.tags)) }
}
