//! Stacks shown, with their resources, events and exports.

use std::sync::Arc;

use fika_aws::query::Xml;
use fika_aws::shape::AwsError;
use fika_template::{Template, shown};

use super::{Ask, date, flag};
use crate::error::invalid;
use crate::record::{Event, Head, OnFailure, Output, Resource, Wish};
use crate::state::State;
use crate::status::StackStatus;
use crate::wire::Answered;

impl Ask<'_> {
    pub(super) fn describe_stacks(self) -> Answered {
        let states = match self.form.get("StackName") {
            Some(_) => vec![self.stack("DescribeStacks")?.state()],
            None => {
                self.may("DescribeStacks", "*")?;
                let mut all = self.stacks.list(self.scope());
                all.retain(|state| state.head.status != StackStatus::DeleteComplete);
                all.reverse();
                all
            }
        };
        let all = states.iter().map(|state| self.stack_xml(state));
        Ok(Some(self.page("Stacks", all)?))
    }

    fn stack_xml(self, state: &State) -> Xml {
        let head = &*state.head;
        let wish = shown_wish(head);
        let tags = wish.tags.iter();
        let tags = tags.map(|(key, value)| Xml::new().text("Key", key).text("Value", value));
        let keeps = head.work.as_ref().is_some_and(|work| work.on_failure == OnFailure::Nothing);
        let xml = Xml::new()
            .text("StackId", &head.id)
            .text("StackName", &head.name)
            .maybe("ChangeSetId", head.change_set.as_deref())
            .maybe("Description", description(wish).as_deref())
            .list("Parameters", self.shown(wish))
            .text("CreationTime", &date(head.created))
            .maybe("LastUpdatedTime", head.updated.map(date).as_deref())
            .maybe("DeletionTime", head.deleted.map(date).as_deref())
            .element("RollbackConfiguration", Xml::new())
            .text("StackStatus", head.status.as_str())
            .maybe("StackStatusReason", head.reason.as_deref())
            .text("DisableRollback", flag(keeps))
            .texts("NotificationARNs", wish.notifications.iter().map(String::as_str))
            .texts("Capabilities", wish.capabilities.iter().map(String::as_str));
        let drift = Xml::new().text("StackDriftStatus", "NOT_CHECKED");
        // Some tools take an empty list for one that has nothing in it.
        let outputs = !head.outputs.is_empty();
        let xml = if outputs { xml.list("Outputs", head.outputs.iter().map(output)) } else { xml };
        xml.maybe("RoleARN", head.actor.role())
            .list("Tags", tags)
            .text("EnableTerminationProtection", flag(head.protected))
            .maybe("ParentId", head.parent.as_deref())
            .maybe("RootId", head.root.as_deref())
            .element("DriftInformation", drift)
    }

    /// The parameters of a stack, without those that nobody may see.
    pub(super) fn shown(self, wish: &Wish) -> Vec<Xml> {
        let read = fika_template::read(&wish.template);
        let declared = read.and_then(|read| Template::parameters(&read));
        let Ok(declared) = declared else { return Vec::new() };
        let all = shown(&declared, &wish.parameters, &wish.stored).into_iter();
        all.map(|one| {
            Xml::new()
                .text("ParameterKey", &one.key)
                .text("ParameterValue", &one.value)
                .maybe("ResolvedValue", one.resolved.as_deref())
        })
        .collect()
    }

    pub(super) fn list_stacks(self) -> Answered {
        self.may("ListStacks", "*")?;
        let filter = self.names("StackStatusFilter");
        let mut states = self.stacks.list(self.scope());
        states.retain(|state| filter.is_empty() || filter.contains(state.head.status.as_str()));
        states.reverse();
        let all = states.iter().map(|state| {
            let head = &state.head;
            let drift = Xml::new().text("StackDriftStatus", "NOT_CHECKED");
            Xml::new()
                .text("StackId", &head.id)
                .text("StackName", &head.name)
                .maybe("TemplateDescription", description(shown_wish(head)).as_deref())
                .text("CreationTime", &date(head.created))
                .maybe("LastUpdatedTime", head.updated.map(date).as_deref())
                .maybe("DeletionTime", head.deleted.map(date).as_deref())
                .text("StackStatus", head.status.as_str())
                .maybe("StackStatusReason", head.reason.as_deref())
                .maybe("ParentId", head.parent.as_deref())
                .maybe("RootId", head.root.as_deref())
                .element("DriftInformation", drift)
        });
        Ok(Some(self.page("StackSummaries", all)?))
    }

    pub(super) fn describe_events(self) -> Answered {
        let cell = self.named("DescribeStackEvents")?;
        let state = cell.state();
        let all = state.events.values().rev().map(|event| event_xml(&state.head, event));
        Ok(Some(self.page("StackEvents", all)?))
    }

    /// As [`Ask::stack`], in the words of those that are about what is in one.
    pub(super) fn named(self, action: &str) -> Result<Arc<crate::room::Cell>, AwsError> {
        let name = self.name()?;
        self.may(action, name)?;
        let found = self.stacks.find(self.scope(), name);
        found.ok_or_else(|| invalid(format!("Stack [{name}] does not exist")))
    }

    pub(super) fn describe_resource(self) -> Answered {
        let cell = self.stack("DescribeStackResource")?;
        let logical = self.form.required("LogicalResourceId")?;
        let state = cell.state();
        let Some(resource) = state.resources.get(logical) else {
            let text = format!("Resource {logical} does not exist for stack {}", state.head.name);
            return Err(invalid(text));
        };
        let xml = resource_xml(logical, resource, "LastUpdatedTimestamp")
            .text("StackId", &state.head.id)
            .text("StackName", &state.head.name);
        Ok(Some(Xml::new().element("StackResourceDetail", xml)))
    }

    pub(super) fn describe_resources(self) -> Answered {
        let physical = self.form.get("PhysicalResourceId");
        let cell = match (physical, self.form.get("StackName")) {
            (Some(physical), None) => self.holder(physical)?,
            _ => self.stack("DescribeStackResources")?,
        };
        let state = cell.state();
        let only = self.form.get("LogicalResourceId");
        let all = state.resources.iter().filter(|(logical, _)| only.is_none_or(|o| o == *logical));
        let all = all.map(|(logical, resource)| {
            resource_xml(logical, resource, "Timestamp")
                .text("StackId", &state.head.id)
                .text("StackName", &state.head.name)
        });
        Ok(Some(Xml::new().list("StackResources", all)))
    }

    /// The stack that something is a resource of.
    fn holder(self, physical: &str) -> Result<Arc<crate::room::Cell>, AwsError> {
        let has = |resource: &Arc<Resource>| {
            resource.now.as_ref().is_some_and(|standing| standing.made.id == physical)
        };
        let all = self.stacks.list(self.scope());
        let holder = all.iter().find(|state| state.resources.values().any(has));
        let holder = holder.and_then(|state| self.stacks.find(self.scope(), &state.head.id));
        let holder =
            holder.ok_or_else(|| invalid(format!("Stack for {physical} does not exist")))?;
        self.may("DescribeStackResources", &holder.state().head.id)?;
        Ok(holder)
    }

    pub(super) fn list_resources(self) -> Answered {
        let cell = self.stack("ListStackResources")?;
        let state = cell.state();
        let all = state.resources.iter();
        let all = all.map(|(logical, one)| resource_xml(logical, one, "LastUpdatedTimestamp"));
        Ok(Some(self.page("StackResourceSummaries", all)?))
    }

    pub(super) fn list_exports(self) -> Answered {
        self.may("ListExports", "*")?;
        let mut exports = Vec::new();
        for state in self.stacks.list(self.scope()) {
            let head = &state.head;
            if head.status == StackStatus::DeleteComplete {
                continue;
            }
            exports.extend(head.outputs.iter().filter_map(|output| {
                let export = output.export.as_deref()?;
                let xml = Xml::new().text("ExportingStackId", &head.id).text("Name", export);
                Some(xml.text("Value", &output.value))
            }));
        }
        Ok(Some(self.page("Exports", exports.into_iter())?))
    }

    pub(super) fn list_imports(self) -> Answered {
        self.may("ListImports", "*")?;
        let name = self.form.required("ExportName")?;
        let readers = self.stacks.importers(self.scope(), name);
        if readers.is_empty() {
            return Err(invalid(format!("Export '{name}' is not imported by any stack.")));
        }
        Ok(Some(Xml::new().texts("Imports", readers.iter().map(String::as_str))))
    }
}

