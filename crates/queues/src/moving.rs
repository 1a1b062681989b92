//! Tasks that move dead letters: in memory, and in the store under `queue-move/ACCOUNT/REGION/ID`, so that one goes on
//! after a restart.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use fika_aws::shape::AwsError;
use fika_journal::EntryId;
use fika_model::Scope;
use fika_store::{Batch, Store, StoreError};
use serde::{Deserialize, Serialize};
use tokio::time::sleep;
use uuid::Uuid;

use crate::error::{internal, no_queue, unsupported};
use crate::message::Head;
use crate::name::Place;
use crate::queue::Queue;
use crate::room::Queues;

/// Where tasks are in the store.
const PREFIX: &str = "queue-move/";
/// Tasks that are remembered of one queue, at most: as many as SQS tells.
const KNOWN: usize = 10;
/// Messages that are moved in one go without a rate.
const STEP: usize = 100;

/// Where a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Status {
    Running,
    Cancelling,
    Cancelled,
    Completed,
    Failed,
}

/// A task as the store keeps it. Add members with a default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) handle: String,
    /// ARNs of queues; without a destination, letters go back to where they came from.
    pub(crate) source: String,
    pub(crate) destination: Option<String>,
    /// Messages a second.
    pub(crate) rate: Option<u64>,
    pub(crate) started_ms: u64,
    pub(crate) to_move: usize,
    /// So many were; a crash may forget those of one step.
    pub(crate) moved: usize,
    pub(crate) status: Status,
    pub(crate) failure: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Task {
    id: Uuid,
    /// Whose it is: the source's.
    place: Place,
    record: Mutex<Record>,
}

impl Task {
    pub(crate) fn new(place: Place, record: Record) -> Arc<Self> {
        Arc::new(Self { id: Uuid::new_v4(), place, record: Mutex::new(record) })
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn record(&self) -> Record {
        self.lock().clone()
    }

    pub(crate) fn is_of(&self, scope: &Scope) -> bool {
        self.place.scope == *scope
    }

    pub(crate) fn is_of_queue(&self, place: &Place) -> bool {
        self.place == *place
    }

    fn is_over(&self) -> bool {
        !matches!(self.lock().status, Status::Running | Status::Cancelling)
    }

    fn key(&self) -> String {
        let Scope { account, region } = &self.place.scope;
        format!("{PREFIX}{account}/{region}/{}", self.id)
    }

    fn read(entry: &fika_store::Entry) -> Option<Arc<Self>> {
        let id = std::str::from_utf8(&entry.key).ok()?.rsplit('/').next()?.parse().ok()?;
        let record: Record = serde_json::from_slice(&entry.value).ok()?;
        let place = Place::of_arn(&record.source)?;
        Some(Arc::new(Self { id, place, record: Mutex::new(record) }))
    }
}

/// All tasks.
#[derive(Debug, Default)]
pub(crate) struct Tasks(RwLock<Vec<Arc<Task>>>);

impl Tasks {
    pub(crate) fn open(store: &Store) -> Result<Self, StoreError> {
        let entries = store.scan(PREFIX.as_bytes())?;
        Ok(Self(RwLock::new(entries.iter().filter_map(Task::read).collect())))
    }

    /// Those that are wanted, the last that was started first.
    pub(crate) fn find(&self, wanted: impl Fn(&Task) -> bool) -> Vec<Arc<Task>> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<_> = all.iter().filter(|task| wanted(task)).cloned().collect();
        found.sort_by_key(|task| std::cmp::Reverse(task.lock().started_ms));
        found
    }

    fn set(&self, new: Option<&Arc<Task>>, gone: &[Arc<Task>]) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.retain(|task| gone.iter().all(|gone| gone.id != task.id));
        all.extend(new.cloned());
    }
}

impl Queues {
    /// Commits a task and begins it, unless its queue has one already.
    pub(crate) async fn begin_move(
        &self,
        task: Arc<Task>,
        source: Arc<Queue>,
    ) -> Result<(), AwsError> {
        let _turn = self.turn().await;
        let others = self.tasks().find(|other| other.place == task.place);
        if others.iter().any(|other| !other.is_over()) {
            return Err(unsupported(
                "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
            ));
        }
        let gone: Vec<Arc<Task>> = others.into_iter().skip(KNOWN - 1).collect();
        let forget = gone.iter().fold(Batch::new(), |batch, task| batch.delete(task.key()));
        self.keep_move(&task, forget).await?;
        self.tasks().set(Some(&task), &gone);
        tokio::spawn(self.clone().run_move(task, source));
        Ok(())
    }

