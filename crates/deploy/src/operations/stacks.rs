//! Stacks made, changed and deleted.

use fika_aws::query::Xml;
use fika_aws::shape::AwsError;

use super::Ask;
use super::begin::{Beginning, busy, fresh_state, work};
use crate::error::{invalid, no_stack};
use crate::machine::roll_back;
use crate::record::{Doing, Head, Millis, OnFailure, Phase, Resource};
use crate::status::{ResourceStatus, StackStatus as S};
use crate::wire::Answered;

/// The type of stacks in stacks.
const NESTED: &str = "AWS::CloudFormation::Stack";
/// The longest name of a stack, characters.
const NAME: usize = 128;

impl<'a> Ask<'a> {
    pub(super) async fn create_stack(self) -> Answered {
        let name = self.new_name()?;
        self.may("CreateStack", name)?;
        if self.stacks.find(self.scope(), name).is_some() {
            return Err(exists(name));
        }
        let wish = self.wish(None).await?;
        let plan = self.planned(&self.unmade(name), name, &wish)?;
        let patience = self.patience()?;
        let (actor, on_failure) = (self.actor(None)?, self.on_failure("OnFailure")?);
        let by = actor.clone();
        let protected = self.flag("EnableTerminationProtection");
        let (parent, root) = self.parent().unzip();
        let first = root.clone();
        let may = || {
            self.stacks.room_in(self.scope(), first.as_deref())?;
            self.stacks.room_for(self.scope(), &wish, true)
        };
        let made = self.stacks.make(self.scope(), name, may, |id, at| {
            let mut state = fresh_state(id, name, by, at);
            let head = state.head_mut();
            head.protected = protected;
            (head.parent, head.root) = (parent, root);
            state
        });
        let cell = made.await?.ok_or_else(|| exists(name))?;
        let token = self.form.text("ClientRequestToken");
        let imports = plan.imports()?;
        let begin = Beginning { wish, actor, token, on_failure, set: None, patience, imports };
        self.begin(&cell, begin).await?;
        Ok(Some(Xml::new().text("StackId", &cell.state().head.id)))
    }

    /// Of a nested stack, its parent and the first of all. A nested stack is asked for with the token of the resource
    /// that it is, which nobody else knows.
    fn parent(self) -> Option<(String, String)> {
        let token = self.form.get("ClientRequestToken")?;
        let is_it = |resource: &Resource| {
            resource.kind == NESTED
                && resource.token == token
                && matches!(resource.doing, Some(Doing::Create(_)))
        };
        let all = self.stacks.list(self.scope());
        let parent = all.iter().find(|state| state.resources.values().any(|one| is_it(one)))?;
        let head = &parent.head;
        Some((head.id.clone(), head.root.clone().unwrap_or_else(|| head.id.clone())))
    }

    /// How long it may take to make it, milliseconds.
    fn patience(self) -> Result<Option<Millis>, AwsError> {
        let Some(text) = self.form.get("TimeoutInMinutes") else { return Ok(None) };
        let minutes = text.parse::<u32>().ok().filter(|minutes| *minutes > 0);
        let minutes = minutes.ok_or_else(|| {
            invalid(format!(
                "1 validation error detected: Value '{text}' at 'timeoutInMinutes' failed to \
                 satisfy constraint: Member must have value greater than or equal to 1"
            ))
        })?;
        Ok(Some(Millis::from(minutes) * 60_000))
    }

    pub(super) async fn update_stack(self) -> Answered {
        let cell = self.named("UpdateStack")?;
        let state = cell.state();
        if !state.head.status.takes_updates() {
            return Err(busy(&state.head, "updated"));
        }
        let wish = self.wish(Some(&state)).await?;
        let plan = self.planned(&state.head.id, &state.head.name, &wish)?;
        let (changes, other) = Self::compared(&plan, &wish, &state)?;
        if changes.is_empty() && !other {
            return Err(invalid("No updates are to be performed."));
        }
        let actor = self.actor(Some(&state))?;
        let on_failure = self.on_failure("")?;
        self.stacks.room_for(self.scope(), &wish, false)?;
        let token = self.form.text("ClientRequestToken");
        let imports = plan.imports()?;
        let begin =
            Beginning { wish, actor, token, on_failure, set: None, patience: None, imports };
        self.begin(&cell, begin).await?;
        Ok(Some(Xml::new().text("StackId", &state.head.id)))
    }

