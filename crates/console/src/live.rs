//! The machine room, as it happens: server-sent events, one picture a second for all who look, and none while
//! nobody does.

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use fika_model::AccountId;
use fika_service::Flow;
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};

use crate::machine::{Eye, Machine, Picture};

/// How often there is a picture.
const EVERY: Duration = Duration::from_secs(1);
/// How many of an account may look at once, and how many altogether.
const OF_ACCOUNT: usize = 16;
const ALL: usize = 128;

/// Who looks, or may not any more.
pub struct Viewer {
    /// Whose.
    pub account: AccountId,
    /// Whether all is theirs to see.
    pub all: bool,
}

/// The room's window.
pub struct Live {
    machine: Machine,
    looking: Mutex<Looking>,
    pictures: watch::Sender<Option<Arc<Picture>>>,
}

/// Who looks, and whether there are pictures for them.
#[derive(Default)]
struct Looking {
    by_account: HashMap<AccountId, usize>,
    gathering: bool,
}

/// A place at it, until dropped.
struct Place(Arc<Live>, AccountId);

impl Live {
    /// That nobody looks through yet.
    #[must_use]
    pub fn new(machine: Machine) -> Arc<Self> {
        let (looking, pictures) = (Mutex::default(), watch::Sender::new(None));
        Arc::new(Self { machine, looking, pictures })
    }

    /// What somebody sees from now on, for as long as `who` says that they may; none when too many look.
    #[must_use]
    pub fn open(
        self: &Arc<Self>,
        account: &AccountId,
        who: impl Fn() -> Option<Viewer> + Send + 'static,
    ) -> Option<Flow> {
        let place = self.enter(account)?;
        let (send, events) = mpsc::channel(1);
        let pictures = self.pictures.subscribe();
        tokio::spawn(show(place, pictures, send, who));
        Some(Events(events).boxed_unsync())
    }

    fn enter(self: &Arc<Self>, account: &AccountId) -> Option<Place> {
        let mut looking = self.looking();
        let all: usize = looking.by_account.values().sum();
        let own = looking.by_account.get(account).copied().unwrap_or_default();
        if all >= ALL || own >= OF_ACCOUNT {
            return None;
        }
        looking.by_account.insert(account.clone(), own + 1);
        if !std::mem::replace(&mut looking.gathering, true) {
            tokio::spawn(Arc::clone(self).gather());
        }
        Some(Place(Arc::clone(self), account.clone()))
    }

    /// Makes pictures until nobody looks.
    async fn gather(self: Arc<Self>) {
        let mut tick = interval(EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            if !self.is_watched() {
                return;
            }
            self.machine.courses.watch();
            let machine = self.machine.clone();
            // Not on a lane: it looks at everything, and requests must not wait for that.
            // It fails only when the server ends.
            let Ok(picture) = spawn_blocking(move || machine.picture()).await else { return };
            self.pictures.send_replace(Some(Arc::new(picture)));
        }
    }

    /// Whether anybody looks. If not, whoever comes next begins anew.
    fn is_watched(&self) -> bool {
        let mut looking = self.looking();
        looking.gathering = !looking.by_account.is_empty();
        if !looking.gathering {
            self.machine.courses.leave();
            self.pictures.send_replace(None);
        }
        looking.gathering
    }

    fn looking(&self) -> MutexGuard<'_, Looking> {
        self.looking.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut looking = self.0.looking();
        if let Some(count) = looking.by_account.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                looking.by_account.remove(&self.1);
            }
        }
    }
}

/// Sends one viewer what they may see. A slow one misses pictures, and holds up nobody.
async fn show(
    place: Place,
    mut pictures: watch::Receiver<Option<Arc<Picture>>>,
    send: mpsc::Sender<Bytes>,
    who: impl Fn() -> Option<Viewer>,
) {
    let mut after = 0;
    loop {
        let Some(viewer) = who() else { return };
        let picture = pictures.borrow_and_update().clone();
        if let Some(picture) = picture {
            let rendered = spawn_blocking(move || {
                let eye = if viewer.all { Eye::All } else { Eye::Of(&viewer.account) };
                let (value, last) = picture.shown(eye, after);
                (Bytes::from(format!("data: {value}\n\n")), last)
            });
            let Ok((event, last)) = rendered.await else { return };
            after = last;
            if send.send(event).await.is_err() {
                return;
            }
        }
        tokio::select! {
            changed = pictures.changed() => if changed.is_err() { return },
            () = send.closed() => return,
        }
        let _ = &place;
    }
}

/// What a viewer is sent.
struct Events(mpsc::Receiver<Bytes>);

impl Body for Events {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0.poll_recv(context).map(|event| event.map(|event| Ok(Frame::data(event))))
    }
}
