//! No wall at all, for machines where namespaces are forbidden: a sandbox is init and what comes
//! of it, ordinary processes of the server's user.
//!
//! - [`Outside`]: what is in a wall at one place is here at another
//! - [`Tmp`]: a directory that goes with its sandbox
//!
//! Init takes from the function what can be taken without a namespace: capabilities, system calls
//! (seccomp) and, where the kernel has Landlock, files and signals. All that hides or bounds
//! nothing for good: network, processes and disk are the machine's.

mod outside;
mod tmp;

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::process::Stdio;
use std::sync::Arc;

use fika_init::place;
use fika_jailer::MARK;
use tokio::process::Command;
use tokio::task::spawn_blocking;

pub(crate) use outside::Outside;
pub(crate) use tmp::{Tmp, remove};

use crate::cgroup::{Cgroups, Limits};
use crate::door::Door;
use crate::error::WallError;
use crate::jail::birth::{Born, Guard, Space, flat, hello, log_pipe};
use crate::jail::home::Home;
use crate::jail::users::Users;
use crate::jail::{WallSpec, kill};
use crate::sandbox::control::Control;

/// Starts a sandbox. What was made is undone when a step fails.
pub(crate) async fn bear(
    home: &Home,
    users: &Arc<Users>,
    cgroups: &Arc<Cgroups>,
    spec: &WallSpec,
    limits: Limits,
) -> Result<Born, WallError> {
    let mut lease = users.lease()?;
    let tmp = Tmp::make(&home.path("tmp").join(spec.sandbox.to_string()))?;
    let (api, endpoint) =
        (listen().map_err(WallError::Spawn)?, listen().map_err(WallError::Spawn)?);
    let outside = Outside::new(spec.image.clone(), tmp.path(), api.1, endpoint.1);
    let (ours, theirs) = StdUnixStream::pair().map_err(WallError::Spawn)?;
    let (log, log_end) = log_pipe(lease.mapped()).map_err(WallError::Spawn)?;
    let mut control = Control::new(ours).map_err(WallError::Spawn)?;
    let mut jailer = init(home, spec, &tmp, theirs, log_end).spawn().map_err(WallError::Spawn)?;
    let (cgroups, id) = (cgroups.clone(), spec.sandbox);
    let cgroup = flat(spawn_blocking(move || cgroups.create(id, limits)).await);
    let greeted = match cgroup.map(Guard).map_err(WallError::Cgroup) {
        Ok(cgroup) => hello(&mut control).await.map(|()| cgroup.keep()),
        Err(error) => Err(error),
    };
    match greeted {
        Ok(cgroup) => Ok(Born {
            control,
            jailer,
            lease,
            cgroup,
            network: None,
            api: Door::tcp(api.0).map_err(WallError::Spawn)?,
            endpoint: Door::tcp(endpoint.0).map_err(WallError::Spawn)?,
            tmp: Space::Directory(tmp),
            log,
            outside: Some(outside),
        }),
        Err(error) => {
            kill(&mut jailer, &mut control, &mut lease).await;
            Err(error)
        }
    }
}

/// Init as an ordinary process. It ends all that came of it when its control stream ends.
fn init(home: &Home, spec: &WallSpec, tmp: &Tmp, control: StdUnixStream, log: OwnedFd) -> Command {
    let mut command = Command::new(home.path("init"));
    command
        .args([MARK, home.instance(), &spec.sandbox.to_string(), place::PLAIN])
        .args([&home.path("filter"), home.code_dir(), &spec.image, tmp.path()])
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::from(OwnedFd::from(control)))
        .stdout(Stdio::from(log))
        .process_group(0);
    command
}

/// A listener at an address nobody else has. Who can list the machine's sockets finds it all the
/// same.
fn listen() -> io::Result<(TcpListener, SocketAddrV4)> {
    let [a, b, c, ..] = RandomState::new().build_hasher().finish().to_le_bytes();
    // 127.0.0.0 to 127.0.0.255 have uses, and the last address is for broadcasts.
    let host = Ipv4Addr::new(127, a.max(1), b, c.clamp(1, 254));
    let listener = TcpListener::bind((host, 0))?;
    let port = listener.local_addr()?.port();
    Ok((listener, SocketAddrV4::new(host, port)))
}
