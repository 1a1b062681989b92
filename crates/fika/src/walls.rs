//! Which wall functions get when they ask for none (`--wall`), and why. One line says so.

use fika_kernel::{Kernel, KernelStore};
use fika_model::error::chain;
use fika_model::{Egress, WallKind, WallPolicy};
use fika_sandbox::microvm::Vmm;
use fika_sandbox::microvm::firecracker::Firecracker;
use fika_sandbox::microvm::qemu::{Accelerator, Qemu};
use fika_sandbox::{Kvm, WallError};

use crate::cli::Wall;
use crate::failure::Failure;

/// What runs the functions' microVMs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Monitor {
    /// Firecracker, on KVM.
    Firecracker,
    /// QEMU.
    Qemu(Accelerator),
}

impl Monitor {
    /// The program that is installed.
    ///
    /// # Errors
    /// As [`Firecracker::find`] and [`Qemu::find`].
    pub fn find(self) -> Result<Box<dyn Vmm>, WallError> {
        Ok(match self {
            Self::Firecracker => Box::new(Firecracker::find()?),
            Self::Qemu(accelerator) => Box::new(Qemu::find(accelerator)?),
        })
    }

    fn kind(self) -> WallKind {
        match self {
            Self::Firecracker => WallKind::Firecracker,
            Self::Qemu(_) => WallKind::Qemu,
        }
    }
}

/// What a machine has for microVMs, beside a guest kernel.
#[derive(Debug)]
pub struct Found {
    /// What its KVM is worth.
    pub kvm: Kvm,
    /// The version of Firecracker, or why there is none.
    pub firecracker: Result<String, String>,
    /// The version of QEMU, or why there is none.
    pub qemu: Result<String, String>,
}

impl Found {
    /// Looks, and runs a few instructions on KVM. `None` where there is no guest kernel, without
    /// which nothing else matters. Blocks for some ten milliseconds.
    pub fn look(kernels: &KernelStore) -> Option<Self> {
        let _kernel: Kernel = kernels.find()?;
        let version = |monitor: Monitor| match monitor.find() {
            Ok(vmm) => Ok(vmm.version().to_owned()),
            Err(error) => Err(chain(&error)),
        };
        Some(Self {
            kvm: Kvm::measure(),
            firecracker: version(Monitor::Firecracker),
            // It names the accelerator too, and which that will be is not known yet.
            qemu: version(Monitor::Qemu(Accelerator::Kvm))
                .map(|version| version.trim_end_matches(", Kvm").to_owned()),
        })
    }
}

/// The wall that functions get, and why.
#[derive(Debug, PartialEq, Eq)]
pub struct Choice {
    /// Which kind it is.
    pub kind: WallKind,
    /// What runs them, if it is a kind of microVM.
    pub monitor: Option<Monitor>,
    why: String,
}

impl Choice {
    /// What is to be said of it at the start.
    pub fn line(&self) -> String {
        format!("wall: {}", self.text())
    }

    /// Which it is, and why.
    pub fn text(&self) -> String {
        format!("{} ({})", self.kind, self.why)
    }

    fn without_machine(kind: WallKind, why: impl Into<String>) -> Self {
        Self { kind, monitor: None, why: why.into() }
    }

    fn machine(monitor: Monitor, why: String) -> Self {
        Self { kind: monitor.kind(), monitor: Some(monitor), why }
    }
}

