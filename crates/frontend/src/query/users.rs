//! Users.

use fika_aws::query::Xml;
use fika_aws::shape::AwsError;
use fika_iam::{Principal, User};

use super::{Answered, Ask, date, paged, tags};

impl Ask<'_> {
    /// None where it is no operation on users.
    pub(super) async fn users(self, action: &str) -> Option<Answered> {
        Some(match action {
            "CreateUser" => self.create_user().await,
            "GetUser" => self.get_user(),
            "ListUsers" => self.list_users(),
            "DeleteUser" => self.delete_user().await,
            "TagUser" | "UntagUser" => self.tag_user(action).await,
            "ListUserTags" => self.list_user_tags(),
            "ListGroupsForUser" => self.no_groups(),
            _ => return None,
        })
    }

    async fn create_user(self) -> Answered {
        let name = self.form.required("UserName")?.to_owned();
        let path = self.form.get("Path");
        self.may("CreateUser", "user", &format!("{}{name}", path.unwrap_or("/")))?;
        self.no_boundary()?;
        let user = self.iam.create_user(self.account(), name, path, self.form.tags()).await?;
        Ok(Some(Xml::new().element("User", self.shown_user(&user))))
    }

    /// A user; whoever asks where none is named.
    fn get_user(self) -> Answered {
        let name = self.user_to("GetUser")?;
        let shown = match name {
            Some(name) => self.shown_user(self.iam.user(self.account(), &name)?.as_ref()),
            None => Xml::new()
                .text("UserId", self.account().as_str())
                .text("Arn", &self.caller.principal.arn())
                .text("CreateDate", &date(0)),
        };
        Ok(Some(Xml::new().element("User", shown)))
    }

    fn list_users(self) -> Answered {
        self.may("ListUsers", "user", "/")?;
        let (prefix, most) = (self.form.get("PathPrefix"), self.most()?);
        let page = self.iam.users(self.account(), prefix, self.marker(), most);
        let users = page.items.iter().map(|user| self.shown_user(user));
        Ok(Some(paged(Xml::new().list("Users", users), page.marker.as_deref())))
    }

    async fn delete_user(self) -> Answered {
        let name = self.named_user("DeleteUser")?;
        self.iam.delete_user(self.account(), &name).await.map(|()| None)
    }

    async fn tag_user(self, action: &str) -> Answered {
        let name = self.named_user(action)?;
        let less = self.form.list("TagKeys", "");
        self.iam.tag_user(self.account(), &name, self.form.tags(), less).await.map(|()| None)
    }

    fn list_user_tags(self) -> Answered {
        let name = self.named_user("ListUserTags")?;
        let user = self.iam.user(self.account(), &name)?;
        Ok(Some(paged(Xml::new().list("Tags", tags(&user.entity.tags)), None)))
    }

    /// Tools ask for them before they delete a user. There are none.
    fn no_groups(self) -> Answered {
        let name = self.named_user("ListGroupsForUser")?;
        self.iam.user(self.account(), &name)?;
        Ok(Some(paged(Xml::new().list("Groups", []), None)))
    }

    /// The name of a user that must be named, once the caller may do that to it.
    pub(super) fn named_user(self, action: &str) -> Result<String, AwsError> {
        self.named_user_with(action, &[])
    }

    /// The same, of a request with these condition keys.
    pub(super) fn named_user_with(
        self,
        action: &str,
        more: &[(&str, &str)],
    ) -> Result<String, AwsError> {
        let name = self.form.required("UserName")?;
        self.user_named(action, name, more)
    }

    /// The name of the user meant, once the caller may do that: the one named, or the caller
    /// itself; none for an account itself.
    pub(super) fn user_to(self, action: &str) -> Result<Option<String>, AwsError> {
        let own = self.caller.principal.user().map(|user| user.entity.name.as_str());
        let Some(name) = self.form.get("UserName").or(own) else {
            if matches!(self.caller.principal, Principal::Root(_)) {
                return Ok(None);
            }
            return Err(AwsError::new(
                "ValidationError",
                400,
                "Must specify userName when calling with non-User credentials",
            ));
        };
        self.user_named(action, name, &[]).map(Some)
    }

    fn user_named(
        self,
        action: &str,
        name: &str,
        more: &[(&str, &str)],
    ) -> Result<String, AwsError> {
        // A user that is not there is one at the top, so that nobody can tell by the refusal.
        let user = self.iam.user(self.account(), name);
        let path = user.as_ref().map_or("/", |user| &user.entity.path);
        let arn = format!("arn:aws:iam::{}:user{path}{name}", self.account());
        self.may_on(action, &arn, more)?;
        Ok(name.to_owned())
    }

    fn shown_user(self, user: &User) -> Xml {
        let entity = &user.entity;
        let xml = Xml::new()
            .text("Path", &entity.path)
            .text("UserName", &entity.name)
            .text("UserId", &entity.id)
            .text("Arn", &user.arn(self.account()))
            .text("CreateDate", &date(entity.created));
        if entity.tags.is_empty() { xml } else { xml.list("Tags", tags(&entity.tags)) }
    }
}
