//! For somebody who develops (`fika dev`): runtime clients say more of what is wrong with code, and may
//! open a debugger inside their sandbox before they load the function; init connects to it. A
//! function with one has no timeout and is not frozen while it idles: it may stand still for as long
//! as somebody looks at it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use fika_sandbox::{Connection, Dialer};
use tokio::time::{Instant, sleep};

use crate::Worker;
use crate::roster::Roster;
use crate::slot::Slot;

/// Tells runtime clients that they serve somebody who develops.
const DEVELOPS: &str = "FIKA_DEV";
/// Tells them to listen for a debugger, and at which port of their sandbox's loopback.
const VARIABLE: &str = "FIKA_DEBUG_PORT";
/// The port, in each sandbox.
const PORT: u16 = 9_229;
/// How long a function that is just starting may take to listen.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is tried meanwhile.
const PAUSE: Duration = Duration::from_millis(25);
/// No timeout: longer than anybody looks at a function.
pub(crate) const NO_LIMIT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Whether a worker serves somebody who develops.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Develop {
    /// It serves everybody.
    #[default]
    Not,
    /// It serves a session of `fika dev`.
    Session,
    /// So it does, and debuggers may attach to its functions.
    Debug,
}

impl Develop {
    /// Whether debuggers may attach.
    #[must_use]
    pub fn debugs(self) -> bool {
        self == Self::Debug
    }

    /// What the environment of a runtime has beside.
    pub(crate) fn variables(self) -> impl Iterator<Item = (String, String)> {
        let develops = (self != Self::Not).then(|| (DEVELOPS.to_owned(), "1".to_owned()));
        let debugs = self.debugs().then(|| (VARIABLE.to_owned(), PORT.to_string()));
        develops.into_iter().chain(debugs)
    }
}

impl Worker {
    /// A connection to the debugger in the newest sandbox of a function.
    ///
    /// # Errors
    /// When this worker has no debuggers, or the function no sandbox whose runtime listens, also
    /// after a while.
    pub async fn debugger(&self, function: &str) -> io::Result<Connection> {
        let roster = &self.shared().roster;
        if !roster.develop.debugs() {
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

#[cfg(test)]
mod tests {
    use fika_model::WorkerId;

    use super::*;

    #[test]
    fn only_who_asks_for_debuggers_has_them() {
        let names =
            |develop: Develop| develop.variables().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(Develop::Not), [""; 0]);
        assert_eq!(names(Develop::Session), [DEVELOPS]);
        assert_eq!(names(Develop::Debug), [DEVELOPS, VARIABLE]);
        assert!(!Develop::Not.debugs() && !Develop::Session.debugs() && Develop::Debug.debugs());
        assert!(newest(&Roster::new(WorkerId(0), Develop::Debug), "f").is_none());
    }
}
