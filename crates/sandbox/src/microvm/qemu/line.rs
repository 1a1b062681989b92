//! QEMU's command line: pure.

use fika_jailer::FIRST_DESCRIPTOR;

use crate::microvm::{Disk, MachineSpec};

/// Who runs the guest's instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accelerator {
    /// The processor.
    Kvm,
    /// QEMU itself, by translating them.
    Software,
}

/// The numbers of QEMU's descriptors.
#[derive(Debug, Clone, Copy)]
#[repr(i32)]
pub enum Descriptor {
    /// The control protocol.
    Qmp,
    /// The stream to init.
    Stream,
    /// What is the guest's memory.
    Memory,
    /// The runtime image's disk.
    Root,
    /// The code's disk.
    Code,
    /// The layers' disk.
    Layers,
    /// For a machine that boots.
    Kernel,
    /// For a machine that boots.
    Initrd,
}

/// The number of the guest's network device, which comes last.
fn tap(boots: bool) -> i32 {
    let before = if boots { Descriptor::Initrd } else { Descriptor::Layers };
    before.number() + 1
}

impl Descriptor {
    fn number(self) -> i32 {
        FIRST_DESCRIPTOR + self as i32
    }
}

/// Memory for translated instructions, in MiB. QEMU's own default is up to a gigabyte.
pub const TRANSLATED_MB: u32 = 64;

/// Numbers of the sets of descriptors that the first disks of code and layers are in, for the
/// control protocol.
pub const FIRST_SETS: [u32; 2] = [2, 3];

/// What QEMU calls a disk.
pub fn name(disk: Disk) -> &'static str {
    match disk {
        Disk::Code => "code",
        Disk::Layers => "layers",
    }
}

/// All of QEMU's arguments. `cmdline` is the kernel's for a machine that boots; one that is
/// restored has its kernel in memory.
pub fn arguments(
    spec: &MachineSpec,
    accelerator: Accelerator,
    cmdline: Option<&str>,
) -> Vec<String> {
    let memory = spec.memory_mb;
    let accelerate = match accelerator {
        Accelerator::Kvm => "kvm".into(),
        Accelerator::Software => format!("tcg,tb-size={TRANSLATED_MB}"),
    };
    let cpu = if accelerator == Accelerator::Kvm { "host" } else { "max" };
    // A restored machine keeps to itself what it writes.
    let share = if cmdline.is_some() { "on" } else { "off" };
    let of = |descriptor: Descriptor| format!("/proc/self/fd/{}", descriptor.number());
    let memory_file = of(Descriptor::Memory);
    let mut line = Line::default();
    line.add("-machine", "microvm,x-option-roms=off,isa-serial=off,rtc=on,memory-backend=ram");
    line.add("-accel", accelerate);
    line.add("-cpu", cpu);
    line.add("-smp", spec.cpus.to_string());
    line.add("-m", format!("{memory}M"));
    line.add(
        "-object",
        format!("memory-backend-file,id=ram,size={memory}M,mem-path={memory_file},share={share}"),
    );
    for flag in ["-nodefaults", "-no-user-config", "-no-reboot"] {
        line.flag(flag);
    }
    line.add("-display", "none");
    let deny = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";
    line.add("-sandbox", deny);
    line.add("-chardev", format!("socket,id=qmp,fd={}", Descriptor::Qmp.number()));
    line.add("-mon", "chardev=qmp,mode=control");
    // The guest knows the port by the place of this device: it comes first.
    line.add("-device", "virtio-serial-device");
    line.add("-chardev", format!("socket,id=fika,fd={}", Descriptor::Stream.number()));
    line.add("-device", "virtserialport,chardev=fika,name=fika");
    line.add("-device", "virtio-rng-device");
    let [code, layers] = FIRST_SETS;
    line.disk(Descriptor::Root, 1, "root");
    line.disk(Descriptor::Code, code, name(Disk::Code));
    line.disk(Descriptor::Layers, layers, name(Disk::Layers));
    if let Some(device) = &spec.tap {
        line.add("-netdev", format!("tap,id=net,fd={}", tap(cmdline.is_some())));
        line.add("-device", format!("virtio-net-device,netdev=net,mac={}", device.mac()));
    }
    match cmdline {
        Some(cmdline) => {
            line.add("-kernel", of(Descriptor::Kernel));
            line.add("-initrd", of(Descriptor::Initrd));
            line.add("-append", cmdline);
        }
        None => line.add("-incoming", "defer"),
    }
    line.0
}

