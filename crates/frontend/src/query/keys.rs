//! Access keys.

use fika_aws::query::Xml;
use fika_aws::shape::AwsError;
use fika_iam::Credential;

use super::{Answered, Ask, date, paged};

impl Ask<'_> {
    /// None where it is no operation on keys.
    pub(super) async fn keys(self, action: &str) -> Option<Answered> {
        Some(match action {
            "CreateAccessKey" => self.create_key().await,
            "ListAccessKeys" => self.list_keys(),
            "UpdateAccessKey" => self.update_key().await,
            "DeleteAccessKey" => self.delete_key().await,
            _ => return None,
        })
    }

    async fn create_key(self) -> Answered {
        let user = self.user_to("CreateAccessKey")?;
        let made = self
            .iam
            .create_key(self.account(), user.as_deref(), self.form.text("ClientRequestToken"))
            .await?;
        let key = shown(&made).text("SecretAccessKey", made.secret.reveal());
        Ok(Some(Xml::new().element("AccessKey", key)))
    }

    fn list_keys(self) -> Answered {
        let user = self.user_to("ListAccessKeys")?;
        let keys = self.iam.keys(self.account(), user.as_deref())?;
        let shown = keys.iter().map(|key| shown(key));
        Ok(Some(paged(Xml::new().list("AccessKeyMetadata", shown), None)))
    }

    async fn update_key(self) -> Answered {
        let user = self.user_to("UpdateAccessKey")?;
        let id = self.form.required("AccessKeyId")?;
        let inactive = is_inactive(self.form.required("Status")?)?;
        self.iam.update_key(self.account(), user.as_deref(), id, inactive).await.map(|()| None)
    }

    async fn delete_key(self) -> Answered {
        let user = self.user_to("DeleteAccessKey")?;
        let id = self.form.required("AccessKeyId")?;
        self.iam.delete_key(self.account(), user.as_deref(), id).await.map(|()| None)
    }
}

fn is_inactive(status: &str) -> Result<bool, AwsError> {
    match status {
        "Active" => Ok(false),
        "Inactive" => Ok(true),
        other => Err(AwsError::new(
            "ValidationError",
            400,
            format!(
                "1 validation error detected: Value '{other}' at 'status' failed to satisfy \
                 constraint: Member must satisfy enum value set: [Active, Inactive]"
            ),
        )),
    }
}

fn shown(key: &Credential) -> Xml {
    Xml::new()
        .maybe("UserName", key.user.as_deref())
        .text("AccessKeyId", &key.access_key_id)
        .text("Status", if key.inactive { "Inactive" } else { "Active" })
        .text("CreateDate", &date(key.created))
}
