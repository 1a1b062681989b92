//! Follows the logs of many functions at once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use crate::client::Client;
use crate::commands::logs::{self, Event, Seen};
use crate::failure::Failure;

/// How often they are looked at.
const POLL: Duration = Duration::from_millis(100);

/// An event, and whose it is.
pub type Entry = (String, Event);

/// Sends what comes to be in the logs of these functions from now on, until nobody wants it.
///
/// # Errors
/// When the server cannot be asked.
pub async fn follow(
    client: Arc<Client>,
    functions: watch::Receiver<Vec<String>>,
    entries: mpsc::Sender<Entry>,
) -> Result<(), Failure> {
    let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
    let since = logs::long_ago(Duration::ZERO);
    loop {
        let names = functions.borrow().clone();
        for name in names {
            let group = format!("/aws/lambda/{name}");
            let known = seen.entry(name.clone()).or_insert_with(|| Seen::since(since));
            let events = logs::new_events(&client, &group, known).await?;
            for event in events.unwrap_or_default() {
                if entries.send((name.clone(), event)).await.is_err() {
                    return Ok(());
                }
            }
        }
        tokio::time::sleep(POLL).await;
    }
}
