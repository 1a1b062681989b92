//! STS: who somebody is, and assuming roles.

use fika_aws::query::Xml;
use fika_iam::Assumption;

use super::{Answered, Ask, date};
use crate::auth::{STS, unix_now};

impl Ask<'_> {
    pub(super) fn sts(self, action: &str) -> Answered {
        self.meant_for(STS)?;
        match action {
            "GetCallerIdentity" => self.identity(),
            "AssumeRole" => self.assume_role(),
            other => Err(self.unknown(other)),
        }
    }

    /// Everybody may ask, whatever policies say, as on AWS.
    fn identity(self) -> Answered {
        let principal = &self.caller.principal;
        let xml = Xml::new()
            .text("Arn", &principal.arn())
            .text("UserId", &principal.user_id())
            .text("Account", principal.account().as_str());
        Ok(Some(xml))
    }

    fn assume_role(self) -> Answered {
        let wanted = Assumption {
            role: self.form.required("RoleArn")?.to_owned(),
            name: self.form.required("RoleSessionName")?.to_owned(),
            duration: self.form.number("DurationSeconds")?,
            policy: self.form.text("Policy"),
            policy_arns: self.form.list("PolicyArns", ".arn"),
            external_id: self.form.text("ExternalId"),
            tags: self.form.tags(),
            transitive: self.form.list("TransitiveTagKeys", ""),
        };
        let (caller, context) = (&self.caller.principal, self.caller.circumstances());
        let assumed = self.iam.assume(self.sessions, caller, wanted, context, unix_now())?;
        let given = &assumed.credentials;
        let credentials = Xml::new()
            .text("AccessKeyId", &given.access_key_id)
            .text("SecretAccessKey", given.secret_access_key.reveal())
            .text("SessionToken", given.session_token.reveal())
            .text("Expiration", &date(given.expires));
        let user = Xml::new().text("AssumedRoleId", &assumed.id).text("Arn", &assumed.arn);
        Ok(Some(Xml::new().element("Credentials", credentials).element("AssumedRoleUser", user)))
    }
}
