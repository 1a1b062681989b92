//! The extensions of a sandbox: who they are, and what each is doing. Pure; where they meet runtime,
//! callers and keeper is `slot::extensions`.
//!
//! - [`api`]: the HTTP they speak
//! - [`event`]: what they are told
//! - [`output`]: what they write

pub(crate) mod api;
pub(crate) mod event;
pub(crate) mod output;
#[cfg(test)]
mod tests;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use fika_model::RequestId;
use tokio::sync::oneshot;
use uuid::Uuid;

/// Where the programs of extensions are, in a sandbox.
pub(crate) const DIRECTORY: &str = "/opt/extensions";

/// The names of the programs in a tree that is `/opt` in the sandbox. What is no plain file that can be
/// executed is none. The tree is its function's, who may have put anything there.
pub(crate) fn programs(opt: &Path) -> Vec<String> {
    let directory = opt.join("extensions");
    let plain = directory.symlink_metadata().is_ok_and(|about| about.is_dir());
    let entries = plain.then(|| std::fs::read_dir(directory).ok()).flatten();
    let program = |entry: std::fs::DirEntry| {
        let about = entry.metadata().ok()?;
        let executable = about.is_file() && about.permissions().mode() & 0o111 != 0;
        entry.file_name().into_string().ok().filter(|_| executable)
    };
    let mut names: Vec<_> = entries.into_iter().flatten().flatten().filter_map(program).collect();
    names.sort();
    names
}

/// How many a sandbox may have, Lambda's quota.
pub(crate) const MOST: usize = 10;

/// What an extension wants to be told of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Interests {
    pub invoke: bool,
    pub shutdown: bool,
}

/// A call of an extension that is refused: AWS's name for that, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub kind: &'static str,
    pub message: String,
}

impl Refused {
    pub fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// Nobody has this id.
    pub fn unknown(id: Uuid) -> Self {
        Self::new("Extension.UnknownExtensionIdentifier", format!("Unknown extension {id}"))
    }

    /// It is too late, or too early, to register.
    pub fn closed() -> Self {
        Self::new("Extension.RegistrationClosed", "Extension registration closed already")
    }
}

/// What an extension is doing. The names are those that AWS logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// Its program runs; it has not registered.
    Started,
    /// It has not asked for an event yet.
    Registered,
    /// It waits for its next event.
    Ready,
    /// It has an event, or one waits for it.
    Running,
    /// It has said that it failed, or its process has ended.
    Gone,
}

impl Doing {
    fn name(self) -> &'static str {
        match self {
            Self::Started => "Started",
            Self::Registered => "Registered",
            Self::Ready => "Ready",
            Self::Running => "Running",
            Self::Gone => "Exited",
        }
    }
}

/// One extension.
#[derive(Debug)]
struct Extension {
    name: Arc<str>,
    id: Uuid,
    /// The number of its process; none for one within the runtime's.
    process: Option<u16>,
    interests: Interests,
    doing: Doing,
    /// Its call for the next event.
    parked: Option<oneshot::Sender<Bytes>>,
    /// An event that it has not asked for yet.
    posted: Option<Bytes>,
}

impl Extension {
    fn new(name: &str, process: Option<u16>, doing: Doing) -> Self {
        Self {
            name: name.into(),
            id: Uuid::new_v4(),
            process,
            interests: Interests::default(),
            doing,
            parked: None,
            posted: None,
        }
    }

    /// Hands it an event. One whose connection broke gets it when it asks again.
    fn post(&mut self, event: Bytes) {
        self.doing = Doing::Running;
        self.posted = match self.parked.take() {
            Some(parked) => parked.send(event).err(),
            None => Some(event),
        };
    }

    fn cannot(&self, become_this: Doing) -> Refused {
        let (from, to, id) = (self.doing.name(), become_this.name(), self.id);
        Refused::new(
            "Extension.InvalidExtensionState",
            format!("State transition from {from} to {to} failed for extension {id}."),
        )
    }
}

/// How one stands, for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    pub name: Arc<str>,
    pub state: &'static str,
    pub interests: Interests,
}

/// The extensions of a sandbox's running processes.
#[derive(Debug)]
pub(crate) struct Extensions {
    all: Vec<Extension>,
    /// Whether the runtime was told to start: with the last registration of those that are programs.
    launched: bool,
    /// Until the runtime asks for work, it may bring extensions of its own.
    open: bool,
    /// The invocation they were told of last.
    told: Option<RequestId>,
}