/// Picks the wall, or says why there is none such. `look` is [`Found::look`], and is not called
/// where the answer does not depend on it.
///
/// # Errors
/// When what is asked for cannot be had, or is less than what is required.
pub fn choose(
    asked: Wall,
    required: &WallPolicy,
    egress: &Egress,
    look: impl FnOnce() -> Option<Found>,
) -> Result<Choice, Failure> {
    let choice = match asked {
        Wall::None => Choice::without_machine(
            WallKind::None,
            "PLAIN PROCESSES, as asked for: a function can do what the server's own user can, \
             to its files and on its network; only the root account's functions run",
        ),
        Wall::Jail => Choice::without_machine(WallKind::Jail, "as asked for"),
        Wall::Auto => strongest(look()),
        Wall::Qemu => qemu(look())?,
        Wall::Firecracker => firecracker(look())?,
    };
    let kind = choice.kind;
    // Where everybody must have more than there is nothing could ever run: that is said at the
    // start, not at the first call.
    if let Some(least) = required.everyone.filter(|least| kind.strength() < *least) {
        return Err(Failure::config(
            format!(
                "start without --require-wall {least}, or with --wall WALL that names such a one (see `fika doctor`)"
            ),
            format!("functions would run behind {}, which is weaker than {least}", choice.text()),
        ));
    }
    if kind == WallKind::None && *egress != Egress::Open {
        return Err(Failure::config(
            "start with --wall jail, or without --egress",
            "without a wall, functions call out as any process of this machine does",
        ));
    }
    Ok(choice)
}

/// The strongest that is fast: a machine where KVM is worth something, and else a jail.
pub fn strongest(found: Option<Found>) -> Choice {
    let jail = |why| Choice::without_machine(WallKind::Jail, why);
    let Some(Found { kvm, firecracker, qemu }) = found else {
        return jail("no guest kernel is set for microVMs".into());
    };
    match (firecracker, qemu, kvm.is_usable()) {
        (Err(_), Err(_), _) => jail("no VMM is installed".into()),
        (_, _, false) => jail(worth(&kvm)),
        (Ok(version), _, true) => {
            Choice::machine(Monitor::Firecracker, format!("{version}; {}", worth(&kvm)))
        }
        (Err(_), Ok(version), true) => {
            let monitor = Monitor::Qemu(Accelerator::Kvm);
            Choice::machine(monitor, format!("{version}; {}", worth(&kvm)))
        }
    }
}

/// QEMU, on whatever there is.
fn qemu(found: Option<Found>) -> Result<Choice, Failure> {
    let Found { kvm, qemu, .. } = found.ok_or_else(no_kernel)?;
    let version = qemu.map_err(|why| Failure::config("start with --wall jail", why))?;
    let (accelerator, how) = match kvm {
        Kvm::Usable { .. } => (Accelerator::Kvm, String::new()),
        _ => (Accelerator::Software, "SLOW, by software emulation; ".into()),
    };
    let why = format!("as asked for: {version}; {how}{}", worth(&kvm));
    Ok(Choice::machine(Monitor::Qemu(accelerator), why))
}

fn firecracker(found: Option<Found>) -> Result<Choice, Failure> {
    let Found { kvm, firecracker, .. } = found.ok_or_else(no_kernel)?;
    let refuse = |why| Failure::config("start with --wall qemu or --wall jail", why);
    let version = firecracker.map_err(refuse)?;
    if !kvm.is_usable() {
        return Err(refuse(format!("Firecracker runs guests on KVM only, and {}", worth(&kvm))));
    }
    let why = format!("as asked for: {version}; {}", worth(&kvm));
    Ok(Choice::machine(Monitor::Firecracker, why))
}

fn no_kernel() -> Failure {
    Failure::config("run `fika runtime kernel add` first", "there is no guest kernel")
}