/// The file that a disk is at first. The names are what the control protocol knows them by.
pub fn file_node(name: &str, set: u32) -> String {
    format!("{name}-file-{set}")
}

#[derive(Default)]
struct Line(Vec<String>);

impl Line {
    fn flag(&mut self, flag: &str) {
        self.0.push(flag.into());
    }

    fn add(&mut self, option: &str, value: impl Into<String>) {
        self.0.extend([option.into(), value.into()]);
    }

    /// A read-only disk. Two nodes: the one that the guest has, and the file under it, which can
    /// be another later.
    fn disk(&mut self, descriptor: Descriptor, set: u32, name: &str) {
        let file = file_node(name, set);
        self.add("-add-fd", format!("fd={},set={set}", descriptor.number()));
        self.add(
            "-blockdev",
            format!(
                "driver=file,node-name={file},filename=/dev/fdset/{set},read-only=on,locking=off"
            ),
        );
        self.add("-blockdev", format!("driver=raw,node-name={name},read-only=on,file={file}"));
        self.add("-device", format!("virtio-blk-device,drive={name}"));
    }
}

#[cfg(test)]
mod tests {
    use fika_model::SandboxId;

    use super::*;
    use crate::microvm::Tap;

    fn spec() -> MachineSpec {
        MachineSpec {
            sandbox: SandboxId(1),
            kernel: "/kernel".into(),
            initrd: "/initrd".into(),
            root_disk: "/root".into(),
            code_disk: "/code".into(),
            layers_disk: "/layers".into(),
            memory_mb: 704,
            cpus: 1,
            tap: Some(Tap::USUAL),
        }
    }

    #[test]
    fn no_path_of_the_host_is_on_the_line() {
        for cmdline in [Some("quiet"), None] {
            let line = arguments(&spec(), Accelerator::Software, cmdline).join(" ");
            assert!(!line.contains("/kernel") && !line.contains("/code "), "{line}");
            assert!(line.contains("-m 704M") && line.contains("spawn=deny"), "{line}");
        }
    }

    #[test]
    fn only_a_machine_that_boots_writes_to_what_is_its_memory() {
        let boots = arguments(&spec(), Accelerator::Kvm, Some("quiet")).join(" ");
        assert!(boots.contains("share=on") && boots.contains("-append quiet"), "{boots}");
        let restored = arguments(&spec(), Accelerator::Kvm, None).join(" ");
        assert!(restored.contains("share=off") && restored.contains("-incoming"), "{restored}");
        assert!(!restored.contains("-kernel"), "{restored}");
    }

    #[test]
    fn the_network_comes_after_all_else_and_may_be_missing() {
        let device = "virtio-net-device,netdev=net,mac=02:00:00:00:00:01";
        for (cmdline, number) in [(Some("quiet"), 11), (None, 9)] {
            let line = arguments(&spec(), Accelerator::Kvm, cmdline);
            assert!(line.contains(&format!("tap,id=net,fd={number}")), "{line:?}");
            let devices: Vec<_> = line.iter().filter(|word| word.contains("-device")).collect();
            assert_eq!(devices.last(), Some(&&device.to_string()));
        }
        let without = MachineSpec { tap: None, ..spec() };
        let line = arguments(&without, Accelerator::Kvm, None).join(" ");
        assert!(!line.contains("net"), "{line}");
    }
}