    pub(super) async fn delete_stack(self) -> Answered {
        let name = self.name()?;
        self.may("DeleteStack", name)?;
        let Some(cell) = self.stacks.find(self.scope(), name) else { return Ok(None) };
        let state = cell.state();
        if state.head.status == S::DeleteComplete {
            return Ok(None);
        }
        if state.head.protected {
            let text = format!(
                "Stack [{}] cannot be deleted while TerminationProtection is enabled",
                state.head.name
            );
            return Err(invalid(text));
        }
        if state.head.status.is_updating() {
            let Head { id, status, .. } = &*state.head;
            return Err(invalid(format!(
                "Stack [{id}] cannot be deleted while in status {status}"
            )));
        }
        let retain = self.names("RetainResources");
        if !retain.is_empty() && state.head.status != S::DeleteFailed {
            let text = "Invalid operation on stack: RetainResources is only valid for a stack in \
                        DELETE_FAILED state";
            return Err(invalid(text));
        }
        let is_there = |logical: &String| {
            let resource = state.resources.get(logical);
            resource.is_some_and(|resource| resource.status != ResourceStatus::DeleteComplete)
        };
        if !retain.iter().all(is_there) {
            let text = "The specified resources to retain must be in a valid state. Do not specify \
                        resources that are in the DELETE_COMPLETE state.";
            return Err(invalid(text));
        }
        let in_use = state.head.outputs.iter().find_map(|output| {
            let export = output.export.as_ref()?;
            let reader = self.stacks.importers(self.scope(), export).into_iter().next()?;
            let text = format!("Export {export} cannot be deleted as it is in use by {reader}.");
            Some(text)
        });
        let (token, actor) = (self.form.text("ClientRequestToken"), self.actor(Some(&state))?);
        self.stacks
            .change(&cell, |state, at| {
                state.head_mut().actor = actor;
                if state.head.status.is_moving() {
                    if let Some(work) = &mut state.head_mut().work {
                        work.then_delete = work.phase != Phase::Delete;
                    }
                    if state.head.status != S::DeleteInProgress {
                        state.become_(S::DeleteInProgress, user(), at);
                    }
                    return Ok(());
                }
                if let Some(why) = in_use {
                    // As on AWS it stays what it is, and says why.
                    let status = state.head.status;
                    state.become_(S::DeleteInProgress, user(), at);
                    state.become_(status, Some(why), at);
                    return Ok(());
                }
                let mut work = work(Phase::Delete, None, token, OnFailure::Nothing);
                work.skip = retain;
                state.head_mut().end();
                state.head_mut().work = Some(work);
                state.become_(S::DeleteInProgress, user(), at);
                Ok(())
            })
            .await?;
        if cell.state().head.work.as_ref().is_some_and(|work| work.then_delete) {
            cell.stop.send_replace(true);
            cell.nudge.notify_one();
        }
        self.stacks.drive(&cell);
        Ok(None)
    }

    pub(super) async fn cancel_update(self) -> Answered {
        let cell = self.stack("CancelUpdateStack")?;
        self.stacks
            .change(&cell, |state, _| {
                if state.head.status != S::UpdateInProgress {
                    let text = "CancelUpdateStack cannot be called from current stack status";
                    return Err(invalid(text));
                }
                if let Some(work) = &mut state.head_mut().work {
                    work.failed = Some("User Initiated. ".into());
                    work.on_failure = OnFailure::Rollback;
                }
                Ok(())
            })
            .await?;
        cell.stop.send_replace(true);
        cell.nudge.notify_one();
        Ok(None)
    }

    pub(super) async fn continue_rollback(self) -> Answered {
        let cell = self.stack("ContinueUpdateRollback")?;
        let (skip, actor) = (self.names("ResourcesToSkip"), self.actor(Some(&cell.state()))?);
        self.stacks
            .change(&cell, |state, at| {
                if state.head.status != S::UpdateRollbackFailed {
                    return Err(busy(&state.head, "rolled back"));
                }
                let failed = |logical: &String| {
                    let resource = state.resources.get(logical);
                    resource.is_some_and(|one| one.status == ResourceStatus::UpdateFailed)
                };
                if let Some(other) = skip.iter().find(|logical| !failed(logical)) {
                    let text = format!(
                        "Resource [{other}] is not in UPDATE_FAILED state: it cannot be skipped"
                    );
                    return Err(invalid(text));
                }
                if let Some(work) = &mut state.head_mut().work {
                    work.stuck.clear();
                    work.skip.extend(skip);
                }
                state.head_mut().actor = actor;
                state.become_(S::UpdateRollback, user(), at);
                Ok(())
            })
            .await?;
        self.stacks.drive(&cell);
        Ok(Some(Xml::new()))
    }

    /// Goes back from where a stack was left after a failure.
    pub(super) async fn rollback_stack(self) -> Answered {
        let cell = self.stack("RollbackStack")?;
        let actor = self.actor(Some(&cell.state()))?;
        self.stacks
            .change(&cell, |state, at| {
                if !state.head.status.is_left() {
                    return Err(busy(&state.head, "rolled back"));
                }
                state.head_mut().actor = actor;
                roll_back(state, at);
                Ok(())
            })
            .await?;
        self.stacks.drive(&cell);
        Ok(Some(Xml::new().text("StackId", &cell.state().head.id)))
    }

    pub(super) async fn protect(self) -> Answered {
        let cell = self.stack("UpdateTerminationProtection")?;
        let protected = self.flag("EnableTerminationProtection");
        self.stacks
            .change(&cell, |state, _| {
                state.head_mut().protected = protected;
                Ok(())
            })
            .await?;
        Ok(Some(Xml::new().text("StackId", &cell.state().head.id)))
    }

    /// A name that a new stack can have.
    pub(super) fn new_name(self) -> Result<&'a str, AwsError> {
        let name = self.name()?;
        let fits = name.len() <= NAME
            && name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.chars().all(|char| char.is_ascii_alphanumeric() || char == '-');
        if fits {
            return Ok(name);
        }
        Err(invalid(format!(
            "1 validation error detected: Value '{name}' at 'stackName' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )))
    }

    /// Stack policies are taken and not kept: nothing here is protected by one.
    pub(super) fn set_policy(self) -> Answered {
        let name = self.name()?;
        self.may("SetStackPolicy", name)?;
        tracing::info!(stack = name, "stack policies are ignored");
        self.stacks.find(self.scope(), name).map(|_| None).ok_or_else(|| no_stack(name))
    }

    pub(super) fn get_policy(self) -> Answered {
        self.stack("GetStackPolicy").map(|_| Some(Xml::new()))
    }
}

fn user() -> Option<String> {
    Some("User Initiated".into())
}

fn exists(name: &str) -> AwsError {
    AwsError::new("AlreadyExistsException", 400, format!("Stack [{name}] already exists"))
}
