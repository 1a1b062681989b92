//! Function URLs behind TLS, with the operator's certificate.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::{ECHO, Url};
use crate::harness::{Function, Server, tools, wait_for};

/// A certificate for `*.lambda-url.us-east-1.localhost`, its own authority.
fn certificate(folder: &Path) {
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    openssl.args(["-nodes", "-days", "2", "-subj", "/CN=fika", "-addext"]);
    openssl.arg("subjectAltName=DNS:*.lambda-url.us-east-1.localhost");
    openssl.arg("-keyout").arg(folder.join("key.pem"));
    tools::run(openssl.arg("-out").arg(folder.join("cert.pem")));
}

/// What `curl` gets, which trusts that certificate only.
fn get(url: &str, authority: &Path) -> Option<String> {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--fail", "--noproxy", "*", "--cacert"]);
    let output = tools::output(curl.arg(authority).arg(url));
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_url_is_reached_with_tls_and_a_renewed_certificate_is_taken_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let chain = folder.path().join("cert.pem");
    certificate(folder.path());
    let (cert, key) = (chain.to_string_lossy(), folder.path().join("key.pem"));
    let key = key.to_string_lossy();
    let flags = ["--tls-cert", &*cert, "--tls-key", &*key, "--tls-listen", "127.0.0.1:0"];
    let server = Server::start_with(&flags);
    let url = Url::public(&server.client(), &Function::node("f", ECHO), json!({}));
    let address = format!("https://{}/a", url.host);
    let event: serde_json::Value =
        serde_json::from_str(&get(&address, &chain).expect("an answer")).expect("JSON");
    assert_eq!(event["headers"]["x-forwarded-proto"], "https");
    assert_eq!(event["requestContext"]["domainName"], url.host);

    // The one there was is of no use to who trusts the new one only, until that is taken up.
    certificate(folder.path());
    wait_for("the new certificate", || get(&address, &chain));
}
