//! Times the wall: `cargo run --release -p fika-sandbox --example wall -- IMAGE CODE PROGRAM
//! [EGRESS]`.
//!
//! CODE is a directory of code trees with one tree `tree`; PROGRAM, an absolute path inside the
//! sandbox, writes a line and waits. With an egress policy, as `open`, each has a network. Prints the median and worst of each phase.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use fika_model::SandboxId;
use fika_sandbox::{Bind, CpuPolicy, Jail, JailOptions, Start, WallSpec};

const ROUNDS: u64 = 200;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("usage: wall IMAGE CODE PROGRAM");
    let (image, code, program) = (PathBuf::from(next()?), PathBuf::from(next()?), next()?);
    let state_dir = std::env::temp_dir().join(format!("fika-wall-{}", std::process::id()));
    let options = JailOptions {
        state_dir: state_dir.clone(),
        code_dir: code.clone(),
        cpu: CpuPolicy::Share,
        cgroups: true,
    };
    let mut jail = Jail::new(options)?;
    if let Some(egress) = arguments.next() {
        println!("{:?}", jail.connect(egress.parse()?)?.mode().await);
    }
    println!("{:?}", jail.facts());
    let mut phases = [const { Vec::new() }; 4];
    let begun = Instant::now();
    for id in 0..ROUNDS {
        let spec = WallSpec {
            sandbox: SandboxId(id),
            image: image.clone(),
            memory_mb: 128,
            ephemeral_mb: 512,
            hostname: "sandbox".into(),
        };
        let bind = Bind {
            code: code.join("tree"),
            layers: None,
            memory_mb: 128,
            ephemeral_mb: 512,
            egress: None,
        };
        let start = Start {
            argv: vec![program.clone(), "say=first".into(), "wait".into()],
            env: Vec::new(),
            cwd: "/var/task".into(),
        };
        let times = once(&jail, spec, bind, start).await?;
        phases.iter_mut().zip(times).for_each(|(phase, time)| phase.push(time));
    }
    println!("{:.0} a second", ROUNDS as f64 / begun.elapsed().as_secs_f64());
    jail.close().await;
    std::fs::remove_dir_all(state_dir)?;
    for (name, mut times) in ["create", "start", "first word", "destroy"].into_iter().zip(phases) {
        times.sort_unstable();
        println!(
            "{name:>12}: p50 {:?}, worst {:?}",
            times[times.len() / 2],
            times[times.len() - 1]
        );
    }
    Ok(())
}

async fn once(
    jail: &Jail,
    spec: WallSpec,
    bind: Bind,
    start: Start,
) -> Result<[Duration; 4], Box<dyn Error>> {
    let mut clock = Instant::now();
    let mut lap = || std::mem::replace(&mut clock, Instant::now()).elapsed();
    let mut sandbox = jail.create(spec).await?;
    let log = sandbox.take_logs().watch()?;
    let created = lap();
    sandbox.bind(bind).await?;
    sandbox.start(start).await?;
    let started = lap();
    log.read(&mut [0; 64]).await?;
    let spoke = lap();
    sandbox.destroy(Duration::ZERO).await;
    Ok([created, started, spoke, lap()])
}
