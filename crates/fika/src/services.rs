//! The rooms beside Lambda: what was accepted and waits, and the services that have doors of their own.

use std::path::Path;
use std::sync::Arc;

use fika_events::Events;
use fika_iam::Iam;
use fika_journal::{Journal, JournalError, JournalOptions, Live};
use fika_service::AwsService;

/// What waits may take of the disk, bytes.
const WAITING_BYTES: u64 = 64 << 30;

/// All of them, wired.
pub struct Services {
    /// The event side.
    pub events: Events,
    /// Those with doors.
    pub doors: Vec<Arc<dyn AwsService>>,
}

/// Opens them all. Nothing is delivered yet.
pub fn open(dir: &Path, iam: &Iam) -> Result<Services, JournalError> {
    let options = JournalOptions { disk_bytes: WAITING_BYTES };
    let (journal, mut live) = Journal::open(&dir.join("journal"), options)?;
    let had = take(&mut live, Events::TOPIC);
    let events = Events::open(journal, iam.clone(), had);
    for lost in live {
        tracing::warn!(topic = %lost.topic, "nobody knows what an entry of this topic is");
    }
    Ok(Services { events, doors: Vec::new() })
}

/// The entries of topics that begin so.
fn take(live: &mut Vec<Live>, prefix: &str) -> Vec<Live> {
    live.extract_if(.., |entry| entry.topic.starts_with(prefix)).collect()
}
