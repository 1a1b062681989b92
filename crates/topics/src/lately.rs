//! What a FIFO topic took lately, so that it takes it once.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::publish::Published;

/// How long a message is known again.
const LATELY: Duration = Duration::from_secs(300);

/// By deduplication id: when, and as which message.
#[derive(Debug, Default)]
pub(crate) struct Lately(HashMap<String, (Instant, Published)>);

impl Lately {
    /// As what a message was taken that had that id.
    pub(crate) fn get(&self, key: &str) -> Option<&Published> {
        let (at, published) = self.0.get(key)?;
        (at.elapsed() < LATELY).then_some(published)
    }

    /// Remembers a message that is on disk.
    pub(crate) fn remember(&mut self, key: String, published: Published) {
        // Looked through whenever it has doubled, so a message costs no more for what came before it.
        if self.0.len() == self.0.capacity() {
            self.0.retain(|_, (at, _)| at.elapsed() < LATELY);
        }
        self.0.insert(key, (Instant::now(), published));
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_message_is_known_for_five_minutes() {
        let mut lately = Lately::default();
        let published = |n| Published { id: Uuid::from_u128(n), sequence: Some(1) };
        let id = |lately: &Lately, key: &str| lately.get(key).map(|one| one.id.as_u128());
        lately.remember("a".into(), published(1));
        tokio::time::advance(LATELY - Duration::from_millis(1)).await;
        lately.remember("b".into(), published(2));
        assert_eq!((id(&lately, "a"), id(&lately, "b")), (Some(1), Some(2)));
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!((id(&lately, "a"), id(&lately, "b")), (None, Some(2)));
        // What is forgotten takes no room for long.
        (0..1_000).for_each(|n| lately.remember(n.to_string(), published(n)));
        tokio::time::advance(LATELY).await;
        (0..2_000).for_each(|n| lately.remember(format!("new {n}"), published(n)));
        assert!(lately.0.len() < 3_000, "{}", lately.0.len());
    }
}
