//! Which wall functions get when they ask for none (`--wall`), and why. One line says so.

use std::env;

use fika_model::{Egress, WallKind, WallPolicy};
use fika_sandbox::Kvm;

use crate::cli::Wall;
use crate::failure::Failure;

/// The programs that run microVMs.
const VMMS: [&str; 2] = ["firecracker", "qemu-system-x86_64"];

/// Picks the wall, or says why there is none such.
///
/// # Errors
/// When what is asked for cannot be had, or is less than what is required.
pub fn choose(asked: Wall, required: &WallPolicy, egress: &Egress) -> Result<WallKind, Failure> {
    let kind = match asked {
        Wall::Auto | Wall::Jail => WallKind::Jail,
        Wall::None => WallKind::None,
        Wall::Qemu => WallKind::Qemu,
        Wall::Firecracker => {
            return Err(Failure::config(
                "start with --wall qemu or --wall jail",
                "--wall firecracker: there is no driver for it yet",
            ));
        }
    };
    // Where everybody must have more than there is nothing could ever run: that is said at the
    // start, not at the first call.
    if let Some(least) = required.everyone.filter(|least| kind.strength() < *least) {
        return Err(Failure::config(
            format!("start without --require-wall {least}, or see `fika doctor` for such a wall"),
            format!("functions would run behind the wall {kind}, which is weaker than {least}"),
        ));
    }
    if kind == WallKind::None && *egress != Egress::Open {
        return Err(Failure::config(
            "start with --wall jail, or without --egress",
            "without a wall, functions call out as any process of this machine does",
        ));
    }
    Ok(kind)
}

/// The line about what was chosen. Where a VMM is installed, it runs a few instructions on KVM
/// to know what that is worth, which takes some ten milliseconds. Blocks.
pub fn reason(asked: Wall, kind: WallKind) -> String {
    let why = match (asked, kind) {
        (_, WallKind::None) => {
            "PLAIN PROCESSES, as asked for: a function can do what the server's own user can, \
             to its files and on its network; only the root account's functions run"
                .into()
        }
        (Wall::Auto, _) => match vmm() {
            None => "no VMM is installed".into(),
            Some(vmm) => kvm(&Kvm::measure(), vmm),
        },
        _ => "as asked for".into(),
    };
    format!("wall: {kind} ({why})")
}

fn kvm(kvm: &Kvm, vmm: &str) -> String {
    match kvm {
        Kvm::Usable { ns } => format!("KVM runs at {ns:.1} ns a round, but {vmm} is not used yet"),
        Kvm::Emulated { ns } => format!("KVM is emulated here: {ns:.0} ns a round"),
        Kvm::Absent(why) => format!("no KVM: {why}"),
    }
}

/// The first VMM that is on the path.
fn vmm() -> Option<&'static str> {
    let path = env::var_os("PATH").unwrap_or_default();
    VMMS.into_iter().find(|name| env::split_paths(&path).any(|dir| dir.join(name).is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(asked: Wall, require: &str, egress: &str) -> Result<WallKind, String> {
        let policy = require.split_whitespace().map(|item| item.parse().expect(item)).collect();
        let egress = egress.parse().expect("a policy");
        choose(asked, &policy, &egress).map_err(|failure| failure.fix)
    }

    #[test]
    fn a_wall_is_what_was_asked_for_or_nothing() {
        assert_eq!(choice(Wall::Auto, "", "none"), Ok(WallKind::Jail));
        assert_eq!(choice(Wall::Qemu, "microvm", "open"), Ok(WallKind::Qemu));
        assert_eq!(choice(Wall::Jail, "jail", "open"), Ok(WallKind::Jail));
        assert_eq!(choice(Wall::None, "none", "open"), Ok(WallKind::None));
        // What one account needs is looked at when it has a function.
        assert_eq!(choice(Wall::None, "123456789012=microvm", "open"), Ok(WallKind::None));
        for (asked, require, egress, fix) in [
            (Wall::Firecracker, "", "open", "start with --wall qemu"),
            (Wall::Auto, "microvm", "open", "start without --require-wall microvm"),
            (Wall::None, "jail", "open", "start without --require-wall jail"),
            (Wall::None, "", "none", "start with --wall jail, or without --egress"),
        ] {
            let refused = choice(asked, require, egress).expect_err(fix);
            assert!(refused.starts_with(fix), "{refused}");
        }
    }

    #[test]
    fn what_was_found_of_kvm_is_told() {
        let absent = Kvm::Absent("/dev/kvm: No such file or directory".into());
        assert_eq!(kvm(&absent, "x"), "no KVM: /dev/kvm: No such file or directory");
        let emulated = kvm(&Kvm::Emulated { ns: 812.4 }, "x");
        assert_eq!(emulated, "KVM is emulated here: 812 ns a round");
        assert!(reason(Wall::None, WallKind::None).starts_with("wall: none (PLAIN PROCESSES"));
    }
}
