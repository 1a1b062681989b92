//! A request at the door: checked, handed to s3s, and its answer.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use bytes::Bytes;
use fika_aws::shape::AwsError;
use fika_iam::Secret;
use fika_model::RequestId;
use fika_service::{Caller, TRACE_BYTES, Via};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use s3s::auth::{S3Auth, SecretKey};
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::host::{S3Host, VirtualHost};
use s3s::service::S3ServiceBuilder;
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use crate::cors;
use crate::desk::Desk;
use crate::noted::{Noted, Notes};
use crate::notify::record::Doer;
use crate::objects::Objects;
use crate::shelf::Shelf;

/// The longest document of a request, bytes: a list of 1,000 objects or 10,000 parts.
pub(crate) const XML_BYTES: usize = 4 << 20;

/// Somebody who asks, with what their signature is to be checked by.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Who it is, if the signature is good.
    pub caller: Caller,
    /// The access key it says it signed with.
    pub access_key: String,
    /// The secret of that key.
    pub secret: Secret,
}

/// Who asks.
#[derive(Debug)]
pub enum Who {
    /// Somebody who did not sign.
    Nobody,
    /// Somebody whose signature is to be checked.
    Signed(Visitor),
    /// Somebody who is known already: a room of this server asks for them.
    Known(Caller),
}

impl Who {
    fn caller(&self) -> Option<&Caller> {
        match self {
            Self::Nobody => None,
            Self::Signed(visitor) => Some(&visitor.caller),
            Self::Known(caller) => Some(caller),
        }
    }
}

/// A request, and what the door knows of it.
#[derive(Debug)]
pub struct Visit {
    /// Who asks.
    pub who: Who,
    /// How it came.
    pub via: Via,
    /// Its id.
    pub request: RequestId,
}

impl Objects {
    /// Whether a request that is not signed is for a bucket: by its host, or by its path.
    #[must_use]
    pub fn is_meant(&self, parts: &Parts) -> bool {
        self.meant(parts).is_some()
    }

    /// The bucket that a request is for.
    fn meant(&self, parts: &Parts) -> Option<Arc<Shelf>> {
        let host = parts.headers.get("host").and_then(|host| host.to_str().ok());
        let by_host = host.and_then(bucket_of).and_then(|bucket| self.shelf(bucket));
        let first = || parts.uri.path().trim_start_matches('/').split('/').next();
        by_host.or_else(|| self.shelf(first()?))
    }

    /// What a browser asks before it lets a page of another origin ask, which nobody signs.
    fn preflight(&self, parts: &Parts) -> Response<s3s::Body> {
        let bucket = self.meant(parts).map(|shelf| shelf.bucket());
        let rules = bucket.as_ref().map_or(&[][..], |bucket| &bucket.cors);
        match cors::preflight(rules, &parts.headers) {
            Ok(headers) => {
                let mut answer = Response::new(s3s::Body::empty());
                answer.headers_mut().extend(headers);
                answer
            }
            Err(error) => shown(error),
        }
    }

    /// What the answer to a page of another origin says more.
    fn for_page(&self, parts: &Parts) -> Option<HeaderMap> {
        let origin = parts.headers.get("origin")?.to_str().ok()?;
        Some(cors::added(&self.meant(parts)?.bucket().cors, origin, parts.method.as_str()))
    }

    /// Answers a request. Its signature is checked here, and its body is read as it comes.
    pub async fn answer<B>(
        &self,
        visit: Visit,
        request: Request<B>,
    ) -> Response<UnsyncBoxBody<Bytes, io::Error>>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: std::error::Error + Send + Sync + 'static,
    {
        let id = request_id(visit.request);
        let (parts, body) = request.into_parts();
        let for_page = self.for_page(&parts);
        let mut answer = match refused(&parts) {
            _ if parts.method == Method::OPTIONS => self.preflight(&parts),
            Some(error) => shown(error),
            None => {
                let notes = Arc::<Notes>::default();
                let body = s3s::Body::http_body_unsync(Noted::new(body, notes.clone()));
                let answer = self.serve(visit, &id, Request::from_parts(parts, body), &notes).await;
                let failed = answer.status() == StatusCode::INTERNAL_SERVER_ERROR;
                failed.then(|| notes.blame()).flatten().map_or(answer, shown)
            }
        };
        if answer.status().is_client_error() || answer.status().is_server_error() {
            answer = worded(answer, &id).await;
        }
        let headers = answer.headers_mut();
        headers.extend(for_page.into_iter().flatten());
        headers.insert("server", HeaderValue::from_static("AmazonS3"));
        if let Ok(id) = HeaderValue::from_str(&id) {
            headers.insert("x-amz-request-id", id);
        }
        answer.map(|body| body.map_err(io::Error::other).boxed_unsync())
    }

