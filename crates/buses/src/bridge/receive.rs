//! What other rooms send to buses: rules of other buses, destinations of functions, schedules.

use fika_events::{Parcel, Pending, Receiver, Undelivered};
use fika_iam::Principal;
use fika_journal::Batch;
use fika_model::{RequestId, Scope};
use fika_service::Caller;
use serde_json::Value;

use super::bus_arn;
use crate::Buses;
use crate::publish::{HOPS, Published, Said, bus_of, envelope, is_bus};

impl Receiver for Buses {
    fn receive<'a>(
        &'a self,
        caller: &'a Caller,
        parcel: Parcel,
    ) -> Pending<'a, Result<(), Undelivered>> {
        Box::pin(self.deliver(caller, parcel, Batch::new()))
    }

    /// An event is events for the targets of its rules: what it came from ends in the commit that accepts them.
    fn receive_with<'a>(
        &'a self,
        caller: &'a Caller,
        parcel: Parcel,
        end: Batch,
    ) -> Pending<'a, Result<Option<Batch>, Undelivered>> {
        Box::pin(async move { self.deliver(caller, parcel, end).await.map(|()| None) })
    }
}

impl Buses {
    async fn deliver(
        &self,
        caller: &Caller,
        parcel: Parcel,
        end: Batch,
    ) -> Result<(), Undelivered> {
        let published = published(&parcel, self.inner.clock.now())?;
        let (scope, bus) = self.for_bus(caller, &parcel.target, &published.event)?;
        let sent = self.inner.sent(&scope, &bus, &published);
        let accepted = self.inner.events.accept_all(end, sent).await;
        accepted.map_err(|error| Undelivered::Later(error.to_string()))
    }

    /// The bus, if it is there and the sender may put such an event there.
    fn for_bus(
        &self,
        caller: &Caller,
        arn: &str,
        event: &Value,
    ) -> Result<(Scope, String), Undelivered> {
        let absent =
            || refused("ResourceNotFoundException", format!("There is no event bus {arn}."));
        let (scope, bus) = bus_of(arn).ok_or_else(absent)?;
        if !is_own(caller, &scope) {
            let policy = self.inner.bus_policy(&scope, &bus);
            let said = |member: &str| event.get(member).and_then(Value::as_str).unwrap_or_default();
            let more =
                [("events:source", said("source")), ("events:detail-type", said("detail-type"))];
            let arn = bus_arn(&scope, &bus);
            let allowed = caller.allow("events:PutEvents", &arn, policy.as_ref(), &more);
            allowed.map_err(|error| refused(error.name(), error.message().to_owned()))?;
        }
        if is_bus(&self.inner, &scope, &bus) { Ok((scope, bus)) } else { Err(absent()) }
    }
}

/// Rules of an account put on the account's own buses what they like, and so do its buckets.
fn is_own(caller: &Caller, scope: &Scope) -> bool {
    matches!(&caller.principal, Principal::Service(_))
        && ["events.amazonaws.com", "s3.amazonaws.com"].contains(&caller.principal.arn().as_str())
        && *caller.principal.account() == scope.account
}

fn refused(code: &str, message: String) -> Undelivered {
    Undelivered::Refused { code: code.into(), message }
}

/// An event from a parcel: a whole one from a rule, else its detail, about which the attributes say more.
fn published(parcel: &Parcel, now: i64) -> Result<Published, Undelivered> {
    let attribute = |name: &str| {
        let found = parcel.attributes.iter().find(|(own, _)| own == name);
        found.map(|(_, attribute)| attribute.value.as_str())
    };
    let malformed = || refused("MalformedDetail", "Detail is malformed.".into());
    let payload: Value = serde_json::from_slice(&parcel.payload).map_err(|_| malformed())?;
    let hops = attribute(HOPS).and_then(|hops| hops.parse().ok());
    let trace_id = parcel.trace_id.clone();
    if let Some(hops) = hops {
        return Ok(Published { event: payload, trace_id, hops });
    }
    if !payload.is_object() {
        return Err(malformed());
    }
    let resources = attribute("resources").and_then(|text| serde_json::from_str(text).ok());
    let said = Said {
        id: RequestId(parcel.id.0),
        kind: attribute("detail-type").unwrap_or("Event"),
        source: attribute("source").unwrap_or("fika"),
        time: now,
        resources: resources.unwrap_or_default(),
        detail: payload,
    };
    Ok(Published { event: envelope(&parcel.scope, said), trace_id, hops: 0 })
}
