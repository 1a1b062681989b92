//! To whom an event goes.

use bytes::Bytes;
use fika_events::{Attribute, Event, Sender};
use fika_journal::JournalError;
use fika_model::{RequestId, Scope};
use serde_json::{Value, json};

use super::outbox::{Letter, Notice, RETRIES};
use super::record::{At, Doer, Happened};
use crate::keys;
use crate::objects::Objects;
use crate::owner::principal_id;
use crate::shelf::Shelf;

/// What S3 is called where it acts by itself.
pub(crate) const SERVICE: &str = "s3.amazonaws.com";

impl Shelf {
    /// What is to be told of what happened; none where nobody wants to know.
    pub(crate) fn letter(&self, what: &Happened, doer: &Doer) -> Option<Letter> {
        let bucket = self.bucket();
        let (wanted, scope) = (&bucket.notifications, &bucket.scope);
        let owner = principal_id(&scope.account);
        let at = At { bucket: &self.name, owner: &owner, region: scope.region.as_str() };
        let mut notices: Vec<Notice> = wanted
            .of(what.event, &what.key)
            .map(|rule| notice(at, scope, &rule.target, &what.told(&rule.id, at, doer), doer))
            .collect();
        if let Some((name, detail)) = what.detail(at, doer).filter(|_| wanted.event_bridge) {
            notices.push(to_bus(at, scope, name, &detail, doer));
        }
        let first = notices.first()?;
        let key = keys::outbox(&format!("{:020}-{}", what.at, first.id.0.simple()));
        Some(Letter { key, notices })
    }
}

impl Objects {
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
        let is_function = target.starts_with("arn:aws:lambda:");
        let event = |told: &Value| Event {
            id: RequestId::random(),
            scope: scope.clone(),
            sender: Sender::Allowed,
            target: target.into(),
            payload: Bytes::from(told.to_string()),
            trace_id: None,
            client_context: None,
            tenant: None,
            attributes: Vec::new(),
            group: None,
            deduplication: None,
            retries: (!is_function).then_some(RETRIES),
            dead_letters: None,
        };
        self.inner.events.accept(told.iter().map(event).collect()).await
    }
}

/// An event as it goes to the default bus: its detail, of which the attributes say what it is. The
/// envelope is made there.
fn to_bus(at: At<'_>, scope: &Scope, name: &str, detail: &Value, doer: &Doer) -> Notice {
    let Scope { account, region } = scope;
    let target = format!("arn:aws:events:{region}:{account}:event-bus/default");
    let resources = json!([format!("arn:aws:s3:::{}", at.bucket)]).to_string();
    let said = [("detail-type", name), ("source", "aws.s3"), ("resources", &resources)];
    let text = |value: &str| Attribute { data_type: "String".into(), value: value.into() };
    let attributes = said.map(|(name, value)| (name.to_owned(), text(value))).to_vec();
    Notice { attributes, ..notice(at, scope, &target, detail, doer) }
}

fn notice(at: At<'_>, scope: &Scope, target: &str, told: &Value, doer: &Doer) -> Notice {
    Notice {
        id: RequestId::random(),
        bucket: at.bucket.into(),
        scope: scope.clone(),
        target: target.into(),
        payload: told.to_string(),
        trace_id: doer.trace_id.clone(),
        attributes: Vec::new(),
    }
}
