//! Drives a stack: does what its machine begins, and tells it what became of that.

use std::collections::BTreeMap;
use std::sync::Arc;

use fika_model::Scope;
use fika_resources::{Ask, Failure, Made, Stack, Was, check};
use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use serde_json::Map;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::machine::{Guides, Outcome, Target, advance, done, gives_up};
use crate::plan::{Kinds, Plan, kind, takes_tags};
use crate::record::{Doing, Phase, Resource};
use crate::room::{Cell, Stacks, now};
use crate::secrets::hide;
use crate::state::State;

/// How many resources of a stack are worked on at a time; more wait for their turn.
const AT_ONCE: usize = 32;
/// How long to wait before what the disk refused is written again.
const AGAIN: Duration = Duration::from_secs(1);

type Step = Pin<Box<dyn Future<Output = (String, Outcome)> + Send>>;

impl Stacks {
    /// Goes on with a stack until nothing goes on any more; whatever was under way is begun again.
    pub(crate) fn drive(&self, cell: &Arc<Cell>) {
        let (stacks, cell) = (self.clone(), cell.clone());
        tokio::spawn(async move {
            let _driving = cell.driving.lock().await;
            if cell.state().head.status.is_moving() {
                stacks.run(&cell).await;
            }
        });
    }

    async fn run(&self, cell: &Arc<Cell>) {
        let scope = scope(&cell.state());
        let Some(scope) = scope else { return };
        let plan = self.plan(cell, &scope).await;
        let mut steps = FuturesUnordered::<Step>::new();
        let gate = Arc::new(Semaphore::new(AT_ONCE));
        let under_way = cell.state();
        for (logical, resource) in &under_way.resources {
            if resource.doing.is_some() {
                steps.push(self.step(cell, &scope, &gate, logical, true));
            }
        }
        let mut ended = Vec::<(String, Outcome)>::new();
        loop {
            let next = self.change(cell, |state, at| {
                for (logical, outcome) in &ended {
                    done(state, logical, outcome.clone(), at);
                }
                let target = plan.as_ref().map(|plan| plan as &dyn Target);
                Ok(advance(state, Guides { target, rules: &Kinds }, at))
            });
            let next = match next.await {
                Ok(next) => next,
                Err(_) => {
                    tokio::time::sleep(AGAIN).await;
                    continue;
                }
            };
            ended.clear();
            let gives_up = gives_up(&cell.state());
            cell.stop.send_if_modified(|stop| std::mem::replace(stop, gives_up) != gives_up);
            if next.over {
                break;
            }
            for logical in &next.begun {
                steps.push(self.step(cell, &scope, &gate, logical, false));
            }
            tokio::select! {
                first = steps.next() => ended.extend(first),
                () = cell.nudge.notified() => {}
                () = late(cell) => {}
            }
            // What ended meanwhile is written together.
            while let Some(Some(another)) = steps.next().now_or_never() {
                ended.push(another);
            }
            let state = cell.state();
            ended.iter_mut().for_each(|(_, outcome)| hide(&state, outcome));
        }
        cell.stop.send_replace(false);
        self.prune(&scope).await;
    }

    /// The template that a stack moves towards. None where it is not needed; a template that cannot be read any more
    /// makes the work fail.
    async fn plan(&self, cell: &Arc<Cell>, scope: &Scope) -> Option<Plan> {
        let state = cell.state();
        let work = state.head.work.as_ref()?;
        if !matches!(work.phase, Phase::Create | Phase::Update) {
            return None;
        }
        let (id, name) = (state.head.id.as_str(), state.head.name.as_str());
        let mut plan = Plan::of(self, scope, (id, name), work.wish.as_ref()?)
            .inspect_err(|error| tracing::warn!(%error, id, "a stack cannot go on"))
            .ok()?;
        if let Ok(caller) = state.head.actor.caller(&self.inner.iam, scope)
            && let Ok(services) = self.services(caller)
        {
            plan.look_up(&services).await;
        }
        Some(plan)
    }

    /// What a resource's `doing` says, to be done.
    fn step(
        &self,
        cell: &Arc<Cell>,
        scope: &Scope,
        gate: &Arc<Semaphore>,
        logical: &str,
        again: bool,
    ) -> Step {
        let state = cell.state();
        let (logical, stacks, cell) = (logical.to_owned(), self.clone(), cell.clone());
        let (scope, gate) = (scope.clone(), gate.clone());
        Box::pin(async move {
            let _turn = gate.acquire().await;
            let Some(resource) = state.resources.get(&logical) else {
                return (logical, Outcome::Gone);
            };
            let outcome = match stacks.ask(&cell, &state, &scope, &logical, again) {
                // A type that panics fails: its stack must have a way out.
                Ok(ask) => {
                    AssertUnwindSafe(act(ask, resource)).catch_unwind().await.unwrap_or_else(|_| {
                        Err(Failure::new(
                            "Internal failure: its type could not do it; please report it",
                        ))
                    })
                }
                Err(reason) => Err(Failure::new(reason)),
            };
            let outcome = outcome.unwrap_or_else(|failure| {
                Outcome::Failed(failure.reason, failure.made.map(|made| *made))
            });
            (logical, outcome)
        })
    }

