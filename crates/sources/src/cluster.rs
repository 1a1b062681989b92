//! A self-managed cluster: a NATS JetStream, read by a durable consumer of the mapping's own.
//!
//! What was read is acknowledged, all up to the last of a batch, when the function has taken it. Until then the
//! server is told again and again that somebody is at it; when this one dies, it gives the batch to the next.

use std::pin::pin;
use std::time::Duration;

use async_nats::jetstream::consumer::pull::{self, Config};
use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy};
use async_nats::jetstream::{self, AckKind, Message};
use async_nats::{ConnectOptions, Error};
use bytes::Bytes;
use fika_control::{EventSource, EventSourceMapping};
use fika_eventpattern::Pattern;
use fika_events::{Invocation, NotRun};
use fika_model::RequestId;
use futures_util::StreamExt;
use tokio::time::{interval, sleep};

use crate::patience::Patience;
use crate::record::{self, Record};
use crate::{Broker, SourcesOptions};

/// For how long the server waits to hear of a message before it gives it again.
const SILENCE: Duration = Duration::from_secs(30);
/// How often it hears.
const SIGN_OF_LIFE: Duration = Duration::from_secs(10);
/// How long a batch is waited for that has no window.
const WINDOW: Duration = Duration::from_millis(500);
/// What the records of one call may come to, bytes, before they are written down for the function: base64
/// makes a third more of them, and an event may have 6 MB.
const BATCH_BYTES: usize = 4 << 20;

const OK: &str = "OK";

/// Polls until dropped.
pub(crate) async fn poll(
    options: &SourcesOptions,
    mapping: &EventSourceMapping,
    patterns: &[Pattern],
) {
    let EventSource::Cluster { servers, topic, from_start } = &mapping.source else { return };
    let Some(broker) = options.brokers.find(servers) else {
        let text = format!(
            "PROBLEM: Cannot connect to {}: start fika with --broker to allow it.",
            servers.join(",")
        );
        options.control.mapping_polled(mapping.id, &text);
        return;
    };
    let poller = Poller { options, mapping, patterns, servers, topic };
    let mut patience = Patience::default();
    loop {
        if let Err(error) = poller.session(broker, *from_start, &mut patience).await {
            options.control.mapping_polled(mapping.id, &format!("PROBLEM: {error}"));
            tracing::warn!(mapping = %mapping.id, %error, "a stream cannot be read");
        }
        sleep(patience.next()).await;
    }
}

struct Poller<'a> {
    options: &'a SourcesOptions,
    mapping: &'a EventSourceMapping,
    patterns: &'a [Pattern],
    servers: &'a [String],
    topic: &'a str,
}

impl Poller<'_> {
    /// Reads until the connection is lost.
    async fn session(
        &self,
        broker: &Broker,
        from_start: bool,
        patience: &mut Patience,
    ) -> Result<(), Error> {
        let consumer = self.consumer(broker, from_start).await?;
        *patience = Patience::default();
        let window = if self.mapping.window.is_zero() { WINDOW } else { self.mapping.window };
        loop {
            let fetch = consumer.fetch().max_messages(self.mapping.batch).max_bytes(BATCH_BYTES);
            let mut coming = fetch.expires(window).messages().await?;
            let mut batch = Vec::new();
            while let Some(message) = coming.next().await {
                batch.push(message?);
            }
            if let Some(last) = batch.last() {
                self.give(&batch).await;
                last.double_ack().await?;
            }
        }
    }

    async fn consumer(
        &self,
        broker: &Broker,
        from_start: bool,
    ) -> Result<Consumer<pull::Config>, Error> {
        let mut connect = ConnectOptions::new().name("fika");
        if let Some((user, password)) = &broker.user {
            connect = connect.user_and_password(user.clone(), password.clone());
        }
        let client = connect.connect(broker.address.clone()).await?;
        let stream = jetstream::new(client).get_stream(self.topic).await?;
        let name = format!("fika-{}", self.mapping.id);
        let config = Config {
            durable_name: Some(name.clone()),
            deliver_policy: if from_start { DeliverPolicy::All } else { DeliverPolicy::New },
            ack_policy: AckPolicy::All,
            ack_wait: SILENCE,
            // One batch at a time: so they come in order.
            max_ack_pending: i64::try_from(self.mapping.batch).unwrap_or(i64::MAX),
            ..Config::default()
        };
        Ok(stream.get_or_create_consumer(&name, config).await?)
    }

    /// Gives a batch to the function until it takes it.
    async fn give(&self, batch: &[Message]) {
        let records: Vec<Record> = batch.iter().filter_map(read).collect();
        let all = self.patterns.is_empty();
        let wanted = |record: &Record| all || record.is_wanted(self.patterns);
        let records: Vec<Record> = records.into_iter().filter(wanted).collect();
        if records.is_empty() {
            return;
        }
        let event: Bytes = record::event(self.servers, self.topic, &records).to_string().into();
        let mut giving = pin!(self.until_taken(event));
        let mut signs = interval(SIGN_OF_LIFE);
        loop {
            tokio::select! {
                () = &mut giving => return,
                _ = signs.tick() => for message in batch {
                    // A lost connection shows when the batch is acknowledged.
                    let _ = message.ack_with(AckKind::Progress).await;
                },
            }
        }
    }

    async fn until_taken(&self, event: Bytes) {
        let mut patience = Patience::default();
        loop {
            let result = self.call(event.clone()).await;
            self.options.control.mapping_polled(self.mapping.id, result);
            if result == OK {
                return;
            }
            sleep(patience.next()).await;
        }
    }

    /// One call, and what came of it, in AWS's words.
    async fn call(&self, payload: Bytes) -> &'static str {
        let called = self.options.functions.invoke(Invocation {
            id: RequestId::random(),
            function: self.mapping.function.clone(),
            payload,
            trace_id: None,
            client_context: None,
            tenant: None,
        });
        match called.await {
            Ok(called) if called.failed => "PROBLEM: Function call failed",
            Ok(_) => OK,
            Err(NotRun::Throttled { .. }) => "PROBLEM: Function call was throttled",
            Err(NotRun::Missing(_)) => "PROBLEM: Function not found",
            Err(_) => "PROBLEM: Lambda internal error",
        }
    }
}

fn read(message: &Message) -> Option<Record> {
    let about = message.info().ok()?;
    let nanoseconds = about.published.unix_timestamp_nanos();
    let headers = message.headers.iter().flat_map(async_nats::HeaderMap::iter);
    let header = |(name, values): (&async_nats::HeaderName, &Vec<async_nats::HeaderValue>)| {
        let value = values.first().map(|value| value.as_str().as_bytes().to_vec());
        (name.to_string(), value.unwrap_or_default())
    };
    Some(Record {
        offset: about.stream_sequence,
        timestamp: i64::try_from(nanoseconds / 1_000_000).unwrap_or_default(),
        key: message.subject.as_bytes().to_vec(),
        value: message.payload.to_vec(),
        headers: headers.map(header).collect(),
    })
}
