//! Where attempts are made: a house behind one wall.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use fika_model::SandboxId;
use fika_sandbox::{Bind, Event, Jail, MicroVms, Snapshot, Start, WallSpec};

use crate::Seen;
use crate::common::{House, Running, compiled};
use crate::table::{BOMBS, QUIET, REMAINS};

/// The size of `/tmp`, in MB.
const TMP_MB: u32 = 64;

/// What is around a function.
pub enum Wall {
    /// Namespaces.
    Jail(Jail),
    /// A machine, each restored from a guest that has seen no code.
    Guests(Box<MicroVms>, Snapshot),
    /// Nothing.
    Plain(Jail),
}

/// A house whose code is the program that tries.
pub struct Place {
    house: House,
    wall: Wall,
}

fn spec(house: &House, sandbox: u64) -> WallSpec {
    WallSpec { ephemeral_mb: TMP_MB, ..house.spec(sandbox) }
}

/// Boots a guest for others to be restored from.
pub async fn snapshot(vms: &MicroVms, house: &House) -> Snapshot {
    let sandbox = vms.create(spec(house, 1)).await.unwrap();
    vms.snapshot(sandbox, "base", BTreeMap::new()).await.unwrap()
}

/// The program, told what to try.
fn tries(ids: &[&str]) -> Start {
    let argv = ["/var/task/escape"].iter().chain(ids).map(ToString::to_string).collect();
    Start { argv, env: Vec::new(), cwd: "/var/task".into() }
}

impl Place {
    pub fn new(house: House, wall: Wall) -> Self {
        fs::copy(compiled("escape/escape.c"), house.path("code/tree/escape")).unwrap();
        Self { house, wall }
    }

    async fn start(&self, id: u64, ids: &[&str]) -> Running {
        let mut sandbox = match &self.wall {
            Wall::Jail(jail) | Wall::Plain(jail) => jail.create(spec(&self.house, id)).await,
            Wall::Guests(vms, snapshot) => vms.restore(snapshot, SandboxId(id), "guest").await,
        }
        .unwrap();
        let log = sandbox.take_logs().watch().unwrap();
        sandbox.bind(Bind { ephemeral_mb: TMP_MB, ..self.house.bind() }).await.unwrap();
        sandbox.start(tries(ids)).await.unwrap();
        Running { sandbox, log }
    }

    /// Ends a sandbox. None of it may be left: no process, no mount, no cgroup.
    async fn end(&self, running: Running, others: usize) {
        running.sandbox.destroy(Duration::ZERO).await;
        assert_eq!(self.house.jailers().len(), others, "those that are left");
        if others == 0 {
            assert_eq!(self.house.traces(), Vec::<String>::new());
        }
    }

    /// Ends everything.
    pub async fn clear(&self) {
        match &self.wall {
            Wall::Jail(jail) | Wall::Plain(jail) => jail.close().await,
            Wall::Guests(vms, _) => vms.close().await,
        }
        assert_eq!(self.house.traces(), Vec::<String>::new());
    }

    /// Makes all attempts.
    pub async fn all(&self) -> Seen {
        let attempts = QUIET.iter().flat_map(|(_, attempts)| *attempts);
        let ids: Vec<_> = attempts.map(|attempt| attempt.id).collect();
        let mut seen = self.quiet(&ids).await;
        let before = descriptors();
        self.bombs(&mut seen).await;
        self.remains(&mut seen).await;
        assert!(descriptors() <= before, "files or sockets of sandboxes that are gone");
        seen
    }

    /// Makes attempts that harm nobody when they fail, one after the other.
    pub async fn quiet(&self, ids: &[&str]) -> Seen {
        let mut running = self.start(1, ids).await;
        let (text, _) = running.finish().await;
        self.end(running, 0).await;
        lines(&text)
    }

    async fn bombs(&self, seen: &mut Seen) {
        let bystander = self.start(2, &[]).await;
        for bomb in BOMBS {
            let mut running = self.start(1, &[bomb.id]).await;
            let (text, end) = running.finish().await;
            let killed = matches!(end, Event::Exited { out_of_memory: true, .. });
            // A flood stands between the name and the outcome.
            let last = text.lines().last().and_then(|line| line.split(' ').next_back());
            let saw = if killed { "killed" } else { last.unwrap_or("nothing") };
            seen.insert(bomb.id.into(), saw.into());
            // While its processes are still there, the host and a neighbour go about their work.
            bystander.sandbox.reset().await.unwrap();
            bystander.sandbox.start(tries(&["shadow"])).await.unwrap();
            bystander.read_until("shadow ENOENT\n").await;
            self.end(running, 1).await;
        }
        self.end(bystander, 0).await;
    }

    async fn remains(&self, seen: &mut Seen) {
        let mut one = self.start(1, &["leave_file", "leave_fifo"]).await;
        assert_eq!(one.finish().await.0, "leave_file ok\nleave_fifo ok\n");
        let ids: Vec<_> = REMAINS.iter().map(|attempt| attempt.id).collect();
        let mut neighbour = self.start(2, &ids).await;
        let beside = neighbour.finish().await.0;
        self.end(one, 1).await;
        let mut next = self.start(1, &ids).await;
        assert_eq!(next.finish().await.0, beside, "the next one sees what its neighbour saw");
        self.end(next, 1).await;
        self.end(neighbour, 0).await;
        seen.extend(lines(&beside));
    }
}

/// How many files and sockets this process has open.
fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

/// `ID OUTCOME` lines.
fn lines(text: &str) -> Seen {
    let pairs = text.lines().filter_map(|line| line.split_once(' '));
    pairs.map(|(id, outcome)| (id.into(), outcome.into())).collect()
}
