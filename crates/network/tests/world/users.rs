//! Ordinary users of the machine. Needs root, to make a machine on which there is one.

use std::fs;
use std::process::{Child, Command, Stdio};

use super::{World, world};

/// Runs a test as an ordinary user of a machine in a world.
pub fn as_a_user(name: &str, test: impl AsyncFnOnce()) {
    if !rustix::process::geteuid().is_root() {
        if std::env::var_os(IN_WORLD).is_some() {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(test());
        }
        return;
    }
    let Some(world) = able_world() else { return };
    let ended = world.on_machine(|| user(OPEN, name).status().unwrap());
    assert!(ended.success());
}

/// Said to those who are in a world.
const IN_WORLD: &str = "FIKA_TEST_WORLD";

/// Gives everybody what pasta needs, as distributions do.
pub const OPEN: &str = "mount -t tmpfs tmpfs /mnt && mknod -m 666 /mnt/tun c 10 200 && \
    mount --bind /mnt/tun /dev/net/tun";

/// A test of this program, run as an ordinary user.
pub fn user(prepare: &str, test: &str) -> Command {
    let become_user = "exec setpriv --reuid 65534 --regid 65534 --clear-groups \"$@\"";
    let mut user = Command::new("unshare");
    user.args(["--mount", "sh", "-c", &format!("{prepare} && {become_user}"), "sh"]);
    user.arg(std::env::current_exe().unwrap());
    user.args(["--exact", test, "--include-ignored", "--nocapture"]).env(IN_WORLD, "1");
    user
}

pub fn start(world: &World, test: &str) -> Child {
    world.on_machine(|| user(OPEN, test).stdout(Stdio::piped()).spawn().unwrap())
}

pub fn able_world() -> Option<World> {
    for program in ["pasta", "nsenter", "unshare", "setpriv", "python3"] {
        if Command::new(program).arg("--version").output().is_err() {
            eprintln!("SKIPPED: needs {program}");
            return None;
        }
    }
    if fs::metadata("/dev/net/tun").is_err() {
        eprintln!("SKIPPED: needs /dev/net/tun");
        return None;
    }
    world()
}