/// What a stack is, or is to be while it is made for the first time.
pub(super) fn shown_wish(head: &Head) -> &Wish {
    let wanted = head.work.as_ref().and_then(|work| work.wish.as_ref());
    wanted.filter(|_| head.wish.template.is_empty()).unwrap_or(&head.wish)
}

fn description(wish: &Wish) -> Option<String> {
    let template = fika_template::read(&wish.template).ok()?;
    Some(template.get("Description")?.as_str()?.to_owned())
}

fn output(output: &Output) -> Xml {
    Xml::new()
        .text("OutputKey", &output.key)
        .text("OutputValue", &output.value)
        .maybe("Description", output.description.as_deref())
        .maybe("ExportName", output.export.as_deref())
}

fn event_xml(head: &Head, event: &Event) -> Xml {
    Xml::new()
        .text("StackId", &head.id)
        .text("EventId", &event.id)
        .text("StackName", &head.name)
        .text("LogicalResourceId", &event.logical)
        .text("PhysicalResourceId", &event.physical)
        .text("ResourceType", &event.kind)
        .text("Timestamp", &date(event.at))
        .text("ResourceStatus", &event.status)
        .maybe("ResourceStatusReason", event.reason.as_deref())
        .maybe("ResourceProperties", event.properties.as_deref())
        .maybe("ClientRequestToken", event.token.as_deref())
}

fn resource_xml(logical: &str, resource: &Resource, time: &str) -> Xml {
    let physical = resource.now.as_ref().map(|standing| standing.made.id.as_str());
    let drift = Xml::new().text("StackResourceDriftStatus", "NOT_CHECKED");
    Xml::new()
        .text("LogicalResourceId", logical)
        .maybe("PhysicalResourceId", physical)
        .text("ResourceType", &resource.kind)
        .text(time, &date(resource.at))
        .text("ResourceStatus", resource.status.as_str())
        .maybe("ResourceStatusReason", resource.reason.as_deref())
        .element("DriftInformation", drift)
}
