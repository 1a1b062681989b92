//! Lanes: one thread each, with its own single-threaded event loop.

use std::io;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

/// Shorter than the shortest timeout a function can have (1 s).
const TICK: Duration = Duration::from_millis(500);

/// The event loops that carry requests. They run until this is dropped.
pub struct Lanes {
    handles: Vec<Handle>,
    threads: Vec<JoinHandle<()>>,
    stop: watch::Sender<bool>,
}

impl Lanes {
    /// Starts that many, one at least.
    ///
    /// # Errors
    /// When the system gives no thread or no event loop.
    pub fn start(count: u16) -> io::Result<Self> {
        let stop = watch::Sender::new(false);
        let mut lanes = Self { handles: Vec::new(), threads: Vec::new(), stop };
        for number in 0..count.max(1) {
            lanes.start_one(number)?;
        }
        Ok(lanes)
    }

    fn start_one(&mut self, number: u16) -> io::Result<()> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        self.handles.push(runtime.handle().clone());
        let mut stop = self.stop.subscribe();
        let run = move || {
            runtime.spawn(tick());
            // An error says that the sender is gone, which is the end as well.
            let _ = runtime.block_on(stop.wait_for(|stop| *stop));
            // Reading a directory or unpacking a zip may still block; nobody waits for it.
            runtime.shutdown_background();
        };
        let name = format!("fika-lane-{number}");
        self.threads.push(std::thread::Builder::new().name(name).spawn(run)?);
        Ok(())
    }

    /// How many there are.
    pub fn count(&self) -> u16 {
        u16::try_from(self.handles.len()).unwrap_or(u16::MAX)
    }

    /// The event loop of one.
    pub fn handle(&self, lane: u16) -> &Handle {
        &self.handles[usize::from(lane)]
    }

    /// All event loops.
    pub fn handles(&self) -> Vec<Handle> {
        self.handles.clone()
    }
}

/// Keeps an early timer armed. An event loop that sleeps with no timer, or only a late one, is
/// woken through a system call when an earlier one is set, and every request sets one: its
/// function's timeout.
async fn tick() {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        for thread in self.threads.drain(..) {
            // A lane that panicked has said so already.
            let _ = thread.join();
        }
    }
}