    fn ask(
        &self,
        cell: &Cell,
        state: &State,
        scope: &Scope,
        logical: &str,
        again: bool,
    ) -> Result<Ask, String> {
        let head = &state.head;
        let resource = state.resources.get(logical).ok_or("There is no such resource")?;
        let wanted = head.work.as_ref().filter(|work| work.phase != Phase::UpdateBack);
        let wish = wanted.and_then(|work| work.wish.as_ref()).unwrap_or(&head.wish);
        // Most types have them among their properties.
        let tags = match takes_tags(kind(&resource.kind)) {
            true => BTreeMap::new(),
            false => wish.tags.clone(),
        };
        let caller = head.actor.caller(&self.inner.iam, scope)?;
        let services = self.services(caller).map_err(|error| error.to_string())?;
        Ok(Ask {
            services,
            stack: Arc::new(Stack {
                id: head.id.clone(),
                name: head.name.clone(),
                scope: scope.clone(),
                tags,
                capabilities: wish.capabilities.clone(),
            }),
            logical: logical.into(),
            kind: resource.kind.clone(),
            token: resource.token.clone(),
            again,
            resumed: again,
            back: false,
            properties: Map::new(),
            stop: cell.stop.subscribe(),
        })
    }
}

/// Asks the resource's type.
async fn act(mut ask: Ask, resource: &Resource) -> Result<Outcome, Failure> {
    let was = |standing: &crate::record::Standing| Was {
        made: standing.made.clone(),
        properties: standing.properties.clone(),
    };
    let missing = || Failure::new("There is nothing to be changed");
    match resource.doing.as_ref().ok_or_else(missing)? {
        Doing::Create(wanted) => {
            let kind = kind(&resource.kind);
            check(kind, &ask.logical, &wanted.properties)?;
            ask.properties.clone_from(&wanted.properties);
            Ok(Outcome::Made((kind.create)(ask).await?))
        }
        Doing::Update(wanted) => {
            let kind = kind(&resource.kind);
            check(kind, &ask.logical, &wanted.properties)?;
            ask.properties.clone_from(&wanted.properties);
            let was = was(resource.now.as_ref().ok_or_else(missing)?);
            // It is changed though its record says the same: an earlier change failed half-way.
            ask.again |= was.properties == ask.properties;
            Ok(Outcome::Made((kind.update)(ask, was).await?))
        }
        Doing::Revert => {
            let before = resource.before.as_ref().ok_or_else(missing)?;
            ask.properties.clone_from(&before.properties);
            // Some of the change may not have been done: it is all undone.
            (ask.again, ask.back) = (true, true);
            let was = was(resource.now.as_ref().ok_or_else(missing)?);
            Ok(Outcome::Made((kind(&before.kind).update)(ask, was).await?))
        }
        Doing::Delete => remove(ask, resource.now.as_ref().ok_or_else(missing)?).await,
        Doing::DeleteBefore => remove(ask, resource.before.as_ref().ok_or_else(missing)?).await,
        Doing::DeleteOld => remove(ask, resource.old.first().ok_or_else(missing)?).await,
    }
}

async fn remove(mut ask: Ask, standing: &crate::record::Standing) -> Result<Outcome, Failure> {
    ask.kind.clone_from(&standing.kind);
    ask.token.clone_from(&standing.token);
    ask.properties.clone_from(&standing.properties);
    let made: Made = standing.made.clone();
    let was = Was { made, properties: standing.properties.clone() };
    (kind(&standing.kind).delete)(ask, was).await?;
    Ok(Outcome::Gone)
}

/// Waits until a stack has taken too long to make; for ever where it may take as long as it likes.
async fn late(cell: &Cell) {
    let state = cell.state();
    let work = state.head.work.as_ref();
    let waits = work.filter(|work| work.phase == Phase::Create && work.failed.is_none());
    match waits.and_then(|work| work.deadline) {
        Some(deadline) => {
            let left = u64::try_from(deadline - now()).unwrap_or_default();
            tokio::time::sleep(Duration::from_millis(left)).await;
        }
        None => std::future::pending().await,
    }
}

/// Where a stack is, by its ARN.
pub(crate) fn scope(state: &State) -> Option<Scope> {
    let mut parts = state.head.id.split(':').skip(3);
    let region = fika_model::Region::new(parts.next()?).ok()?;
    let account = fika_model::AccountId::new(parts.next()?).ok()?;
    Some(Scope { account, region })
}
