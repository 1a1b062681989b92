//! [`Buses`]: all of it, shared.

use std::sync::Arc;

use fika_aws::shape::AwsError;
use fika_events::Events;
use fika_iam::Iam;
use fika_journal::{Journal, Live};
use fika_store::{Batch, Store, StoreError};
use serde::Serialize;
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::record::{Bus, Group, Rule, Schedule};
use crate::table::{Name, Table};
use crate::ticks::Ticks;
use crate::timers::Changes;

/// Buses, rules and schedules of everybody. Clones are the same.
#[derive(Clone)]
pub struct Buses {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) events: Events,
    pub(crate) iam: Iam,
    pub(crate) clock: Clock,
    pub(crate) buses: Table<Bus>,
    pub(crate) rules: Table<Rule>,
    pub(crate) groups: Table<Group>,
    pub(crate) schedules: Table<Schedule>,
    pub(crate) ticks: Ticks,
    /// Held by whoever changes something, from the first look to the last effect.
    pub(crate) turn: Mutex<()>,
    /// Rules and schedules that are to be planned anew.
    pub(crate) changed: Changes,
}

impl std::fmt::Debug for Buses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Buses").finish_non_exhaustive()
    }
}

impl Buses {
    /// The topic of its entries in the journal: which tick of a rule or a schedule was the last.
    pub const TOPIC: &'static str = "tick";

    /// Goes on with what the store and the journal had of it.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn open(
        store: &Store,
        (journal, had): (Journal, Vec<Live>),
        events: Events,
        iam: Iam,
        clock: Clock,
    ) -> Result<Self, StoreError> {
        let inner = Inner {
            store: store.clone(),
            events,
            iam,
            clock,
            buses: Table::open(store, "event-bus/")?,
            rules: Table::open(store, "event-rule/")?,
            groups: Table::open(store, "schedule-group/")?,
            schedules: Table::open(store, "schedule/")?,
            ticks: Ticks::open(journal, had),
            turn: Mutex::new(()),
            changed: Changes::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }
}

impl Inner {
    /// Commits a batch.
    pub(crate) async fn commit(&self, batch: Batch) -> Result<(), AwsError> {
        let failed = |error: fika_store::CommitError| {
            AwsError::new("InternalException", 500, error.to_string())
        };
        self.store.commit(batch).await.map(drop).map_err(failed)
    }

    /// Commits a thing, or its end, and then shows it.
    pub(crate) async fn keep<T>(
        &self,
        table: &Table<T>,
        name: Name,
        value: Option<T>,
    ) -> Result<(), AwsError>
    where
        T: Serialize + serde::de::DeserializeOwned,
    {
        let key = name.key(table.prefix);
        let batch = match &value {
            Some(value) => {
                let json =
                    serde_json::to_vec(value).map_err(|e| AwsError::service(e.to_string()))?;
                Batch::new().put(key, json)
            }
            None => Batch::new().delete(key),
        };
        self.commit(batch).await?;
        table.set(name, value.map(Arc::new));
        Ok(())
    }
}
