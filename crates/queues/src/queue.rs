//! A queue, and what waits on it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use fika_store::Revision;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::counted::Counted;
use crate::name::Place;
use crate::settings::{Settings, Texts};
use crate::state::State;

/// What a queue is, as the store keeps it. Add members with a default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) attributes: Texts,
    #[serde(default)]
    pub(crate) tags: BTreeMap<String, String>,
    /// Milliseconds since 1970.
    pub(crate) created_ms: u64,
    pub(crate) modified_ms: u64,
}

/// The same as it is committed, and read.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) record: Record,
    pub(crate) settings: Settings,
    pub(crate) at: Revision,
}

#[derive(Debug)]
pub(crate) struct Queue {
    pub(crate) place: Place,
    pub(crate) arn: String,
    pub(crate) topic: Arc<str>,
    pub(crate) fifo: bool,
    known: RwLock<Arc<Known>>,
    state: Mutex<State>,
    /// Told once for each that may look for messages.
    pub(crate) wake: Notify,
    /// Of a FIFO queue, held from looking for a repeated message until the queue has the new one: so the
    /// order of the journal is that of the queue.
    pub(crate) turn: tokio::sync::Mutex<()>,
    pub(crate) counted: Counted,
    /// When it was last emptied.
    pub(crate) purged: Mutex<Option<u64>>,
}

impl Queue {
    pub(crate) fn new(place: Place, known: Known) -> Self {
        let fifo = place.name.ends_with(".fifo");
        Self {
            arn: place.arn(),
            topic: place.key().into(),
            place,
            fifo,
            known: RwLock::new(Arc::new(known)),
            state: Mutex::new(State::new(fifo)),
            wake: Notify::new(),
            turn: tokio::sync::Mutex::default(),
            counted: Counted::default(),
            purged: Mutex::default(),
        }
    }

    pub(crate) fn known(&self) -> Arc<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set(&self, known: Known) {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
