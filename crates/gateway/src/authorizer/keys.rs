//! The keys of issuers, got over HTTP and kept for a while.
//!
//! Who configures an authorizer chooses where this server connects to. So it asks for two documents
//! only, of bounded size, follows no redirection, and shows nothing of what it got; unencrypted it
//! asks nobody but this machine, and never an address of the link (where clouds keep secrets). An issuer
//! elsewhere cannot name keys that are got unencrypted, and so nothing that only this machine can see.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http::{Request, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use serde::Deserialize;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;

use super::jwt::{Claims, Keys, Refused, verify};

/// How long keys are good, as AWS keeps them.
const FRESH: Duration = Duration::from_secs(2 * 60 * 60);
/// How soon an issuer may be asked again.
const AGAIN: Duration = Duration::from_secs(30);
/// How long an issuer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The largest document of an issuer.
const DOCUMENT_BYTES: usize = 256 << 10;
/// How many issuers are remembered.
const ISSUERS: usize = 1_000;

/// Why there are no keys.
#[derive(Debug, Error)]
pub enum NoKeys {
    /// No address that is asked.
    #[error("{0} is not asked: an issuer is https, or http on this machine")]
    Address(String),
    /// It did not answer in time.
    #[error("the issuer did not answer in time")]
    Slow,
    /// It could not be connected to, or the connection broke.
    #[error("the issuer cannot be asked: {0}")]
    Network(String),
    /// What it answered is no such document.
    #[error("the issuer's answer is of no use: {0}")]
    Answer(String),
}

/// What is known of issuers.
#[derive(Debug, Default)]
pub struct Issuers {
    known: Mutex<HashMap<String, Arc<Mutex<Known>>>>,
    trust: OnceLock<Arc<ClientConfig>>,
}

#[derive(Debug, Default)]
struct Known {
    keys: Option<Arc<Keys>>,
    asked: Option<Instant>,
}

#[derive(Deserialize)]
struct Discovery {
    jwks_uri: String,
}

impl Issuers {
    /// Believes a token of an issuer, or does not; new keys are got where there may be some.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn verify(
        &self,
        token: &str,
        issuer: &str,
        audience: &[String],
        now: i64,
    ) -> Result<Claims, Refused> {
        let known = self.known(issuer).await;
        // Whoever else asks of this issuer meanwhile waits for the same answer.
        let mut known = known.lock().await;
        let stale = known.asked.is_none_or(|asked| asked.elapsed() >= FRESH);
        if stale || known.keys.is_none() {
            self.refresh(issuer, &mut known).await;
        }
        let judged = judge(&known, token, issuer, audience, now);
        if !matches!(judged, Err(Refused::UnknownKey(_))) || !self.refresh(issuer, &mut known).await
        {
            return judged;
        }
        judge(&known, token, issuer, audience, now)
    }

    async fn known(&self, issuer: &str) -> Arc<Mutex<Known>> {
        let mut known = self.known.lock().await;
        if known.len() >= ISSUERS && !known.contains_key(issuer) {
            known.clear();
        }
        known.entry(issuer.into()).or_default().clone()
    }

    /// Whether there are keys that were not there before.
    async fn refresh(&self, issuer: &str, known: &mut Known) -> bool {
        if known.asked.is_some_and(|asked| asked.elapsed() < AGAIN) {
            return false;
        }
        known.asked = Some(Instant::now());
        match timeout(PATIENCE, self.fetch(issuer)).await.unwrap_or(Err(NoKeys::Slow)) {
            Ok(keys) => known.keys = Some(Arc::new(keys)),
            Err(error) => {
                tracing::debug!(issuer, %error, "an issuer's keys cannot be had");
                return false;
            }
        }
        true
    }

    async fn fetch(&self, issuer: &str) -> Result<Keys, NoKeys> {
        let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let found = self.get(&address).await?;
        let Discovery { jwks_uri } =
            serde_json::from_slice(&found).map_err(|e| NoKeys::Answer(e.to_string()))?;
        if !may_name(issuer, &jwks_uri) {
            return Err(NoKeys::Address(jwks_uri));
        }
        let keys = self.get(&jwks_uri).await?;
        Keys::read(&keys).ok_or_else(|| NoKeys::Answer("it is no set of keys".into()))
    }

    async fn get(&self, address: &str) -> Result<Bytes, NoKeys> {
        let no = || NoKeys::Address(address.into());
        let uri: Uri = address.parse().map_err(|_| no())?;
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(no()),
        };
        let host = uri.host().ok_or_else(no)?.trim_matches(['[', ']']);
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        let stream = connect(host, port, tls).await?.ok_or_else(no)?;
        if !tls {
            return exchange(stream, &uri).await;
        }
        let name = ServerName::try_from(host.to_owned()).map_err(|_| no())?;
        let connector = TlsConnector::from(self.trust());
        exchange(connector.connect(name, stream).await.map_err(network)?, &uri).await
    }

    /// The certificates that this machine trusts.
    fn trust(&self) -> Arc<ClientConfig> {
        let make = || {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            let ring = Arc::new(rustls::crypto::ring::default_provider());
            let config = ClientConfig::builder_with_provider(ring)
                .with_safe_default_protocol_versions()
                .map(|config| config.with_root_certificates(roots).with_no_client_auth());
            // The provider is compiled in and has what the defaults ask for.
            Arc::new(config.expect("ring speaks the default versions of TLS"))
        };
        self.trust.get_or_init(make).clone()
    }
}

