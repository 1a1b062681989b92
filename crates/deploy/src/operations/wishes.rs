//! What a request says a stack is to be.

use std::collections::{BTreeMap, BTreeSet};

use fika_aws::shape::AwsError;

use super::Ask;
use crate::error::invalid;
use crate::record::{Actor, OnFailure, Wish};
use crate::room::now;
use crate::source;
use crate::state::State;

impl Ask<'_> {
    /// What the stack is to be; `before` is what there is of it already.
    pub(super) async fn wish(self, before: Option<&State>) -> Result<Wish, AwsError> {
        let form = self.form;
        let services = self.services()?;
        let (body, url) = (form.get("TemplateBody"), form.get("TemplateURL"));
        let template = match source::template(&services, body, url).await? {
            Some(template) => template.into(),
            None if self.flag("UsePreviousTemplate") => {
                let before = before.filter(|before| !before.head.wish.template.is_empty());
                before.ok_or_else(no_template)?.head.wish.template.clone()
            }
            None => return Err(no_template()),
        };
        let was = before.map(|before| &before.head.wish);
        let mut wish = Wish {
            template,
            parameters: self.parameters(was)?,
            capabilities: form.list("Capabilities", ""),
            notifications: form.list("NotificationARNs", ""),
            tags: form.tags(),
            said: now(),
            ..Wish::default()
        };
        let says_tags = form.all().any(|(name, _)| name.starts_with("Tags."));
        if let Some(was) = was.filter(|_| !says_tags) {
            wish.tags.clone_from(&was.tags);
        }
        if wish.tags.keys().any(|key| key.starts_with("aws:")) {
            return Err(invalid("aws: prefixed tag key names are not allowed for external use."));
        }
        source::stored(&services, &mut wish).await?;
        Ok(wish)
    }

    fn parameters(self, was: Option<&Wish>) -> Result<BTreeMap<String, String>, AwsError> {
        let mut parameters = BTreeMap::new();
        for n in 1.. {
            let get = |part: &str| self.form.get(&format!("Parameters.member.{n}.{part}"));
            let Some(key) = get("ParameterKey") else { break };
            let keeps = get("UsePreviousValue").is_some_and(|value| value == "true");
            let value = match get("ParameterValue") {
                Some(value) => Some(value.to_owned()),
                None if keeps => match was {
                    None => {
                        let text = format!(
                            "Invalid input for parameter key {key}. Cannot specify usePreviousValue \
                             as true for a parameter key not in the previous template"
                        );
                        return Err(invalid(text));
                    }
                    // A default that was used then is used again.
                    Some(was) => was.parameters.get(key).cloned(),
                },
                None => Some(String::new()),
            };
            if let Some(value) = value
                && parameters.insert(key.to_owned(), value).is_some()
            {
                return Err(invalid(format!("Duplicate parameter key: {key}")));
            }
        }
        Ok(parameters)
    }

    /// With whose rights: the role that is handed over, or that the stack had, or the caller's own.
    pub(super) fn actor(self, before: Option<&State>) -> Result<Actor, AwsError> {
        let had = before.map(|before| &before.head.actor);
        match (self.form.get("RoleARN"), had) {
            // Who may change the stack needs not be allowed to pass the role that it has.
            (None, Some(had)) if had.role().is_some() => Ok(had.clone()),
            (role, _) => Actor::of(&self.stacks.inner.iam, self.caller, role),
        }
    }

    pub(super) fn on_failure(self, name: &str) -> Result<OnFailure, AwsError> {
        if self.flag("DisableRollback") {
            return Ok(OnFailure::Nothing);
        }
        match self.form.get(name) {
            None | Some("ROLLBACK") => Ok(OnFailure::Rollback),
            Some("DO_NOTHING") => Ok(OnFailure::Nothing),
            Some("DELETE") => Ok(OnFailure::Delete),
            Some(other) => Err(invalid(format!("{name} cannot be {other}"))),
        }
    }

    pub(super) fn names(self, name: &str) -> BTreeSet<String> {
        self.form.list(name, "").into_iter().collect()
    }
}

fn no_template() -> AwsError {
    invalid("Either Template URL or Template Body must be specified.")
}
