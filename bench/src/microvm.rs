//! What a microVM costs: from its boot and from a snapshot until it is ready, and end to end; a warm
//! call beside the same runtime's loop inside the guest by itself; memory of an idle one. For each
//! monitor that works here.
//!
//! A guest that waits for its next call halts, and pays for its waking. The loop by itself does the
//! same: it pauses for as long as a call is outside of a guest, which is what one through the jail
//! takes. What it takes without any pause is told too.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use fika_kernel::KernelStore;
use fika_model::SandboxId;
use fika_sandbox::microvm::firecracker::Firecracker;
use fika_sandbox::microvm::qemu::{Accelerator, Qemu};
use fika_sandbox::microvm::{MicroVmOptions, MicroVms, Vmm};
use fika_sandbox::{Bind, CpuPolicy, Event, Exit, Kvm, Sandbox, Start, WallSpec};
use serde::Deserialize;
use serde_json::json;

use crate::Effort;
use crate::cold::cold_call;
use crate::figures::{Figure, Spread, Target, median};
use crate::load::{self, Question};
use crate::place::Place;
use crate::process::{breathe, clean, until};
use crate::procfs;
use crate::report::{Detail, Findings, say};
use crate::server::Server;

/// Memory that buys one CPU, the guest's only one then.
const MEMORY_MB: u32 = 1_769;
/// Memory of the guests that are booted and restored.
const SMALL_MB: u32 = 128;
const FUNCTION: &str = "hello";
const ALONE: &str = "alone";
const ANSWER: &[u8] = br#"{"message":"hello, fika"}"#;
const MB: f64 = 1024.0 * 1024.0;

/// What a server says of a snapshot that it has made, and of each guest that it restores.
const SNAPSHOT: &str = "prepared: snapshot";
const RESTORED: &str = "a guest is restored";

/// What the loop answers that runs by itself.
#[derive(Deserialize)]
struct Alone {
    /// Nanoseconds a round, the median.
    ns: f64,
}

/// All figures of microVMs, for the monitors that are here.
///
/// # Errors
/// When something cannot be started that should, or fails.
pub fn measure(place: &Place, effort: &Effort, findings: &mut Findings) -> Result<()> {
    for Monitor { wall, vmm } in monitors() {
        let vmm = match vmm {
            Ok(vmm) => vmm,
            Err(why) => {
                findings.notes.push(format!("{wall} is left out: {why}"));
                continue;
            }
        };
        if let Err(why) = kernel(place) {
            findings.notes.push(format!("{wall} is left out: {why:#}"));
            continue;
        }
        findings.notes.push(format!("{wall}: {}", vmm.version()));
        starts(place, wall, vmm, effort, findings).with_context(|| format!("{wall}: starts"))?;
        cold(place, wall, effort, findings).with_context(|| format!("{wall}: cold starts"))?;
        calls(place, wall, effort, findings).with_context(|| format!("{wall}: calls"))?;
    }
    Ok(())
}

/// One that could be measured.
struct Monitor {
    /// The wall it makes.
    wall: &'static str,
    /// Itself, or why it cannot be used here.
    vmm: Result<Box<dyn Vmm>, String>,
}

fn monitors() -> [Monitor; 2] {
    let usable = Kvm::measure().is_usable();
    let firecracker = match usable {
        true => Firecracker::find().map(|vmm| Box::new(vmm) as _).map_err(|e| e.to_string()),
        false => Err("it runs guests on KVM only, and no code runs on KVM here at speed".into()),
    };
    let qemu = Qemu::find(if usable { Accelerator::Kvm } else { Accelerator::Software });
    let qemu = qemu.map(|qemu| Box::new(qemu) as _).map_err(|e| e.to_string());
    [Monitor { wall: "qemu", vmm: qemu }, Monitor { wall: "firecracker", vmm: firecracker }]
}

