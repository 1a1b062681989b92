//! The nouns of stacks, as they are kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fika_resources::Made;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::status::{ChangeSetStatus, ExecutionStatus, Policy, ResourceStatus, StackStatus};

/// Milliseconds since 1970.
pub(crate) type Millis = i64;

/// A stack, without its resources.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Head {
    /// Its ARN.
    pub id: String,
    pub name: String,
    pub status: StackStatus,
    #[serde(default)]
    pub reason: Option<String>,
    pub created: Millis,
    #[serde(default)]
    pub updated: Option<Millis>,
    #[serde(default)]
    pub deleted: Option<Millis>,
    /// What it is.
    pub wish: Wish,
    #[serde(default)]
    pub outputs: Vec<Output>,
    /// Which exports of other stacks it reads.
    #[serde(default)]
    pub imports: BTreeSet<String>,
    /// With whose rights its resources are made.
    pub actor: Actor,
    #[serde(default)]
    pub protected: bool,
    /// Of a nested stack: the stack above it, and the first of all.
    #[serde(default)]
    pub parent: Option<String>,
    #[serde(default)]
    pub root: Option<String>,
    /// The change set that was executed last.
    #[serde(default)]
    pub change_set: Option<String>,
    /// What goes on.
    #[serde(default)]
    pub work: Option<Work>,
}

impl Head {
    /// Ends the work; of a stack that never became anything, what it was to be is shown.
    pub(crate) fn end(&mut self) {
        let wanted = self.work.take().and_then(|work| work.wish);
        if let Some(wanted) = wanted.filter(|_| self.wish.template.is_empty()) {
            self.wish = wanted;
        }
    }
}

/// What a stack is to be, or is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Wish {
    /// The template, as it was given.
    #[serde(with = "shared")]
    pub template: Arc<str>,
    /// Its parameters, as they were given.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// What of them came from the Parameter Store, when it was last asked.
    #[serde(default)]
    pub stored: BTreeMap<String, String>,
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    #[serde(default)]
    pub capabilities: Vec<String>,
    #[serde(default)]
    pub notifications: Vec<String>,
    /// When it was said: what a transform makes anew each time stays as it was then.
    #[serde(default)]
    pub said: Millis,
}

/// With whose rights a stack's resources are made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Actor {
    /// The account itself.
    Root,
    /// A user of it.
    User(String),
    /// The session of a role, by the role's ARN, that asked.
    Session { role: String, name: String },
    /// A role that the stack was given, by its ARN.
    Role(String),
}

/// A value that a stack shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Output {
    pub key: String,
    pub value: String,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub export: Option<String>,
}

/// What goes on with a stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Work {
    pub phase: Phase,
    /// `ClientRequestToken`.
    #[serde(default)]
    pub token: Option<String>,
    /// What the stack is to be in the end; none where it is to go.
    #[serde(default)]
    pub wish: Option<Wish>,
    /// Why it cannot become that: nothing more is begun, and it goes back.
    #[serde(default)]
    pub failed: Option<String>,
    /// What is left as it is after a failure.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// Resources that a rollback leaves, or a deletion.
    #[serde(default)]
    pub skip: BTreeSet<String>,
    /// Resources that could not be undone or taken away: nobody tries again unasked.
    #[serde(default)]
    pub stuck: BTreeSet<String>,
    /// The stack is to go once what is under way has ended.
    #[serde(default)]
    pub then_delete: bool,
    /// When a stack that is not made by then is given up.
    #[serde(default)]
    pub deadline: Option<Millis>,
    /// Which exports of other stacks it is about to read: they must stay until it has.
    #[serde(default)]
    pub imports: BTreeSet<String>,
}

/// Templates are shared by all that is a copy of them, and kept as texts.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(text: &Arc<str>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<str>, D::Error> {
        String::deserialize(from).map(Arc::from)
    }
}

/// Where a piece of work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Phase {
    /// A new stack is made.
    Create,
    /// What of it was made goes again.
    CreateBack,
    /// A stack is changed.
    Update,
    /// What was replaced, or is wanted no more, goes.
    UpdateCleanup,
    /// It becomes again what it was.
    UpdateBack,
    /// What was made for nothing goes.
    UpdateBackCleanup,
    /// All goes.
    Delete,
}

