//! HTTPS to an issuer: one connection a request, which are few, and answers of bounded size.

use std::error::Error as StdError;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HOST, HeaderValue};
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::TlsError;
use crate::files::chain_of;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The largest answer, bytes.
const ANSWER_BYTES: usize = 256 << 10;

type Broken = Box<dyn StdError + Send + Sync>;

/// Asks issuers whose certificates are believed. Clones are the same.
#[derive(Clone)]
pub(super) struct Web(TlsConnector);

impl Web {
    /// Believes what the certificates in that file vouch for, or else what this machine believes.
    pub(super) fn open(authorities: Option<&Path>) -> Result<Self, TlsError> {
        let mut roots = RootCertStore::empty();
        let found = match authorities {
            Some(file) => chain_of(file)?,
            None => rustls_native_certs::load_native_certs().certs,
        };
        roots.add_parsable_certificates(found);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(TlsConnector::from(Arc::new(config))))
    }
}

impl HttpClient for Web {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let connector = self.0.clone();
        Box::pin(async move {
            let answer = timeout(PATIENCE, ask(connector, request)).await;
            let answer = answer.unwrap_or_else(|slow| Err(slow.into()));
            let (parts, body) = answer.map_err(Error::Other)?.into_parts();
            Ok(BytesResponse { parts, body: Box::new(body) })
        })
    }
}

async fn ask(
    connector: TlsConnector,
    mut request: Request<BodyWrapper<Bytes>>,
) -> Result<Response<Bytes>, Broken> {
    let uri = request.uri().clone();
    if uri.scheme_str() != Some("https") {
        return Err(format!("{uri} is not asked: an issuer is https").into());
    }
    let authority = uri.authority().ok_or("an issuer's address names no host")?;
    let host = authority.host().trim_matches(['[', ']']).to_owned();
    let stream = TcpStream::connect((host.as_str(), authority.port_u16().unwrap_or(443))).await?;
    let stream = connector.connect(ServerName::try_from(host)?, stream).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    request.headers_mut().insert(HOST, HeaderValue::from_str(authority.as_str())?);
    *request.uri_mut() = uri.path_and_query().cloned().map_or_else(Uri::default, Uri::from);
    let work = async {
        let (parts, body) = sender.send_request(request).await?.into_parts();
        let body = Limited::new(body, ANSWER_BYTES).collect().await?.to_bytes();
        Ok::<_, Broken>(Response::from_parts(parts, body))
    };
    tokio::pin!(connection, work);
    tokio::select! {
        done = &mut work => done,
        // The connection may end before its last bytes are looked at.
        _ = &mut connection => work.await,
    }
}
