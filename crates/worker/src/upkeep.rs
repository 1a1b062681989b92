//! What a worker does by itself, off the way of every request: tends its stock, lets go of snapshots
//! that nobody uses, and freezes sandboxes that have nothing to do.

use std::sync::Weak;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::service::Shared;
use crate::{snapstart, stock};

/// How often sandboxes are looked at. One that has been idle from one look to the next is frozen.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Goes on until the worker is closed or gone.
pub(crate) async fn run(worker: Weak<Shared>) {
    let mut look = Instant::now() + LOOK_EVERY;
    while let Some(shared) = worker.upgrade().filter(|shared| !shared.roster.is_closed()) {
        let due = shared.stock.wake().map(Instant::from_std).into_iter().chain([look]).min();
        tokio::select! {
            () = sleep_until(due.unwrap_or(look)) => {}
            () = shared.stock.changed() => {}
        }
        if look <= Instant::now() {
            look = Instant::now() + LOOK_EVERY;
            stock::look_after(&shared);
            snapstart::let_go(&shared);
            shared.roster.all().iter().for_each(|slot| slot.rest());
        }
        stock::upkeep(&shared);
    }
}
