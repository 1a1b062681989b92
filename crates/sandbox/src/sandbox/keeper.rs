//! The task behind a sandbox: speaks with init, governs memory, cleans up.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fika_init::message::{Bind, Process};
use fika_init::{Exit, FromInit, ToInit};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Interval, MissedTickBehavior, interval, timeout};

use super::Event;
use super::body::Body;
use super::control::Control;
use super::given::Given;
use crate::cgroup::governor::{Verdict, judge};
use crate::cgroup::{Cgroup, Limits};
use crate::door::Connection;
use crate::error::WallError;
use crate::log::LogPipe;
use crate::microvm::{Disk, Kept};

/// How much longer than its grace a sandbox may take to end before it is killed from outside, and
/// how long init may take to hear an order.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long a guest may take to be quiet.
const QUIET: Duration = Duration::from_secs(10);

/// How often to look at a function's memory where the kernel does not tell of all its growth.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What the handle wants done.
#[derive(Debug)]
pub enum Order {
    Bind(Bind, Limits, Vec<(Disk, File)>, oneshot::Sender<Result<(), WallError>>),
    Start(Process, oneshot::Sender<Result<(), WallError>>),
    StartBeside(u16, Process, oneshot::Sender<Result<LogPipe, WallError>>),
    Dial(u16, oneshot::Sender<io::Result<Connection>>),
    Terminate,
    Reset(oneshot::Sender<()>),
    Freeze(bool),
    Refresh(ToInit, oneshot::Sender<()>),
    Destroy(Duration, oneshot::Sender<()>),
    Snapshot(PathBuf, oneshot::Sender<Result<Kept, WallError>>),
}

/// What init still owes an answer to.
#[derive(Default)]
pub struct State {
    binding: Option<oneshot::Sender<Result<(), WallError>>>,
    /// In the order in which they were asked for.
    starting: VecDeque<Starting>,
    dialing: VecDeque<oneshot::Sender<io::Result<Connection>>>,
    resetting: Vec<oneshot::Sender<()>>,
    /// A process of the function has started, and its end was not told.
    running: bool,
    refreshing: Option<oneshot::Sender<()>>,
    /// An alarm that is being set. The kernel takes up to some ten milliseconds for it (version 1
    /// waits for all its readers), so it is done aside.
    arming: Option<JoinHandle<io::Result<Armed>>>,
    /// Tells when usage passes the level last set.
    alarm: Option<AsyncFd<OwnedFd>>,
    /// The governor killed the function that runs.
    killed: bool,
    /// OOM kills of the kernel that are known.
    oom_kills: u64,
}

impl State {
    /// As it begins; `running` where the function was running in what was restored.
    pub fn new(running: bool) -> Self {
        Self { running, ..Self::default() }
    }
}

/// Who waits for a process to start.
enum Starting {
    Function(oneshot::Sender<Result<(), WallError>>),
    Beside(oneshot::Sender<Result<LogPipe, WallError>>),
}

/// Keeps one sandbox until it ends.
pub struct Keeper {
    pub control: Control,
    pub body: Body,
    /// The cgroup of the function's own processes, where they are ours to govern.
    pub cgroup: Option<Arc<Cgroup>>,
    pub memory: u64,
    pub peak: Arc<AtomicU64>,
    pub events: mpsc::Sender<Event>,
    pub given: Given,
    pub state: State,
}

/// An alarm that was set.
struct Armed {
    alarm: OwnedFd,
    /// Usage passed the level before the alarm was set, so it may never ring.
    late: bool,
}

/// Why a sandbox ends.
enum End {
    Asked(Duration, Option<oneshot::Sender<()>>),
    Snapshot(PathBuf, oneshot::Sender<Result<Kept, WallError>>),
    Lost,
}

