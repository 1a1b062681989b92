//! Change sets.

use std::sync::Arc;

use fika_aws::query::Xml;
use fika_aws::shape::AwsError;

use super::begin::{Beginning, busy, fresh_state};
use super::{Ask, date};
use crate::error::{invalid, no_set, no_stack};
use crate::limits::SETS;
use crate::plan::Plan;
use crate::record::{Change, ChangeSet, Head, OnFailure, Wish};
use crate::room::{Cell, fresh, now};
use crate::state::State;
use crate::status::{ChangeSetStatus, ExecutionStatus, StackStatus};
use crate::transform;
use crate::wire::Answered;

/// What a change set says that would change nothing.
const NOTHING: &str = "The submitted information didn't contain changes. Submit different information \
                       to create a change set.";

impl<'a> Ask<'a> {
    pub(super) async fn create_set(self) -> Answered {
        let set_name = self.form.required("ChangeSetName")?;
        let kind = self.form.get("ChangeSetType").unwrap_or("UPDATE");
        if !matches!(kind, "CREATE" | "UPDATE") {
            return Err(invalid(format!("ChangeSetType {kind} is not supported by fika.")));
        }
        let name = if kind == "CREATE" { self.new_name()? } else { self.name()? };
        self.may("CreateChangeSet", name)?;
        let found = self.stacks.find(self.scope(), name);
        let found = match (kind, found) {
            ("CREATE", Some(cell)) if cell.state().head.status != StackStatus::ReviewInProgress => {
                let text = format!(
                    "Stack {name} already exists and cannot be created again with \
                                    the changeSet [{set_name}]."
                );
                return Err(invalid(text));
            }
            ("UPDATE", None) => {
                return Err(invalid(format!("Stack [{name}] does not exist")));
            }
            (_, found) => found,
        };
        let before = found.as_ref().map(|cell| cell.state());
        if let Some(state) = &before
            && kind == "UPDATE"
            && !state.head.status.takes_updates()
        {
            return Err(busy(&state.head, "updated"));
        }
        let wish = self.wish(before.as_deref()).await?;
        let actor = self.actor(before.as_deref())?;
        let id = before.as_ref().map_or_else(|| self.unmade(name), |state| state.head.id.clone());
        let plan = match self.planned(&id, name, &wish) {
            Err(error) if transform::refused(&error) => Err(error.message().to_owned()),
            other => Ok(other?),
        };
        let is_new = found.is_none();
        let cell = match found {
            Some(cell) => cell,
            None => {
                let by = actor.clone();
                let may = || self.stacks.room_for(self.scope(), &wish, true);
                let made = self.stacks.make(self.scope(), name, may, |id, at| {
                    let mut state = fresh_state(id, name, by, at);
                    state.become_(StackStatus::ReviewInProgress, Some("User Initiated".into()), at);
                    state
                });
                made.await?.ok_or_else(|| invalid(format!("Stack [{name}] already exists")))?
            }
        };
        let room = self.stacks.room_for(self.scope(), &wish, false);
        let judged = room.and_then(|()| Self::judged(plan, &wish, &cell.state()));
        if is_new && judged.is_err() {
            self.stacks.forget(self.scope(), &cell.state().head.id).await?;
        }
        let (changes, fails) = judged?;
        let set = ChangeSet {
            id: self.set_id(set_name),
            name: set_name.into(),
            created: now(),
            kind: kind.into(),
            status: match fails {
                Some(_) => ChangeSetStatus::Failed,
                None => ChangeSetStatus::CreateComplete,
            },
            execution: match fails {
                Some(_) => ExecutionStatus::Unavailable,
                None => ExecutionStatus::Available,
            },
            reason: fails,
            description: self.form.text("Description"),
            wish,
            actor,
            changes,
            on_failure: self.on_failure("OnStackFailure")?,
        };
        let id = set.id.clone();
        self.stacks
            .change(&cell, |state, _| {
                if state.sets.values().any(|other| other.name == set.name) {
                    let text = format!(
                        "ChangeSet {} cannot be created due to a mismatch with \
                                        existing attribute Name",
                        set.id
                    );
                    return Err(AwsError::new("AlreadyExistsException", 400, text));
                }
                if state.sets.len() >= SETS {
                    let text = format!("A stack has at most {SETS} change sets: delete some");
                    return Err(AwsError::new("LimitExceededException", 400, text));
                }
                state.sets.insert(set.id.clone(), Arc::new(set));
                Ok(())
            })
            .await?;
        Ok(Some(Xml::new().text("Id", &id).text("StackId", &cell.state().head.id)))
    }

    /// What a plan would change, and why its change set fails, if it does: only what a transform refused has no plan.
    fn judged(
        plan: Result<Plan, String>,
        wish: &Wish,
        state: &State,
    ) -> Result<(Vec<Change>, Option<String>), AwsError> {
        let plan = match plan {
            Ok(plan) => plan,
            Err(reason) => return Ok((Vec::new(), Some(reason))),
        };
        let (changes, other) = Self::compared(&plan, wish, state)?;
        let review = state.head.status == StackStatus::ReviewInProgress;
        let nothing = changes.is_empty() && !other && !review;
        Ok((changes, nothing.then(|| NOTHING.to_owned())))
    }

    fn set_id(self, name: &str) -> String {
        let (region, account) = (&self.scope().region, &self.scope().account);
        format!("arn:aws:cloudformation:{region}:{account}:changeSet/{name}/{}", fresh())
    }

