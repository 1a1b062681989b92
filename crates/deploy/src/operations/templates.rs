//! Templates, looked at.

use std::collections::BTreeSet;

use fika_aws::query::Xml;
use fika_aws::shape::AwsError;
use fika_template::{Parameter, Template, transforms};
use serde_json::Value;

use super::lists::shown_wish;
use super::{Ask, flag};
use crate::capabilities;
use crate::error::{self, invalid};
use crate::plan::Plan;
use crate::record::Wish;
use crate::source;
use crate::wire::Answered;

impl Ask<'_> {
    pub(super) fn get_template(self) -> Answered {
        let cell = self.stack("GetTemplate")?;
        let state = cell.state();
        let wish = match self.form.get("ChangeSetName") {
            None => shown_wish(&state.head).clone(),
            Some(name) => {
                let mut sets = state.sets.values();
                let set = sets.find(|set| set.name == name || set.id == name);
                set.ok_or_else(|| error::no_set(name))?.wish.clone()
            }
        };
        let body = match self.form.get("TemplateStage") {
            Some("Processed") => self.processed(&state.head.id, &state.head.name, &wish)?,
            _ => wish.template.to_string(),
        };
        let xml = Xml::new().text("TemplateBody", &body);
        Ok(Some(xml.texts("StagesAvailable", ["Original", "Processed"])))
    }

    /// As it is once its transforms were applied; what has none is shown as it was given.
    fn processed(self, id: &str, name: &str, wish: &Wish) -> Result<String, AwsError> {
        let read = fika_template::read(&wish.template).map_err(error::template)?;
        if transforms(&read).map_err(error::template)?.is_empty() {
            return Ok(wish.template.to_string());
        }
        let plan = Plan::of(self.stacks, self.scope(), (id, name), wish)?;
        Ok(plan.processed.to_string())
    }

    pub(super) async fn validate(self) -> Answered {
        self.may("ValidateTemplate", "*")?;
        let read = self.given().await?;
        let template = looked_at(&read)?;
        let parameters = Template::parameters(&read).map_err(error::template)?;
        let parameters = parameters.iter().map(|(name, parameter)| {
            Xml::new()
                .text("ParameterKey", name)
                .maybe("DefaultValue", parameter.default.as_deref())
                .text("NoEcho", flag(parameter.no_echo))
                .maybe("Description", parameter.description.as_deref())
        });
        let xml = Xml::new().list("Parameters", parameters);
        Ok(Some(described(xml, &read, template.as_ref())?))
    }

    pub(super) async fn summary(self) -> Answered {
        self.may("GetTemplateSummary", "*")?;
        let read = match self.form.get("StackName") {
            Some(_) => {
                let cell = self.stack("GetTemplateSummary")?;
                let state = cell.state();
                let text = &shown_wish(&state.head).template;
                fika_template::read(text).map_err(error::template)?
            }
            None => self.given().await?,
        };
        let template = looked_at(&read)?;
        let parameters = Template::parameters(&read).map_err(error::template)?;
        let parameters = parameters.iter().map(|(name, parameter)| declared(name, parameter));
        let version = read.get("AWSTemplateFormatVersion").and_then(Value::as_str);
        let metadata = read.get("Metadata").map(Value::to_string);
        let xml = Xml::new()
            .list("Parameters", parameters)
            .texts("ResourceTypes", kinds(&read).iter().map(String::as_str))
            .maybe("Version", version)
            .maybe("Metadata", metadata.as_deref());
        Ok(Some(described(xml, &read, template.as_ref())?))
    }

    async fn given(self) -> Result<Value, AwsError> {
        let (body, url) = (self.form.get("TemplateBody"), self.form.get("TemplateURL"));
        let text = source::template(&self.services()?, body, url).await?;
        let missing = || invalid("Either Template URL or Template Body must be specified.");
        fika_template::read(&text.ok_or_else(missing)?).map_err(error::template)
    }
}

/// A template, checked as far as it can be without its parameters.
fn looked_at(read: &Value) -> Result<Option<Template>, AwsError> {
    if !transforms(read).map_err(error::template)?.is_empty() {
        return Ok(None);
    }
    Template::of(read).map(Some).map_err(error::template)
}

fn described(xml: Xml, read: &Value, template: Option<&Template>) -> Result<Xml, AwsError> {
    let needed = template.and_then(capabilities::needed);
    let reason = needed.as_ref().map(|(_, kinds)| {
        let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
        format!("The following resource(s) require capabilities: [{}]", kinds.join(", "))
    });
    let declared = transforms(read).map_err(error::template)?;
    Ok(xml
        .maybe("Description", read.get("Description").and_then(Value::as_str))
        .texts("Capabilities", needed.map(|(capability, _)| capability))
        .maybe("CapabilitiesReason", reason.as_deref())
        .texts("DeclaredTransforms", declared.iter().map(String::as_str)))
}

fn declared(name: &str, parameter: &Parameter) -> Xml {
    let allowed = parameter.allowed_values.iter().map(String::as_str);
    Xml::new()
        .text("ParameterKey", name)
        .maybe("DefaultValue", parameter.default.as_deref())
        .text("ParameterType", &parameter.kind)
        .text("NoEcho", flag(parameter.no_echo))
        .maybe("Description", parameter.description.as_deref())
        .element("ParameterConstraints", Xml::new().texts("AllowedValues", allowed))
}

fn kinds(read: &Value) -> BTreeSet<String> {
    let resources = read.get("Resources").and_then(Value::as_object);
    let kinds = resources
        .into_iter()
        .flatten()
        .filter_map(|(_, resource)| Some(resource.get("Type")?.as_str()?.to_owned()));
    kinds.collect()
}
