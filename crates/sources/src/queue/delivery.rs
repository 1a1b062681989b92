//! One batch: filtered, handed to the function, and ended as the function says.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use fika_events::{Called, Invocation, NotRun};
use fika_model::RequestId;
use fika_queues::Delivered;
use tokio::time::sleep;

use super::event::{Written, cut, event, record};
use super::{Mapping, answer};
use crate::SourcesOptions;

/// How long a throttled batch waits at first, and at most.
const WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// The function ran, however that ended.
    Ran,
    /// It did not.
    Throttled,
    /// It cannot: not now, or not as it is.
    Failed,
}

/// Hands over a batch that was received just now.
pub(super) async fn deliver(
    options: &SourcesOptions,
    mapping: &Mapping,
    batch: Vec<Delivered>,
) -> Ended {
    let received = Instant::now();
    let (wanted, unwanted) = sort(mapping, batch);
    if !unwanted.is_empty() {
        end(options, mapping, &unwanted).await;
    }
    let mut ended = Ended::Ran;
    for part in cut(wanted) {
        ended = hand_over(options, mapping, &part, received).await;
    }
    ended
}

/// Those that the mapping wants, and the handles of the others, which are deleted, as on AWS.
fn sort(mapping: &Mapping, batch: Vec<Delivered>) -> (Vec<Written>, Vec<String>) {
    let (mut wanted, mut unwanted) = (Vec::new(), Vec::new());
    for message in batch {
        let record = record(&message, &mapping.queue);
        match mapping.filter.wants(&record) {
            true => wanted.push((message, record.to_string())),
            false => unwanted.push(message.handle),
        }
    }
    (wanted, unwanted)
}

async fn hand_over(
    options: &SourcesOptions,
    mapping: &Mapping,
    part: &[Written],
    received: Instant,
) -> Ended {
    let invocation = Invocation {
        id: RequestId::random(),
        function: mapping.it.function.clone(),
        payload: event(part),
        // How often a chain of functions has called itself goes with the message.
        trace_id: part.iter().find_map(|(one, _)| one.system.get("AWSTraceHeader").cloned()),
        client_context: None,
        tenant: None,
    };
    match run(options, mapping, invocation, received).await {
        Ok(called) => {
            let taken = taken(mapping, part, &called);
            if !taken.is_empty() {
                end(options, mapping, &taken).await;
            }
            Ended::Ran
        }
        Err(NotRun::Throttled { .. }) => Ended::Throttled,
        Err(why) => {
            tracing::info!(mapping = %mapping.it.id, ?why, "a batch is left for another time");
            Ended::Failed
        }
    }
}

/// Invokes the function; while it is throttled again and again, as long as the messages are still hidden.
async fn run(
    options: &SourcesOptions,
    mapping: &Mapping,
    invocation: Invocation,
    received: Instant,
) -> Result<Called, NotRun> {
    let hidden = options.queues.facts(&mapping.queue).map_or(Duration::ZERO, |f| f.visibility);
    let mut wait = WAIT;
    loop {
        let ran = options.functions.invoke(invocation.clone()).await;
        let Err(NotRun::Throttled { after, .. }) = &ran else { return ran };
        let pause = wait.max(*after).min(LONGEST_WAIT);
        // Half of the time is for the function to run in.
        if received.elapsed() + pause > hidden / 2 {
            return ran;
        }
        sleep(pause).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// The handles of the messages that the function has taken.
fn taken(mapping: &Mapping, part: &[Written], called: &Called) -> Vec<String> {
    if called.failed {
        return Vec::new();
    }
    let mut failed = HashSet::new();
    if mapping.it.item_failures {
        let ids = part.iter().map(|(message, _)| message.id.to_string()).collect();
        match answer::failed(&called.payload, &ids) {
            Some(some) => failed = some,
            None => return Vec::new(),
        }
    }
    let messages = part.iter().map(|(message, _)| message);
    let taken = messages.filter(|message| !failed.contains(&message.id.to_string()));
    taken.map(|message| message.handle.clone()).collect()
}

async fn end(options: &SourcesOptions, mapping: &Mapping, handles: &[String]) {
    if let Err(error) = options.queues.done(&mapping.queue, handles).await {
        tracing::warn!(mapping = %mapping.it.id, %error, "messages that were taken are still there");
    }
}
