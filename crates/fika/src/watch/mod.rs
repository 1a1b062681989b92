//! What runs beside the node so that it can be watched.
//!
//! - [`save`]: its metrics are put on disk
//! - [`prometheus`]: they are told to whoever asks, on a listener of their own (`--metrics`)
//! - [`otlp`]: they, and a span for each invocation, are sent to a collector (`--otlp`)

pub mod otlp;
pub mod prometheus;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fika_metrics::Metrics;
use tokio::time::sleep;

/// How long before the end of a minute its peaks are taken.
const BEFORE: Duration = Duration::from_secs(1);
const MINUTE: u64 = 60;

/// Takes what a minute has come to just before it is over, and puts it on disk after. For ever.
pub async fn save(metrics: Metrics) {
    loop {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let end = Duration::from_secs((now.as_secs() / MINUTE + 1) * MINUTE);
        sleep(end.saturating_sub(now + BEFORE).max(BEFORE / 10)).await;
        save_once(&metrics).await;
        sleep(BEFORE * 2).await;
        save_once(&metrics).await;
    }
}

async fn save_once(metrics: &Metrics) {
    let metrics = metrics.clone();
    let saved = tokio::task::spawn_blocking(move || metrics.save()).await;
    if let Ok(Err(error)) = saved {
        tracing::warn!(%error, "metrics are not on disk; they are tried again in a minute");
    }
}