/// Prepares a guest kernel unless one is there.
fn kernel(place: &Place) -> Result<()> {
    let runtimes = place.dir.join("runtimes");
    if KernelStore::open(runtimes.join("kernel")).find().is_some() {
        return Ok(());
    }
    say("preparing a guest kernel");
    let mut add = clean(&place.fika);
    add.args(["runtime", "kernel", "add", "--runtimes-dir"]).arg(&runtimes);
    let output = add.output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// A place for guests that no server has.
struct Ground {
    vms: MicroVms,
    image: PathBuf,
    code: PathBuf,
}

impl Ground {
    fn new(place: &Place, vmm: Box<dyn Vmm>) -> Result<Self> {
        let dir = place.dir.join("data/microvm");
        if dir.exists() {
            fs::remove_dir_all(&dir)?;
        }
        let (image, code) = (dir.join("image"), dir.join("code/tree"));
        for part in ["dev", "proc", "tmp", "etc", "var/task"] {
            fs::create_dir_all(image.join(part))?;
        }
        fs::create_dir_all(&code)?;
        fs::copy(&place.bootstrap, code.join("bootstrap"))?;
        let kernel = KernelStore::open(place.dir.join("runtimes/kernel")).find();
        let vms = MicroVms::new(MicroVmOptions {
            state_dir: dir.join("state"),
            code_dir: dir.join("code"),
            kernel: kernel.context("there is no guest kernel")?,
            vmm,
            cpu: CpuPolicy::Share,
            cgroups: true,
            networks: None,
        })?;
        Ok(Self { vms, image, code })
    }

    fn spec(&self) -> WallSpec {
        WallSpec {
            sandbox: SandboxId(1),
            image: self.image.clone(),
            memory_mb: SMALL_MB,
            ephemeral_mb: 512,
            hostname: "fika".into(),
        }
    }

    /// Runs a program in a guest to its end, and ends the guest.
    async fn run(&self, mut guest: Sandbox) -> Result<Instant> {
        let code = self.code.clone();
        guest
            .bind(Bind { code, layers: None, memory_mb: SMALL_MB, ephemeral_mb: 512, egress: None })
            .await?;
        let argv = vec!["/var/task/bootstrap".into()];
        guest.start(Start { argv, env: Vec::new(), cwd: "/var/task".into() }).await?;
        let event = guest.next_event().await;
        let ended = Instant::now();
        guest.destroy(Duration::ZERO).await;
        match event {
            Event::Exited { how: Exit::Code(0), .. } => Ok(ended),
            other => bail!("the program in the guest did not run: {other:?}"),
        }
    }
}

/// How long guests took to be ready for code, and then to have run a program.
#[derive(Default)]
struct Times {
    ready: Vec<Duration>,
    ran: Vec<Duration>,
}

impl Times {
    fn push(&mut self, begun: Instant, ready: Instant, ran: Instant) {
        self.ready.push(ready - begun);
        self.ran.push(ran - begun);
    }
}

/// From nothing, and from a snapshot.
fn starts(
    place: &Place,
    wall: &str,
    vmm: Box<dyn Vmm>,
    effort: &Effort,
    findings: &mut Findings,
) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let [boot, restore] = runtime.block_on(boots_and_restores(place, vmm, effort))?;
    let [booted, restored] = [&boot, &restore].map(|times| Spread::ms(&times.ready));
    let id = format!("{wall}.restore");
    let figure = Figure::new(id, "ms", restored.p50, booted.p50, "its boot");
    findings.figures.push(figure.target(Target::RatioAtMost(0.083)));
    for (what, times) in [
        ("boot  ready for code", boot.ready),
        ("boot  a program has run", boot.ran),
        ("restore  ready for code", restore.ready),
        ("restore  a program has run", restore.ran),
    ] {
        findings.details.push(detail(format!("{wall}.{what}"), &times));
    }
    Ok(())
}

async fn boots_and_restores(
    place: &Place,
    vmm: Box<dyn Vmm>,
    effort: &Effort,
) -> Result<[Times; 2]> {
    let ground = Ground::new(place, vmm)?;
    let vms = &ground.vms;
    let first = vms.create(ground.spec()).await?;
    let snapshot = vms.snapshot(first, "bench", BTreeMap::new()).await?;
    let mut times: [Times; 2] = Default::default();
    for serial in 0..=effort.start_rounds {
        let begun = Instant::now();
        let guest = vms.create(ground.spec()).await?;
        let booted = (begun, Instant::now(), ground.run(guest).await?);
        let begun = Instant::now();
        let guest = vms.restore(&snapshot, SandboxId(2), "fika").await?;
        let restored = (begun, Instant::now(), ground.run(guest).await?);
        let [boot, restore] = [booted, restored].map(|(begun, ready, _)| ready - begun);
        say(&format!("{serial}: boot {boot:.0?}, restore {restore:.0?}"));
        // The first makes what later ones find.
        if serial > 0 {
            for (times, (begun, ready, ran)) in times.iter_mut().zip([booted, restored]) {
                times.push(begun, ready, ran);
            }
        }
    }
    vms.close().await;
    Ok(times)
}

/// Cold calls of Node as a user sees them: the first of a server, which boots, and those after it,
/// which restore. None is kept in stock.
fn cold(place: &Place, wall: &str, effort: &Effort, findings: &mut Findings) -> Result<()> {
    let (mut boots, mut restores) = (Vec::new(), Vec::new());
    for round in 0..effort.start_rounds.min(3) {
        let flags = ["--stock-memory", "0", "--log", "debug", "--wall", wall];
        let server = Server::start(place, wall, &flags)?;
        server.deploy(FUNCTION, &place.hello, MEMORY_MB)?;
        boots.push(cold_call(&server, FUNCTION)?);
        until(|| Ok(server.has_logged(SNAPSHOT)? > 0)).context("there is no snapshot")?;
        for serial in 0..=2 {
            server.renew(FUNCTION, serial)?;
            let restored = cold_call(&server, FUNCTION)?;
            // The first reads the snapshot into memory.
            if serial > 0 {
                restores.push(restored);
            }
        }
        if server.has_logged(RESTORED)? < 3 {
            bail!("these were no restores: see its log");
        }
        say(&format!("{wall} cold {round}: boot {:.0?}, restore {:.0?}", boots[round], restores));
        server.stop()?;
    }
    let [booted, restored] = [&boots, &restores].map(|times| Spread::ms(times).p50);
    let id = format!("{wall}.cold.node");
    findings.figures.push(Figure::new(&*id, "ms", restored, booted, "where it boots"));
    findings.details.push(detail(format!("{id}  restored"), &restores));
    findings.details.push(detail(format!("{id}  booted"), &boots));
    Ok(())
}

