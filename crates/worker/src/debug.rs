//! Debuggers, for `fika dev`: a runtime client that is told to opens one inside its sandbox, before it
//! loads the function; init connects to it. Such a function has no timeout and is not frozen while
//! it idles: it may stand still for as long as somebody looks at it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use fika_sandbox::{Connection, Dialer};
use tokio::time::{Instant, sleep};

use crate::Worker;
use crate::roster::Roster;
use crate::slot::Slot;

/// Tells runtime clients to listen for a debugger, and at which port of their sandbox's loopback.
const VARIABLE: &str = "FIKA_DEBUG_PORT";
/// The port, in each sandbox.
const PORT: u16 = 9_229;
/// How long a function that is just starting may take to listen.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is tried meanwhile.
const PAUSE: Duration = Duration::from_millis(25);
/// No timeout: longer than anybody looks at a function.
pub(crate) const NO_LIMIT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// What the environment of a runtime has beside, where debuggers may attach.
pub(crate) fn variable(roster: &Roster) -> Option<(String, String)> {
    roster.debug.then(|| (VARIABLE.to_owned(), PORT.to_string()))
}

impl Worker {
    /// A connection to the debugger in the newest sandbox of a function.
    ///
    /// # Errors
    /// When this worker has no debuggers, or the function no sandbox whose runtime listens, also
    /// after a while.
    pub async fn debugger(&self, function: &str) -> io::Result<Connection> {
        let roster = &self.shared().roster;
        if !roster.debug {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let begun = Instant::now();
        loop {
            let tried = match newest(roster, function) {
                Some(dialer) => dialer.dial(PORT).await,
                None => Err(io::ErrorKind::NotFound.into()),
            };
            match tried {
                Err(_) if begun.elapsed() < PATIENCE => sleep(PAUSE).await,
                done => return done,
            }
        }
    }
}

/// The way into the newest sandbox of that function.
fn newest(roster: &Roster, function: &str) -> Option<Dialer> {
    let of_it = |slot: &Arc<Slot>| slot.version.arn.name == function && slot.is_alive();
    let slots = roster.all().into_iter().filter(of_it);
    let newest = slots.max_by_key(|slot| (slot.version.uid, slot.id))?;
    newest.dialer.get().cloned()
}
