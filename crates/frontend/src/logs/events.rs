//! Reading and writing events.

use std::time::{SystemTime, UNIX_EPOCH};

use fika_pattern::Pattern;
use fika_store::{AHEAD_MS, Cursor, Direction, LogEvent, LogKey, StoredEvent, TimeRange};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::names::{self, no_stream};
use super::{Answered, Call, Refused, broken, invalid, limit};

/// The most events one answer carries (the service's own limit).
pub(super) const EVENTS: usize = 10_000;
/// The longest filter pattern, characters.
const PATTERN_CHARS: usize = 1_024;
/// How many streams can be named at once.
const STREAMS: usize = 100;
/// What a batch may have, bytes, and what each event counts beside its text.
const BATCH_BYTES: usize = 1_048_576;
const EVENT_BYTES: usize = 26;
/// How old an event may be, ms.
const BEHIND_MS: i64 = 14 * 24 * 60 * 60 * 1_000;
/// The most a batch may span, ms.
const SPAN_MS: i64 = 24 * 60 * 60 * 1_000;
/// Tokens of sequences mean nothing since 2023, and are still given.
pub(super) const SEQUENCE_TOKEN: &str = "49039859641512764180763036200000000000000000000000000000";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Get {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_stream_name: Option<String>,
    start_time: Option<i64>,
    end_time: Option<i64>,
    next_token: Option<String>,
    limit: Option<i64>,
    #[serde(default)]
    start_from_head: bool,
}

pub(super) fn get(call: &Call<'_>) -> Answered {
    let wanted: Get = call.input()?;
    let (name, identifier) = (&wanted.log_group_name, &wanted.log_group_identifier);
    let key = names::either(call.scope, name.as_deref(), identifier.as_deref())?;
    let stream = names::stream_name(wanted.log_stream_name.as_deref(), "logStreamName")?;
    let limit = limit(wanted.limit, "limit", EVENTS)?;
    call.group(&key)?;
    if !call.store.streams(&key)?.contains_key(&stream) {
        return Err(no_stream());
    }
    let at = match wanted.next_token.as_deref() {
        Some(token) => from_token(token)?,
        None if wanted.start_from_head => (Cursor::START, Direction::Forward),
        None => (call.store.end(&key)?, Direction::Backward),
    };
    let range = TimeRange { from_ms: wanted.start_time, until_ms: wanted.end_time };
    let mut page = call.store.read_stream(&key, &stream, at, limit, range)?;
    page.events.sort_by_key(|event| event.timestamp_ms);
    let events: Vec<Value> = page.events.iter().map(output).collect();
    Ok(json!({
        "events": events,
        "nextForwardToken": format!("f/{}/s", page.behind),
        "nextBackwardToken": format!("b/{}/s", page.before),
    }))
}

fn from_token(token: &str) -> Result<(Cursor, Direction), Refused> {
    let read = || {
        let (way, place) = token.strip_suffix("/s")?.split_once('/')?;
        let direction = match way {
            "f" => Direction::Forward,
            "b" => Direction::Backward,
            _ => return None,
        };
        Some((place.parse().ok()?, direction))
    };
    read().ok_or_else(|| invalid("The specified nextToken is invalid."))
}

