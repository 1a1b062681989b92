//! From the first instruction to the hello.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags};
use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};
use rustix::net::netlink::{KOBJECT_UEVENT, SocketAddrNetlink};
use rustix::net::{AddressFamily, RecvFlags, SocketFlags, SocketType};
use rustix::process::{DumpableBehavior, set_dumpable_behavior};

use super::group::Group;
use super::link::{Disks, Link};
use super::network::Network;
use super::root;
use super::stream::Stream;
use crate::seal::Filter;

/// What the boot made.
pub struct Guest {
    pub link: Link,
    pub filter: Filter,
}

/// Names the step that an error belongs to.
trait Step<T> {
    fn step(self, step: &str) -> io::Result<T>;
}

impl<T, E: Into<io::Error>> Step<T> for Result<T, E> {
    fn step(self, step: &str) -> io::Result<T> {
        self.map_err(|error| {
            let error = error.into();
            io::Error::new(error.kind(), format!("{step}: {error}"))
        })
    }
}

/// Makes the machine a sandbox, and says hello.
pub fn boot() -> io::Result<Guest> {
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    for (kind, at) in [("devtmpfs", "/dev"), ("proc", "/proc"), ("sysfs", "/sys")] {
        attach(kind, at).step(at)?;
    }
    let news = News::listen().step("listen to the kernel")?;
    insert_modules().step("insert the modules")?;
    let stream = open_stream(&news).step("open the stream to the host")?;
    let [image, code, layers] = ["vda", "vdb", "vdc"].map(|name| news.wait_for(|| open_disk(name)));
    drop(image.step("find the image's disk")?);
    let code = code.step("find the code's disk")?;
    let layers = layers.step("find the layers' disk")?;
    let filter = Filter::parse(&fs::read("/filter").step("read the seccomp program")?);
    set_kernel_up().step("set the kernel up")?;
    fika_netlink::bring_loopback_up().step("bring loopback up")?;
    let group = Group::make().step("make the function's cgroup")?;
    root::build().step("build the root")?;
    let network = Network::new().step("make room for the resolvers")?;
    for name in ["/dev", "/proc", "/sys"] {
        unmount(name, UnmountFlags::DETACH).step(name)?;
    }
    root::switch().step("switch to the new root")?;
    let link = Link::open(stream, group, Disks { code, layers }, network).step("say hello")?;
    Ok(Guest { link, filter })
}

fn attach(kind: &str, at: &str) -> io::Result<()> {
    // They may be there or not: it is for whoever made the initramfs to say.
    let _may_be_there = fs::create_dir(at);
    let flags = MountFlags::NOSUID | MountFlags::NOEXEC;
    match mount(kind, at, kind, flags, None) {
        // Some kernels mount their devices by themselves.
        Err(rustix::io::Errno::BUSY) => Ok(()),
        done => Ok(done?),
    }
}

/// Inserts what `/modules` holds, by name, and lets go of it.
fn insert_modules() -> io::Result<()> {
    let Ok(modules) = fs::read_dir("/modules") else { return Ok(()) };
    let mut paths: Vec<_> = modules.flatten().map(|module| module.path()).collect();
    paths.sort();
    for path in paths {
        let module = fs::File::open(&path)?;
        match rustix::system::finit_module(&module, c"", 0) {
            Ok(()) | Err(rustix::io::Errno::EXIST) => fs::remove_file(&path)?,
            Err(error) => return Err(error).step(&path.to_string_lossy()),
        }
    }
    Ok(())
}

fn open_stream(news: &News) -> io::Result<Stream> {
    let line = fs::read_to_string("/proc/cmdline")?;
    let word = line.split_ascii_whitespace().find_map(|word| word.strip_prefix("fika.stream="));
    match word {
        Some("vport") => news.wait_for(Stream::port),
        Some("vsock") => news.wait_for(Stream::vsock),
        _ => Err(io::Error::other("the kernel's command line has no fika.stream=vport or =vsock")),
    }
}

fn open_disk(name: &str) -> io::Result<Option<OwnedFd>> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    match rustix::fs::open(format!("/dev/{name}"), flags, Mode::empty()) {
        Ok(disk) => Ok(Some(disk)),
        Err(rustix::io::Errno::NOENT | rustix::io::Errno::NXIO) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What no process of a guest needs, privileged or not, is taken from all of them; and memory is
/// given as by a host that has plenty: the function's limit is for its cgroup to hold. Linux's
/// Documentation/admin-guide/sysctl.
const SETTINGS: [(&str, &str); 14] = [
    ("dev/tty/ldisc_autoload", "0"),
    ("dev/tty/legacy_tiocsti", "0"),
    ("kernel/dmesg_restrict", "1"),
    ("kernel/io_uring_disabled", "2"),
    ("kernel/kexec_load_disabled", "1"),
    ("kernel/kptr_restrict", "2"),
    // All there will ever be are in.
    ("kernel/modules_disabled", "1"),
    // A kernel that has stumbled may be somebody's doing: the machine ends.
    ("kernel/panic_on_oops", "1"),
    ("kernel/perf_event_paranoid", "3"),
    ("kernel/sysrq", "0"),
    ("kernel/unprivileged_bpf_disabled", "1"),
    // Its device has no address that nobody gave it.
    ("net/ipv6/conf/eth0/addr_gen_mode", "1"),
    ("user/max_user_namespaces", "0"),
    ("vm/overcommit_memory", "1"),
];

fn set_kernel_up() -> io::Result<()> {
    for (name, value) in SETTINGS {
        match fs::write(format!("/proc/sys/{name}"), value) {
            // This kernel has not even the thing.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            done => done.step(name)?,
        }
    }
    Ok(())
}

/// What the kernel tells about devices.
struct News(OwnedFd);

/// How long a device may take to come.
const PATIENCE: rustix::event::Timespec = rustix::event::Timespec { tv_sec: 30, tv_nsec: 0 };

impl News {
    fn listen() -> io::Result<Self> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let (family, kind) = (AddressFamily::NETLINK, SocketType::DGRAM);
        let socket = rustix::net::socket_with(family, kind, flags, Some(KOBJECT_UEVENT))?;
        rustix::net::bind(&socket, &SocketAddrNetlink::new(0, 1))?;
        Ok(Self(socket))
    }

    /// Looks, and looks again whenever there are news, until the thing is there.
    fn wait_for<T>(&self, look: impl Fn() -> io::Result<Option<T>>) -> io::Result<T> {
        loop {
            if let Some(found) = look()? {
                return Ok(found);
            }
            let mut on = [rustix::event::PollFd::new(&self.0, rustix::event::PollFlags::IN)];
            if rustix::event::poll(&mut on, Some(&PATIENCE))? == 0 {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "the device does not come"));
            }
            // That there were news is all we want to know.
            while rustix::net::recv(&self.0, &mut [0; 4096][..], RecvFlags::empty()).is_ok() {}
        }
    }
}
