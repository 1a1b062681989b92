//! The address over which a function, or an alias of it, is called with plain HTTP.

use fika_aws::generated::lambda::Cors;
use fika_model::Region;
use serde::{Deserialize, Serialize};

use crate::wire::Wire;

/// Characters in the first label of an address, as on AWS.
const ID_LENGTH: usize = 32;
const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// One address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct FunctionUrl {
    /// Its first label; no two addresses have the same.
    pub(crate) id: String,
    /// `NONE` or `AWS_IAM`.
    pub(crate) auth: String,
    /// `BUFFERED` or `RESPONSE_STREAM`; none for the default, which is the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mode: Option<String>,
    /// What pages of other origins may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cors: Option<Wire<Cors>>,
    /// When it was made, milliseconds since 1970.
    pub(crate) created_ms: i64,
    /// When it was last changed, milliseconds since 1970.
    pub(crate) modified_ms: i64,
}

impl FunctionUrl {
    /// The address. `host` is where this server's addresses are, with its port.
    pub(crate) fn address(&self, region: &Region, host: &str, secure: bool) -> String {
        let scheme = if secure { "https" } else { "http" };
        format!("{scheme}://{}.lambda-url.{region}.{host}/", self.id)
    }
}

/// A label that nobody can guess: more than 160 bits of chance in base 36.
pub(crate) fn random_id() -> Result<String, getrandom::Error> {
    let mut random = [0; ID_LENGTH];
    getrandom::fill(&mut random)?;
    Ok(random.map(|byte| char::from(DIGITS[usize::from(byte) % DIGITS.len()])).iter().collect())
}
