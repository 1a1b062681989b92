//! Events that callers put on buses, and trying patterns.

use std::collections::BTreeSet;

use fika_aws::shape::AwsError;
use fika_journal::{Batch, JournalError};
use fika_model::{RequestId, Scope};
use fika_service::Caller;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::rules::pattern;
use super::{DEFAULT, bus_arn};
use crate::input::{self, Checked, required};
use crate::publish::{Published, Said, bus_of, envelope, is_bus};
use crate::room::Inner;

/// How many events a request has at most, and how large they are together, bytes.
const MOST: usize = 10;
const MOST_BYTES: usize = 1 << 20;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PutInput {
    entries: Option<Vec<Entry>>,
    endpoint_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    time: Option<Value>,
    source: Option<String>,
    resources: Option<Vec<String>>,
    detail_type: Option<String>,
    detail: Option<String>,
    event_bus_name: Option<String>,
    trace_header: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TestInput {
    event_pattern: Option<String>,
    event: Option<String>,
}

/// Why an event was not taken: its code and the message.
type Refusal = (&'static str, String);

impl Inner {
    /// `trace` is what the request came with: an event that says none itself is of that chain of calls.
    pub(super) async fn put_events(
        &self,
        caller: &Caller,
        asked: PutInput,
        trace: Option<&str>,
    ) -> Checked<Value> {
        let entries = required(asked.entries, "entries")?;
        if asked.endpoint_id.is_some() {
            return Err(AwsError::validation("fika has no global endpoints, so no EndpointId."));
        }
        if entries.is_empty() || entries.len() > MOST {
            let rule = if entries.is_empty() {
                "greater than or equal to 1"
            } else {
                "less than or equal to 10"
            };
            let shown = format!("[{} entries]", entries.len());
            return input::broken(&shown, "entries", &format!("Member must have length {rule}"));
        }
        for (n, entry) in (1..).zip(&entries) {
            if let Some(trace) = &entry.trace_header {
                input::length(trace, &format!("entries.{n}.member.traceHeader"), 1, 500)?;
            }
        }
        if entries.iter().map(Entry::size).sum::<usize>() > MOST_BYTES {
            return Err(AwsError::validation(
                "Total size of the entries in the request is over the limit.",
            ));
        }
        self.may_put(caller, &entries)?;
        let (mut put, mut results, mut failed) = (Vec::new(), Vec::new(), 0);
        for entry in &entries {
            let id = RequestId::random();
            match self.published(caller, entry, id, trace) {
                Ok(event) => {
                    put.push(event);
                    results.push(json!({"EventId": id.to_string()}));
                }
                Err((code, message)) => {
                    failed += 1;
                    results.push(json!({"ErrorCode": code, "ErrorMessage": message}));
                }
            }
        }
        let sent = put.iter().flat_map(|(scope, bus, event)| self.sent(scope, bus, event));
        let refused = |error: JournalError| match error {
            JournalError::Share => AwsError::new("ThrottlingException", 400, error.to_string()),
            _ => AwsError::new("InternalException", 500, error.to_string()),
        };
        self.events.accept_all(Batch::new(), sent).await.map_err(refused)?;
        Ok(json!({"FailedEntryCount": failed, "Entries": results}))
    }

    /// Asks once for each kind of event and bus: a policy may say what may be put there.
    fn may_put(&self, caller: &Caller, entries: &[Entry]) -> Checked {
        for ((scope, name), source, kind) in kinds(caller, entries) {
            let more = [("events:source", source), ("events:detail-type", kind)];
            let policy = self.bus_policy(&scope, &name);
            caller.allow("events:PutEvents", &bus_arn(&scope, &name), policy.as_ref(), &more)?;
        }
        Ok(())
    }

    fn published(
        &self,
        caller: &Caller,
        entry: &Entry,
        id: RequestId,
        trace: Option<&str>,
    ) -> Result<(Scope, String, Published), Refusal> {
        let (scope, bus) = entry.bus(caller);
        let [kind, source, detail] = [
            ("DetailType", &entry.detail_type),
            ("Source", &entry.source),
            ("Detail", &entry.detail),
        ]
        .map(|(name, value)| value.as_deref().filter(|text| !text.is_empty()).ok_or(name));
        let needed = |name| {
            let text =
                format!("Parameter {name} is not valid. Reason: {name} is a required argument.");
            ("InvalidArgument", text)
        };
        let (source, kind) = (source.map_err(needed)?, kind.map_err(needed)?);
        let detail = detail.map_err(needed)?;
        if source.starts_with("aws.") {
            return Err((
                "NotAuthorizedForSourceException",
                "Not authorized for the source.".into(),
            ));
        }
        let malformed = || ("MalformedDetail", "Detail is malformed.".to_owned());
        let detail: Value = serde_json::from_str(detail).map_err(|_| malformed())?;
        if !detail.is_object() {
            return Err(malformed());
        }
        let time = entry.time.as_ref().map_or(Some(self.clock.now()), milliseconds);
        let time = time.ok_or(("InvalidArgument", "Parameter Time is not valid.".to_owned()))?;
        let resources = entry.resources.clone().unwrap_or_default();
        let said = Said { id, kind, source, time, resources, detail };
        // The service takes what is for a bus that is not there, and nobody hears of it.
        if !is_bus(self, &scope, &bus) {
            tracing::debug!(bus, "an event is for a bus that is not there");
        }
        let event =
            envelope(&Scope { account: caller.scope.account.clone(), ..scope.clone() }, said);
        let trace_id = entry.trace_header.as_deref().or(trace).map(str::to_owned);
        Ok((scope, bus, Published { event, trace_id, hops: 0 }))
    }
}

/// An event's bus, source and detail type.
type Kind<'e> = ((Scope, String), &'e str, &'e str);

fn kinds<'e>(caller: &Caller, entries: &'e [Entry]) -> BTreeSet<Kind<'e>> {
    let kind = |entry: &'e Entry| {
        let [source, kind] = [&entry.source, &entry.detail_type].map(|said| said.as_deref());
        (entry.bus(caller), source.unwrap_or_default(), kind.unwrap_or_default())
    };
    entries.iter().map(kind).collect()
}

