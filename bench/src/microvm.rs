//! What a microVM costs: from its boot and from a snapshot to a program that has run, a warm call
//! beside the same runtime's loop inside the guest by itself, and memory of an idle one. For each
//! monitor that works here.

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
use crate::figures::{Figure, Spread, Target, median};
use crate::load::{self, Question};
use crate::place::Place;
use crate::process::{breathe, clean};
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
        guest.bind(Bind { code, memory_mb: SMALL_MB, ephemeral_mb: 512, egress: None }).await?;
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

/// From nothing, and from a snapshot, to a static program that has run.
fn starts(
    place: &Place,
    wall: &str,
    vmm: Box<dyn Vmm>,
    effort: &Effort,
    findings: &mut Findings,
) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (boots, restores) = runtime.block_on(async {
        let ground = Ground::new(place, vmm)?;
        let vms = &ground.vms;
        let first = vms.create(ground.spec()).await?;
        let snapshot = vms.snapshot(first, "bench", BTreeMap::new()).await?;
        let (mut boots, mut restores) = (Vec::new(), Vec::new());
        for serial in 0..=effort.start_rounds {
            let begun = Instant::now();
            let booted = ground.run(vms.create(ground.spec()).await?).await? - begun;
            let begun = Instant::now();
            let restored = vms.restore(&snapshot, SandboxId(2), "fika").await?;
            let restored = ground.run(restored).await? - begun;
            say(&format!("{wall} {serial}: boot {booted:.0?}, restore {restored:.0?}"));
            // The first makes what later ones find.
            if serial > 0 {
                boots.push(booted);
                restores.push(restored);
            }
        }
        vms.close().await;
        Ok::<_, anyhow::Error>((boots, restores))
    })?;
    let [boot, restore] = [&boots, &restores].map(|times| Spread::ms(times));
    let figure = Figure::new(format!("{wall}.restore"), "ms", restore.p50, boot.p50, "its boot");
    findings.figures.push(figure.target(Target::RatioAtMost(1.0 / 12.0)));
    for (what, spread) in [("boot", boot), ("restore", restore)] {
        let what = format!("{wall}.{what}  to a program that ran");
        findings.details.push(Detail { what, unit: "ms", spread, rate: None, cpu: None });
    }
    Ok(())
}

/// Warm calls and memory.
fn calls(place: &Place, wall: &str, effort: &Effort, findings: &mut Findings) -> Result<()> {
    let flags = ["--stock-memory", "0", "--lanes", "1", "--wall"];
    let guests = Server::start(place, wall, &[&flags[..], &[wall]].concat())?;
    let jail = Server::start(place, "beside", &[&flags[..], &["jail"]].concat())?;
    for server in [&guests, &jail] {
        server.deploy(FUNCTION, &place.hello, MEMORY_MB)?;
        server.deploy(ALONE, &place.alone, MEMORY_MB)?;
    }
    let event = json!({ "name": "fika" });
    let mut seen: [Vec<f64>; 4] = Default::default();
    for round in 0..=effort.rounds {
        for (index, server) in [&guests, &jail].into_iter().enumerate() {
            let request = server.invoke_request(FUNCTION, &event)?;
            let question = Question { request, answer: ANSWER.to_vec() };
            let time = if round == 0 { effort.warm_up * 4 } else { effort.round };
            let warm = Spread::us(&load::one(server.address, &question, time)?.latencies).p50;
            let by_itself = alone(server, if round == 0 { 400 } else { 100 })?;
            if round > 0 {
                seen[index * 2].push(warm);
                seen[index * 2 + 1].push(by_itself);
            }
            let name = ["guest", "jail"][index];
            say(&format!("{wall} {round}: {name} warm {warm:.0} µs, alone {by_itself:.0} µs"));
        }
    }
    let [warm, by_itself, jailed, jailed_alone] = seen.map(median);
    let id = format!("{wall}.warm");
    let figure = Figure::new(&*id, "µs", warm, by_itself, "its loop in the guest");
    findings.figures.push(figure.target(Target::RatioAtMost(2.0)));
    findings.figures.extend([
        Figure::new(format!("{id}.vs_jail"), "µs", warm, jailed, "jail"),
        Figure::new("jail.warm", "µs", jailed, jailed_alone, "its loop in the jail"),
    ]);
    findings.figures.extend(memory(wall, &guests)?);
    guests.stop()?;
    jail.stop()
}

/// Microseconds that a round of the runtime's loop takes by itself, behind a server's wall.
fn alone(server: &Server, warm_up: u32) -> Result<f64> {
    let answer = server.invoke(ALONE, &json!({ "rounds": 300, "warmUp": warm_up }))?;
    let alone: Alone = serde_json::from_value(answer).context("the loop by itself")?;
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
