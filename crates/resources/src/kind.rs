//! What a type is, and what is asked of it.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;

use fika_model::Scope;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;
use tokio::sync::watch;

use crate::services::{Refusal, Services};

/// What a change of a property needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OnChange {
    /// It is changed as it stands.
    InPlace,
    /// Another is made, and the old one deleted once all is well.
    Replace,
}

/// A property at the top of a type.
#[derive(Debug, Clone, Copy)]
pub struct Property {
    /// As templates write it.
    pub name: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What its change needs.
    pub on_change: OnChange,
}

impl Property {
    /// One that may be there, and may change.
    #[must_use]
    pub const fn may(name: &'static str) -> Self {
        Self { name, required: false, on_change: OnChange::InPlace }
    }

    /// One that must be there, and may change.
    #[must_use]
    pub const fn must(name: &'static str) -> Self {
        Self { name, required: true, on_change: OnChange::InPlace }
    }

    /// One that may be there, and cannot change.
    #[must_use]
    pub const fn fixed(name: &'static str) -> Self {
        Self { name, required: false, on_change: OnChange::Replace }
    }

    /// One that must be there, and cannot change.
    #[must_use]
    pub const fn must_fixed(name: &'static str) -> Self {
        Self { name, required: true, on_change: OnChange::Replace }
    }
}

/// A type of resource: what the engine needs to know of it.
#[derive(Debug)]
pub struct Kind {
    /// As in `AWS::Lambda::Function`.
    pub name: &'static str,
    /// Its properties; a type that takes any has `open`.
    pub properties: &'static [Property],
    /// Whether properties beside those are taken, and change in place.
    pub open: bool,
    /// What `Fn::GetAtt` may name of it; of an `open` type anything. `Outputs.*` is all that begins so.
    pub attributes: &'static [&'static str],
    /// Makes one.
    pub create: fn(Ask) -> Doing<Made>,
    /// Changes one that stands, in place.
    pub update: fn(Ask, Was) -> Doing<Made>,
    /// Deletes one. That it is gone already is no failure.
    pub delete: fn(Ask, Was) -> Doing<()>,
}

impl Kind {
    /// Whether `Fn::GetAtt` may name that of it.
    #[must_use]
    pub fn has_attribute(&self, name: &str) -> bool {
        let is = |own: &&str| match own.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => *own == name,
        };
        self.open || self.attributes.iter().any(is)
    }

    /// What a change from one set of properties to another needs; none where they are the same.
    #[must_use]
    pub fn change(&self, from: &Map<String, Value>, to: &Map<String, Value>) -> Option<OnChange> {
        self.changed(from, to).into_values().max()
    }

    /// Which properties differ, and what each change needs.
    #[must_use]
    pub fn changed<'p>(
        &self,
        from: &'p Map<String, Value>,
        to: &'p Map<String, Value>,
    ) -> BTreeMap<&'p str, OnChange> {
        let names = from.keys().chain(to.keys()).map(String::as_str);
        let differ = names.filter(|name| from.get(*name) != to.get(*name));
        differ.map(|name| (name, self.on_change(name))).collect()
    }

    fn on_change(&self, name: &str) -> OnChange {
        let property = self.properties.iter().find(|property| property.name == name);
        property.map_or(OnChange::InPlace, |property| property.on_change)
    }
}

/// The stack that a resource is of.
#[derive(Debug, Clone)]
pub struct Stack {
    /// Its ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whose, and where.
    pub scope: Scope,
    /// Its tags, which its resources get too.
    pub tags: BTreeMap<String, String>,
    /// What was acknowledged for it, as `CAPABILITY_IAM`.
    pub capabilities: Vec<String>,
}

/// What is asked of a type.
#[derive(Clone)]
pub struct Ask {
    /// Whom it may ask, with whose rights.
    pub services: Services,
    /// For which stack.
    pub stack: Arc<Stack>,
    /// The resource's name in its template.
    pub logical: String,
    /// Its type, as the template has it: `Custom::…` are of one type.
    pub kind: String,
    /// What this one resource is known by from before it is made until it is gone: names are made of it. Another
    /// that replaces it has another.
    pub token: String,
    /// Whether it may have been asked before without anybody hearing the answer.
    pub again: bool,
    /// Whether that is so because its server ended in between: then it is the same request still.
    pub resumed: bool,
    /// Whether it is changed back, since the change of its stack failed.
    pub back: bool,
    /// Its properties, resolved and checked.
    pub properties: Map<String, Value>,
    /// Becomes true when nobody wants it any more: what only waits should end then.
    pub stop: watch::Receiver<bool>,
}

/// What stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Made {
    /// Its physical id, and what `Ref` says of it unless `reference` says otherwise.
    pub id: String,
    /// What `Ref` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// What `Fn::GetAtt` says, by the name that templates write; nested ones with dots.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub attributes: Map<String, Value>,
    /// Whether those are nobody's to see: they are shown as `****`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_echo: bool,
}

impl Made {
    /// One of that id.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// With an attribute.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.attributes.insert(name.into(), value.into());
        self
    }

    /// What `Ref` says.
    #[must_use]
    pub fn reference(&self) -> &str {
        self.reference.as_deref().unwrap_or(&self.id)
    }
}

/// What stands before a change or a deletion.
#[derive(Debug, Clone)]
pub struct Was {
    /// What was made.
    pub made: Made,
    /// The properties it has.
    pub properties: Map<String, Value>,
}

/// Why it could not be done.
#[derive(Debug, Clone, Error, PartialEq)]
#[error("{reason}")]
pub struct Failure {
    /// What the stack's events say.
    pub reason: String,
    /// What stands nevertheless, and is to be deleted.
    pub made: Option<Box<Made>>,
}

impl Failure {
    /// With nothing made.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), made: None }
    }

    /// The same, but that stands.
    #[must_use]
    pub fn leaving(mut self, made: Made) -> Self {
        self.made = Some(Box::new(made));
        self
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.reason())
    }
}

/// Something under way.
pub type Doing<T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send>>;