fn judge(
    known: &Known,
    token: &str,
    issuer: &str,
    audience: &[String],
    now: i64,
) -> Result<Claims, Refused> {
    match &known.keys {
        Some(keys) => verify(token, keys, issuer, audience, now),
        None => Err(Refused::UnknownKey(String::new())),
    }
}

/// Whether an issuer may have its keys there.
fn may_name(issuer: &str, keys: &str) -> bool {
    // As the address is read that is asked: in whatever case.
    let secure = |address: &str| {
        address.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"))
    };
    secure(keys) || !secure(issuer)
}

/// None where every address is one that is not asked.
async fn connect(host: &str, port: u16, tls: bool) -> Result<Option<TcpStream>, NoKeys> {
    let found = tokio::net::lookup_host((host, port)).await.map_err(network)?;
    let may: Vec<SocketAddr> = found.filter(|address| may_ask(address.ip(), tls)).collect();
    if may.is_empty() {
        return Ok(None);
    }
    TcpStream::connect(may.as_slice()).await.map(Some).map_err(network)
}

/// Whether an address may be asked.
fn may_ask(address: IpAddr, tls: bool) -> bool {
    let address = address.to_canonical();
    let of_link = match address {
        IpAddr::V4(v4) => v4.is_link_local() || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    let odd = of_link || address.is_multicast() || address.is_unspecified();
    !odd && (tls || address.is_loopback())
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    uri: &Uri,
) -> Result<Bytes, NoKeys> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(network)?;
    let host = uri.authority().map_or("", |authority| authority.as_str());
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let request = Request::get(path).header(HOST, host).body(Empty::<Bytes>::new());
    let request = request.map_err(|e| NoKeys::Address(e.to_string()))?;
    let work = async {
        let response = sender.send_request(request).await.map_err(network)?;
        if !response.status().is_success() {
            return Err(NoKeys::Answer(response.status().to_string()));
        }
        let body = Limited::new(response.into_body(), DOCUMENT_BYTES).collect().await;
        body.map(|body| body.to_bytes()).map_err(|e| NoKeys::Network(e.to_string()))
    };
    tokio::pin!(connection, work);
    tokio::select! {
        done = &mut work => done,
        // The connection may end before its last bytes are looked at.
        _ = &mut connection => work.await,
    }
}

fn network(error: impl std::fmt::Display) -> NoKeys {
    NoKeys::Network(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_of_the_link_is_asked_and_unencrypted_only_this_machine() {
        let may = |address: &str, tls| may_ask(address.parse().expect("an address"), tls);
        for (address, plain, tls) in [
            ("127.0.0.1", true, true),
            ("::1", true, true),
            ("10.0.0.1", false, true),
            ("192.0.2.7", false, true),
            ("169.254.169.254", false, false),
            ("::ffff:169.254.169.254", false, false),
            ("fe80::1", false, false),
            ("0.0.0.0", false, false),
        ] {
            assert_eq!((may(address, false), may(address, true)), (plain, tls), "{address}");
        }
    }

    #[test]
    fn an_issuer_elsewhere_names_nothing_that_only_this_machine_can_see() {
        let (away, here) = ("https://a.example", "http://127.0.0.1:80");
        for (issuer, keys, may) in [
            (away, "https://b.example/keys", true),
            (away, "http://127.0.0.1/shutdown", false),
            (away, "HTTP://localhost/shutdown", false),
            ("HTTPS://a.example", "http://localhost/shutdown", false),
            (away, "HTTPS://b.example/keys", true),
            (here, "http://127.0.0.1/keys", true),
        ] {
            assert_eq!(may_name(issuer, keys), may, "{issuer} {keys}");
        }
    }

    #[tokio::test]
    async fn what_is_no_address_of_the_web_is_not_asked() {
        for issuer in ["ftp://localhost", "localhost", "file:///etc/passwd", "", "http://10.0.0.1"]
        {
            let error = Issuers::default().fetch(issuer).await.expect_err(issuer);
            assert!(matches!(error, NoKeys::Address(_)), "{issuer}: {error}");
        }
    }
}
