//! What the kernel and the machine's programs offer. Judgments are pure; looking is apart.

use std::fs;

use fika_sandbox::Kvm;

use crate::machine::version_of;
use crate::walls;

use super::check::Check;

/// The first kernel with `mount_setattr`, which makes a tree of mounts read-only at once.
const KERNEL: (u32, u32) = (5, 12);

/// All of it.
pub fn checks() -> Vec<Check> {
    let release = rustix::system::uname().release().to_string_lossy().into_owned();
    let root = rustix::process::geteuid().is_root();
    vec![
        kernel(&release),
        user_namespaces(root, sysctl),
        filesystems(&fs::read_to_string("/proc/filesystems").unwrap_or_default()),
        node(version_of("node"), version_of("npm").is_some()),
        python(version_of("python3")),
        kvm(&Kvm::measure()),
    ]
}

fn sysctl(path: &str) -> Option<String> {
    Some(fs::read_to_string(format!("/proc/sys/{path}")).ok()?.trim().to_owned())
}

fn kernel(release: &str) -> Check {
    let mut numbers = release.split(['.', '-']).map_while(|part| part.parse::<u32>().ok());
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let found = format!("Linux {release}");
    if version >= KERNEL {
        Check::fine("kernel", found)
    } else {
        Check::missing("kernel", found, "upgrade to Linux 5.12 or newer")
    }
}

fn user_namespaces(root: bool, sysctl: impl Fn(&str) -> Option<String>) -> Check {
    const NAME: &str = "user namespaces";
    let is = |path: &str, value: &str| sysctl(path).as_deref() == Some(value);
    if is("user/max_user_namespaces", "0") {
        return Check::missing(NAME, "switched off", "sysctl -w user.max_user_namespaces=15000");
    }
    if root {
        return Check::fine(NAME, "on; fika runs as root");
    }
    for (path, off, fix) in [
        ("kernel/unprivileged_userns_clone", "0", "sysctl -w kernel.unprivileged_userns_clone=1"),
        (
            "kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or run fika as root",
        ),
    ] {
        if is(path, off) {
            return Check::missing(NAME, "not for ordinary users", fix);
        }
    }
    Check::fine(NAME, "on; fika runs as an ordinary user")
}

fn filesystems(list: &str) -> Check {
    const NAME: &str = "file systems";
    let has = |name: &str| list.lines().any(|line| line.split_whitespace().last() == Some(name));
    match (has("tmpfs"), has("overlay")) {
        (true, true) => Check::fine(NAME, "tmpfs, overlay"),
        (true, false) => Check::fine(NAME, "tmpfs; no overlay, which is not used yet"),
        (false, _) => Check::missing(NAME, "no tmpfs", "use a kernel with tmpfs (CONFIG_TMPFS)"),
    }
}

fn node(version: Option<String>, npm: bool) -> Check {
    const NAME: &str = "Node";
    match (version, npm) {
        (Some(version), true) => Check::fine(NAME, format!("{version}; npm fetches other majors")),
        (Some(version), false) => Check::worse(
            NAME,
            format!("{version}, but no npm to fetch other majors"),
            "apt-get install npm",
        ),
        (None, true) => Check::fine(NAME, "none; npm fetches it"),
        (None, false) => {
            Check::worse(NAME, "none, and no npm to fetch it", "apt-get install nodejs npm")
        }
    }
}

fn python(version: Option<String>) -> Check {
    match version {
        Some(version) => Check::fine("Python", version),
        None => Check::worse("Python", "none", "apt-get install python3"),
    }
}

/// What a machine has not got cannot be mended, and a jail does without.
fn kvm(kvm: &Kvm) -> Check {
    Check::fine("/dev/kvm", walls::worth(kvm))
}

#[cfg(test)]
mod tests {
    use super::super::check::State;
    use super::*;

    #[test]
    fn old_kernels_cannot() {
        for (release, expected) in [
            ("6.18.44-fc", State::Fine),
            ("5.12.0", State::Fine),
            ("5.12-rc1", State::Fine),
            ("5.4.0-generic", State::Missing),
            ("4.19", State::Missing),
            ("what", State::Missing),
        ] {
            assert_eq!(kernel(release).state, expected, "{release}");
        }
    }

    #[test]
    fn user_namespaces_may_be_off_in_three_ways() {
        for (root, set, expected) in [
            (true, ("user/max_user_namespaces", "0"), State::Missing),
            (false, ("user/max_user_namespaces", "9"), State::Fine),
            (false, ("kernel/unprivileged_userns_clone", "0"), State::Missing),
            (true, ("kernel/unprivileged_userns_clone", "0"), State::Fine),
            (false, ("kernel/apparmor_restrict_unprivileged_userns", "1"), State::Missing),
            (true, ("kernel/apparmor_restrict_unprivileged_userns", "1"), State::Fine),
        ] {
            let check = user_namespaces(root, |path| (path == set.0).then(|| set.1.to_owned()));
            assert_eq!(check.state, expected, "{set:?} {root}");
        }
    }

    #[test]
    fn runtimes_that_are_missing_keep_nobody_from_the_others() {
        let version = || Some("20.1.2".to_owned());
        assert_eq!(node(version(), true).state, State::Fine);
        assert_eq!(node(version(), false).state, State::Worse);
        assert_eq!(node(None, true).state, State::Fine);
        assert_eq!(node(None, false).state, State::Worse);
        assert_eq!(python(None).state, State::Worse);
    }

    #[test]
    fn a_wall_needs_tmpfs() {
        assert_eq!(filesystems("nodev\tsysfs\nnodev\ttmpfs\n\text4\n").state, State::Fine);
        assert_eq!(filesystems("nodev\tsysfs\n\text4\n").state, State::Missing);
    }
}
