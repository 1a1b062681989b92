//! The data directory and the port.

use std::fs;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use super::check::Check;
use crate::root;

/// Free space below which images and code soon do not fit, bytes.
const LITTLE_SPACE: u64 = 1 << 30;

/// Whether the data directory can be written, and how much fits in it.
pub fn data_dir(dir: &Path) -> Check {
    const NAME: &str = "data directory";
    let shown = dir.display();
    match free_space(dir) {
        Ok(free) if free >= LITTLE_SPACE => {
            Check::fine(NAME, format!("{shown}, {} MB free", free >> 20))
        }
        Ok(free) => Check::worse(
            NAME,
            format!("{shown}, only {} MB free", free >> 20),
            "free some space, or choose another place: --data-dir DIR",
        ),
        Err(e) => Check::missing(
            NAME,
            format!("{shown} cannot be written: {e}"),
            "make it writable, or choose another place: --data-dir DIR",
        ),
    }
}

fn free_space(dir: &Path) -> io::Result<u64> {
    fs::create_dir_all(dir)?;
    let probe = dir.join(format!(".doctor.{}", std::process::id()));
    fs::write(&probe, "")?;
    fs::remove_file(&probe)?;
    let space = rustix::fs::statvfs(dir)?;
    Ok(space.f_bavail * space.f_frsize)
}

/// Whether a server could listen there.
pub fn port(listen: SocketAddr, data_dir: &Path) -> Check {
    const NAME: &str = "address";
    match TcpListener::bind(listen) {
        Ok(_) => Check::fine(NAME, format!("{listen} is free")),
        Err(e) if e.kind() == ErrorKind::AddrInUse => {
            if root::endpoint(data_dir) == Some(format!("http://{listen}")) {
                return Check::fine(NAME, format!("a server of fika runs at {listen}"));
            }
            Check::worse(
                NAME,
                format!("{listen} is taken by another program"),
                "choose another: fika serve --listen 127.0.0.1:0",
            )
        }
        Err(e) => Check::worse(
            NAME,
            format!("{listen}: {e}"),
            "choose an address of this machine: fika serve --listen 127.0.0.1:9000",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::State;
    use super::*;

    #[test]
    fn a_place_to_write_is_needed() {
        let dir = tempfile::tempdir().expect("a directory");
        assert_ne!(data_dir(&dir.path().join("new")).state, State::Missing);
        assert_eq!(fs::read_dir(dir.path().join("new")).expect("made").count(), 0);
        let file = dir.path().join("file");
        fs::write(&file, "").expect("written");
        assert_eq!(data_dir(&file).state, State::Missing);
    }

    #[test]
    fn a_taken_port_is_told_from_our_own() {
        let dir = tempfile::tempdir().expect("a directory");
        let taken = TcpListener::bind("127.0.0.1:0").expect("bound");
        let listen = taken.local_addr().expect("an address");
        assert_eq!(port(listen, dir.path()).state, State::Worse);
        root::publish_endpoint(dir.path(), &format!("http://{listen}")).expect("published");
        assert_eq!(port(listen, dir.path()).state, State::Fine);
        drop(taken);
        assert_eq!(port(listen, dir.path()).state, State::Fine);
    }
}