impl Keeper {
    /// Keeps the sandbox until its handle is gone, it is asked to end, or init is gone.
    pub async fn keep(
        mut self,
        mut orders: mpsc::Receiver<Order>,
        mut closing: watch::Receiver<bool>,
    ) {
        self.arm(self.memory);
        let end = self.serve(&mut orders, &mut closing).await;
        let (grace, reply) = match end {
            End::Asked(grace, reply) => (grace, reply),
            End::Snapshot(into, reply) => {
                let kept = self.become_snapshot(&into).await;
                self.end(Duration::ZERO).await;
                let _nobody = reply.send(kept);
                return;
            }
            End::Lost => {
                self.tell(Event::Lost);
                (Duration::ZERO, None)
            }
        };
        self.end(grace).await;
        // Orders that came too late find nobody: their senders see this end.
        drop(orders);
        if let Some(reply) = reply {
            let _nobody = reply.send(());
        }
    }

    async fn serve(
        &mut self,
        orders: &mut mpsc::Receiver<Order>,
        closing: &mut watch::Receiver<bool>,
    ) -> End {
        let mut looks = self.looks();
        loop {
            tokio::select! {
                word = self.control.next() => match word {
                    Ok(Some(word)) => {
                        if let Err(word) = self.hear(word) {
                            tracing::warn!(?word, "a sandbox's init fails, or says what cannot be");
                            return End::Lost;
                        }
                    }
                    Ok(None) => return End::Lost,
                    Err(error) => {
                        tracing::warn!(%error, "a sandbox's init is not understood");
                        return End::Lost;
                    }
                },
                order = orders.recv() => match order {
                    None => return End::Asked(Duration::ZERO, None),
                    Some(Order::Destroy(grace, reply)) => return End::Asked(grace, Some(reply)),
                    Some(Order::Snapshot(into, reply)) => return End::Snapshot(into, reply),
                    // An init that is stuck must not keep the end from being heard of.
                    Some(order) => match timeout(PATIENCE, self.obey(order)).await {
                        Ok(Ok(())) => {}
                        Ok(Err(_)) | Err(_) => return End::Lost,
                    },
                },
                () = told_to_close(closing) => return End::Asked(Duration::ZERO, None),
                armed = finished(&mut self.state.arming) => self.take_alarm(armed),
                () = ring(&self.state.alarm, self.cgroup.as_deref()) => self.govern(),
                () = time_to_look(&mut looks) => self.look(),
            }
        }
    }

    async fn obey(&mut self, order: Order) -> io::Result<()> {
        match order {
            Order::Bind(bind, limits, disks, reply) => self.bind(bind, limits, disks, reply).await,
            Order::Start(process, reply) => self.start(process, reply).await,
            Order::StartBeside(number, process, reply) => {
                self.start_beside(number, process, reply).await
            }
            Order::Dial(port, reply) => {
                self.state.dialing.push_back(reply);
                self.control.say(&ToInit::Dial { port }, &[]).await
            }
            Order::Terminate => self.control.say(&ToInit::Terminate, &[]).await,
            Order::Reset(reply) => {
                self.thaw();
                self.state.resetting.push(reply);
                self.control.say(&ToInit::Empty, &[]).await
            }
            Order::Freeze(true) => self.control.say(&ToInit::Freeze, &[]).await,
            Order::Freeze(false) => self.control.say(&ToInit::Thaw, &[]).await,
            Order::Refresh(word, reply) => {
                self.state.refreshing = Some(reply);
                self.control.say(&word, &[]).await
            }
            // Told apart by the caller, who ends with it.
            Order::Destroy(..) | Order::Snapshot(..) => Ok(()),
        }
    }

    async fn bind(
        &mut self,
        bind: Bind,
        limits: Limits,
        disks: Vec<(Disk, File)>,
        reply: oneshot::Sender<Result<(), WallError>>,
    ) -> io::Result<()> {
        for (disk, file) in disks {
            if let Err(error) = self.body.swap_disk(disk, file).await {
                let _nobody = reply.send(Err(error));
                return Ok(());
            }
        }
        if let Some(Err(error)) = self.cgroup.as_ref().map(|group| group.limit(limits)) {
            let _nobody = reply.send(Err(WallError::Cgroup(error)));
            return Ok(());
        }
        // The level of an alarm that is set already makes no difference: it looks again.
        self.memory = limits.memory;
        self.state.binding = Some(reply);
        self.control.say(&ToInit::Bind(bind), &[]).await
    }

