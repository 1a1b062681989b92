//! One address, as who waits sees it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::record::{Answer, Record};
use crate::room::{Answers, NotKept, now_ms};

/// An address at which answers are awaited.
#[derive(Debug)]
pub struct Awaited {
    answers: Answers,
    key: String,
    seen: watch::Receiver<Arc<Record>>,
}

impl Awaited {
    pub(crate) fn new(answers: Answers, key: String, seen: watch::Receiver<Arc<Record>>) -> Self {
        Self { answers, key, seen }
    }

    /// The number of the request: the same each time who waits comes back to it.
    #[must_use]
    pub fn request(&self) -> String {
        self.seen.borrow().request.to_string()
    }

    /// Where functions answer, from their sandboxes.
    #[must_use]
    pub fn inside(&self) -> String {
        self.answers.inside(&self.seen.borrow().id)
    }

    /// Where anybody else does.
    #[must_use]
    pub fn outside(&self) -> String {
        self.answers.outside(&self.seen.borrow().id)
    }

    /// How long ago it was made.
    #[must_use]
    pub fn age(&self) -> Duration {
        Duration::from_millis(now_ms().saturating_sub(self.seen.borrow().made_ms))
    }

    /// Whether whoever is to answer was asked.
    #[must_use]
    pub fn was_asked(&self) -> bool {
        self.seen.borrow().asked
    }

    /// Notes that they were.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub async fn note_asked(&self) -> Result<(), NotKept> {
        self.answers.note_asked(&self.key).await
    }

    /// Waits until `enough` finds what it wants in the answers that came. Safe to cancel.
    pub async fn until<T>(&mut self, enough: impl Fn(&[Answer]) -> Option<T>) -> T {
        loop {
            let found = enough(&self.seen.borrow_and_update().answers);
            if let Some(found) = found {
                return found;
            }
            if self.seen.changed().await.is_err() {
                // It was forgotten: nothing will come.
                std::future::pending::<()>().await;
            }
        }
    }

    /// What came so far.
    #[must_use]
    pub fn answers(&self) -> Vec<Answer> {
        self.seen.borrow().answers.clone()
    }
}
