//! One stack with all that belongs to it, and how a change of it is written.

use std::collections::BTreeMap;
use std::sync::Arc;

use fika_store::Batch;
use serde::Serialize;

use crate::record::{ChangeSet, Event, Head, Millis, Resource};
use crate::status::{ResourceStatus, StackStatus};

/// The most events that are kept of a stack: the newest.
const EVENTS: usize = 10_000;

/// A stack. Clones are cheap: what a clone does not change is shared.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub head: Arc<Head>,
    pub resources: BTreeMap<String, Arc<Resource>>,
    /// In the order they happened, each with its number.
    pub events: BTreeMap<u64, Arc<Event>>,
    /// Change sets by their ARNs.
    pub sets: BTreeMap<String, Arc<ChangeSet>>,
}

/// When something happens, and names nobody else has.
pub(crate) struct At<'f> {
    pub now: Millis,
    pub fresh: &'f mut dyn FnMut() -> String,
}

impl State {
    pub fn new(head: Head) -> Self {
        let (resources, events, sets) = <_>::default();
        Self { head: Arc::new(head), resources, events, sets }
    }

    /// The head, to be changed.
    pub fn head_mut(&mut self) -> &mut Head {
        Arc::make_mut(&mut self.head)
    }

    /// A resource, to be changed.
    pub fn resource_mut(&mut self, logical: &str) -> Option<&mut Resource> {
        self.resources.get_mut(logical).map(Arc::make_mut)
    }

    /// Gives the stack another state, and tells so.
    pub fn become_(&mut self, status: StackStatus, reason: Option<String>, at: &mut At<'_>) {
        let head = self.head_mut();
        head.status = status;
        head.reason.clone_from(&reason);
        let event = Event {
            id: (at.fresh)(),
            at: at.now,
            logical: head.name.clone(),
            physical: head.id.clone(),
            kind: "AWS::CloudFormation::Stack".into(),
            status: status.as_str().into(),
            reason,
            properties: None,
            token: head.work.as_ref().and_then(|work| work.token.clone()),
        };
        self.tell(event);
    }

    /// Gives a resource another state, and tells so.
    pub fn mark(
        &mut self,
        logical: &str,
        status: ResourceStatus,
        reason: Option<String>,
        at: &mut At<'_>,
    ) {
        let Some(resource) = self.resource_mut(logical) else { return };
        (resource.status, resource.at) = (status, at.now);
        resource.reason.clone_from(&reason);
        let standing = resource.now.as_ref();
        let physical = standing.map(|standing| standing.made.id.clone()).unwrap_or_default();
        let kind = resource.kind.clone();
        self.say(logical, &kind, physical, status, reason, at);
    }

    /// Tells of a resource what does not change its state.
    pub fn say(
        &mut self,
        logical: &str,
        kind: &str,
        physical: String,
        status: ResourceStatus,
        reason: Option<String>,
        at: &mut At<'_>,
    ) {
        let event = Event {
            id: format!("{logical}-{}-{}", status.as_str(), (at.fresh)()),
            at: at.now,
            logical: logical.into(),
            physical,
            kind: kind.into(),
            status: status.as_str().into(),
            reason,
            properties: None,
            token: self.head.work.as_ref().and_then(|work| work.token.clone()),
        };
        self.tell(event);
    }

    /// Each is later than the one before: tools sort them by time.
    fn tell(&mut self, event: Event) {
        let last = self.events.last_key_value();
        let number = last.map_or(0, |(number, _)| number + 1);
        let at = last.map_or(event.at, |(_, last)| event.at.max(last.at + 1));
        let event = Event { at, ..event };
        self.events.insert(number, Arc::new(event));
        while self.events.len() > EVENTS {
            self.events.pop_first();
        }
    }

    /// What is to be written so that what is kept becomes this, where it was `before`.
    pub fn since(&self, before: Option<&Self>) -> Batch {
        let keys = Keys::of(&self.head.id);
        let mut batch = Batch::new();
        if before.is_none_or(|before| !Arc::ptr_eq(&before.head, &self.head)) {
            batch = put(batch, keys.head(), &*self.head);
        }
        let none = BTreeMap::new();
        let were = before.map_or(&none, |before| &before.resources);
        batch = differences(batch, were, &self.resources, |logical| keys.resource(logical));
        let none = BTreeMap::new();
        let were = before.map_or(&none, |before| &before.events);
        batch = differences(batch, were, &self.events, |number| keys.event(*number));
        let none = BTreeMap::new();
        let were = before.map_or(&none, |before| &before.sets);
        differences(batch, were, &self.sets, |id| keys.set(id))
    }

    /// What is to be written so that nothing of it is left.
    pub fn removed(&self) -> Batch {
        let keys = Keys::of(&self.head.id);
        let all = self.resources.keys().map(|logical| keys.resource(logical));
        let all = all.chain(self.events.keys().map(|number| keys.event(*number)));
        let all = all.chain(self.sets.keys().map(|id| keys.set(id)));
        all.chain([keys.head()]).fold(Batch::new(), |batch, key| batch.delete(key))
    }
}

fn differences<K: Ord, V: Serialize>(
    mut batch: Batch,
    were: &BTreeMap<K, Arc<V>>,
    are: &BTreeMap<K, Arc<V>>,
    key: impl Fn(&K) -> String,
) -> Batch {
    for (name, value) in are {
        if were.get(name).is_none_or(|was| !Arc::ptr_eq(was, value)) {
            batch = put(batch, key(name), &**value);
        }
    }
    let gone = were.keys().filter(|name| !are.contains_key(name));
    gone.fold(batch, |batch, name| batch.delete(key(name)))
}

fn put(batch: Batch, key: String, value: &impl Serialize) -> Batch {
    match serde_json::to_vec(value) {
        Ok(value) => batch.put(key, value),
        // Only maps whose keys are no texts cannot be written, and there are none.
        Err(error) => {
            tracing::error!(%error, key, "a record of a stack cannot be written");
            batch
        }
    }
}

/// Where a stack is in the store: everything of it under `stack/ACCOUNT/REGION/NAME/UUID/`.
pub(crate) struct Keys(String);

impl Keys {
    pub const PREFIX: &'static str = "stack/";

    /// Of the stack of that ARN: `arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/UUID`.
    pub fn of(id: &str) -> Self {
        let mut parts = id.split(':').skip(3);
        let (region, account) =
            (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let name = parts.next().and_then(|rest| rest.strip_prefix("stack/")).unwrap_or_default();
        Self(format!("{}{account}/{region}/{name}", Self::PREFIX))
    }

    pub fn head(&self) -> String {
        format!("{}/head", self.0)
    }

    fn resource(&self, logical: &str) -> String {
        format!("{}/resource/{logical}", self.0)
    }

    fn event(&self, number: u64) -> String {
        format!("{}/event/{number:020}", self.0)
    }

    fn set(&self, id: &str) -> String {
        let uuid = id.rsplit('/').next().unwrap_or_default();
        format!("{}/set/{uuid}", self.0)
    }
}