    /// Has a task stop before its next step.
    pub(crate) async fn cancel(&self, task: &Arc<Task>) -> Result<usize, AwsError> {
        {
            let mut record = task.lock();
            if record.status != Status::Running {
                return Err(unsupported("Only active tasks can be cancelled."));
            }
            record.status = Status::Cancelling;
        }
        self.keep_move(task, Batch::new()).await?;
        Ok(task.lock().moved)
    }

    /// Goes on with what the last stop cut off, and forgets tasks of queues that are not there any more.
    pub(crate) async fn resume_moves(&self) {
        for task in self.tasks().find(|_| true) {
            match self.find(&task.place) {
                Some(source) if !task.is_over() => {
                    tokio::spawn(self.clone().run_move(task, source));
                }
                Some(_) => {}
                None => {
                    let forget = Batch::new().delete(task.key());
                    if let Err(error) = self.store().commit(forget).await {
                        tracing::warn!(%error, "a task of no queue stays in the store");
                    }
                    self.tasks().set(None, &[task]);
                }
            }
        }
    }

    async fn keep_move(&self, task: &Task, batch: Batch) -> Result<(), AwsError> {
        let value = serde_json::to_vec(&task.record()).map_err(internal)?;
        self.store().commit(batch.put(task.key(), value)).await.map_err(internal)?;
        Ok(())
    }

    /// Moves what is there, at its rate, until there is nothing more.
    async fn run_move(self, task: Arc<Task>, source: Arc<Queue>) {
        let end = self.steps(&task, &source).await;
        {
            let mut record = task.lock();
            record.status = match &end {
                Err(_) => Status::Failed,
                Ok(()) if record.status == Status::Cancelling => Status::Cancelled,
                Ok(()) => Status::Completed,
            };
            record.failure = end.err().map(Into::into);
        }
        self.note_move(&task).await;
    }

    async fn steps(&self, task: &Task, source: &Arc<Queue>) -> Result<(), &'static str> {
        loop {
            let Record { rate, to_move, moved, status, .. } = task.record();
            let step = rate.and_then(|rate| usize::try_from(rate).ok()).unwrap_or(STEP);
            let most = step.min(to_move.saturating_sub(moved));
            if most == 0 || status != Status::Running {
                return Ok(());
            }
            let letters = source.state().leave_ready(self.now(), most);
            if letters.is_empty() {
                return Ok(());
            }
            let went = self.step(task, source, letters).await;
            self.note_move(task).await;
            if !went {
                return Err("AWS.SimpleQueueService.NonExistentQueue");
            }
            if rate.is_some() {
                sleep(Duration::from_secs(1)).await;
            }
        }
    }

    /// Writes how far a task is.
    async fn note_move(&self, task: &Task) {
        if let Err(error) = self.keep_move(task, Batch::new()).await {
            tracing::warn!(%error, "how far a move is cannot be written");
        }
    }

    /// Moves those; false where one has no place to go to, and all that are left stay.
    async fn step(&self, task: &Task, source: &Arc<Queue>, letters: Vec<(EntryId, Head)>) -> bool {
        let destination = task.record().destination;
        let mut letters = letters.into_iter();
        while let Some((id, head)) = letters.next() {
            let Ok(target) = self.target(task, destination.as_ref(), &head) else {
                let (now, mut state) = (self.now(), source.state());
                let rest = letters.map(|(id, _)| id);
                std::iter::once(id).chain(rest).for_each(|id| state.back(now, id));
                return false;
            };
            let moved = self.transfer(source, &target, vec![(id, anew(head, self.now()))]).await;
            task.lock().moved += moved;
        }
        true
    }

    fn target(
        &self,
        task: &Task,
        to: Option<&String>,
        head: &Head,
    ) -> Result<Arc<Queue>, AwsError> {
        let arn = to.or(head.source.as_ref()).ok_or_else(no_queue)?;
        let place = Place::of_arn(arn).filter(|place| task.is_of(&place.scope));
        self.find(&place.ok_or_else(no_queue)?).ok_or_else(no_queue)
    }
}

/// On AWS too it is a new message from there on.
fn anew(head: Head, now: u64) -> Head {
    let (id, received) = (Uuid::new_v4(), 0);
    Head { id, sent: now, visible: 0, received, first: None, source: None, ..head }
}