    async fn start(
        &mut self,
        mut process: Process,
        reply: oneshot::Sender<Result<(), WallError>>,
    ) -> io::Result<()> {
        let entrances = match self.entrances() {
            Ok(entrances) => entrances,
            Err(error) => {
                let _nobody = reply.send(Err(WallError::Cgroup(error)));
                return Ok(());
            }
        };
        self.state.killed = false;
        self.state.starting.push_back(Starting::Function(reply));
        process.cgroups = entrances.len();
        let beside: Vec<_> = entrances.iter().map(AsFd::as_fd).collect();
        self.control.say(&ToInit::Start(process), &beside).await
    }

    async fn start_beside(
        &mut self,
        number: u16,
        mut process: Process,
        reply: oneshot::Sender<Result<LogPipe, WallError>>,
    ) -> io::Result<()> {
        let entrances = match self.entrances() {
            Ok(entrances) => entrances,
            Err(error) => {
                let _nobody = reply.send(Err(WallError::Cgroup(error)));
                return Ok(());
            }
        };
        self.state.starting.push_back(Starting::Beside(reply));
        process.cgroups = entrances.len();
        let beside: Vec<_> = entrances.iter().map(AsFd::as_fd).collect();
        self.control.say(&ToInit::StartBeside { number, process }, &beside).await
    }

    fn entrances(&self) -> io::Result<Vec<OwnedFd>> {
        self.cgroup.as_ref().map_or(Ok(Vec::new()), |group| group.entrances())
    }

    /// Hears a word, or gives it back if no init of ours says it then and lives on. Behind a wall that
    /// was broken may be one that lies: nothing it says may cost the server more than its sandbox.
    fn hear(&mut self, word: FromInit) -> Result<(), FromInit> {
        match word {
            FromInit::Bound => self.answer_bind(Ok(())),
            FromInit::NotBound { message } => self.answer_bind(Err(WallError::NotBound(message))),
            FromInit::Started => self.started()?,
            FromInit::Beside => self.started_beside()?,
            FromInit::Refused { message } => self.refused(message),
            FromInit::Exited { .. } if !self.state.running => return Err(word),
            FromInit::Exited { how, out_of_memory } => {
                self.state.running = false;
                let out_of_memory = out_of_memory || self.ran_out_of_memory(how);
                self.tell(Event::Exited { how, out_of_memory });
            }
            FromInit::BesideExited { number, how } => {
                self.tell(Event::BesideExited { number, how });
            }
            FromInit::Dialed => {
                let connection = self.given.connection(&mut self.control);
                self.dialed(connection);
            }
            FromInit::NotDialed { message } => self.dialed(Err(io::Error::other(message))),
            FromInit::Emptied => {
                self.state.running = false;
                for reply in self.state.resetting.drain(..) {
                    let _nobody = reply.send(());
                }
            }
            FromInit::Refreshed => {
                if let Some(reply) = self.state.refreshing.take() {
                    let _nobody = reply.send(());
                }
            }
            FromInit::Peak { bytes } => {
                self.peak.fetch_max(bytes, Ordering::Relaxed);
            }
            FromInit::Hello { .. } | FromInit::Failed { .. } | FromInit::Quiet => return Err(word),
        }
        Ok(())
    }

    fn tell(&self, event: Event) {
        // A worker that starts processes and never asks how they ended misses events, not memory.
        if let Err(mpsc::error::TrySendError::Full(event)) = self.events.try_send(event) {
            tracing::warn!(?event, "nobody listens to a sandbox");
        }
    }

    fn answer_bind(&mut self, answer: Result<(), WallError>) {
        if let Some(reply) = self.state.binding.take() {
            let _nobody = reply.send(answer);
        }
    }

