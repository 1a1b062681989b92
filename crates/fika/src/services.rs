//! The rooms beside Lambda: what was accepted and waits, and the services that have doors of their own.

use std::path::Path;
use std::sync::Arc;

use fika_buses::{Buses, Clock};
use fika_control::{Control, SourceCheck};
use fika_deploy::{StackOptions, Stacks};
use fika_events::{Events, Functions};
use fika_gateway::{Gateway, Host};
use fika_iam::Iam;
use fika_journal::{Journal, JournalOptions, Live};
use fika_objects::Objects;
use fika_parameters::Parameters;
use fika_queues::Queues;
use fika_service::AwsService;
use fika_sources::{Brokers, QueueCheck, Sources, SourcesOptions};
use fika_store::{LogStore, Store};
use fika_topics::Topics;

use tokio::task::AbortHandle;

use crate::node::NodeError;

/// What waits may take of the disk, bytes.
const WAITING_BYTES: u64 = 64 << 30;

/// All of them, wired.
pub struct Services {
    /// The event side.
    pub events: Events,
    /// The queues.
    pub queues: Queues,
    /// APIs.
    pub gateway: Gateway,
    /// Buckets and objects.
    pub objects: Objects,
    /// Stacks.
    pub stacks: Stacks,
    /// Those with doors.
    pub doors: Vec<Arc<dyn AwsService>>,
}

/// Opens them all. Nothing is delivered yet.
pub fn open(
    dir: &Path,
    store: &Store,
    iam: &Iam,
    logs: &LogStore,
    host: Host,
    stacks: StackOptions,
) -> Result<Services, NodeError> {
    let options = JournalOptions { disk_bytes: WAITING_BYTES };
    let (journal, mut live) = Journal::open(&dir.join("journal"), options)?;
    let had = take(&mut live, Events::TOPIC);
    let events = Events::open(journal.clone(), iam.clone(), had);
    let had = take(&mut live, fika_queues::PREFIX);
    let queues = Queues::open(store.clone(), journal.clone(), had)?;
    events.deliver_to("sqs", Arc::new(queues.clone()));
    tokio::spawn(queues.clone().upkeep());
    let had = (journal, take(&mut live, Buses::TOPIC));
    let buses = Buses::open(store, had, events.clone(), iam.clone(), clock())?;
    events.deliver_to("events", Arc::new(buses.clone()));
    let (bridge, scheduler) = buses.doors();
    tokio::spawn(buses.run());
    let topics = Topics::open(store.clone(), events.clone())?;
    events.deliver_to("sns", Arc::new(topics.clone()));
    for lost in live {
        tracing::warn!(topic = %lost.topic, "nobody knows what an entry of this topic is");
    }
    let objects = Objects::open(store.clone(), &dir.join("objects"), events.clone())?;
    events.deliver_to("s3", Arc::new(objects.clone()));
    let gateway = Gateway::open(store.clone(), iam.clone(), logs.clone(), host)?;
    let stacks = StackOptions { dies_at: dies_at(), ..stacks };
    let stacks = Stacks::open(store.clone(), iam.clone(), stacks)?;
    let doors: Vec<Arc<dyn AwsService>> = vec![
        Arc::new(stacks.clone()),
        Arc::new(queues.clone()),
        Arc::new(bridge),
        Arc::new(scheduler),
        Arc::new(topics),
        Arc::new(Parameters::open(store.clone())?),
        Arc::new(gateway.clone()),
    ];
    Ok(Services { events, queues, gateway, objects, stacks, doors })
}

/// The clock of schedules, which tests make run faster.
fn clock() -> Clock {
    let text = std::env::var("FIKA_SCHEDULES_CLOCK").ok();
    text.and_then(|text| Clock::parse(&text)).unwrap_or_default()
}

/// The moment of a stack at which tests have the server die.
fn dies_at() -> Option<i64> {
    std::env::var("FIKA_STACKS_DIE_AT").ok()?.parse().ok()
}

/// What is asked before a queue is mapped to a function.
pub fn check_sources(queues: &Queues, iam: &Iam) -> Arc<dyn SourceCheck> {
    Arc::new(QueueCheck { queues: queues.clone(), iam: iam.clone() })
}

/// Reads queues and clusters for functions, by the mappings there are, until it is aborted; what is under way then ends by itself.
pub fn read_sources(
    control: &Control,
    queues: &Queues,
    functions: Arc<dyn Functions>,
    iam: Iam,
    brokers: Brokers,
) -> AbortHandle {
    let (control, queues) = (control.clone(), queues.clone());
    let sources = Sources::new(SourcesOptions { control, functions, queues, iam, brokers });
    tokio::spawn(sources.run()).abort_handle()
}

/// The entries of topics that begin so.
fn take(live: &mut Vec<Live>, prefix: &str) -> Vec<Live> {
    live.extract_if(.., |entry| entry.topic.starts_with(prefix)).collect()
}
