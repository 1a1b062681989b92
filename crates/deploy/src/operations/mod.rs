//! What the API's operations do.
//!
//! - `stacks`: made, changed, deleted; `lists`: shown, with their resources, events and exports
//! - `sets`: change sets; `templates`: looked at without a stack
//! - `wishes`: what a request says a stack is to be; `begin`: from there to work that goes on

mod begin;
mod lists;
mod sets;
mod stacks;
mod templates;
mod wishes;

use std::sync::Arc;

use fika_aws::query::{Form, Xml};
use fika_aws::shape::AwsError;
use fika_model::Scope;
use fika_resources::Services;
use fika_service::Caller;
use jiff::Timestamp;

use crate::error::{invalid, no_stack};
use crate::record::Millis;
use crate::room::{Cell, Stacks};
use crate::wire::Answered;

/// How many are listed at a time.
const PAGE: usize = 100;

/// One request of somebody who has proven who they are.
#[derive(Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub stacks: &'a Stacks,
    pub caller: &'a Caller,
    pub form: &'a Form,
}

impl<'a> Ask<'a> {
    pub async fn answer(self, action: &str) -> Answered {
        match action {
            "CreateStack" => self.create_stack().await,
            "UpdateStack" => self.update_stack().await,
            "DeleteStack" => self.delete_stack().await,
            "CancelUpdateStack" => self.cancel_update().await,
            "ContinueUpdateRollback" => self.continue_rollback().await,
            "RollbackStack" => self.rollback_stack().await,
            "UpdateTerminationProtection" => self.protect().await,
            "SetStackPolicy" => self.set_policy(),
            "GetStackPolicy" => self.get_policy(),
            "DescribeStacks" => self.describe_stacks(),
            "ListStacks" => self.list_stacks(),
            "DescribeStackEvents" => self.describe_events(),
            "DescribeStackResource" => self.describe_resource(),
            "DescribeStackResources" => self.describe_resources(),
            "ListStackResources" => self.list_resources(),
            "ListExports" => self.list_exports(),
            "ListImports" => self.list_imports(),
            "CreateChangeSet" => self.create_set().await,
            "DescribeChangeSet" => self.describe_set(),
            "ExecuteChangeSet" => self.execute_set().await,
            "DeleteChangeSet" => self.delete_set().await,
            "ListChangeSets" => self.list_sets(),
            "GetTemplate" => self.get_template(),
            "GetTemplateSummary" => self.summary().await,
            "ValidateTemplate" => self.validate().await,
            _ => {
                let text = format!("Could not find operation {action}, or fika has it not");
                Err(AwsError::new("InvalidAction", 400, text))
            }
        }
    }

    fn scope(self) -> &'a Scope {
        &self.caller.scope
    }

    /// The services, with the caller's own rights.
    fn services(self) -> Result<Services, AwsError> {
        self.stacks.services(self.caller.clone())
    }

    /// Whether the caller may do that to the stack of that name or ARN.
    fn may(self, action: &str, name: &str) -> Result<(), AwsError> {
        let Scope { account, region } = self.scope();
        let arn = match name.starts_with("arn:") {
            true => name.to_owned(),
            false => match self.stacks.find(self.scope(), name) {
                Some(cell) => cell.state().head.id.clone(),
                None => format!("arn:aws:cloudformation:{region}:{account}:stack/{name}/*"),
            },
        };
        self.caller.allow(&format!("cloudformation:{action}"), &arn, None, &[])
    }

    /// The name that the request must give.
    fn name(self) -> Result<&'a str, AwsError> {
        self.form.required("StackName")
    }

    /// The stack that the request names, if the caller may do that with it.
    fn stack(self, action: &str) -> Result<Arc<Cell>, AwsError> {
        let name = self.name()?;
        self.may(action, name)?;
        self.stacks.find(self.scope(), name).ok_or_else(|| no_stack(name))
    }

    fn flag(self, name: &str) -> bool {
        self.form.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// A page of what is listed, each in a `member`, and where the next begins.
    fn page(self, name: &str, all: impl Iterator<Item = Xml>) -> Result<Xml, AwsError> {
        let from: usize = match self.form.get("NextToken") {
            None => 0,
            Some(token) => token.parse().map_err(|_| invalid("NextToken is invalid"))?,
        };
        let mut all = all.skip(from);
        let page: Vec<Xml> = all.by_ref().take(PAGE).collect();
        let next = all.next().map(|_| (from + PAGE).to_string());
        Ok(Xml::new().list(name, page).maybe("NextToken", next.as_deref()))
    }
}

/// As in `2026-11-24T12:00:00.123Z`.
fn date(at: Millis) -> String {
    Timestamp::from_millisecond(at).unwrap_or_default().to_string()
}

fn flag(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}
