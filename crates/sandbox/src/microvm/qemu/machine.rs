//! One QEMU that runs.

use std::fs::File;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::Path;

use serde_json::json;
use tokio::net::UnixStream;
use tokio::task::spawn_blocking;

use super::line::{FIRST_SETS, file_node, name};
use super::memory;
use super::qmp::{Qmp, QmpError};
use crate::error::WallError;
use crate::microvm::enclosure::Jailed;
use crate::microvm::vmm::{Disk, Doing, Machine};

/// The file of a snapshot with the guest's memory.
pub const MEMORY: &str = "memory";

/// The file of a snapshot with the state of processor and devices.
const STATE: &str = "machine";

/// What QEMU calls the descriptor of [`STATE`].
const STATE_NAME: &str = "state";

/// One QEMU that runs.
pub struct QemuMachine {
    jailed: Jailed,
    qmp: Qmp,
    stream: Option<UnixStream>,
    /// What is the guest's memory, if it shares it with us.
    shared: Option<File>,
    /// Numbers of the sets of descriptors that the disks of code and layers are in.
    sets: [u32; 2],
}

impl QemuMachine {
    pub fn new(
        jailed: Jailed,
        qmp: Qmp,
        stream: StdUnixStream,
        shared: Option<File>,
    ) -> Result<Self, WallError> {
        stream.set_nonblocking(true).map_err(WallError::Spawn)?;
        let stream = UnixStream::from_std(stream).map_err(WallError::Spawn)?;
        Ok(Self { jailed, qmp, stream: Some(stream), shared, sets: FIRST_SETS })
    }

    /// Loads the state of a snapshot, and lets the machine run on.
    pub async fn restore(&mut self, snapshot: &Path) -> Result<(), WallError> {
        let path = snapshot.join(STATE);
        let state = File::open(&path).map_err(|source| WallError::State { path, source })?;
        self.pass(&state).await?;
        self.qmp.run("migrate-incoming", json!({ "uri": format!("fd:{STATE_NAME}") })).await?;
        self.qmp.migrated("migrate-incoming").await?;
        Ok(self.qmp.run("cont", json!({})).await?)
    }

    /// Names a file to QEMU, and says that the memory is none of the state.
    async fn pass(&mut self, state: &File) -> Result<(), QmpError> {
        let switch = |name: &str| json!({ "capability": name, "state": true });
        let switches = [switch("x-ignore-shared"), switch("events")];
        let switches = json!({ "capabilities": switches });
        self.qmp.run("migrate-set-capabilities", switches).await?;
        self.qmp.run_with("getfd", json!({ "fdname": STATE_NAME }), &[state.as_fd()]).await
    }

    async fn swap(&mut self, disk: Disk, file: &File) -> Result<(), QmpError> {
        let (name, set) = (name(disk), &mut self.sets[disk as usize]);
        // One disk has the even numbers, the other the odd ones.
        let (old, new) = (*set, *set + 2);
        let (old_file, new_file) = (file_node(name, old), file_node(name, new));
        let qmp = &mut self.qmp;
        qmp.run_with("add-fd", json!({ "fdset-id": new }), &[file.as_fd()]).await?;
        let file = json!({
            "driver": "file", "node-name": new_file, "filename": format!("/dev/fdset/{new}"),
            "read-only": true, "locking": "off",
        });
        qmp.run("blockdev-add", file).await?;
        *set = new;
        let node =
            json!({ "driver": "raw", "node-name": name, "read-only": true, "file": new_file });
        qmp.run("blockdev-reopen", json!({ "options": [node] })).await?;
        qmp.run("blockdev-del", json!({ "node-name": old_file })).await?;
        qmp.run("remove-fd", json!({ "fdset-id": old })).await
    }
}

impl Machine for QemuMachine {
    fn take_stream(&mut self) -> Option<UnixStream> {
        self.stream.take()
    }

    fn swap_disk(&mut self, disk: Disk, file: File) -> Doing<'_, ()> {
        Box::pin(async move { Ok(self.swap(disk, &file).await?) })
    }

    fn snapshot<'a>(&'a mut self, into: &'a Path) -> Doing<'a, ()> {
        Box::pin(async move {
            let shared = self.shared.take().ok_or(WallError::NoSnapshot(
                "only a guest that was booted here can become one".into(),
            ))?;
            let path = into.join(STATE);
            let state = File::create(&path).map_err(WallError::state(&path))?;
            self.qmp.run("stop", json!({})).await?;
            self.pass(&state).await?;
            self.qmp.run("migrate", json!({ "uri": format!("fd:{STATE_NAME}") })).await?;
            self.qmp.migrated("migrate").await?;
            let path = into.join(MEMORY);
            let to = path.clone();
            let saved = spawn_blocking(move || memory::save(&shared, &to)).await;
            saved.unwrap_or_else(|e| Err(std::io::Error::other(e))).map_err(WallError::state(&path))
        })
    }

    fn jailed(&mut self) -> &mut Jailed {
        &mut self.jailed
    }
}
