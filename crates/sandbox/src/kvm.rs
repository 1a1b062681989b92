//! Whether code really runs on this machine's `/dev/kvm`, found out by running some.
//!
//! Opening the device proves nothing: some hosts emulate what a guest does, instruction by
//! instruction, some hundred times slower than the processor, and no guest kernel comes up there. So a
//! guest of a few bytes counts down in long mode, and the time it takes is the answer. No kernel,
//! no VMM.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// More than this for one round of the loop means emulation, in nanoseconds. A processor takes
/// less than one, an emulator several hundred.
const EMULATED_NS: f64 = 50.0;

/// How long the guest may take before it is given up. Emulated, it takes some 30 ms.
const PATIENCE: Duration = Duration::from_secs(2);

/// What was found out of KVM.
#[derive(Debug, Clone, PartialEq)]
pub enum Kvm {
    /// Guests run at the processor's speed.
    Usable {
        /// One round of the loop, in nanoseconds.
        ns: f64,
    },
    /// It runs guests by emulation: microVMs are faster without it.
    Emulated {
        /// One round of the loop, in nanoseconds.
        ns: f64,
    },
    /// It cannot be had, and why.
    Absent(String),
}

impl Kvm {
    /// Measures, for some ten milliseconds at most on a healthy machine. Blocks.
    #[must_use]
    pub fn measure() -> Self {
        let (tell, told) = mpsc::sync_channel(1);
        // A guest that never stops must not stop us: it is left behind, with its thread.
        let spawned = thread::Builder::new()
            .name("kvm".into())
            .spawn(move || drop(tell.send(guest::nanoseconds_a_round())));
        match spawned.map(|_| told.recv_timeout(PATIENCE)) {
            Ok(Ok(Ok(ns))) if ns <= EMULATED_NS => Self::Usable { ns },
            Ok(Ok(Ok(ns))) => Self::Emulated { ns },
            Ok(Ok(Err(why))) => Self::Absent(why),
            Ok(Err(_)) => Self::Absent("a guest of a few bytes does not come to its end".into()),
            Err(error) => Self::Absent(error.to_string()),
        }
    }

    /// Whether microVMs should use it.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        matches!(self, Self::Usable { .. })
    }
}

#[cfg(target_arch = "x86_64")]
mod guest {
    use std::time::Instant;

    use kvm_bindings::{kvm_segment, kvm_userspace_memory_region};
    use kvm_ioctls::{Kvm, VcpuExit, VcpuFd};

    /// Rounds of the loop.
    const ROUNDS: u64 = 20_000;

    const PAGE: usize = 4096;
    /// Where things are in the guest's memory: code, and the three levels of its page tables.
    const CODE: usize = PAGE;
    const TABLES: usize = 2 * PAGE;
    const PAGES: usize = 5;

    /// `dec rcx; jnz -5; hlt`
    const LOOP: [u8; 6] = [0x48, 0xff, 0xc9, 0x75, 0xfb, 0xf4];

    /// The guest's memory, at a page's boundary.
    #[repr(C, align(4096))]
    struct Memory([u8; PAGES * PAGE]);

    impl Memory {
        fn new() -> Box<Self> {
            let mut memory = Box::new(Self([0; PAGES * PAGE]));
            memory.0[CODE..CODE + LOOP.len()].copy_from_slice(&LOOP);
            // Present and writable; the last level maps the first 2 MiB at once.
            let next = |level: usize| (TABLES + level * PAGE) as u64 | 0b11;
            for (level, entry) in [next(1), next(2), 0b1000_0011].into_iter().enumerate() {
                let at = TABLES + level * PAGE;
                memory.0[at..at + 8].copy_from_slice(&entry.to_le_bytes());
            }
            memory
        }
    }

    /// How long one round takes.
    pub fn nanoseconds_a_round() -> Result<f64, String> {
        let failed = |what: &str| {
            let what = what.to_owned();
            move |error: kvm_ioctls::Error| format!("{what}: {error}")
        };
        let kvm = Kvm::new().map_err(failed("/dev/kvm"))?;
        let vm = kvm.create_vm().map_err(failed("a VM cannot be made"))?;
        let memory = Memory::new();
        let region = kvm_userspace_memory_region {
            slot: 0,
            flags: 0,
            guest_phys_addr: 0,
            memory_size: (PAGES * PAGE) as u64,
            userspace_addr: std::ptr::from_ref(&*memory) as u64,
        };
        // SAFETY: the region is the whole of `memory`, which outlives the VM (declared before
        // `vcpu`, dropped after it; the VM is used no more when this returns), and nobody reads
        // or writes it while the guest may.
        unsafe { vm.set_user_memory_region(region) }.map_err(failed("no memory for a VM"))?;
        let mut vcpu = vm.create_vcpu(0).map_err(failed("a VM's processor cannot be made"))?;
        enter_long_mode(&vcpu).map_err(failed("long mode"))?;
        let begun = Instant::now();
        match vcpu.run().map_err(failed("a guest cannot be run"))? {
            VcpuExit::Hlt => {}
            other => return Err(format!("a guest of a few bytes ends with {other:?}")),
        }
        let took = begun.elapsed().as_nanos() as f64 / ROUNDS as f64;
        drop((vcpu, vm, memory));
        Ok(took)
    }

    /// Puts the processor at the loop, in 64-bit mode, as the processor's manuals have it.
    fn enter_long_mode(vcpu: &VcpuFd) -> Result<(), kvm_ioctls::Error> {
        let mut special = vcpu.get_sregs()?;
        special.cr3 = TABLES as u64;
        special.cr4 |= 1 << 5; // physical address extension
        special.cr0 |= 1 << 31 | 1; // paging, protection
        special.efer |= 1 << 8 | 1 << 10; // long mode, enabled and active
        let code = kvm_segment {
            limit: 0xffff_ffff,
            selector: 8,
            type_: 11,
            present: 1,
            s: 1,
            l: 1,
            g: 1,
            ..kvm_segment::default()
        };
        let data = kvm_segment { selector: 16, type_: 3, l: 0, db: 1, ..code };
        special.cs = code;
        (special.ds, special.es, special.ss) = (data, data, data);
        (special.fs, special.gs) = (data, data);
        vcpu.set_sregs(&special)?;
        let mut general = vcpu.get_regs()?;
        (general.rip, general.rcx, general.rflags) = (CODE as u64, ROUNDS, 2);
        vcpu.set_regs(&general)
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod guest {
    /// Not written for this processor.
    pub fn nanoseconds_a_round() -> Result<f64, String> {
        Err("the measurement is written for x86-64 only".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever machine this is: where there is a device that can be opened, the guest comes to its end.
    #[test]
    fn a_guest_counts_to_its_end_or_there_is_no_kvm() {
        let found = Kvm::measure();
        let device = std::fs::File::options().read(true).write(true).open("/dev/kvm");
        match found {
            Kvm::Usable { ns } => assert!(device.is_ok() && ns <= EMULATED_NS),
            Kvm::Emulated { ns } => assert!(device.is_ok() && ns > EMULATED_NS),
            Kvm::Absent(why) => assert!(device.is_err(), "{why}"),
        }
    }
}
