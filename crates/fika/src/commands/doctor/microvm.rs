//! What microVMs are made of: a VMM and a guest kernel. Functions run without, behind a jail.

use std::path::Path;

use fika_kernel::{Kernel, KernelStore};
use fika_model::error::chain;
use fika_sandbox::microvm::firecracker::Firecracker;

use super::check::Check;
use crate::machine::version_of;
use crate::walls::{self, Found};

/// All of it. `kernel` is where the guest kernel is kept.
pub fn checks(kernel: &Path) -> Vec<Check> {
    let kernels = KernelStore::open(kernel);
    let usable = Firecracker::find().map(drop).map_err(|error| chain(&error));
    let choice = walls::strongest(Found::look(&kernels));
    vec![
        qemu(version_of("qemu-system-x86_64")),
        firecracker(version_of("firecracker"), usable),
        guest_kernel(kernels.find().as_ref()),
        Check::fine("--wall auto", choice.text()),
    ]
}

fn qemu(version: Option<String>) -> Check {
    match version {
        Some(version) => Check::fine("QEMU", version),
        None => Check::worse("QEMU", "none", "apt-get install qemu-system-x86"),
    }
}

/// It needs hardware KVM, which many machines have not: so its absence is nothing to mend.
fn firecracker(version: Option<String>, usable: Result<(), String>) -> Check {
    const NAME: &str = "Firecracker";
    match (version, usable) {
        (Some(version), Ok(())) => Check::fine(NAME, version),
        (Some(_), Err(why)) => Check::worse(NAME, why, "install a newer release"),
        (None, _) => Check::fine(NAME, "none"),
    }
}

fn guest_kernel(kernel: Option<&Kernel>) -> Check {
    const NAME: &str = "guest kernel";
    match kernel {
        Some(kernel) if kernel.pvh => Check::fine(NAME, format!("Linux {}", kernel.release)),
        Some(kernel) => Check::worse(
            NAME,
            format!("Linux {}, without CONFIG_PVH: QEMU cannot start it", kernel.release),
            "fika runtime kernel add",
        ),
        None => Check::worse(NAME, "none set", "fika runtime kernel add"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::State;
    use super::*;

    #[test]
    fn vmms_that_are_missing_keep_nobody_from_a_jail() {
        let version = || Some("1.17.0".to_owned());
        assert_eq!(qemu(version()).state, State::Fine);
        assert_eq!(qemu(None).state, State::Worse);
        assert_eq!(firecracker(version(), Ok(())), Check::fine("Firecracker", "1.17.0"));
        assert_eq!(firecracker(version(), Err("old".into())).state, State::Worse);
        assert_eq!(firecracker(None, Err("none".into())).state, State::Fine);
    }

    #[test]
    fn a_guest_kernel_is_set_and_starts_the_pvh_way() {
        let kernel = |pvh| Kernel {
            vmlinux: "vmlinux".into(),
            modules: Vec::new(),
            release: "6.12.1".into(),
            digest: String::new(),
            pvh,
            source: String::new(),
        };
        assert_eq!(guest_kernel(Some(&kernel(true))), Check::fine("guest kernel", "Linux 6.12.1"));
        assert_eq!(guest_kernel(Some(&kernel(false))).state, State::Worse);
        assert_eq!(guest_kernel(None).state, State::Worse);
    }
}
