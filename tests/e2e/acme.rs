//! Certificates by ACME, from a real issuer: Pebble, with its own DNS server that says every name is
//! this machine.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Server, tools, wait_for};

const NAME: &str = "fn.fika.test";

/// An issuer that runs, and what goes with it.
struct Pebble {
    folder: TempDir,
    port: u16,
    management: u16,
    /// Where it looks whether a name is somebody's.
    tls: u16,
    programs: Vec<Child>,
}

impl Pebble {
    /// With certificates that are good for so many seconds. `None`, and a word why, where there is none.
    fn start(seconds: u32) -> Option<Self> {
        let there = Command::new("pebble").arg("-h").stderr(Stdio::null()).status();
        if there.is_err() {
            println!("skipped: there is no pebble (apt-get install pebble)");
            return None;
        }
        let folder = tempfile::tempdir_in(tools::scratch()).expect("a folder");
        let [port, management, tls, dns] = free_ports();
        let mut pebble = Self { folder, port, management, tls, programs: vec![] };
        pebble.certify();
        let config = json!({"pebble": {
            "listenAddress": format!("127.0.0.1:{port}"),
            "managementListenAddress": format!("127.0.0.1:{management}"),
            "certificate": pebble.authority(), "privateKey": pebble.folder.path().join("key.pem"),
            "httpPort": 1, "tlsPort": tls, "ocspResponderURL": "",
            "externalAccountBindingRequired": false, "certificateValidityPeriod": seconds}});
        fs::write(pebble.folder.path().join("config.json"), config.to_string()).expect("written");
        let dns = format!("127.0.0.1:{dns}");
        let mut names = Command::new("pebble-challtestsrv");
        names.args(["-defaultIPv6", "", "-management", "127.0.0.1:0", "-dns01", &dns]);
        pebble.spawn(names.args(["-http01", "", "-https01", "", "-tlsalpn01", ""]));
        let mut issuer = Command::new("pebble");
        issuer.arg("-config").arg(pebble.folder.path().join("config.json"));
        issuer.args(["-dnsserver", &dns]).env("PEBBLE_VA_NOSLEEP", "1");
        pebble.spawn(&mut issuer);
        wait_for("pebble", || pebble.root());
        Some(pebble)
    }

    /// A certificate of its own, for those who order.
    fn certify(&self) {
        let mut openssl = Command::new("openssl");
        openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
        // Nothing but what is said here: one that says it is an authority is of no use to a server.
        let config = self.folder.path().join("openssl.cnf");
        fs::write(&config, "[req]\ndistinguished_name = name\n[name]\n").expect("written");
        openssl.arg("-config").arg(config);
        openssl.args(["-nodes", "-days", "2", "-subj", "/CN=pebble", "-addext"]);
        openssl.arg("subjectAltName=DNS:localhost,IP:127.0.0.1");
        openssl.arg("-keyout").arg(self.folder.path().join("key.pem"));
        tools::run(openssl.arg("-out").arg(self.authority()));
    }

    fn spawn(&mut self, command: &mut Command) {
        let log = self.folder.path().join(format!("{}.log", self.programs.len()));
        let log = fs::File::create(log).expect("a log");
        let command = command.stdin(Stdio::null()).stdout(log).stderr(Stdio::null());
        self.programs.push(command.spawn().expect("a program of the package pebble"));
    }

    fn authority(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    /// The certificate that those it issues stem from, once it is up.
    fn root(&self) -> Option<PathBuf> {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--fail", "--noproxy", "*", "--cacert"]).arg(self.authority());
        let output =
            tools::output(curl.arg(format!("https://127.0.0.1:{}/roots/0", self.management)));
        let path = self.folder.path().join("root.pem");
        fs::write(&path, &output.stdout).expect("written");
        output.status.success().then_some(path)
    }

    /// How many certificates it has issued.
    fn issued(&self) -> usize {
        let log = fs::read_to_string(self.folder.path().join("1.log")).expect("its log");
        log.matches("Issued certificate").count()
    }

    /// A server that orders from it.
    fn customer(&self) -> Server {
        let (port, listen) = (self.port, format!("127.0.0.1:{}", self.tls));
        let authority = self.authority().to_string_lossy().into_owned();
        let directory = format!("https://localhost:{port}/dir");
        Server::start_with(&[
            "--tls-listen",
            &listen,
            "--acme-domain",
            NAME,
            "--acme-agree-terms",
            "--acme-ca",
            &authority,
            "--acme-directory",
            &directory,
            "--acme-email",
            "ops@fika.test",
        ])
    }

    fn end(&mut self) {
        for mut program in self.programs.drain(..) {
            let _ = program.kill();
            let _ = program.wait();
        }
    }

    /// The certificate that a client who trusts that root sees, if it does.
    fn seen(&self, root: &Path) -> Option<String> {
        let resolve = format!("{NAME}:{}:127.0.0.1", self.tls);
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--noproxy", "*", "--output", "/dev/null", "--resolve", &resolve]);
        curl.args(["--write-out", "%{certs}", "--cacert"]).arg(root);
        let output = tools::output(curl.arg(format!("https://{NAME}:{}/", self.tls)));
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

impl Drop for Pebble {
    fn drop(&mut self) {
        self.end();
    }
}

fn free_ports<const N: usize>() -> [u16; N] {
    let taken = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port"));
    taken.map(|socket| socket.local_addr().expect("an address").port())
}

fn state(server: &Server) -> Value {
    let text = fs::read(server.data().join("acme/state.json")).expect("it is kept");
    serde_json::from_slice(&text).expect("JSON")
}

#[test]
fn a_certificate_is_ordered_kept_and_served_without_its_issuer() {
    let Some(mut pebble) = Pebble::start(24 * 60 * 60) else { return };
    let root = pebble.root().expect("it is up");
    let mut server = pebble.customer();
    wait_for("the certificate", || pebble.seen(&root));
    assert_eq!(pebble.issued(), 1);
    let kept = state(&server);
    assert_eq!(kept["issued"]["domains"], json!([NAME]));
    // A crash, and the issuer gone: the one that is kept is served, and nobody is asked for another.
    server.kill();
    pebble.end();
    server.restart();
    wait_for("the same certificate", || pebble.seen(&root));
    assert_eq!(state(&server), kept);
}

#[test]
fn a_certificate_is_renewed_before_it_ends() {
    let Some(pebble) = Pebble::start(12) else { return };
    let root = pebble.root().expect("it is up");
    let server = pebble.customer();
    let chain = |server: &Server| state(server)["issued"]["chain"].clone();
    let first = wait_for("the first", || pebble.seen(&root));
    let kept = chain(&server);
    wait_for("the next", || pebble.seen(&root).filter(|seen| *seen != first));
    assert_ne!(chain(&server), kept);
}

#[test]
fn an_issuer_that_is_not_there_is_not_asked_again_by_a_restart() {
    let [tls, nobody] = free_ports();
    let (listen, directory) =
        (format!("127.0.0.1:{tls}"), format!("https://localhost:{nobody}/dir"));
    let mut server = Server::start_with(&[
        "--tls-listen",
        &listen,
        "--acme-domain",
        NAME,
        "--acme-agree-terms",
        "--acme-directory",
        &directory,
    ]);
    let told = |server: &Server| server.log().contains("no certificate was issued");
    wait_for("a word of what to do", || told(&server).then_some(()));
    let failed = state(&server);
    assert_eq!(failed["trials"]["failures"], 1);
    // It serves all the same, and waits across restarts.
    server.stop();
    server.restart();
    server.client().call("GET", "/2015-03-31/functions/", "").expect(200);
    assert_eq!(state(&server), failed);
}
