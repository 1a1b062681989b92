//! What every image has: the C library, a shell and the few tools that `bootstrap` scripts use,
//! `/etc`, certificates, time zones, and the places things are mounted at.

use std::env;
use std::path::{Path, PathBuf};

use super::tree::Tree;
use super::{ImageError, elf};

/// Directories that must exist before something is mounted on them, or that Lambda has.
const DIRS: &[&str] = &[
    "/dev",
    "/proc",
    "/sys",
    "/tmp",
    // These two and `/var/lang/lib` are on the library path. A runtime that starts before its
    // function is known would never again look in one that is not there.
    "/opt/lib",
    "/var/task/lib",
    "/var/runtime",
    "/var/lang/bin",
    "/var/lang/lib",
    "/var/tmp",
    "/run",
    "/mnt",
    "/usr/bin",
    "/usr/sbin",
    "/usr/lib",
    "/usr/lib64",
];

const LINKS: &[(&str, &str)] = &[
    ("/bin", "usr/bin"),
    ("/sbin", "usr/sbin"),
    ("/lib", "usr/lib"),
    ("/lib64", "usr/lib64"),
    ("/etc/localtime", "/usr/share/zoneinfo/UTC"),
    ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"),
];

/// The user is Lambda's own. Names are resolved by nobody yet: a sandbox has loopback only.
const ETC: &[(&str, &str)] = &[
    (
        "passwd",
        "root:x:0:0:root:/root:/sbin/nologin\n\
        sbx_user1051:x:993:990::/home/sbx_user1051:/sbin/nologin\n",
    ),
    ("group", "root:x:0:\nsbx_user1051:x:990:\n"),
    ("hosts", "127.0.0.1 localhost sandbox.localdomain sandbox\n::1 localhost\n"),
    ("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\nservices: files\n"),
    ("resolv.conf", ""),
    ("services", "http 80/tcp\nhttps 443/tcp\ndomain 53/tcp\ndomain 53/udp\n"),
];

/// The libraries a program built elsewhere may ask for.
const LIBRARIES: &[&str] = &[
    "libc.so.6",
    "libm.so.6",
    "libdl.so.2",
    "libpthread.so.0",
    "librt.so.1",
    "libutil.so.1",
    "libresolv.so.2",
    "libanl.so.1",
    "libgcc_s.so.1",
    "libstdc++.so.6",
    "libz.so.1",
    "libnss_files.so.2",
    "libnss_dns.so.2",
];

const TOOLS: &[&str] = &[
    "bash", "awk", "base64", "basename", "cat", "chmod", "cp", "cut", "date", "dirname", "echo",
    "env", "expr", "false", "find", "grep", "head", "id", "ls", "mkdir", "mktemp", "mv", "printf",
    "pwd", "readlink", "rm", "sed", "seq", "sleep", "sort", "stat", "tail", "tee", "test", "touch",
    "tr", "true", "uname", "uniq", "wc", "xargs", "curl",
];

const CERTIFICATES: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
];

/// Writes all of it. What the machine does not have is left out, but for a C library and a shell.
pub(super) fn install(tree: &Tree) -> Result<(), ImageError> {
    for dir in DIRS {
        tree.dir(dir)?;
    }
    for (path, target) in LINKS {
        tree.link(path, target)?;
    }
    for (name, text) in ETC {
        tree.write(&format!("/etc/{name}"), text.as_bytes())?;
    }
    libraries(tree)?;
    tools(tree)?;
    data(tree)
}

fn libraries(tree: &Tree) -> Result<(), ImageError> {
    let dirs = elf::library_dirs();
    for name in LIBRARIES {
        let places = dirs.iter().map(|dir| Path::new(dir).join(name));
        if let Some(library) = places.into_iter().find(|place| place.is_file()) {
            tree.copy(&library, &elf::merged(&library.to_string_lossy()))?;
        }
    }
    Ok(())
}

fn tools(tree: &Tree) -> Result<(), ImageError> {
    elf::install(tree, Path::new("/bin/sh"), "/usr/bin/sh")?;
    for name in TOOLS {
        let Some(tool) =
            ["/usr/bin", "/bin"].iter().map(|dir| Path::new(dir).join(name)).find(|p| p.is_file())
        else {
            continue;
        };
        if let Err(error) = elf::install(tree, &tool, &format!("/usr/bin/{name}")) {
            tracing::debug!(%error, "a tool is left out of the images");
        }
    }
    Ok(())
}

fn data(tree: &Tree) -> Result<(), ImageError> {
    if let Some(bundle) = CERTIFICATES.iter().map(Path::new).find(|path| path.is_file()) {
        tree.copy(bundle, "/etc/pki/tls/certs/ca-bundle.crt")?;
    }
    for dir in ["/usr/share/zoneinfo", "/usr/lib/locale/C.utf8"] {
        let from = Path::new(dir);
        if from.is_dir() {
            // The same zones again, in other reckonings.
            let twice = [from.join("posix"), from.join("right")];
            tree.copy_all(from, dir, &|path| !twice.iter().any(|skip| skip == path))?;
        }
    }
    Ok(())
}

/// The places where programs of that name may be on this machine.
pub(super) fn on_path(name: &str) -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut dirs: Vec<PathBuf> = env::split_paths(&path).collect();
    dirs.extend(["/usr/local/bin".into(), "/usr/bin".into()]);
    dirs.into_iter().map(move |dir| dir.join(name)).filter(|program| program.is_file())
}
