//! `fika logs`: a function's log, as CloudWatch Logs would tell it.

use std::collections::HashMap;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use fika_aws::sigv4::Service;
use http::{HeaderMap, HeaderValue, Method, header};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::cli::LogsArgs;
use crate::client::Client;
use crate::credentials;
use crate::failure::{Failure, Kind};
use crate::ui::Ui;

const LOGS: Service = Service::standard("logs");
/// How often `--follow` asks.
const POLL: Duration = Duration::from_millis(200);
/// How late an event of another stream may turn up behind one already shown, milliseconds.
const LATE_MS: i64 = 1_000;
/// Events an answer may carry: the most the service gives.
const PAGE: u32 = 10_000;

/// One line (or a few) of log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Milliseconds since 1970.
    pub timestamp: i64,
    /// The sandbox's.
    pub log_stream_name: String,
    /// What it says, with its end of line.
    pub message: String,
    /// Unique in the log.
    pub event_id: String,
}

/// `FilterLogEventsResponse`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    events: Vec<Event>,
    next_token: Option<String>,
}

/// Shows the log, and what comes.
///
/// # Errors
/// When the server cannot be asked or refuses.
pub async fn run(args: LogsArgs, ui: &Ui) -> Result<ExitCode, Failure> {
    let client = Client::new(credentials::find(&args.server).await?);
    let group = format!("/aws/lambda/{}", args.name);
    let mut seen = Seen::since(long_ago(args.since));
    let mut shown = show_new(&client, &group, &mut seen, ui).await?;
    if !args.follow {
        if shown == Some(0) {
            ui.note("nothing that recent; --since 1d looks further back");
        }
        return match shown {
            Some(_) => Ok(ExitCode::SUCCESS),
            None => Err(no_log(&args.name)),
        };
    }
    if shown.is_none() {
        ui.note(&format!("waiting for the first log of {}", args.name));
    }
    loop {
        tokio::time::sleep(POLL).await;
        shown = show_new(&client, &group, &mut seen, ui).await?.or(shown);
    }
}

/// Shows every event not shown yet; how many there were, or `None` when there is no log at all.
async fn show_new(
    client: &Client,
    group: &str,
    seen: &mut Seen,
    ui: &Ui,
) -> Result<Option<usize>, Failure> {
    let Some(events) = new_events(client, group, seen).await? else { return Ok(None) };
    events.iter().try_for_each(|event| show(event, ui))?;
    Ok(Some(events.len()))
}

/// Every event not seen yet, in their order; `None` when there is no log at all.
///
/// # Errors
/// When the server cannot be asked or refuses.
pub async fn new_events(
    client: &Client,
    group: &str,
    seen: &mut Seen,
) -> Result<Option<Vec<Event>>, Failure> {
    let from = seen.from();
    let (mut token, mut events) = (None, Vec::new());
    loop {
        let Some(page) = page(client, group, from, token).await? else { return Ok(None) };
        events.extend(page.events.into_iter().filter(|event| seen.is_new(event)));
        token = page.next_token;
        if token.is_none() {
            return Ok(Some(events));
        }
    }
}

fn show(event: &Event, ui: &Ui) -> Result<(), Failure> {
    if ui.is_json() {
        return ui.line(&serde_json::to_string(event).map_err(Failure::protocol)?);
    }
    // Runtimes join the lines of one entry by carriage returns, which a terminal would overprint.
    ui.line(&event.message.trim_end_matches('\n').replace('\r', "\n"))
}

