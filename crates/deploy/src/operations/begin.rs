//! From what a stack is to be to work that goes on.

use std::collections::BTreeSet;
use std::sync::Arc;

use fika_aws::shape::AwsError;
use fika_model::Scope;

use super::Ask;
use crate::capabilities;
use crate::changes::changes;
use crate::error::invalid;
use crate::machine::settle;
use crate::plan::Plan;
use crate::record::{Actor, Change, Head, Millis, OnFailure, Phase, Wish, Work};
use crate::room::Cell;
use crate::state::{At, State};
use crate::status::{ExecutionStatus, StackStatus};

/// Work on a stack, and how it begins.
pub(super) struct Beginning {
    pub wish: Wish,
    pub actor: Actor,
    pub token: Option<String>,
    pub on_failure: OnFailure,
    /// The change set that it executes.
    pub set: Option<String>,
    /// How long a new stack may take, milliseconds.
    pub patience: Option<Millis>,
    /// The exports of other stacks that it reads.
    pub imports: BTreeSet<String>,
}

impl Ask<'_> {
    /// The ARN of a stack that is still to be made: templates take such apart.
    pub(super) fn unmade(self, name: &str) -> String {
        let Scope { account, region } = self.scope();
        let none = uuid::Uuid::nil();
        format!("arn:aws:cloudformation:{region}:{account}:stack/{name}/{none}")
    }

    /// Whether a template is one, and all was agreed to that it needs.
    pub(super) fn planned(self, id: &str, name: &str, wish: &Wish) -> Result<Plan, AwsError> {
        let plan = Plan::of(self.stacks, self.scope(), (id, name), wish)?;
        capabilities::check(&plan.template, &wish.capabilities)?;
        plan.can_be().map_err(invalid)?;
        Ok(plan)
    }

    /// What would change, and whether anything would that is no resource.
    pub(super) fn compared(
        plan: &Plan,
        wish: &Wish,
        state: &State,
    ) -> Result<(Vec<Change>, bool), AwsError> {
        let changes = changes(plan, state).map_err(invalid)?;
        let was = &state.head.wish;
        let outputs = || {
            let of = |template: &str| {
                let read = fika_template::read(template).ok()?;
                Some(read.get("Outputs").cloned().unwrap_or_default())
            };
            of(&was.template) != of(&wish.template)
        };
        let other = wish.tags != was.tags
            || wish.notifications != was.notifications
            || (was.template != wish.template && outputs());
        Ok((changes, other))
    }

    /// Begins to make or change a stack: on disk when this returns.
    pub(super) async fn begin(self, cell: &Arc<Cell>, begin: Beginning) -> Result<(), AwsError> {
        let Beginning { wish, actor, token, on_failure, set, patience, imports } = begin;
        self.stacks
            .change(cell, |state, at| {
                let status = state.head.status;
                let is_new = status == StackStatus::ReviewInProgress;
                if !is_new && !status.takes_updates() {
                    return Err(busy(&state.head, "updated"));
                }
                let head = state.head_mut();
                let phase = if is_new { Phase::Create } else { Phase::Update };
                (head.actor, head.change_set) = (actor, set.clone().or(head.change_set.take()));
                if !is_new {
                    head.updated = Some(at.now);
                }
                let mut work = work(phase, Some(wish), token, on_failure);
                work.deadline = patience.map(|patience| at.now.saturating_add(patience));
                work.imports = imports;
                head.work = Some(work);
                if status.is_left() {
                    settle(state);
                }
                obsolete(state, set.as_deref());
                let status = match phase {
                    Phase::Create => StackStatus::CreateInProgress,
                    _ => StackStatus::UpdateInProgress,
                };
                state.become_(status, Some("User Initiated".into()), at);
                Ok(())
            })
            .await?;
        self.stacks.drive(cell);
        Ok(())
    }
}

/// Work of that kind, with nothing done of it.
pub(super) fn work(
    phase: Phase,
    wish: Option<Wish>,
    token: Option<String>,
    on_failure: OnFailure,
) -> Work {
    let (skip, stuck) = (BTreeSet::new(), BTreeSet::new());
    let imports = BTreeSet::new();
    let (failed, deadline, then_delete) = (None, None, false);
    Work { phase, token, wish, failed, on_failure, skip, stuck, then_delete, deadline, imports }
}

/// Once a stack is changed, what other change sets say of it is not so any more.
fn obsolete(state: &mut State, executed: Option<&str>) {
    for (id, set) in &mut state.sets {
        let set = Arc::make_mut(set);
        set.execution = match Some(id.as_str()) == executed {
            true => ExecutionStatus::Complete,
            false if set.execution == ExecutionStatus::Available => ExecutionStatus::Obsolete,
            false => set.execution,
        };
    }
}

/// A stack in whose state that cannot be done.
pub(super) fn busy(head: &Head, done: &str) -> AwsError {
    let Head { id, status, .. } = head;
    invalid(format!("Stack:{id} is in {status} state and can not be {done}."))
}

/// A stack that is still to be made.
pub(super) fn fresh_state(id: String, name: &str, actor: Actor, at: &mut At<'_>) -> State {
    State::new(Head {
        id,
        name: name.into(),
        status: StackStatus::ReviewInProgress,
        reason: None,
        created: at.now,
        updated: None,
        deleted: None,
        wish: Wish::default(),
        outputs: Vec::new(),
        imports: BTreeSet::new(),
        actor,
        protected: false,
        parent: None,
        root: None,
        change_set: None,
        work: None,
    })
}