fn output(event: &StoredEvent) -> Value {
    json!({
        "timestamp": event.timestamp_ms,
        "message": event.message,
        "ingestionTime": event.ingestion_ms,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    #[serde(default)]
    log_stream_names: Vec<String>,
    log_stream_name_prefix: Option<String>,
    start_time: Option<i64>,
    end_time: Option<i64>,
    filter_pattern: Option<String>,
    next_token: Option<String>,
    limit: Option<i64>,
    start_from_head: Option<bool>,
}

pub(super) fn filter(call: &Call<'_>) -> Answered {
    let wanted: Filter = call.input()?;
    let (name, identifier) = (&wanted.log_group_name, &wanted.log_group_identifier);
    let key = names::either(call.scope, name.as_deref(), identifier.as_deref())?;
    let chosen = Chosen::new(wanted.log_stream_names, wanted.log_stream_name_prefix)?;
    let pattern = pattern(wanted.filter_pattern.as_deref(), "filterPattern")?;
    let limit = limit(wanted.limit, "limit", EVENTS)?;
    if wanted.start_from_head == Some(false) {
        return Err(invalid("fika filters from the head of a log only: leave startFromHead out"));
    }
    let from = match wanted.next_token.as_deref() {
        None => Cursor::START,
        Some(token) => token.parse().map_err(|_| invalid("The specified nextToken is invalid."))?,
    };
    call.group(&key)?;
    // The service's end is the last moment that counts, the store's the first that does not.
    let until_ms = wanted.end_time.map(|end| end.saturating_add(1));
    let range = TimeRange { from_ms: wanted.start_time, until_ms };
    let is = |event: &StoredEvent| chosen.takes(&event.stream) && pattern.matches(&event.message);
    let mut page = call.store.read(&key, from, limit, range, &is)?;
    page.events.sort_by_key(|event| event.timestamp_ms);
    let events: Vec<Value> = page.events.iter().map(filtered).collect();
    let mut answer = json!({"events": events, "searchedLogStreams": []});
    if !page.at_end {
        answer["nextToken"] = page.next.to_string().into();
    }
    Ok(answer)
}

fn filtered(event: &StoredEvent) -> Value {
    let mut output = output(event);
    output["logStreamName"] = event.stream.as_str().into();
    output["eventId"] = event.place.to_string().into();
    output
}

/// A filter pattern that may not be given.
pub(super) fn pattern(given: Option<&str>, member: &str) -> Result<Pattern, Refused> {
    let text = given.unwrap_or_default();
    if text.chars().count() > PATTERN_CHARS {
        return Err(broken(text, member, "Member must have length less than or equal to 1024"));
    }
    Pattern::parse(text).map_err(|why| invalid(format!("Invalid filter pattern: {why}")))
}

/// The streams somebody wants events of.
#[derive(Debug, Clone)]
pub(super) struct Chosen {
    names: Vec<String>,
    prefixes: Vec<String>,
}

impl Chosen {
    pub(super) fn new(
        names: Vec<String>,
        prefixes: impl IntoIterator<Item = String>,
    ) -> Result<Self, Refused> {
        let prefixes: Vec<String> = prefixes.into_iter().collect();
        if !names.is_empty() && !prefixes.is_empty() {
            return Err(invalid("Either log stream names or a prefix of them, not both."));
        }
        if names.len() > STREAMS || prefixes.len() > STREAMS {
            let rule = "Member must have length less than or equal to 100";
            return Err(broken("logStreamNames", "logStreamNames", rule));
        }
        Ok(Self { names, prefixes })
    }

    pub(super) fn is_all(&self) -> bool {
        self.names.is_empty() && self.prefixes.is_empty()
    }

    pub(super) fn takes(&self, stream: &str) -> bool {
        let named = self.names.iter().any(|name| name == stream);
        let prefixed = self.prefixes.iter().any(|prefix| stream.starts_with(prefix));
        self.is_all() || named || prefixed
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Put {
    log_group_name: Option<String>,
    log_stream_name: Option<String>,
    #[serde(default)]
    log_events: Vec<Input>,
}

#[derive(Deserialize)]
struct Input {
    timestamp: i64,
    message: String,
}

pub(super) fn put(call: &Call<'_>) -> Answered {
    let wanted: Put = call.input()?;
    let group = names::group_name(wanted.log_group_name.as_deref(), "logGroupName")?;
    let stream = names::stream_name(wanted.log_stream_name.as_deref(), "logStreamName")?;
    check_batch(&wanted.log_events)?;
    let key = LogKey::new(call.scope, group);
    let group = call.group(&key)?;
    if !group.streams.contains_key(&stream) && !call.store.streams(&key)?.contains_key(&stream) {
        return Err(no_stream());
    }
    let total = wanted.log_events.len();
    let (old, new) = within(&wanted.log_events, now_ms());
    let taken = wanted.log_events.into_iter().take(new).skip(old);
    let events: Vec<LogEvent> = taken
        .map(|Input { timestamp, message }| LogEvent {
            timestamp_ms: timestamp,
            message: message.into(),
        })
        .collect();
    write(call, &key, &stream, events)?;
    let mut answer = json!({"nextSequenceToken": SEQUENCE_TOKEN});
    if old > 0 {
        answer["rejectedLogEventsInfo"]["tooOldLogEventEndIndex"] = old.into();
    }
    if new < total {
        answer["rejectedLogEventsInfo"]["tooNewLogEventStartIndex"] = new.into();
    }
    Ok(answer)
}

/// Writes events; they are in their file when this returns.
fn write(
    call: &Call<'_>,
    key: &LogKey,
    stream: &str,
    events: Vec<LogEvent>,
) -> Result<(), Refused> {
    if events.is_empty() {
        return Ok(());
    }
    if !call.store.try_append(key, &stream.into(), events) {
        return Err(Refused {
            status: StatusCode::SERVICE_UNAVAILABLE,
            name: "ServiceUnavailableException",
            message: "More comes than the disk takes; try again.".into(),
        });
    }
    call.store.flush();
    Ok(())
}

fn check_batch(events: &[Input]) -> Result<(), Refused> {
    if events.is_empty() || events.len() > EVENTS {
        return Err(broken(
            &format!("[{} events]", events.len()),
            "logEvents",
            "Member must have length between 1 and 10000",
        ));
    }
    if let Some(empty) = events.iter().position(|event| event.message.is_empty()) {
        let member = format!("logEvents.{}.member.message", empty + 1);
        return Err(broken("", &member, "Member must have length greater than or equal to 1"));
    }
    let size: usize = events.iter().map(|event| event.message.len() + EVENT_BYTES).sum();
    if size > BATCH_BYTES {
        return Err(invalid(format!(
            "Upload too large: {size} bytes exceeds limit of {BATCH_BYTES}"
        )));
    }
    if !events.is_sorted_by_key(|event| event.timestamp) {
        return Err(invalid(
            "Log events in a single PutLogEvents request must be in chronological order.",
        ));
    }
    let times = (events.first().map(|e| e.timestamp), events.last().map(|e| e.timestamp));
    match times {
        (Some(first), _) if first < 0 => Err(broken(
            &first.to_string(),
            "logEvents.1.member.timestamp",
            "Member must have value greater than or equal to 0",
        )),
        (Some(first), Some(last)) if last.saturating_sub(first) > SPAN_MS => Err(invalid(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
        )),
        _ => Ok(()),
    }
}

/// Of events in order: where those begin that are not too old, and where those that are too new.
fn within(events: &[Input], now: i64) -> (usize, usize) {
    let old = events.partition_point(|event| event.timestamp < now - BEHIND_MS);
    let new = events.partition_point(|event| event.timestamp <= now + AHEAD_MS);
    (old, new)
}

pub(super) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(timestamp: i64) -> Input {
        Input { timestamp, message: "m".into() }
    }

    #[test]
    fn what_is_too_old_or_too_new_is_left_out() {
        let now = 1_700_000_000_000;
        let at = |offset: i64| input(now + offset);
        let events = [at(-BEHIND_MS - 1), at(-BEHIND_MS), at(0), at(AHEAD_MS), at(AHEAD_MS + 1)];
        assert_eq!(within(&events, now), (1, 4));
        assert_eq!(within(&events[1..4], now), (0, 3));
    }

    #[test]
    fn batches_have_their_rules() {
        let span = |last: i64| check_batch(&[input(1), input(last)]);
        assert!(span(1).is_ok() && span(SPAN_MS + 1).is_ok());
        assert!(span(SPAN_MS + 2).is_err());
        for bad in [vec![], vec![input(2), input(1)], vec![input(-1)]] {
            assert!(check_batch(&bad).is_err());
        }
        let large = Input { timestamp: 1, message: "x".repeat(BATCH_BYTES - EVENT_BYTES) };
        assert!(check_batch(std::slice::from_ref(&large)).is_ok());
        assert!(check_batch(&[large, input(1)]).is_err());
    }

    #[test]
    fn tokens_say_where_and_which_way() {
        let (place, direction) = from_token("b/2-1f/s").map_err(|r| r.message).expect("a token");
        assert_eq!((place.to_string().as_str(), direction), ("2-1f", Direction::Backward));
        for token in ["", "f", "f/1-2", "x/1-2/s", "f/x/s", "f//s"] {
            assert!(from_token(token).is_err(), "{token}");
        }
    }
}