    fn started(&mut self) -> Result<(), FromInit> {
        match self.state.starting.pop_front() {
            Some(Starting::Function(reply)) => {
                self.state.running = true;
                let _nobody = reply.send(Ok(()));
                Ok(())
            }
            _ => Err(FromInit::Started),
        }
    }

    fn started_beside(&mut self) -> Result<(), FromInit> {
        let output = self.given.output(&mut self.control);
        match (self.state.starting.pop_front(), output) {
            (Some(Starting::Beside(reply)), Some(output)) => {
                let _nobody = reply.send(Ok(output));
                Ok(())
            }
            _ => Err(FromInit::Beside),
        }
    }

    fn refused(&mut self, message: String) {
        match self.state.starting.pop_front() {
            Some(Starting::Function(reply)) => {
                let _nobody = reply.send(Err(WallError::Refused(message)));
            }
            Some(Starting::Beside(reply)) => {
                let _nobody = reply.send(Err(WallError::Refused(message)));
            }
            None => {}
        }
    }

    fn dialed(&mut self, connection: io::Result<Connection>) {
        if let Some(reply) = self.state.dialing.pop_front() {
            let _nobody = reply.send(connection);
        }
    }

    /// Whether this end was for want of memory: by the governor's hand or the kernel's.
    fn ran_out_of_memory(&mut self, how: Exit) -> bool {
        let kills = self.cgroup.as_ref().and_then(|group| group.oom_kills().ok()).unwrap_or(0);
        let by_kernel = kills > std::mem::replace(&mut self.state.oom_kills, kills);
        let by_us = std::mem::take(&mut self.state.killed);
        how == Exit::Signal(rustix::process::Signal::KILL.as_raw()) && (by_us || by_kernel)
    }

    /// Looks at what the function holds, since usage has passed the level.
    fn govern(&mut self) {
        let Some(cgroup) = self.cgroup.clone() else { return };
        match self.judged(&cgroup) {
            Ok(Verdict::LookAgainAt(level)) => self.arm(level),
            Ok(Verdict::Kill) => self.end_function(&cgroup),
            Err(error) => self.report(Err(error)),
        }
    }

    /// Looks for growth that no alarm tells of. The alarm stays as it is.
    fn look(&mut self) {
        let Some(cgroup) = self.cgroup.clone() else { return };
        let more = cgroup.usage().is_ok_and(|usage| usage > self.memory);
        if more && matches!(self.judged(&cgroup), Ok(Verdict::Kill)) {
            self.end_function(&cgroup);
        }
    }

    fn judged(&self, cgroup: &Cgroup) -> io::Result<Verdict> {
        Ok(judge(cgroup.held()?, self.body.tmp_bytes(), self.memory))
    }

    fn end_function(&mut self, cgroup: &Cgroup) {
        self.state.killed = true;
        self.report(cgroup.kill());
        self.arm(self.memory);
    }

    fn looks(&self) -> Option<Interval> {
        self.cgroup.as_ref().filter(|cgroup| !cgroup.alarm_hears_all())?;
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Some(looks)
    }

    /// Has the governor woken when usage passes a level, in bytes.
    fn arm(&mut self, level: u64) {
        self.state.alarm = None;
        self.state.arming = self.cgroup.clone().map(|cgroup| {
            tokio::task::spawn_blocking(move || {
                let alarm = cgroup.alarm(level)?;
                Ok(Armed { alarm, late: cgroup.held()?.usage > level })
            })
        });
    }

    fn take_alarm(&mut self, armed: io::Result<Armed>) {
        self.state.arming = None;
        let Some(cgroup) = &self.cgroup else { return };
        let interest =
            if cgroup.alarm_is_priority() { Interest::PRIORITY } else { Interest::READABLE };
        let watched = armed.and_then(|armed| {
            // SAFETY: an OwnedFd always gives the same descriptor, and keeps it open until the
            // AsyncFd that owns it is dropped.
            let alarm = unsafe { AsyncFd::register_with_interest(armed.alarm, interest) }?;
            Ok((alarm, armed.late))
        });
        match watched {
            Ok((_, true)) => self.govern(),
            Ok((alarm, false)) => self.state.alarm = Some(alarm),
            // The hard limit holds all the same.
            Err(error) => self.report(Err(error)),
        }
    }