    /// A refusal of the doors, as S3 words it.
    #[must_use]
    pub fn refuse(&self, error: &AwsError) -> Response<UnsyncBoxBody<Bytes, io::Error>> {
        let code = match error.name() {
            "UnrecognizedClientException" => S3ErrorCode::InvalidAccessKeyId,
            "ExpiredTokenException" => S3ErrorCode::ExpiredToken,
            "InvalidSignatureException" => S3ErrorCode::SignatureDoesNotMatch,
            _ => S3ErrorCode::AccessDenied,
        };
        let text = match code {
            S3ErrorCode::InvalidAccessKeyId => {
                "The AWS Access Key Id you provided does not exist in our records.".into()
            }
            S3ErrorCode::ExpiredToken => "The provided token has expired.".into(),
            _ => error.message().to_owned(),
        };
        shown(S3Error::with_message(code, text))
            .map(|body| body.map_err(io::Error::other).boxed_unsync())
    }

    async fn serve(
        &self,
        visit: Visit,
        id: &str,
        request: Request<s3s::Body>,
        notes: &Arc<Notes>,
    ) -> Response<s3s::Body> {
        let trace_id = request.headers().get("x-amzn-trace-id");
        let principal = visit.who.caller().map(|caller| caller.principal.user_id());
        let doer = Doer {
            principal: format!("AWS:{}", principal.as_deref().unwrap_or("ANONYMOUS")),
            address: visit.via.ip.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)).to_string(),
            via: visit.via,
            request: id.into(),
            trace_id: trace_id
                .and_then(|id| id.to_str().ok())
                .filter(|id| id.len() <= TRACE_BYTES)
                .map(Into::into),
        };
        let (key, caller) = match visit.who {
            Who::Signed(visitor) => {
                (Some((visitor.access_key, visitor.secret)), Some(visitor.caller))
            }
            Who::Known(caller) => (None, Some(caller)),
            Who::Nobody => (None, None),
        };
        let desk = Desk::new(self.clone(), caller, doer, notes.clone());
        let mut builder = S3ServiceBuilder::new(desk.clone());
        builder.set_access(desk);
        builder.set_auth(Key(key));
        builder.set_host(Hosts);
        builder.set_config(Arc::new(StaticConfigProvider::new(config())));
        match builder.build().call(request).await {
            Ok(answer) => answer,
            Err(error) => shown(S3Error::internal_error(Failed(format!("{error:?}")))),
        }
    }
}

/// What s3s could not even word.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Failed(String);

fn config() -> Arc<S3Config> {
    let mut config = S3Config::default();
    config.xml_max_body_size = XML_BYTES;
    Arc::new(config)
}

/// What is refused before s3s sees it: ways to sign that we do not check, and forms, which s3s would
/// read whole into memory.
fn refused(parts: &Parts) -> Option<S3Error> {
    let query = parts.uri.query().unwrap_or_default();
    let has = |name: &str| {
        query.split('&').any(|pair| pair.split('=').next().is_some_and(|own| own == name))
    };
    let header = parts.headers.get("authorization").and_then(|value| value.to_str().ok());
    if has("Signature") || has("AWSAccessKeyId") || header.is_some_and(|h| h.starts_with("AWS ")) {
        let text = "The authorization mechanism you have provided is not supported. Please use \
                    AWS4-HMAC-SHA256.";
        return Some(s3_error!(InvalidRequest, "{text}"));
    }
    if parts.headers.contains_key("authorization") && has("X-Amz-Signature") {
        let text = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, \
                    Signature query string parameter or the Authorization header should be \
                    specified";
        return Some(s3_error!(InvalidArgument, "{text}"));
    }
    let kind = parts.headers.get("content-type").and_then(|kind| kind.to_str().ok());
    let is_form = kind.is_some_and(|kind| {
        kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data")
    });
    if parts.method == Method::POST && is_form {
        let text = "fika takes no uploads by form: presign a PUT instead.";
        return Some(s3_error!(NotImplemented, "{text}"));
    }
    None
}

fn shown(error: S3Error) -> Response<s3s::Body> {
    error.to_http_response().unwrap_or_else(|error| {
        tracing::error!(?error, "an error of S3 cannot be written");
        Response::new(s3s::Body::empty())
    })
}

/// An error with a message and the request's id, which s3s leaves out of some.
async fn worded(answer: Response<s3s::Body>, id: &str) -> Response<s3s::Body> {
    let (mut parts, mut body) = answer.into_parts();
    let text = body.store_all_limited(XML_BYTES).await.unwrap_or_default();
    let Ok(text) = std::str::from_utf8(&text) else { return Response::from_parts(parts, body) };
    let mut text = text.to_owned();
    let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    if let Some(code) = code.map(|(code, _)| code.to_owned()) {
        let mut more = String::new();
        if !text.contains("<Message>") {
            more.push_str(&format!("<Message>{}</Message>", message(&code)));
        }
        if !text.contains("<RequestId>") {
            more.push_str(&format!("<RequestId>{id}</RequestId>"));
        }
        text = text.replacen("</Code>", &format!("</Code>{more}"), 1);
        parts.headers.remove("content-length");
    }
    Response::from_parts(parts, s3s::Body::from(text))
}

