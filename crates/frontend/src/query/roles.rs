//! Roles.

use fika_aws::query::Xml;
use fika_aws::shape::AwsError;
use fika_iam::{NewRole, Role};

use super::{Answered, Ask, date, encoded, paged, tags};

impl Ask<'_> {
    /// None where it is no operation on roles.
    pub(super) async fn roles(self, action: &str) -> Option<Answered> {
        Some(match action {
            "CreateRole" => self.create_role().await,
            "GetRole" => self.get_role(),
            "ListRoles" => self.list_roles(),
            "UpdateRole" | "UpdateRoleDescription" => self.update_role(action).await,
            "DeleteRole" => self.delete_role().await,
            "UpdateAssumeRolePolicy" => self.update_trust().await,
            "TagRole" | "UntagRole" => self.tag_role(action).await,
            "ListRoleTags" => self.list_role_tags(),
            "ListInstanceProfilesForRole" => self.no_profiles(),
            _ => return None,
        })
    }

    async fn create_role(self) -> Answered {
        let name = self.form.required("RoleName")?.to_owned();
        let path = self.form.text("Path");
        let at = format!("{}{name}", path.as_deref().unwrap_or("/"));
        self.may("CreateRole", "role", &at)?;
        self.no_boundary()?;
        let new = NewRole {
            name,
            path,
            trust: self.form.required("AssumeRolePolicyDocument")?.to_owned(),
            description: self.form.text("Description"),
            max_session: self.form.number("MaxSessionDuration")?,
            tags: self.form.tags(),
        };
        let role = self.iam.create_role(self.account(), new).await?;
        Ok(Some(Xml::new().element("Role", self.shown_role(&role))))
    }

    fn get_role(self) -> Answered {
        let role = self.role_to("GetRole")?;
        let role = self.iam.role(self.account(), &role)?;
        Ok(Some(Xml::new().element("Role", self.shown_role(&role))))
    }

    fn list_roles(self) -> Answered {
        self.may("ListRoles", "role", "/")?;
        let (prefix, most) = (self.form.get("PathPrefix"), self.most()?);
        let page = self.iam.roles(self.account(), prefix, self.marker(), most);
        let roles = page.items.iter().map(|role| self.shown_role(role));
        Ok(Some(paged(Xml::new().list("Roles", roles), page.marker.as_deref())))
    }

    async fn update_role(self, action: &str) -> Answered {
        let name = self.role_to(action)?;
        let description = self.form.text("Description");
        let max_session = self.form.number("MaxSessionDuration")?;
        self.iam.update_role(self.account(), &name, description, max_session).await?;
        if action == "UpdateRole" {
            return Ok(Some(Xml::new()));
        }
        let role = self.iam.role(self.account(), &name)?;
        Ok(Some(Xml::new().element("Role", self.shown_role(&role))))
    }

    async fn delete_role(self) -> Answered {
        let name = self.role_to("DeleteRole")?;
        self.iam.delete_role(self.account(), &name).await.map(|()| None)
    }

    async fn update_trust(self) -> Answered {
        let name = self.role_to("UpdateAssumeRolePolicy")?;
        let document = self.form.required("PolicyDocument")?.to_owned();
        self.iam.update_trust(self.account(), &name, document).await.map(|()| None)
    }

    async fn tag_role(self, action: &str) -> Answered {
        let name = self.role_to(action)?;
        let less = self.form.list("TagKeys", "");
        self.iam.tag_role(self.account(), &name, self.form.tags(), less).await.map(|()| None)
    }

    fn list_role_tags(self) -> Answered {
        let name = self.role_to("ListRoleTags")?;
        let role = self.iam.role(self.account(), &name)?;
        Ok(Some(paged(Xml::new().list("Tags", tags(&role.entity.tags)), None)))
    }

    /// Tools ask for them before they delete a role. There are none.
    fn no_profiles(self) -> Answered {
        let name = self.role_to("ListInstanceProfilesForRole")?;
        self.iam.role(self.account(), &name)?;
        Ok(Some(paged(Xml::new().list("InstanceProfiles", []), None)))
    }

    /// The role's name, once the caller may do that to it.
    pub(super) fn role_to(self, action: &str) -> Result<String, AwsError> {
        self.role_to_with(action, &[])
    }

    /// The same, of a request with these condition keys.
    pub(super) fn role_to_with(
        self,
        action: &str,
        more: &[(&str, &str)],
    ) -> Result<String, AwsError> {
        let name = self.form.required("RoleName")?;
        // A role that is not there is one at the top, so that nobody can tell by the refusal.
        let role = self.iam.role(self.account(), name);
        let path = role.as_ref().map_or("/", |role| &role.entity.path);
        let arn = format!("arn:aws:iam::{}:role{path}{name}", self.account());
        self.may_on(action, &arn, more)?;
        Ok(name.to_owned())
    }

    fn shown_role(self, role: &Role) -> Xml {
        let entity = &role.entity;
        let xml = Xml::new()
            .text("Path", &entity.path)
            .text("RoleName", &entity.name)
            .text("RoleId", &entity.id)
            .text("Arn", &role.arn(self.account()))
            .text("CreateDate", &date(entity.created))
            .text("AssumeRolePolicyDocument", &encoded(&role.trust))
            .maybe("Description", role.description.as_deref())
            .text("MaxSessionDuration", &role.max_session.to_string());
        if entity.tags.is_empty() { xml } else { xml.list("Tags", tags(&entity.tags)) }
    }
}
