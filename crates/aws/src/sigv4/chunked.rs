//! `aws-chunked` bodies: S3's framing, where each chunk may carry its own signature.
//!
//! ```text
//! <hex size>;chunk-signature=<signature>\r\n<bytes>\r\n      … the last chunk has size 0
//! x-amz-checksum-crc32c:<value>\r\n                           trailing headers, if announced
//! x-amz-trailer-signature:<signature>\r\n\r\n
//! ```
//! (S3 API reference, "Signature calculations … multiple chunks" and "… trailing headers".)

use sha2::{Digest, Sha256};

use super::encode::{hex, unhex};
use super::verify::compare;
use super::{AuthError, Claim, SigningKey};

/// More than this for one chunk's head or for all trailing headers is no honest client.
const MAX_LINE: usize = 16 * 1024;

/// A body with its framing taken off.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chunked {
    /// The bytes of all chunks.
    pub body: Vec<u8>,
    /// The trailing headers, names in lower case, without their signature.
    pub trailers: Vec<(String, String)>,
}

/// Takes the framing off a body. It proves nothing: [`super::verify`] has done that.
///
/// # Errors
/// [`AuthError::Incomplete`] if the framing is broken or the last chunk is missing.
pub fn decode_chunked(body: &[u8]) -> Result<Chunked, AuthError> {
    let mut out = Chunked::default();
    let mut rest = body;
    loop {
        let chunk = next_chunk(&mut rest)?;
        if chunk.data.is_empty() {
            break;
        }
        out.body.extend_from_slice(chunk.data);
    }
    for line in trailer_lines(rest)? {
        let (name, value) = pair(line)?;
        if name != TRAILER_SIGNATURE {
            out.trailers.push((name, value.to_owned()));
        }
    }
    Ok(out)
}

const TRAILER_SIGNATURE: &str = "x-amz-trailer-signature";

/// Proves each chunk, and the trailing headers if `trailer`, in a chain that starts with the
/// request's own signature, `seed`.
pub(super) fn verify(
    claim: &Claim,
    seed: &[u8; 32],
    body: &[u8],
    trailer: bool,
    key: &SigningKey,
) -> Result<(), AuthError> {
    let mut rest = body;
    let mut previous = *seed;
    loop {
        let chunk = next_chunk(&mut rest)?;
        let given = chunk.signature.ok_or(AuthError::SignatureMismatch)?;
        let empty = hex(&Sha256::digest(b"").into());
        let data = hex(&Sha256::digest(chunk.data).into());
        let ours = link(claim, key, "PAYLOAD", &previous, &[&empty, b"\n", &data]);
        compare(&ours, &given)?;
        previous = given;
        if chunk.data.is_empty() {
            break;
        }
    }
    if trailer { verify_trailer(claim, &previous, rest, key) } else { no_trailer(rest) }
}

fn verify_trailer(
    claim: &Claim,
    previous: &[u8; 32],
    rest: &[u8],
    key: &SigningKey,
) -> Result<(), AuthError> {
    let mut text = String::new();
    let mut given = None;
    for line in trailer_lines(rest)? {
        let (name, value) = pair(line)?;
        if given.is_some() {
            return Err(broken("a trailing header follows the trailer's signature"));
        }
        if name == TRAILER_SIGNATURE {
            given = unhex(value.as_bytes());
        } else {
            text.extend([&name, ":", value, "\n"]);
        }
    }
    let hash = hex(&Sha256::digest(text).into());
    let ours = link(claim, key, "TRAILER", previous, &[&hash]);
    compare(&ours, &given.ok_or(AuthError::SignatureMismatch)?)
}

fn no_trailer(rest: &[u8]) -> Result<(), AuthError> {
    if rest.trim_ascii().is_empty() { Ok(()) } else { Err(broken("bytes follow the last chunk")) }
}

/// One signature of the chain.
fn link(
    claim: &Claim,
    key: &SigningKey,
    what: &str,
    previous: &[u8; 32],
    tail: &[&[u8]],
) -> [u8; 32] {
    let (date, scope, previous) = (claim.date.as_str(), claim.scope(), hex(previous));
    let mut parts: Vec<&[u8]> = vec![b"AWS4-HMAC-SHA256-", what.as_bytes(), b"\n"];
    parts.extend([date.as_bytes(), b"\n", scope.as_bytes(), b"\n", &previous, b"\n"]);
    parts.extend(tail);
    key.sign(&parts)
}

struct Chunk<'a> {
    data: &'a [u8],
    signature: Option<[u8; 32]>,
}

/// Takes the next chunk off `rest`. The last one is empty.
fn next_chunk<'a>(rest: &mut &'a [u8]) -> Result<Chunk<'a>, AuthError> {
    let head = take_line(rest)?;
    let (size, extension) = head.split_once(';').unwrap_or((head, ""));
    // Checked by hand, for `from_str_radix` takes a sign.
    if size.is_empty() || !size.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(broken("a chunk's size is no hexadecimal number"));
    }
    let size = usize::from_str_radix(size, 16).map_err(|_| broken("a chunk's size is too big"))?;
    let signature = extension.strip_prefix("chunk-signature=").and_then(|s| unhex(s.as_bytes()));
    if size == 0 {
        return Ok(Chunk { data: &[], signature });
    }
    let (data, tail) = rest.split_at_checked(size).ok_or_else(|| broken("a chunk is cut short"))?;
    *rest = tail.strip_prefix(b"\r\n").ok_or_else(|| broken("a chunk is not ended by CRLF"))?;
    Ok(Chunk { data, signature })
}

fn take_line<'a>(rest: &mut &'a [u8]) -> Result<&'a str, AuthError> {
    let window = &rest[..rest.len().min(MAX_LINE)];
    let end = window
        .windows(2)
        .position(|pair| pair == b"\r\n")
        .ok_or_else(|| broken("the last chunk is missing"))?;
    let line =
        std::str::from_utf8(&rest[..end]).map_err(|_| broken("a chunk's head is no text"))?;
    *rest = &rest[end + 2..];
    Ok(line)
}

fn trailer_lines(rest: &[u8]) -> Result<impl Iterator<Item = &str>, AuthError> {
    if rest.len() > MAX_LINE {
        return Err(broken("the trailing headers are too long"));
    }
    let text = std::str::from_utf8(rest).map_err(|_| broken("a trailing header is no text"))?;
    Ok(text.split('\n').map(str::trim).filter(|line| !line.is_empty()))
}

fn pair(line: &str) -> Result<(String, &str), AuthError> {
    let (name, value) =
        line.split_once(':').ok_or_else(|| broken("a trailing header has no colon"))?;
    Ok((name.to_ascii_lowercase(), value.trim()))
}

fn broken(why: &str) -> AuthError {
    AuthError::Incomplete(format!("The aws-chunked body is broken: {why}."))
}
