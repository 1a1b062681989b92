//! Events as the journal keeps them: a head that changes with each attempt, and a body that never does.
//!
//! The body is four bytes of length, what is known of the event as JSON, and its payload.

use bytes::{BufMut, Bytes, BytesMut};
use fika_model::{RequestId, Scope, TenantId};
use serde::{Deserialize, Serialize};

use crate::{Attribute, Event, Retries, Sender};

/// What changes, and what is needed to find the event its place after a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    /// The ARN it goes to.
    #[serde(rename = "t")]
    pub(crate) target: String,
    /// Whose it is.
    #[serde(rename = "s")]
    pub(crate) scope: Scope,
    /// When it was accepted, milliseconds since 1970.
    #[serde(rename = "a")]
    pub(crate) accepted: u64,
    /// How often it ran.
    #[serde(rename = "n", default, skip_serializing_if = "is_zero")]
    pub(crate) attempts: u32,
    /// When it is to be tried again, milliseconds since 1970.
    #[serde(rename = "d", default, skip_serializing_if = "is_zero")]
    pub(crate) due: u64,
    /// How it ended, if it did and had nowhere to go.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub(crate) ended: Option<Ended>,
}

/// The end of an event that nobody else has a record of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ended {
    /// The event's own id.
    pub(crate) id: RequestId,
    /// When, milliseconds since 1970.
    pub(crate) at: u64,
    /// One word, as in `RetriesExhausted`.
    pub(crate) condition: String,
    /// What was said last.
    pub(crate) message: String,
}

/// Why there is an event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Purpose {
    /// Somebody sent it.
    #[default]
    Sent,
    /// It tells a destination of an invocation of that function.
    Record(String),
    /// It is what failed, on its way to the dead-letter queue of that function, or of its sender.
    DeadLetter(Option<String>),
}

/// What never changes.
#[derive(Serialize, Deserialize)]
struct Known {
    id: RequestId,
    scope: Scope,
    sender: Sender,
    target: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_context: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attributes: Vec<(String, Attribute)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deduplication: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retries: Option<Retries>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dead_letters: Option<String>,
    #[serde(default, rename = "why")]
    purpose: Purpose,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
fn is_zero<T: Default + PartialEq>(number: &T) -> bool {
    *number == T::default()
}

impl Head {
    /// Of an event that was just accepted.
    pub(crate) fn new(event: &Event, now: u64) -> Self {
        let (target, scope) = (event.target.clone(), event.scope.clone());
        Self { target, scope, accepted: now, attempts: 0, due: 0, ended: None }
    }

    pub(crate) fn bytes(&self) -> Bytes {
        // A struct of texts and numbers; writing it to memory cannot fail.
        serde_json::to_vec(self).unwrap_or_default().into()
    }

    /// None for what is no head.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

/// The body of an event.
pub(crate) fn body(event: &Event, purpose: &Purpose) -> Bytes {
    let known = Known {
        id: event.id,
        scope: event.scope.clone(),
        sender: event.sender.clone(),
        target: event.target.clone(),
        trace_id: event.trace_id.clone(),
        client_context: event.client_context.clone(),
        tenant: event.tenant.as_ref().map(|tenant| tenant.as_str().to_owned()),
        attributes: event.attributes.clone(),
        group: event.group.clone(),
        deduplication: event.deduplication.clone(),
        retries: event.retries,
        dead_letters: event.dead_letters.clone(),
        purpose: purpose.clone(),
    };
    let known = serde_json::to_vec(&known).unwrap_or_default();
    let mut body = BytesMut::with_capacity(4 + known.len() + event.payload.len());
    body.put_u32_le(u32::try_from(known.len()).unwrap_or_default());
    body.extend_from_slice(&known);
    body.extend_from_slice(&event.payload);
    body.freeze()
}

/// An event out of its body; none where it is not one.
pub(crate) fn event(mut body: Bytes) -> Option<(Event, Purpose)> {
    let length = u32::from_le_bytes(body.get(..4)?.try_into().ok()?) as usize;
    let known: Known = serde_json::from_slice(body.get(4..4 + length)?).ok()?;
    let payload = body.split_off(4 + length);
    let Known { id, scope, sender, target, trace_id, client_context, .. } = known;
    let Known { tenant, attributes, group, deduplication, .. } = known;
    let Known { retries, dead_letters, purpose, .. } = known;
    let tenant = tenant.as_deref().and_then(TenantId::parse);
    let event = Event {
        id,
        scope,
        sender,
        target,
        payload,
        trace_id,
        client_context,
        tenant,
        attributes,
        group,
        deduplication,
        retries,
        dead_letters,
    };
    Some((event, purpose))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn what_is_kept_is_what_was_accepted() {
        let mut event = testing::event("arn:aws:lambda:us-east-1:123456789012:function:f");
        for payload in ["", "{}", "{\"a\":\"\u{1F600}\"}"] {
            event.payload = payload.into();
            event.tenant = TenantId::parse("blue");
            event.attributes =
                vec![("a".into(), Attribute { data_type: "Number".into(), value: "1".into() })];
            let purpose = Purpose::Record("f".into());
            let body = body(&event, &purpose);
            assert_eq!(super::event(body.clone()), Some((event.clone(), purpose)));
            for cut in 0..body.len() - payload.len() {
                assert_eq!(super::event(body.slice(..cut)), None, "{cut}");
            }
        }
        let mut head = Head::new(&event, 7);
        assert_eq!(Head::read(&head.bytes()), Some(head.clone()));
        let ended =
            Ended { id: event.id, at: 9, condition: "Missing".into(), message: "gone".into() };
        (head.attempts, head.due, head.ended) = (2, 8, Some(ended));
        assert_eq!(Head::read(&head.bytes()), Some(head));
        assert_eq!(Head::read(b"{}"), None);
    }
}
