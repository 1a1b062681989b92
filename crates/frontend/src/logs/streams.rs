//! Log streams.

use fika_store::{LogKey, LogStream};
use serde::Deserialize;
use serde_json::{Value, json};

use super::groups::{PAGE, change, from_token, paged};
use super::names;
use super::{Answered, Call, bad, broken, invalid, limit};

/// How many streams somebody may make in a group. Those of sandboxes are not counted.
const STREAMS: usize = 1_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Create {
    log_group_name: Option<String>,
    log_stream_name: Option<String>,
}

pub(super) fn create(call: &Call<'_>) -> Answered {
    let wanted: Create = call.input()?;
    let group = names::group_name(wanted.log_group_name.as_deref(), "logGroupName")?;
    let stream = names::stream_name(wanted.log_stream_name.as_deref(), "logStreamName")?;
    let key = LogKey::new(call.scope, group);
    call.group(&key)?;
    let written = call.store.streams(&key)?.contains_key(&stream);
    change(call, &key, |group| {
        if written || group.streams.contains_key(&stream) {
            let text = "The specified log stream already exists";
            return Err(bad("ResourceAlreadyExistsException", text));
        }
        if group.streams.len() >= STREAMS {
            let text = format!("fika keeps {STREAMS} log streams of a group that functions do not");
            return Err(bad("LimitExceededException", text));
        }
        group.streams.insert(stream, super::events::now_ms());
        Ok(())
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Describe {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_stream_name_prefix: Option<String>,
    order_by: Option<String>,
    #[serde(default)]
    descending: bool,
    next_token: Option<String>,
    limit: Option<i64>,
}

/// Where in an order a stream stands: a page goes on behind the last one's.
type Place = (i64, String);

pub(super) fn describe(call: &Call<'_>) -> Answered {
    let wanted: Describe = call.input()?;
    let key = names::either(
        call.scope,
        wanted.log_group_name.as_deref(),
        wanted.log_group_identifier.as_deref(),
    )?;
    let by_time = match wanted.order_by.as_deref() {
        None | Some("LogStreamName") => false,
        Some("LastEventTime") => true,
        Some(other) => {
            let rule = "Member must satisfy enum value set: [LastEventTime, LogStreamName]";
            return Err(broken(other, "orderBy", rule));
        }
    };
    if by_time && wanted.log_stream_name_prefix.is_some() {
        return Err(invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
    }
    let limit = limit(wanted.limit, "limit", PAGE)?;
    let after = wanted.next_token.as_deref().map(place_of).transpose()?;
    call.group(&key)?;
    let prefix = wanted.log_stream_name_prefix.as_deref().unwrap_or_default();
    let streams = call.store.streams(&key)?.into_values();
    let streams = streams.filter(|stream| stream.name.starts_with(prefix));
    let mut placed: Vec<(Place, LogStream)> =
        streams.map(|stream| (place(&stream, by_time), stream)).collect();
    placed.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    if wanted.descending {
        placed.reverse();
    }
    placed.retain(|(place, _)| match &after {
        Some(after) if wanted.descending => place < after,
        Some(after) => place > after,
        None => true,
    });
    let more = placed.len() > limit;
    placed.truncate(limit);
    let last = placed.last().map(|((time, name), _)| format!("{time}:{name}")).filter(|_| more);
    let shown = placed.iter().map(|(_, stream)| shown(call, &key, stream)).collect();
    Ok(paged("logStreams", shown, last.as_ref()))
}

fn place(stream: &LogStream, by_time: bool) -> Place {
    let last = stream.events_ms.map_or(0, |(_, last, _)| last);
    (if by_time { last } else { 0 }, stream.name.clone())
}

fn place_of(token: &str) -> Result<Place, super::Refused> {
    let text = from_token(token)?;
    let place =
        text.split_once(':').and_then(|(time, name)| Some((time.parse().ok()?, name.into())));
    place.ok_or_else(|| invalid("The specified nextToken is invalid."))
}

fn shown(call: &Call<'_>, key: &LogKey, stream: &LogStream) -> Value {
    let arn = names::arn(call.scope, key.group());
    let mut shown = json!({
        "logStreamName": stream.name,
        "creationTime": stream.created_ms,
        "arn": format!("{arn}:log-stream:{}", stream.name),
        // The service gives no other number since 2019.
        "storedBytes": 0,
    });
    if let Some((first, last, ingested)) = stream.events_ms {
        shown["firstEventTimestamp"] = first.into();
        shown["lastEventTimestamp"] = last.into();
        shown["lastIngestionTime"] = ingested.into();
        shown["uploadSequenceToken"] = super::events::SEQUENCE_TOKEN.into();
    }
    shown
}