/// What becomes of a stack that cannot be made or changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum OnFailure {
    #[default]
    Rollback,
    Nothing,
    Delete,
}

/// A resource of a stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Resource {
    pub kind: String,
    pub status: ResourceStatus,
    #[serde(default)]
    pub reason: Option<String>,
    pub at: Millis,
    /// What stands; none before it is made, and after it has gone.
    #[serde(default)]
    pub now: Option<Standing>,
    /// What stood before this piece of work, where that was changed or replaced.
    #[serde(default)]
    pub before: Option<Standing>,
    /// What earlier updates replaced that failed and were left so: it goes with the next that ends.
    #[serde(default)]
    pub old: Vec<Standing>,
    /// What this piece of work did to it.
    #[serde(default)]
    pub touch: Touch,
    /// What is being done to it.
    #[serde(default)]
    pub doing: Option<Doing>,
    /// What it is known by from before it is made.
    pub token: String,
}

impl Resource {
    /// What stood before, where that is something else than what stands now.
    pub(crate) fn replaced(&self) -> Option<&Standing> {
        let token = self.now.as_ref().map(|now| &now.token);
        self.before.as_ref().filter(|before| Some(&before.token) != token)
    }

    /// All that stands of it.
    pub(crate) fn standing(&self) -> impl Iterator<Item = &Standing> {
        self.now.iter().chain(self.replaced()).chain(&self.old)
    }
}

/// Something that stands, and what is needed to change it or take it away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Standing {
    pub kind: String,
    pub token: String,
    pub made: Made,
    #[serde(default)]
    pub properties: Map<String, Value>,
    /// What it needs, by logical id.
    #[serde(default)]
    pub depends: BTreeSet<String>,
    /// The same by token: of what was replaced, which of the two must outlive it.
    #[serde(default)]
    pub needs: BTreeSet<String>,
    pub deletion: Policy,
    /// The same where it is replaced.
    pub replacement: Policy,
    /// Whether making or changing it failed half-way, so that it may not be what this says.
    #[serde(default)]
    pub unsure: bool,
}

/// What a piece of work did to a resource.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Touch {
    /// Nothing yet.
    #[default]
    None,
    /// It was looked at, and is as it should be.
    Same,
    Created,
    Updated,
    Replaced,
    /// It is again as it was.
    Reverted,
}

/// What is being done to a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Doing {
    /// Made, also in the place of another.
    Create(Wanted),
    /// Changed in place.
    Update(Wanted),
    /// Changed back in place.
    Revert,
    /// Taken away: what stands.
    Delete,
    /// Taken away: what stood before.
    DeleteBefore,
    /// Taken away: the first of what earlier updates left.
    DeleteOld,
}

/// What a resource is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Wanted {
    pub properties: Map<String, Value>,
    pub depends: BTreeSet<String>,
    /// The tokens of those, as they are now.
    #[serde(default)]
    pub needs: BTreeSet<String>,
    pub deletion: Policy,
    pub replacement: Policy,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Event {
    pub id: String,
    pub at: Millis,
    pub logical: String,
    pub physical: String,
    pub kind: String,
    pub status: String,
    #[serde(default)]
    pub reason: Option<String>,
    #[serde(default)]
    pub properties: Option<String>,
    #[serde(default)]
    pub token: Option<String>,
}

/// What would change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ChangeSet {
    /// Its ARN.
    pub id: String,
    pub name: String,
    pub created: Millis,
    /// `CREATE` or `UPDATE`.
    pub kind: String,
    pub status: ChangeSetStatus,
    #[serde(default)]
    pub reason: Option<String>,
    pub execution: ExecutionStatus,
    #[serde(default)]
    pub description: Option<String>,
    pub wish: Wish,
    pub actor: Actor,
    #[serde(default)]
    pub changes: Vec<Change>,
    #[serde(default)]
    pub on_failure: OnFailure,
}

/// A resource that would change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Change {
    /// `Add`, `Modify` or `Remove`.
    pub action: String,
    pub logical: String,
    #[serde(default)]
    pub physical: Option<String>,
    pub kind: String,
    /// `True`, `False` or `Conditional`, of a `Modify`.
    #[serde(default)]
    pub replacement: Option<String>,
    /// Which properties differ, and whether each change needs another resource.
    #[serde(default)]
    pub details: Vec<(String, bool)>,
}