impl Entry {
    fn bus(&self, caller: &Caller) -> (Scope, String) {
        let named =
            self.event_bus_name.as_deref().filter(|name| !name.is_empty()).unwrap_or(DEFAULT);
        bus_of(named).unwrap_or_else(|| (caller.scope.clone(), named.to_owned()))
    }

    /// As the service counts, bytes.
    fn size(&self) -> usize {
        let texts = [&self.source, &self.detail_type, &self.detail];
        let texts: usize = texts.into_iter().flatten().map(String::len).sum();
        let resources: usize = self.resources.iter().flatten().map(String::len).sum();
        texts + resources + if self.time.is_some() { 14 } else { 0 }
    }
}

/// Seconds since 1970, or a text of RFC 3339.
fn milliseconds(time: &Value) -> Option<i64> {
    let at = match time {
        Value::String(text) => text.parse().ok()?,
        // Beyond what i64 has, `as` gives the bound, which is no time.
        #[allow(clippy::cast_possible_truncation, reason = "it saturates")]
        time => Timestamp::from_millisecond((time.as_f64()? * 1e3) as i64).ok()?,
    };
    Some(at.as_millisecond())
}

/// `TestEventPattern`.
pub(super) fn test_pattern(caller: &Caller, asked: &TestInput) -> Checked<Value> {
    caller.allow("events:TestEventPattern", "*", None, &[])?;
    let text = required(asked.event_pattern.as_deref(), "eventPattern")?;
    input::length(text, "eventPattern", 0, 4_096)?;
    let event = required(asked.event.as_deref(), "event")?;
    let pattern = pattern(text)?;
    let wrong = || AwsError::validation("Parameter Event is not valid.");
    let event: Value = serde_json::from_str(event).map_err(|_| wrong())?;
    let whole = ["id", "account", "source", "time", "region", "detail-type"];
    if !whole.iter().all(|member| event.get(member).is_some()) {
        return Err(wrong());
    }
    Ok(json!({"Result": pattern.matches(&event)}))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use fika_model::{AccountId, Region};

    use super::*;

    /// A refused kind may not hide behind another one for the same bus.
    #[test]
    fn each_kind_of_event_is_asked_for_once() {
        let entries: Vec<Entry> = serde_json::from_value(json!([
            {"Source": "secret", "DetailType": "made"},
            {"Source": "shop", "DetailType": "made"},
            {"Source": "shop", "DetailType": "sold", "EventBusName": DEFAULT},
            {"Source": "shop", "DetailType": "made", "Detail": "{}"},
        ]))
        .unwrap();
        let account = AccountId::new("123456789012").unwrap();
        let region = Region::new("eu-north-1").unwrap();
        let caller = Caller::service("events.amazonaws.com", "arn", account, region);
        let asked: Vec<_> = kinds(&caller, &entries).into_iter().collect();
        let bus = (caller.scope.clone(), DEFAULT.to_owned());
        let wanted = [("secret", "made"), ("shop", "made"), ("shop", "sold")];
        assert_eq!(asked, wanted.map(|(source, kind)| (bus.clone(), source, kind)));
    }
}