    fn report(&self, done: io::Result<()>) {
        if let Err(error) = done {
            tracing::warn!(%error, "a sandbox's memory cannot be governed");
        }
    }

    fn thaw(&self) {
        if let Some(cgroup) = self.body.freezer(self.cgroup.as_ref()) {
            let _not_frozen = cgroup.freeze(false);
        }
    }

    /// Has the guest stopped where nothing is under way, and written down.
    async fn become_snapshot(&mut self, into: &Path) -> Result<Kept, WallError> {
        self.thaw();
        self.control.stop_sending();
        let quiet = async {
            self.control.say(&ToInit::Quiesce, &[]).await.map_err(|_| WallError::Lost)?;
            loop {
                match self.control.next().await {
                    Ok(Some(FromInit::Quiet)) => return Ok(()),
                    Ok(Some(word)) => tracing::debug!(?word, "said before a snapshot"),
                    Ok(None) | Err(_) => return Err(WallError::Lost),
                }
            }
        };
        timeout(QUIET, quiet).await.map_err(|_| WallError::Silent(QUIET.as_secs()))??;
        let kept = self.control.keep().ok_or_else(|| {
            WallError::NoSnapshot("what the function sent was not yet read by the server".into())
        })?;
        self.body.snapshot(into).await?;
        Ok(kept)
    }

    async fn ask_to_end(&mut self, grace: Duration) {
        let grace_ms = u64::try_from(grace.as_millis()).unwrap_or(u64::MAX);
        // An init that is stuck does not even hear it.
        let _gone = self.control.say(&ToInit::Shutdown { grace_ms }, &[]).await;
        self.body.ended().await;
    }

    /// Ends init, and with it everything behind the wall; then removes the cgroup.
    async fn end(mut self, grace: Duration) {
        self.thaw();
        if grace.is_zero() && self.body.ends_at_once() {
            self.body.kill(&mut self.control).await;
        } else if timeout(grace.saturating_add(PATIENCE), self.ask_to_end(grace)).await.is_err() {
            tracing::warn!("a sandbox did not end when asked to");
            self.body.kill(&mut self.control).await;
        }
        let (cgroup, body) = (self.cgroup, self.body);
        // Its users are free only when nobody is left who might be one of them.
        let remove = move || {
            cgroup.iter().for_each(|cgroup| cgroup.remove());
            drop(body);
        };
        let _removed = tokio::task::spawn_blocking(remove).await;
    }
}

/// Waits until the jail closes. A jail that is gone without closing does not end its sandboxes.
async fn told_to_close(closing: &mut watch::Receiver<bool>) {
    if closing.wait_for(|closing| *closing).await.is_err() {
        std::future::pending().await
    }
}

/// Waits for an alarm that is being set, for ever if none is.
async fn finished(arming: &mut Option<JoinHandle<io::Result<Armed>>>) -> io::Result<Armed> {
    match arming {
        Some(arming) => arming.await.unwrap_or_else(|error| Err(io::Error::other(error))),
        None => std::future::pending().await,
    }
}

/// Waits for the next look, for ever if there is none.
async fn time_to_look(looks: &mut Option<Interval>) {
    match looks {
        Some(looks) => drop(looks.tick().await),
        None => std::future::pending().await,
    }
}

/// Waits for the alarm, for ever if there is none.
async fn ring(alarm: &Option<AsyncFd<OwnedFd>>, cgroup: Option<&Cgroup>) {
    let Some(alarm) = alarm else { return std::future::pending().await };
    let priority = cgroup.is_some_and(Cgroup::alarm_is_priority);
    let interest = if priority { Interest::PRIORITY } else { Interest::READABLE };
    // An alarm that cannot be waited for never rings; the hard limit holds.
    if alarm.ready(interest).await.is_err() {
        std::future::pending().await
    }
}