impl Extensions {
    /// Those whose programs are being started, numbered in this order.
    pub fn new(programs: &[String]) -> Self {
        let numbered = (0u16..).zip(programs);
        let one =
            |(number, name): (u16, &String)| Extension::new(name, Some(number), Doing::Started);
        let all = numbered.map(one).collect();
        Self { all, launched: programs.is_empty(), open: true, told: None }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// One that is a program says who it is, or the runtime's process brings one.
    pub fn register(&mut self, name: &str, interests: Interests) -> Result<Uuid, Refused> {
        if let Some(one) = self.all.iter_mut().find(|one| *one.name == *name) {
            if one.process.is_none() || one.doing != Doing::Started {
                return Err(one.cannot(Doing::Registered));
            }
            (one.doing, one.interests) = (Doing::Registered, interests);
            return Ok(one.id);
        }
        if interests.shutdown {
            return Err(Refused::new(
                "Extension.InvalidEventType",
                "SHUTDOWN: ShutdownEventNotSupportedForInternalExtension",
            ));
        }
        if !self.open || !self.launched {
            return Err(Refused::closed());
        }
        if self.all.len() >= MOST {
            let text = format!("Extension limit ({MOST}) reached");
            return Err(Refused::new("Extension.TooManyExtensions", text));
        }
        let one = Extension { interests, ..Extension::new(name, None, Doing::Registered) };
        let id = one.id;
        self.all.push(one);
        Ok(id)
    }

    /// Whether the runtime is to be started now: once, when all that are programs have registered.
    pub fn launches(&mut self) -> bool {
        let all = self.all.iter().all(|one| one.doing != Doing::Started);
        all && !std::mem::replace(&mut self.launched, true)
    }

    /// The runtime has asked for work: no more can register.
    pub fn close(&mut self) {
        self.open = false;
    }

    /// Whether none is doing anything: all have asked for their next event.
    pub fn are_ready(&self) -> bool {
        self.all.iter().all(|one| matches!(one.doing, Doing::Ready | Doing::Gone))
    }

    fn get(&mut self, id: Uuid) -> Result<&mut Extension, Refused> {
        self.all.iter_mut().find(|one| one.id == id).ok_or_else(|| Refused::unknown(id))
    }

    /// The name of one that has registered.
    pub fn name(&mut self, id: Uuid) -> Result<Arc<str>, Refused> {
        self.get(id).map(|one| Arc::clone(&one.name))
    }

    /// One asks for its next event, which comes through the sender.
    pub fn ask(&mut self, id: Uuid, reply: oneshot::Sender<Bytes>) -> Result<(), Refused> {
        let one = self.get(id)?;
        if matches!(one.doing, Doing::Started | Doing::Gone) {
            return Err(one.cannot(Doing::Ready));
        }
        match one.posted.take() {
            Some(event) => one.posted = reply.send(event).err(),
            None => (one.doing, one.parked) = (Doing::Ready, Some(reply)),
        }
        Ok(())
    }

    /// One says that it has failed.
    pub fn fail(&mut self, id: Uuid, in_init: bool) -> Result<Arc<str>, Refused> {
        let one = self.get(id)?;
        let fits = if in_init { one.doing == Doing::Registered } else { one.doing != Doing::Gone };
        if !fits {
            return Err(one.cannot(Doing::Gone));
        }
        one.doing = Doing::Gone;
        Ok(Arc::clone(&one.name))
    }

    /// Tells those who want to know of an invocation, once.
    pub fn invoke(&mut self, id: RequestId, event: impl FnOnce() -> Bytes) {
        let wanted = self.all.iter().any(|one| one.interests.invoke);
        if !wanted || self.told.replace(id) == Some(id) {
            return;
        }
        let event = event();
        for one in
            self.all.iter_mut().filter(|one| one.interests.invoke && one.doing != Doing::Gone)
        {
            one.post(event.clone());
        }
    }

    /// Tells those who want to know that this is the end.
    pub fn shut_down(&mut self, event: &Bytes) {
        let wants = |one: &&mut Extension| one.interests.shutdown && one.doing != Doing::Gone;
        self.all.iter_mut().filter(wants).for_each(|one| one.post(event.clone()));
    }

    /// The process of that number has ended.
    pub fn exited(&mut self, number: u16) -> Option<Arc<str>> {
        let one = self.all.iter_mut().find(|one| one.process == Some(number))?;
        one.doing = Doing::Gone;
        Some(Arc::clone(&one.name))
    }

    /// The numbers of processes that have not ended.
    pub fn running(&self) -> Vec<u16> {
        let left = self.all.iter().filter(|one| one.doing != Doing::Gone);
        left.filter_map(|one| one.process).collect()
    }

    /// How all stand.
    pub fn standing(&self) -> Vec<Standing> {
        let one = |one: &Extension| Standing {
            name: Arc::clone(&one.name),
            state: one.doing.name(),
            interests: one.interests,
        };
        self.all.iter().map(one).collect()
    }
}