/// `FilterLogEvents`; `None` when there is no such log group.
async fn page(
    client: &Client,
    group: &str,
    from: i64,
    token: Option<String>,
) -> Result<Option<Page>, Failure> {
    let mut request = json!({"logGroupName": group, "startTime": from, "limit": PAGE});
    if let Some(token) = token {
        request["nextToken"] = token.into();
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1"));
    headers.insert("x-amz-target", HeaderValue::from_static("Logs_20140328.FilterLogEvents"));
    let body = Bytes::from(request.to_string());
    let answer = client.send(LOGS, Method::POST, "/", headers, body).await?;
    match answer.refusal() {
        Some(refusal) if refusal.code == "ResourceNotFoundException" => Ok(None),
        Some(refusal) => Err(refusal.into()),
        None => answer.json().map(Some),
    }
}

fn no_log(name: &str) -> Failure {
    Failure::new(
        Kind::Refused,
        format!("call the function first: fika invoke {name}"),
        format!("{name} has no log yet, or there is no such function"),
    )
}

/// What was shown already. Remembers events only as long as they can come again.
#[derive(Debug)]
pub struct Seen {
    newest: i64,
    since: i64,
    ids: HashMap<String, i64>,
}

impl Seen {
    /// Nothing yet; what is older is of no interest.
    pub fn since(since: i64) -> Self {
        Self { newest: since, since, ids: HashMap::new() }
    }

    /// The oldest time worth asking for.
    fn from(&self) -> i64 {
        self.since.max(self.newest.saturating_sub(LATE_MS))
    }

    fn is_new(&mut self, event: &Event) -> bool {
        if self.ids.insert(event.event_id.clone(), event.timestamp).is_some() {
            return false;
        }
        if event.timestamp > self.newest {
            self.newest = event.timestamp;
            let from = self.from();
            self.ids.retain(|_, timestamp| *timestamp >= from);
        }
        true
    }
}

/// That long ago, in milliseconds since 1970, and not before: nothing was logged then.
pub fn long_ago(time: Duration) -> i64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(millis(since_1970.saturating_sub(time))).unwrap_or(i64::MAX)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Output;
    use crate::fake;

    fn event(id: &str, timestamp: i64) -> Event {
        let text = String::new();
        Event { timestamp, log_stream_name: text.clone(), message: text, event_id: id.into() }
    }

    #[test]
    fn each_event_is_shown_once_however_often_it_comes() {
        let mut seen = Seen::since(1_000);
        assert_eq!(seen.from(), 1_000);
        assert!(seen.is_new(&event("a", 5_000)));
        assert!(!seen.is_new(&event("a", 5_000)));
        assert_eq!(seen.from(), 4_000);
        assert!(seen.is_new(&event("late", 4_500)));
        assert!(!seen.is_new(&event("late", 4_500)));
    }

    #[test]
    fn looking_back_further_than_there_were_logs_asks_for_all_of_them() {
        for time in [Duration::from_secs(99_999_999_999_999 * 86_400), Duration::MAX] {
            assert_eq!(Seen::since(long_ago(time)).from(), 0);
        }
        // And an answer cannot bring it down either.
        assert_eq!(Seen::since(i64::MIN).from(), i64::MIN);
    }

    #[test]
    fn memory_of_what_was_shown_stays_small() {
        let mut seen = Seen::since(0);
        for n in 0..10_000 {
            assert!(seen.is_new(&event(&n.to_string(), n * 100)));
        }
        assert!(seen.ids.len() <= 12, "{}", seen.ids.len());
    }

    #[test]
    fn a_page_reads_with_fields_nobody_asked_for() {
        let text = r#"{"events":[{"logStreamName":"s","timestamp":1,"message":"m\n",
            "ingestionTime":2,"eventId":"e"}],"searchedLogStreams":[],"nextToken":"t"}"#;
        let page: Page = serde_json::from_str(text).expect("reads");
        assert_eq!((page.events.len(), page.next_token.as_deref()), (1, Some("t")));
        let none: Page = serde_json::from_str("{}").expect("reads");
        assert!(none.events.is_empty() && none.next_token.is_none());
    }

    #[tokio::test]
    async fn all_pages_are_read_and_none_twice() {
        let (client, seen) = fake::server(|_, request| {
            let event = |id: &str, timestamp: i64| {
                json!({"eventId": id, "timestamp": timestamp, "logStreamName": "s", "message": ""})
            };
            match request.body["nextToken"].as_str() {
                None => (200, json!({"events": [event("a", 5_000)], "nextToken": "2"})),
                Some(_) => (200, json!({"events": [event("a", 5_000), event("b", 6_000)]})),
            }
        })
        .await;
        let ui = Ui::new(Output::Text);
        let mut known = Seen::since(1_000);
        let shown = show_new(&client, "/aws/lambda/hello", &mut known, &ui).await.expect("shown");
        assert_eq!(shown, Some(2));
        let again = show_new(&client, "/aws/lambda/hello", &mut known, &ui).await.expect("shown");
        assert_eq!(again, Some(0));
        let seen = seen.lock().expect("list").clone();
        let from: Vec<_> = seen.iter().map(|request| &request.body["startTime"]).collect();
        assert_eq!(from, [1_000, 1_000, 5_000, 5_000]);
        assert_eq!(seen[0].target, "Logs_20140328.FilterLogEvents");
        assert_eq!(seen[0].body["logGroupName"], "/aws/lambda/hello");
    }

    #[tokio::test]
    async fn a_missing_log_is_no_error_yet() {
        let (client, _) =
            fake::server(|_, _| (400, json!({"__type": "ResourceNotFoundException"}))).await;
        let mut known = Seen::since(0);
        let shown = show_new(&client, "g", &mut known, &Ui::new(Output::Text)).await;
        assert_eq!(shown.expect("no error"), None);
    }
}