/// What S3 says of an error that s3s says nothing of.
fn message(code: &str) -> &'static str {
    match code {
        "SignatureDoesNotMatch" => {
            "The request signature we calculated does not match the signature you provided. Check \
             your key and signing method."
        }
        "InvalidBucketName" => "The specified bucket is not valid.",
        "KeyTooLongError" => "Your key is too long",
        "InvalidURI" => "Couldn't parse the specified URI.",
        "IncompleteBody" => {
            "You did not provide the number of bytes specified by the Content-Length HTTP header"
        }
        "MalformedXML" => {
            "The XML you provided was not well-formed or did not validate against our published \
             schema"
        }
        "MissingContentLength" => "You must provide the Content-Length HTTP header.",
        "NotImplemented" => {
            "A header or query you provided implies functionality that is not implemented"
        }
        "MethodNotAllowed" => "The specified method is not allowed against this resource.",
        _ => "The request cannot be served as it is.",
    }
}

/// As S3 writes ids of requests: sixteen digits.
pub(crate) fn request_id(id: RequestId) -> String {
    let digits = id.0.simple().to_string().to_ascii_uppercase();
    digits[..16].into()
}

/// The one key that a request may be signed with.
struct Key(Option<(String, Secret)>);

#[async_trait::async_trait]
impl S3Auth for Key {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        match &self.0 {
            Some((own, secret)) if own == access_key => Ok(SecretKey::from(secret.reveal())),
            _ => {
                let text = "The AWS Access Key Id you provided does not exist in our records.";
                Err(s3_error!(InvalidAccessKeyId, "{text}"))
            }
        }
    }
}

/// Buckets in host names.
struct Hosts;

impl S3Host for Hosts {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let plain = VirtualHost::new(host);
        Ok(match bucket_of(host) {
            Some(bucket) => plain.with_bucket(bucket),
            None => plain,
        })
    }
}

/// The bucket that a host name begins with: `BUCKET.s3.DOMAIN`, `BUCKET.s3.REGION.DOMAIN` or
/// `BUCKET.localhost`; buckets may have dots.
fn bucket_of(host: &str) -> Option<&str> {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let bucket = match name.split_once(".s3.") {
        Some((bucket, _)) => bucket,
        // Names with dots may be those of functions' URLs: whoever has a bucket does not get them.
        None => name.strip_suffix(".localhost").filter(|bucket| !bucket.contains('.'))?,
    };
    Some(bucket)
        .filter(|bucket| !bucket.is_empty() && *bucket != "s3" && !bucket.starts_with("s3."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_names_begin_with_buckets() {
        for (host, bucket) in [
            ("photos.s3.localhost:9000", Some("photos")),
            ("my.photos.s3.eu-west-1.example.com", Some("my.photos")),
            ("photos.localhost:9000", Some("photos")),
            ("abc.lambda-url.us-east-1.localhost", None),
            ("s3.localhost:9000", None),
            ("s3.eu-west-1.localhost", None),
            ("localhost:9000", None),
            ("127.0.0.1:9000", None),
            ("example.com", None),
        ] {
            assert_eq!(bucket_of(host), bucket, "{host}");
        }
    }

    #[test]
    fn ways_to_sign_that_are_not_checked_are_refused() {
        let parts = |uri: &str, headers: &[(&str, &str)]| {
            let mut request = Request::builder().method("POST").uri(uri);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            request.body(()).expect("a request").into_parts().0
        };
        let code = |parts: &Parts| refused(parts).map(|error| error.code().as_str().to_owned());
        let v2 = Some("InvalidRequest".to_owned());
        assert_eq!(code(&parts("/b/k?AWSAccessKeyId=a&Signature=b&Expires=1", &[])), v2);
        assert_eq!(code(&parts("/b/k", &[("authorization", "AWS key:signature")])), v2);
        let both = parts("/b?X-Amz-Signature=1", &[("authorization", "AWS4-HMAC-SHA256 x")]);
        assert_eq!(code(&both).as_deref(), Some("InvalidArgument"));
        let form = parts("/b", &[("content-type", "Multipart/form-data; boundary=x")]);
        assert_eq!(code(&form).as_deref(), Some("NotImplemented"));
        assert_eq!(code(&parts("/b?uploads", &[("content-type", "image/png")])), None);
    }
}
