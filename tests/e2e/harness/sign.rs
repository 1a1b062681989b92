//! SigV4 by the published recipe, written apart from fika's own so that one checks the other, and
//! open at every step so that a test can get one of them wrong.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::http::Request;

/// Who signs, and for what.
#[derive(Debug, Clone)]
pub struct Keys {
    pub access_key_id: String,
    pub secret: String,
    pub region: String,
    pub service: String,
}

impl Keys {
    pub fn service(&self, service: &str) -> Self {
        Self { service: service.into(), ..self.clone() }
    }

    fn scope(&self, time: &str) -> String {
        format!("{}/{}/{}/aws4_request", &time[..8], self.region, self.service)
    }

    fn signature(&self, time: &str, canonical: &str) -> String {
        let scope = self.scope(time);
        let to_sign =
            format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", sha256(canonical.as_bytes()));
        let seed = format!("AWS4{}", self.secret).into_bytes();
        let key = scope.split('/').fold(seed, |key, part| hmac(&key, part.as_bytes()));
        hex(&hmac(&key, to_sign.as_bytes()))
    }

    /// Signs now, every header there is.
    pub fn sign(&self, request: &mut Request) {
        self.sign_at(request, &amz_time(0), &[]);
    }

    /// Signs as of `time`, leaving the headers of `unsigned` out of the signature.
    pub fn sign_at(&self, request: &mut Request, time: &str, unsigned: &[&str]) {
        request.set("x-amz-date", time);
        let payload = request
            .get("x-amz-content-sha256")
            .map_or_else(|| sha256(&request.body), str::to_owned);
        let (names, lines) = canonical_headers(request, unsigned);
        let canonical = canonical(request, &names, &lines, &payload);
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={names}, Signature={}",
            self.access_key_id,
            self.scope(time),
            self.signature(time, &canonical),
        );
        request.set("authorization", &authorization);
    }

    /// Puts the signature into the query, as for a link that is passed on. The body is hashed, as
    /// every service but S3 does it.
    pub fn presign(&self, request: &mut Request, time: &str, expires: u32) {
        let (names, lines) = canonical_headers(request, &[]);
        let join = if request.target.contains('?') { '&' } else { '?' };
        let credential = encode(&format!("{}/{}", self.access_key_id, self.scope(time)));
        request.target.push_str(&format!(
            "{join}X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}&X-Amz-Date={time}\
             &X-Amz-Expires={expires}&X-Amz-SignedHeaders={}",
            encode(&names),
        ));
        let payload = sha256(&request.body);
        let canonical = canonical(request, &names, &lines, &payload);
        let signature = self.signature(time, &canonical);
        request.target.push_str(&format!("&X-Amz-Signature={signature}"));
    }
}

/// The time `shift` seconds from now, as `X-Amz-Date` writes it.
pub fn amz_time(shift: i64) -> String {
    let now = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(shift);
    now.strftime("%Y%m%dT%H%M%SZ").to_string()
}

pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hmac(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length of key will do");
    mac.update(bytes);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The names joined by semicolons, and the lines under them.
fn canonical_headers(request: &Request, unsigned: &[&str]) -> (String, String) {
    let mut headers: Vec<(String, &str)> = request
        .headers
        .iter()
        .map(|(name, value)| (name.to_lowercase(), value.trim()))
        .filter(|(name, _)| name != "authorization" && !unsigned.contains(&&**name))
        .collect();
    headers.sort();
    let names: Vec<&str> = headers.iter().map(|(name, _)| &**name).collect();
    let lines = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    (names.join(";"), lines)
}

fn canonical(request: &Request, names: &str, lines: &str, payload: &str) -> String {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let path: Vec<String> = path.split('/').map(encode).collect();
    let mut query: Vec<String> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| if pair.contains('=') { pair.to_owned() } else { format!("{pair}=") })
        .collect();
    query.sort();
    format!(
        "{}\n{}\n{}\n{lines}\n{names}\n{payload}",
        request.method,
        path.join("/"),
        query.join("&")
    )
}

/// Percent-encodes all but the unreserved characters.
pub fn encode(text: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