/// What was found of KVM, for people.
pub fn worth(kvm: &Kvm) -> String {
    match kvm {
        Kvm::Usable { ns } => format!("KVM runs at {ns:.1} ns a round"),
        Kvm::Emulated { ns } => format!("KVM is emulated here: {ns:.0} ns a round"),
        Kvm::Absent(why) => format!("there is no KVM: {why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAST: Kvm = Kvm::Usable { ns: 0.41 };
    const SLOW: Kvm = Kvm::Emulated { ns: 812.4 };

    fn absent() -> Kvm {
        Kvm::Absent("/dev/kvm: No such file or directory".into())
    }

    /// A machine with a guest kernel and these monitors: `f` for Firecracker, `q` for QEMU.
    fn machine(kvm: Kvm, monitors: &str) -> Option<Found> {
        let there = |letter: char, version: &str| match monitors.contains(letter) {
            true => Ok(version.to_owned()),
            false => Err(format!("install {version}")),
        };
        let (firecracker, qemu) = (there('f', "Firecracker v1.17.0"), there('q', "QEMU 7.2"));
        Some(Found { kvm, firecracker, qemu })
    }

    fn choice(
        asked: Wall,
        require: &str,
        egress: &str,
        found: Option<Found>,
    ) -> Result<Choice, Failure> {
        let policy = require.split_whitespace().map(|item| item.parse().expect(item)).collect();
        choose(asked, &policy, &egress.parse().expect("a policy"), || found)
    }

    #[test]
    fn unasked_a_wall_is_the_strongest_that_is_fast() {
        let qemu = Monitor::Qemu(Accelerator::Kvm);
        for (found, monitor, line) in [
            (None, None, "wall: jail (no guest kernel is set for microVMs)"),
            (machine(FAST, ""), None, "wall: jail (no VMM is installed)"),
            (machine(SLOW, "fq"), None, "wall: jail (KVM is emulated here: 812 ns a round)"),
            (
                machine(absent(), "q"),
                None,
                "wall: jail (there is no KVM: /dev/kvm: No such file or directory)",
            ),
            (
                machine(FAST, "fq"),
                Some(Monitor::Firecracker),
                "wall: firecracker (Firecracker v1.17.0; KVM runs at 0.4 ns a round)",
            ),
            (machine(FAST, "q"), Some(qemu), "wall: qemu (QEMU 7.2; KVM runs at 0.4 ns a round)"),
        ] {
            let chosen = choice(Wall::Auto, "", "none", found).expect(line);
            assert_eq!((chosen.line().as_str(), chosen.monitor), (line, monitor));
            assert_eq!(chosen.kind, monitor.map_or(WallKind::Jail, Monitor::kind));
        }
    }

    #[test]
    fn what_is_asked_for_is_had_or_nothing() {
        for (asked, require, found, monitor) in [
            (Wall::Jail, "jail", None, None),
            (Wall::None, "none", None, None),
            // What one account needs is looked at when it has a function.
            (Wall::None, "123456789012=microvm", None, None),
            (Wall::Qemu, "microvm", machine(FAST, "fq"), Some(Monitor::Qemu(Accelerator::Kvm))),
            (Wall::Qemu, "", machine(SLOW, "q"), Some(Monitor::Qemu(Accelerator::Software))),
            (Wall::Qemu, "", machine(absent(), "q"), Some(Monitor::Qemu(Accelerator::Software))),
            (Wall::Firecracker, "microvm", machine(FAST, "f"), Some(Monitor::Firecracker)),
            (Wall::Auto, "microvm", machine(FAST, "f"), Some(Monitor::Firecracker)),
        ] {
            let chosen = choice(asked, require, "open", found).expect("a wall");
            assert_eq!(chosen.monitor, monitor, "{asked}");
        }
        for (asked, require, egress, found, fix) in [
            (Wall::Qemu, "", "open", None, "run `fika runtime kernel add` first"),
            (Wall::Firecracker, "", "open", None, "run `fika runtime kernel add` first"),
            (Wall::Qemu, "", "open", machine(FAST, "f"), "start with --wall jail"),
            (Wall::Firecracker, "", "open", machine(FAST, "q"), "start with --wall qemu"),
            (Wall::Firecracker, "", "open", machine(SLOW, "f"), "start with --wall qemu"),
            (Wall::Auto, "microvm", "open", machine(SLOW, "fq"), "start without --require-wall"),
            (Wall::None, "jail", "open", None, "start without --require-wall jail"),
            (Wall::None, "", "none", None, "start with --wall jail, or without --egress"),
        ] {
            let refused = choice(asked, require, egress, found).expect_err(fix);
            assert!(refused.fix.starts_with(fix), "{asked}: {}", refused.fix);
        }
    }

    #[test]
    fn slow_guests_and_plain_processes_are_told_in_capitals() {
        let slow = choice(Wall::Qemu, "", "open", machine(SLOW, "q")).expect("a wall").line();
        assert!(slow.contains("SLOW, by software emulation"), "{slow}");
        let plain = choice(Wall::None, "", "open", None).expect("no wall").line();
        assert!(plain.starts_with("wall: none (PLAIN PROCESSES"), "{plain}");
    }
}
