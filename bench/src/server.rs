//! A fika server of its own, and signed requests to it.

use std::fs;
use std::io::{Cursor, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use fika_aws::sigv4::{Credentials, Service, Signer};
use fika_model::{AccountId, Region, Scope};
use http::{Method, Request};
use serde::Deserialize;
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::http::Connection;
use crate::place::Place;
use crate::process::{Process, clean, until};

const REGION: &str = "us-east-1";
/// Where the functions are.
pub const API: &str = "/2015-03-31/functions";

#[derive(Deserialize)]
struct Keys {
    access_key_id: String,
    secret_access_key: String,
    account_id: String,
}

/// An image as `fika runtime list` tells it.
#[derive(Deserialize)]
pub struct Image {
    /// Its runtime, as in `nodejs22.x`.
    pub runtime: String,
    /// Its tree, on this machine.
    pub root: PathBuf,
    /// What it was made of.
    pub source: String,
}

/// A running server.
pub struct Server {
    /// Its process.
    pub process: Process,
    /// Where it listens.
    pub address: SocketAddr,
    keys: Keys,
    fika: PathBuf,
    data: PathBuf,
    runtimes: PathBuf,
    log: PathBuf,
}

impl Server {
    /// Starts one on the cores of the calling thread, with a new data directory; runtime images
    /// are kept from run to run.
    ///
    /// # Errors
    /// When it does not come up; its log says why.
    pub fn start(place: &Place, name: &str, flags: &[&str]) -> Result<Self> {
        let data = place.data(name);
        if data.exists() {
            fs::remove_dir_all(&data).with_context(|| format!("removing {}", data.display()))?;
        }
        Self::again(place, name, flags)
    }

    /// The same with the data directory that an earlier one of that name has left.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn again(place: &Place, name: &str, flags: &[&str]) -> Result<Self> {
        let data = place.data(name);
        fs::create_dir_all(&data)?;
        let runtimes = place.dir.join("runtimes");
        let log_path = place.dir.join(format!("{name}.log"));
        let log = fs::File::create(&log_path)?;
        let mut serve = clean(&place.fika);
        serve.args(["serve", "--listen", "127.0.0.1:0", "--account-concurrency", "10000"]);
        if !flags.contains(&"--memory") {
            // Only a promise: what the functions really use is little.
            serve.args(["--memory", "1000000"]);
        }
        serve.args(flags);
        serve.arg("--data-dir").arg(&data).arg("--runtimes-dir").arg(&runtimes);
        let mut process =
            Process::start("fika", serve.stdout(Stdio::piped()).stderr(Stdio::from(log)))?;
        let ready = process.first_line().with_context(|| format!("see {}", log_path.display()))?;
        let url = ready.rsplit_once("http://").context("no address in its first line")?.1;
        let keys = fs::read(data.join("credentials")).context("reading the server's key")?;
        let (address, keys) = (url.parse()?, serde_json::from_slice(&keys)?);
        let (fika, log) = (place.fika.clone(), log_path);
        Ok(Self { process, address, keys, fika, data, runtimes, log })
    }

    /// One that is part of a process of another kind, and answers at that address.
    ///
    /// # Errors
    /// When it has left no key in its data directory.
    pub fn within(
        place: &Place,
        name: &str,
        process: Process,
        address: SocketAddr,
    ) -> Result<Self> {
        let data = place.data(name);
        let keys = fs::read(data.join("credentials")).context("reading the server's key")?;
        let (keys, fika) = (serde_json::from_slice(&keys)?, place.fika.clone());
        let (runtimes, log) = (place.dir.join("runtimes"), place.dir.join(format!("{name}.log")));
        Ok(Self { process, address, keys, fika, data, runtimes, log })
    }

    /// Makes a function, and waits until it can be called.
    ///
    /// # Errors
    /// With what `fika deploy` says.
    pub fn deploy(&self, name: &str, path: &Path, memory_mb: u32) -> Result<()> {
        let mut deploy = self.command("deploy");
        deploy.arg(path).args(["--name", name, "--timeout", "30"]);
        deploy.args(["--memory", &memory_mb.to_string()]);
        output(&mut deploy).map(drop)
    }

    /// The runtime image whose name starts so.
    ///
    /// # Errors
    /// When there is none.
    pub fn image(&self, family: &str) -> Result<Image> {
        let mut list = clean(&self.fika);
        list.args(["--output", "json", "runtime", "list", "--runtimes-dir"]).arg(&self.runtimes);
        list.arg("--data-dir").arg(&self.data);
        let images: Vec<Image> = serde_json::from_slice(&output(&mut list)?)?;
        let found = images.into_iter().find(|image| image.runtime.starts_with(family));
        found.with_context(|| format!("there is no image of {family}"))
    }

    /// Makes many functions of one program, and waits until they can be called.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn create_all(&self, names: &[String], program: &Path, memory_mb: u32) -> Result<()> {
        let zip = BASE64.encode(zip_of(program)?);
        let role = format!("arn:aws:iam::{}:role/bench", self.keys.account_id);
        for name in names {
            let body = json!({
                "FunctionName": name, "Runtime": "provided.al2023", "Handler": "bootstrap",
                "Role": role, "MemorySize": memory_mb, "Code": { "ZipFile": zip },
            });
            self.call(Method::POST, API, &body.to_string())?;
        }
        for name in names {
            let path = format!("{API}/{name}/configuration");
            until(|| Ok(self.call(Method::GET, &path, "")?["State"] == "Active"))?;
        }
        Ok(())
    }

    fn command(&self, name: &str) -> Command {
        let mut command = clean(&self.fika);
        command.arg(name).arg("--data-dir").arg(&self.data);
        command
    }

    /// A signed Invoke, as it goes over the wire. Good for five minutes.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn invoke_request(&self, function: &str, event: &Value) -> Result<Vec<u8>> {
        let path = format!("{API}/{function}/invocations");
        self.signed(Method::POST, &path, &[], &event.to_string())
    }

    /// The same for an event, which nobody waits for.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn event_request(&self, function: &str, event: &Value) -> Result<Vec<u8>> {
        let path = format!("{API}/{function}/invocations");
        let headers = [("x-amz-invocation-type", "Event")];
        self.signed(Method::POST, &path, &headers, &event.to_string())
    }

    /// Logs in to the console with the root's key; the cookie.
    ///
    /// # Errors
    /// When it is not let in.
    pub fn console_cookie(&self) -> Result<String> {
        let Keys { access_key_id, secret_access_key, .. } = &self.keys;
        let login = json!({
            "access_key_id": access_key_id, "secret_access_key": secret_access_key,
        });
        let (login, address) = (login.to_string(), self.address);
        let request = format!(
            "POST /console/login HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\n\
             fika-console: 1\r\ncontent-length: {}\r\n\r\n{login}",
            login.len()
        );
        let mut connection = Connection::open(address)?;
        let response = connection.exchange(request.as_bytes())?;
        response.must_succeed()?;
        let cookie = response.header("set-cookie").context("a cookie")?;
        Ok(cookie.split(';').next().unwrap_or_default().to_owned())
    }

    /// Asks for the machine room, whose pictures come over this connection.
    ///
    /// # Errors
    /// When nobody listens.
    pub fn look_at_console(&self, cookie: &str) -> Result<TcpStream> {
        let mut stream = TcpStream::connect(self.address)?;
        let address = self.address;
        let request =
            format!("GET /console/live HTTP/1.1\r\nhost: {address}\r\ncookie: {cookie}\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        Ok(stream)
    }

    /// What a function answers.
    ///
    /// # Errors
    /// When it fails.
    pub fn invoke(&self, function: &str, event: &Value) -> Result<Value> {
        self.call(Method::POST, &format!("{API}/{function}/invocations"), &event.to_string())
    }

    fn signed(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Vec<u8>> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let mut request =
            Request::builder().method(method).uri(path).header("host", self.address.to_string());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(())?.into_parts();
        let Keys { access_key_id, secret_access_key, .. } = &self.keys;
        let credentials = Credentials {
            access_key: access_key_id,
            secret_key: secret_access_key,
            session_token: None,
        };
        let signer = Signer { credentials, region: REGION, service: Service::LAMBDA };
        signer.sign(&mut parts, body.as_bytes(), i64::try_from(now)?)?;
        let mut wire = format!("{} {path} HTTP/1.1\r\n", parts.method);
        for (name, value) in &parts.headers {
            wire += &format!("{name}: {}\r\n", value.to_str()?);
        }
        wire += &format!("content-length: {}\r\n\r\n{body}", body.len());
        Ok(wire.into_bytes())
    }

    /// A signed request of any kind, and its answer.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn call(&self, method: Method, path: &str, body: &str) -> Result<Value> {
        let request = self.signed(method, path, &[], body)?;
        let mut connection = Connection::open(self.address)?;
        let response = connection.exchange(&request)?;
        response.must_succeed()?;
        Ok(serde_json::from_slice(response.body)?)
    }

    /// Changes an environment variable of a function, so that its next call is a cold start, and
    /// waits until the change has been made.
    ///
    /// # Errors
    /// When the server refuses, or the change fails.
    pub fn renew(&self, function: &str, serial: usize) -> Result<()> {
        let path = format!("{API}/{function}/configuration");
        let change = json!({ "Environment": { "Variables": { "SERIAL": serial.to_string() } } });
        self.call(Method::PUT, &path, &change.to_string())?;
        until(|| {
            let now = self.call(Method::GET, &path, "")?;
            match now["LastUpdateStatus"].as_str() {
                Some("Successful") => Ok(true),
                Some("InProgress") => Ok(false),
                _ => bail!("the update failed: {now}"),
            }
        })
    }

    /// How often it has logged something.
    ///
    /// # Errors
    /// When its log cannot be read.
    pub fn has_logged(&self, what: &str) -> Result<usize> {
        let log = fs::read_to_string(&self.log).context("reading the server's log")?;
        Ok(log.matches(what).count())
    }

    /// The account and region of its requests.
    ///
    /// # Errors
    /// When its own key has no account.
    pub fn scope(&self) -> Result<Scope> {
        let account = AccountId::new(&self.keys.account_id)?;
        Ok(Scope { account, region: Region::new(REGION)? })
    }

    /// Ends it as Ctrl-C does, and keeps its data.
    ///
    /// # Errors
    /// When it does not end well.
    pub fn halt(self) -> Result<()> {
        self.process.stop()
    }

    /// Ends it as Ctrl-C does, and removes its data.
    ///
    /// # Errors
    /// When it does not end well.
    pub fn stop(self) -> Result<()> {
        self.process.stop()?;
        fs::remove_dir_all(&self.data).context("removing the server's data")
    }

    /// Ends it, and gives the log it leaves.
    ///
    /// # Errors
    /// When it does not end well.
    pub fn stop_and_read(self) -> Result<String> {
        let log = self.log.clone();
        self.stop()?;
        fs::read_to_string(log).context("reading the server's log")
    }
}

/// A package with one program, its `bootstrap`.
///
/// # Errors
/// When the program cannot be read.
pub fn zip_of(program: &Path) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("bootstrap", SimpleFileOptions::default().unix_permissions(0o755))?;
    zip.write_all(&fs::read(program)?)?;
    Ok(zip.finish()?.into_inner())
}

fn output(command: &mut Command) -> Result<Vec<u8>> {
    let output = command.output().with_context(|| format!("running {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(output.stdout)
}
