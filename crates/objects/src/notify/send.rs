//! To whom an event goes, all of it accepted before the change is answered.

use std::time::Duration;

use bytes::Bytes;
use fika_events::{Attribute, Event, Retries, Sender};
use fika_journal::JournalError;
use fika_model::{RequestId, Scope};
use serde_json::{Value, json};

use super::record::{At, Doer, Happened};
use crate::objects::Objects;
use crate::owner::principal_id;
use crate::shelf::Shelf;

/// What S3 is called where it acts by itself.
pub(crate) const SERVICE: &str = "s3.amazonaws.com";

/// How long an event is tried where its target does not say so itself.
const RETRIES: Retries = Retries { most: 185, age: Duration::from_secs(24 * 3600) };

impl Objects {
    /// Accepts what is to be told of what happened. It is durable when this returns.
    ///
    /// # Errors
    /// [`JournalError`]: nobody is told.
    pub(crate) async fn tell(
        &self,
        shelf: &Shelf,
        happened: &[Happened],
        doer: &Doer,
    ) -> Result<(), JournalError> {
        let bucket = shelf.bucket();
        let (wanted, scope) = (&bucket.notifications, &bucket.scope);
        if wanted.rules.is_empty() && !wanted.event_bridge {
            return Ok(());
        }
        let owner = principal_id(&scope.account);
        let at = At { bucket: &shelf.name, owner: &owner, region: scope.region.as_str() };
        let mut events = Vec::new();
        for what in happened {
            let rules = wanted.of(what.event, &what.key);
            events.extend(rules.map(|rule| {
                let told = what.told(&rule.id, at, doer);
                event(&shelf.name, scope, &rule.target, &told, doer)
            }));
            if let Some((name, detail)) = what.detail(at, doer).filter(|_| wanted.event_bridge) {
                events.push(to_bus(&shelf.name, scope, name, &detail, doer));
            }
        }
        if events.is_empty() { Ok(()) } else { self.inner.events.accept(events).await }
    }

    /// Accepts what happened elsewhere, for a target that the root of its own account chose. It is durable
    /// when this returns.
    ///
    /// # Errors
    /// [`JournalError`]: nobody is told.
    pub(crate) async fn tell_foreign(
        &self,
        scope: &Scope,
        target: &str,
        told: &[Value],
    ) -> Result<(), JournalError> {
        let events = told.iter().map(|told| sent(Sender::Allowed, scope, target, told));
        self.inner.events.accept(events.collect()).await
    }
}

/// An event as it goes to the default bus: its detail, of which the attributes say what it is. The
/// envelope is made there.
fn to_bus(bucket: &str, scope: &Scope, name: &str, detail: &Value, doer: &Doer) -> Event {
    let Scope { account, region } = scope;
    let target = format!("arn:aws:events:{region}:{account}:event-bus/default");
    let resources = json!([format!("arn:aws:s3:::{bucket}")]).to_string();
    let said = [("detail-type", name), ("source", "aws.s3"), ("resources", &resources)];
    let text = |value: &str| Attribute { data_type: "String".into(), value: value.into() };
    let attributes = said.map(|(name, value)| (name.to_owned(), text(value))).to_vec();
    Event { attributes, ..event(bucket, scope, &target, detail, doer) }
}

fn event(bucket: &str, scope: &Scope, target: &str, told: &Value, doer: &Doer) -> Event {
    let source = format!("arn:aws:s3:::{bucket}");
    let sender = Sender::Service { name: SERVICE.into(), source };
    Event { trace_id: doer.trace_id.clone(), ..sent(sender, scope, target, told) }
}

fn sent(sender: Sender, scope: &Scope, target: &str, told: &Value) -> Event {
    let is_function = target.starts_with("arn:aws:lambda:");
    Event {
        id: RequestId::random(),
        scope: scope.clone(),
        sender,
        target: target.into(),
        payload: Bytes::from(told.to_string()),
        trace_id: None,
        client_context: None,
        tenant: None,
        attributes: Vec::new(),
        group: None,
        deduplication: None,
        // A function says itself how long its events are tried.
        retries: (!is_function).then_some(RETRIES),
        dead_letters: None,
    }
}
