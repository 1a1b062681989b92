//! What the tests share: a function, a log that can be read back, slots without walls, and an
//! assigner that only listens. The fakes say so.

use std::collections::BTreeMap;
use std::io::PipeWriter;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use fika_model::{
    AccountId, CodeRef, FunctionArn, FunctionVersion, LogFormat, Region, RequestId, Runtime,
    SandboxId, Scope, VersionUid, WorkerId,
};
use fika_sandbox::{LogPipe, LogReader, Meter};
use fika_store::{Cursor, LogKey, LogStore, TimeRange};
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot};

use crate::logbook::Logbook;
use crate::roster::Roster;
use crate::slot::{Coming, Command, Slot};
use crate::{CreateError, CredentialSource, Invocation, RoleCredentials, SandboxEvents};

/// The sandbox in every test.
pub(crate) const SANDBOX: SandboxId = SandboxId(7);

static NAMES: AtomicU64 = AtomicU64::new(0);
static LOGS: LazyLock<(TempDir, LogStore)> = LazyLock::new(|| {
    let dir = tempfile::tempdir().expect("a directory");
    let logs = LogStore::open(dir.path(), fika_store::DISK_BYTES).expect("a log store");
    (dir, logs)
});

/// A function with a log group of its own.
pub(crate) fn version(timeout: Duration) -> Arc<FunctionVersion> {
    let name = format!("f{}", NAMES.fetch_add(1, Ordering::Relaxed));
    let account = AccountId::new("123456789012").expect("twelve digits");
    let scope = Scope { account, region: Region::new("eu-north-1").expect("a region") };
    Arc::new(FunctionVersion {
        uid: VersionUid(1),
        version: "$LATEST".into(),
        runtime: Runtime::Node { major: 22 },
        handler: "index.handler".into(),
        memory_mb: 128,
        ephemeral_mb: 512,
        timeout,
        environment: BTreeMap::new(),
        layers: Vec::new(),
        code: CodeRef { sha256: "0".repeat(64), size: 1 },
        log_group: format!("/aws/lambda/{name}"),
        role: "arn:aws:iam::123456789012:role/r".into(),
        wall: None,
        egress: None,
        snap_start: false,
        log_format: LogFormat::Text,
        per_tenant: false,
        arn: FunctionArn { scope, name, qualifier: None },
    })
}

/// Gives the same credentials always.
pub(crate) struct Role;

impl CredentialSource for Role {
    fn issue(&self, _: &FunctionVersion) -> RoleCredentials {
        RoleCredentials {
            access_key_id: "ASIAOFTHETESTS".into(),
            secret_access_key: "secret".into(),
            session_token: "token".into(),
            expires: SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_413_600),
        }
    }

    fn container_token(&self, _: &FunctionVersion) -> String {
        "container".into()
    }
}

/// A pipe as a sandbox has one for its output: what a function writes to, what fika reads.
pub(crate) fn pipe() -> (PipeWriter, LogReader) {
    let (writer, reader) = raw_pipe();
    (writer, LogPipe::new(reader).watch().expect("a watched pipe"))
}

/// The same, which nobody waits for yet.
pub(crate) fn raw_pipe() -> (PipeWriter, OwnedFd) {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let reader = tokio::net::unix::pipe::Receiver::from_owned_fd(OwnedFd::from(reader))
        .and_then(tokio::net::unix::pipe::Receiver::into_nonblocking_fd)
        .expect("a pipe that does not block");
    (writer, reader)
}

/// A log of that function, and the end its function writes to. Its meter counts nothing.
pub(crate) fn logbook(version: &Arc<FunctionVersion>) -> (Logbook, PipeWriter) {
    let (writer, reader) = pipe();
    let logs = LOGS.1.clone();
    (Logbook::new(version, "on-demand", "stream".into(), logs, Meter::default(), reader), writer)
}

/// Every line in the function's log, as it was written.
pub(crate) fn lines(version: &FunctionVersion) -> Vec<String> {
    let (key, mut from) = (LogKey::new(&version.arn.scope, &*version.log_group), Cursor::START);
    let mut lines = Vec::new();
    LOGS.1.flush();
    loop {
        let page =
            LOGS.1.read(&key, from, 10_000, TimeRange::default(), &|_| true).expect("a page");
        lines.extend(page.events.into_iter().map(|event| event.message));
        if page.at_end {
            return lines;
        }
        from = page.next;
    }
}

pub(crate) fn invocation(payload: &'static str, tail: bool) -> Invocation {
    Invocation {
        request_id: RequestId::random(),
        payload: Bytes::from_static(payload.as_bytes()),
        client_context: None,
        invoked_arn: None,
        trace_id: None,
        tenant: None,
        tail,
        sink: None,
    }
}

/// A fake assigner: it remembers what it is told.
#[derive(Debug, Default)]
pub(crate) struct Heard(Mutex<Counts>);

/// How often each was said.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub idle: usize,
    pub dead: usize,
}

impl Heard {
    pub fn counts(&self) -> Counts {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl SandboxEvents for Heard {
    fn idle(&self, _: WorkerId, sandbox: SandboxId) {
        assert_eq!(sandbox, SANDBOX);
        self.count(|counts| counts.idle += 1);
    }

    fn dead(&self, _: WorkerId, sandbox: SandboxId) {
        assert_eq!(sandbox, SANDBOX);
        self.count(|counts| counts.dead += 1);
    }
}

/// A slot whose keeper and runtime are whoever holds this.
pub(crate) struct Bare {
    pub slot: Arc<Slot>,
    pub roster: Arc<Roster>,
    pub inbox: mpsc::UnboundedReceiver<Command>,
    pub created: oneshot::Receiver<Result<(), CreateError>>,
    pub heard: Arc<Heard>,
    pub output: PipeWriter,
}

pub(crate) fn bare(version: Arc<FunctionVersion>) -> Bare {
    bare_coming(version, Coming::ON_DEMAND)
}

/// The same, whose first runtime comes up in that way.
pub(crate) fn bare_coming(version: Arc<FunctionVersion>, coming: Coming) -> Bare {
    bare_with(version, coming, &[])
}

/// The same, with extensions that are programs.
pub(crate) fn bare_with(version: Arc<FunctionVersion>, coming: Coming, programs: &[&str]) -> Bare {
    let programs = programs.iter().map(|name| (*name).to_owned()).collect();
    let (logbook, output) = logbook(&version);
    let (roster, heard) =
        (Arc::new(Roster::new(WorkerId(0), crate::Develop::Not)), Arc::new(Heard::default()));
    roster.report_to(Arc::clone(&heard) as Arc<dyn SandboxEvents>);
    let (waiting, created) = oneshot::channel();
    let (slot, inbox) =
        Slot::new(SANDBOX, version, coming, programs, logbook, Arc::clone(&roster), waiting);
    roster.insert(Arc::clone(&slot));
    Bare { slot, roster, inbox, created, heard, output }
}
