//! Waiting for what a service goes on doing after its answer.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::kind::{Ask, Failure};

/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

impl Ask {
    /// Asks until there is an answer, soon at first and then every half second.
    ///
    /// # Errors
    /// What `look` says, that it takes too long, or that nobody wants it any more.
    pub async fn until<T, F>(&self, mut look: impl FnMut() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<Option<T>, Failure>>,
    {
        let begun = Instant::now();
        let mut pause = Duration::from_millis(10);
        loop {
            if let Some(found) = look().await? {
                return Ok(found);
            }
            if *self.stop.borrow() {
                return Err(Failure::new("Resource creation cancelled"));
            }
            if begun.elapsed() > PATIENCE {
                return Err(Failure::new("Exceeded attempts to wait"));
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    }
}
