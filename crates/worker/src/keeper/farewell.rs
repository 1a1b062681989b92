//! The end of processes that have extensions: the runtime is asked to end, extensions that are programs
//! are told why, and what is left is killed when their time is over. Without extensions there is
//! nothing to wait for.

use std::time::{Duration, SystemTime};

use fika_sandbox::Event;
use tokio::time::{Instant, timeout_at};

use super::{Keeper, Wall};
use crate::extensions::event::Reason;

/// What extensions that are programs have, the runtime's part of it included.
const PROGRAMS: Duration = Duration::from_secs(2);
/// What the runtime has of that.
const RUNTIME: Duration = Duration::from_millis(300);
/// What the runtime has for extensions that are part of it.
const INTERNAL: Duration = Duration::from_millis(500);

impl<W: Wall> Keeper<W> {
    /// Gives extensions their time.
    pub(super) async fn farewell(&mut self, reason: Reason) {
        let Some(left) = self.slot.extensions_left() else { return };
        // What is frozen hears nothing.
        let _not_frozen = self.wall.thaw();
        let programs = !left.programs.is_empty();
        let whole = if programs { PROGRAMS } else { INTERNAL };
        let (end, wall_clock_end) = (Instant::now() + whole, SystemTime::now() + whole);
        let runtime = if programs { Instant::now() + RUNTIME } else { end };
        if self.wall.terminate().is_ok() {
            self.until(runtime, |event| matches!(event, Event::Exited { .. })).await;
        }
        self.slot.logbook.flush_telemetry();
        if !programs {
            return;
        }
        self.slot.shut_extensions_down(reason, wall_clock_end);
        let slot = self.slot.clone();
        let over = |slot: &crate::slot::Slot| {
            slot.extensions_left().is_none_or(|left| left.programs.is_empty())
        };
        if !over(&slot) {
            self.until(end, |_| over(&slot)).await;
        }
    }

    /// Takes what happens, until it is that or time is over.
    async fn until(&mut self, end: Instant, is_it: impl Fn(&Event) -> bool) {
        while let Ok(event) = timeout_at(end, self.wall.next_event()).await {
            if let Event::BesideExited { number, how } = event {
                let _it_was_to_come = self.slot.extension_exited(number, how);
            }
            if event == Event::Lost || is_it(&event) {
                return;
            }
        }
    }
}