    /// The change set that the request names, by its ARN or by its name and that of its stack.
    fn set(self, action: &str) -> Result<(Arc<Cell>, Arc<ChangeSet>), AwsError> {
        let name = self.form.required("ChangeSetName")?;
        if name.starts_with("arn:") && self.form.get("StackName").is_none() {
            let all = self.stacks.list(self.scope());
            let state = all.iter().find(|state| state.sets.contains_key(name));
            let id = state.map(|state| state.head.id.clone()).ok_or_else(|| no_set(name))?;
            self.may(action, &id)?;
            let cell = self.stacks.find(self.scope(), &id).ok_or_else(|| no_set(name))?;
            let set = cell.state().sets.get(name).cloned().ok_or_else(|| no_set(name))?;
            return Ok((cell, set));
        }
        let stack = self.name()?;
        self.may(action, stack)?;
        let cell = self.stacks.find(self.scope(), stack);
        let cell = cell.ok_or_else(|| invalid(format!("Stack [{stack}] does not exist")))?;
        let state = cell.state();
        let mut sets = state.sets.values();
        let set = sets.find(|set| set.id == name || set.name == name).cloned();
        set.map(|set| (cell, set)).ok_or_else(|| no_set(name))
    }

    pub(super) fn describe_set(self) -> Answered {
        let (cell, set) = self.set("DescribeChangeSet")?;
        let head = &cell.state().head;
        let tags = set.wish.tags.iter();
        let tags = tags.map(|(key, value)| Xml::new().text("Key", key).text("Value", value));
        let parameters = self.shown(&set.wish);
        let xml = Xml::new()
            .text("ChangeSetId", &set.id)
            .text("ChangeSetName", &set.name)
            .text("StackId", &head.id)
            .text("StackName", &head.name)
            .maybe("Description", set.description.as_deref())
            .list("Parameters", parameters)
            .text("CreationTime", &date(set.created))
            .text("ExecutionStatus", set.execution.as_str())
            .text("Status", set.status.as_str())
            .maybe("StatusReason", set.reason.as_deref())
            .texts("NotificationARNs", set.wish.notifications.iter().map(String::as_str))
            .texts("Capabilities", set.wish.capabilities.iter().map(String::as_str))
            .list("Tags", tags)
            .text("IncludeNestedStacks", "false");
        Ok(Some(xml.list("Changes", set.changes.iter().map(change))))
    }

    pub(super) async fn execute_set(self) -> Answered {
        let (cell, set) = self.set("ExecuteChangeSet")?;
        if set.execution != ExecutionStatus::Available {
            let text = format!(
                "ChangeSet [{}] cannot be executed in its current execution status of [{}]",
                set.id, set.execution
            );
            return Err(AwsError::new("InvalidChangeSetStatus", 400, text));
        }
        let on_failure = match self.flag("DisableRollback") {
            true => OnFailure::Nothing,
            false => set.on_failure,
        };
        // Where no role was handed over it is made with the rights of whoever executes it.
        let actor = match set.actor.role() {
            Some(_) => set.actor.clone(),
            None => self.actor(None)?,
        };
        let head = &cell.state().head;
        let named = (head.id.as_str(), head.name.as_str());
        let plan = Plan::of(self.stacks, self.scope(), named, &set.wish)?;
        let begin = Beginning {
            wish: set.wish.clone(),
            actor,
            token: self.form.text("ClientRequestToken"),
            on_failure,
            set: Some(set.id.clone()),
            patience: None,
            imports: plan.imports()?,
        };
        self.begin(&cell, begin).await?;
        Ok(Some(Xml::new()))
    }

    pub(super) async fn delete_set(self) -> Answered {
        let (cell, set) = match self.set("DeleteChangeSet") {
            Ok(found) => found,
            // That it is gone already is no failure.
            Err(error) if error.name() == "ChangeSetNotFound" => return Ok(Some(Xml::new())),
            Err(error) => return Err(error),
        };
        self.stacks
            .change(&cell, |state, _| {
                state.sets.remove(&set.id);
                Ok(())
            })
            .await?;
        Ok(Some(Xml::new()))
    }

    pub(super) fn list_sets(self) -> Answered {
        let name = self.name()?;
        self.may("ListChangeSets", name)?;
        let cell = self.stacks.find(self.scope(), name).ok_or_else(|| no_stack(name))?;
        let state = cell.state();
        let all = state.sets.values().map(|set| summary(&state.head, set));
        Ok(Some(self.page("Summaries", all)?))
    }
}

fn summary(head: &Head, set: &ChangeSet) -> Xml {
    Xml::new()
        .text("StackId", &head.id)
        .text("StackName", &head.name)
        .text("ChangeSetId", &set.id)
        .text("ChangeSetName", &set.name)
        .text("ExecutionStatus", set.execution.as_str())
        .text("Status", set.status.as_str())
        .maybe("StatusReason", set.reason.as_deref())
        .text("CreationTime", &date(set.created))
        .maybe("Description", set.description.as_deref())
}

fn change(change: &Change) -> Xml {
    let details = change.details.iter().map(|(name, replaces)| {
        let target = Xml::new()
            .text("Attribute", "Properties")
            .text("Name", name)
            .text("RequiresRecreation", if *replaces { "Always" } else { "Never" });
        Xml::new()
            .element("Target", target)
            .text("Evaluation", "Static")
            .text("ChangeSource", "DirectModification")
    });
    let scope = (!change.details.is_empty()).then_some("Properties");
    let resource = Xml::new()
        .text("Action", &change.action)
        .text("LogicalResourceId", &change.logical)
        .maybe("PhysicalResourceId", change.physical.as_deref())
        .text("ResourceType", &change.kind)
        .maybe("Replacement", change.replacement.as_deref())
        .texts("Scope", scope)
        .list("Details", details);
    Xml::new().text("Type", "Resource").element("ResourceChange", resource)
}