fn detail(what: String, times: &[Duration]) -> Detail {
    Detail { what, unit: "ms", spread: Spread::ms(times), rate: None, cpu: None }
}

/// What was seen of warm calls, a value for each round.
#[derive(Default)]
struct Warm {
    calls: Vec<f64>,
    /// The loop by itself, with pauses and without.
    alone: [Vec<f64>; 2],
}

/// Warm calls and memory.
fn calls(place: &Place, wall: &str, effort: &Effort, findings: &mut Findings) -> Result<()> {
    let flags = ["--stock-memory", "0", "--lanes", "1", "--wall"];
    let jail = Server::start(place, "beside", &[&flags[..], &["jail"]].concat())?;
    let guests = Server::start(place, wall, &[&flags[..], &[wall]].concat())?;
    for server in [&guests, &jail] {
        server.deploy(FUNCTION, &place.hello, MEMORY_MB)?;
        server.deploy(ALONE, &place.alone, MEMORY_MB)?;
    }
    let [mut jailed, mut walled]: [Warm; 2] = Default::default();
    for round in 0..=effort.rounds {
        let time = if round == 0 { effort.warm_up * 4 } else { effort.round };
        let in_jail = warm(&jail, time)?;
        let in_guest = warm(&guests, time)?;
        let (paused, tight) = (alone(&guests, in_jail)?, alone(&guests, 0.0)?);
        let jail_alone = alone(&jail, 0.0)?;
        say(&format!(
            "{wall} {round}: warm {in_guest:.0} µs, alone {paused:.0} µs, without pauses {tight:.0} \
             µs; jail {in_jail:.0} µs, alone {jail_alone:.0} µs"
        ));
        // Code that is run for the first time is translated, and compiled by Node.
        if round > 0 {
            walled.calls.push(in_guest);
            jailed.calls.push(in_jail);
            walled.alone[0].push(paused);
            walled.alone[1].push(tight);
            jailed.alone[1].push(jail_alone);
        }
    }
    let [paused, tight] = walled.alone.map(median);
    let [warm, in_jail] = [walled.calls, jailed.calls].map(median);
    let id = format!("{wall}.warm");
    let figure = Figure::new(&*id, "µs", warm, paused, "its loop in the guest");
    findings.figures.push(figure.target(Target::RatioAtMost(2.0)));
    findings.figures.extend([
        Figure::new(format!("{id}.no_pauses"), "µs", warm, tight, "its loop, never idle"),
        Figure::new(format!("{id}.vs_jail"), "µs", warm, in_jail, "jail"),
    ]);
    let [_, jail_alone] = jailed.alone.map(median);
    findings.figures.push(Figure::new(
        "jail.warm",
        "µs",
        in_jail,
        jail_alone,
        "its loop, never idle",
    ));
    findings.figures.extend(memory(wall, &guests)?);
    guests.stop()?;
    jail.stop()
}

/// Microseconds of a warm call, the median.
fn warm(server: &Server, time: Duration) -> Result<f64> {
    let request = server.invoke_request(FUNCTION, &json!({ "name": "fika" }))?;
    let question = Question { request, answer: ANSWER.to_vec() };
    Ok(Spread::us(&load::one(server.address, &question, time)?.latencies).p50)
}

/// Microseconds that a round of the runtime's loop takes by itself, behind a server's wall.
fn alone(server: &Server, pause_us: f64) -> Result<f64> {
    let event = json!({ "rounds": 300, "warmUp": 300, "pauseUs": pause_us.round() });
    let alone: Alone =
        serde_json::from_value(server.invoke(ALONE, &event)?).context("the loop by itself")?;
    Ok(alone.ns / 1e3)
}

/// Memory of an idle guest: what it holds itself, and what its monitor adds.
fn memory(wall: &str, guests: &Server) -> Result<Option<Figure>> {
    // Long enough to be frozen.
    breathe(Duration::from_secs(3));
    let least = u64::from(MEMORY_MB) << 20;
    let tree = guests.process.tree().into_iter();
    let shares: Vec<_> = tree.filter_map(|pid| procfs::guest_memory(pid, least)).collect();
    let of = |part: fn(&procfs::GuestMemory) -> u64| {
        median(shares.iter().map(|share| part(share) as f64 / MB))
    };
    if shares.is_empty() {
        return Ok(None);
    }
    let (own, monitor) = (of(|share| share.guest), of(|share| share.monitor));
    Ok(Some(Figure::new(format!("{wall}.memory"), "MB", monitor, own, "the guest's own")))
}
