//! JSON Web Tokens: read, and checked against an issuer's keys (RFC 7519, 7515, 7517; "Control access
//! to HTTP APIs with JWT authorizers" of the developer guide). RSA only, as there. Time is an argument.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RsaParameters, RsaPublicKeyComponents,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use thiserror::Error;

/// The longest token that is looked at, bytes.
const TOKEN_BYTES: usize = 16 << 10;
/// The most keys of an issuer.
const KEYS: usize = 100;

/// Why a token is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refused {
    /// It is none.
    #[error("the token is malformed")]
    Malformed,
    /// No key of the issuer's has its name.
    #[error("the issuer has no key {0:?}")]
    UnknownKey(String),
    /// Nobody who has that key signed it.
    #[error("the signature does not match")]
    Signature,
    /// It is another issuer's.
    #[error("the issuer is another")]
    Issuer,
    /// It is for somebody else.
    #[error("the audience is another")]
    Audience,
    /// It is over, or not yet good.
    #[error("the token is not good at this time")]
    Time,
}

/// The keys of an issuer.
#[derive(Debug, Default)]
pub struct Keys(Vec<Key>);

#[derive(Debug)]
struct Key {
    id: Option<String>,
    algorithm: Option<String>,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Map<String, Value>>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
}

/// What a token says, once it is believed.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims(pub Map<String, Value>);

impl Keys {
    /// Reads a JSON Web Key Set; keys of other kinds are left out.
    #[must_use]
    pub fn read(document: &[u8]) -> Option<Self> {
        let KeySet { keys } = serde_json::from_slice(document).ok()?;
        Some(Self(keys.iter().take(KEYS).filter_map(key).collect()))
    }

    fn find(&self, header: &Header) -> Result<&Key, Refused> {
        let fits = |key: &&Key| {
            let same = header.kid.is_none() || key.id == header.kid;
            same && key.algorithm.as_ref().is_none_or(|own| *own == header.alg)
        };
        let none = || Refused::UnknownKey(header.kid.clone().unwrap_or_default());
        self.0.iter().find(fits).ok_or_else(none)
    }
}

fn key(of: &Map<String, Value>) -> Option<Key> {
    let text = |name: &str| of.get(name).and_then(Value::as_str);
    let number = |name: &str| BASE64.decode(text(name)?.trim_end_matches('=')).ok();
    if text("kty") != Some("RSA") || text("use").is_some_and(|use_| use_ != "sig") {
        return None;
    }
    let (id, algorithm) = (text("kid").map(Into::into), text("alg").map(Into::into));
    Some(Key { id, algorithm, modulus: number("n")?, exponent: number("e")? })
}

/// Believes a token, or does not. `now` is in seconds since 1970.
///
/// # Errors
/// [`Refused`].
pub fn verify(
    token: &str,
    keys: &Keys,
    issuer: &str,
    audience: &[String],
    now: i64,
) -> Result<Claims, Refused> {
    let (signed, signature) = parts(token)?;
    let (header, payload) = signed.split_once('.').ok_or(Refused::Malformed)?;
    let header: Header = json(header)?;
    let parameters = parameters(&header.alg).ok_or(Refused::Malformed)?;
    let key = keys.find(&header)?;
    let public = RsaPublicKeyComponents { n: &key.modulus, e: &key.exponent };
    let signature = BASE64.decode(signature).map_err(|_| Refused::Malformed)?;
    public.verify(parameters, signed.as_bytes(), &signature).map_err(|_| Refused::Signature)?;
    let claims = Claims(json(payload)?);
    claims.check(issuer, audience, now)?;
    Ok(claims)
}

/// The token that a header carries, with or without its scheme.
#[must_use]
pub fn bearer(header: &str) -> &str {
    match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => header.trim(),
    }
}

fn parts(token: &str) -> Result<(&str, &str), Refused> {
    let short = token.len() <= TOKEN_BYTES && token.matches('.').count() == 2;
    token.rsplit_once('.').filter(|_| short).ok_or(Refused::Malformed)
}

fn json<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, Refused> {
    let bytes = BASE64.decode(part).map_err(|_| Refused::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| Refused::Malformed)
}

fn parameters(algorithm: &str) -> Option<&'static RsaParameters> {
    match algorithm {
        "RS256" => Some(&RSA_PKCS1_2048_8192_SHA256),
        "RS384" => Some(&RSA_PKCS1_2048_8192_SHA384),
        "RS512" => Some(&RSA_PKCS1_2048_8192_SHA512),
        _ => None,
    }
}

impl Claims {
    fn check(&self, issuer: &str, audience: &[String], now: i64) -> Result<(), Refused> {
        if self.text("iss") != Some(issuer) {
            return Err(Refused::Issuer);
        }
        // Without an audience, AWS looks at `client_id`.
        let given = match self.0.get("aud") {
            Some(_) => self.list("aud"),
            None => self.text("client_id").into_iter().collect(),
        };
        if !audience.iter().any(|own| given.contains(&own.as_str())) {
            return Err(Refused::Audience);
        }
        let time = |name: &str| self.0.get(name).map(|value| value.as_f64().unwrap_or(f64::NAN));
        #[allow(clippy::cast_precision_loss, reason = "seconds are far below 2^52")]
        let now = now as f64;
        let good = time("exp").is_some_and(|end| now < end)
            && time("nbf").is_none_or(|begin| begin <= now)
            && time("iat").is_none_or(|made| made <= now);
        good.then_some(()).ok_or(Refused::Time)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    fn list(&self, name: &str) -> Vec<&str> {
        match self.0.get(name) {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// What it may be used for: `scope`, or else `scp`.
    #[must_use]
    pub fn scopes(&self) -> Vec<&str> {
        let name = if self.0.contains_key("scope") { "scope" } else { "scp" };
        self.list(name).into_iter().flat_map(str::split_whitespace).collect()
    }

    /// The claims as events have them: each a text.
    #[must_use]
    pub fn texts(&self) -> Map<String, Value> {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            Value::Array(all) => {
                let all = all.iter().map(|one| one.as_str().map_or(one.to_string(), Into::into));
                format!("[{}]", all.collect::<Vec<_>>().join(" "))
            }
            other => other.to_string(),
        };
        self.0.iter().map(|(name, value)| (name.clone(), text(value).into())).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ISSUER: &str = "https://issuer.example";
    // Made by Node's own cryptography, of a key that nobody has any more.
    const KEYS: &str = include_str!("testdata/keys.json");
    const TOKEN: &str = include_str!("testdata/token.txt");

    fn believed(token: &str, issuer: &str, audience: &str, now: i64) -> Result<Claims, Refused> {
        let keys = Keys::read(KEYS.as_bytes()).expect("keys");
        verify(token, &keys, issuer, &[audience.to_owned()], now)
    }

    #[test]
    fn a_good_token_is_believed() {
        let claims = believed(TOKEN.trim(), ISSUER, "b", 1500).expect("it is good");
        assert_eq!(claims.scopes(), ["read", "write"]);
        assert_eq!(claims.texts()["aud"], "[a b]");
        assert_eq!(claims.texts()["n"], "1");
    }

    #[test]
    fn any_change_makes_it_no_token() {
        let token = TOKEN.trim();
        let other = "https://other.example";
        assert_eq!(believed(token, other, "a", 1500), Err(Refused::Issuer));
        assert_eq!(believed(token, ISSUER, "c", 1500), Err(Refused::Audience));
        for now in [999, 2000, 9999] {
            assert_eq!(believed(token, ISSUER, "a", now), Err(Refused::Time), "{now}");
        }
        let (head, signature) = token.rsplit_once('.').expect("three parts");
        let (header, _) = head.split_once('.').expect("three parts");
        let forged = BASE64.encode(json!({"iss": ISSUER, "aud": "a", "exp": 9e9}).to_string());
        let forged = format!("{header}.{forged}.{signature}");
        assert_eq!(believed(&forged, ISSUER, "a", 1500), Err(Refused::Signature));
        let none = BASE64.encode(r#"{"alg":"none"}"#);
        let unsigned = format!("{none}.{}.", head.split_once('.').expect("parts").1);
        assert_eq!(believed(&unsigned, ISSUER, "a", 1500), Err(Refused::Malformed));
        let unknown = BASE64.encode(r#"{"alg":"RS256","kid":"x"}"#);
        let unknown = format!("{unknown}.{}", token.split_once('.').expect("parts").1);
        assert_eq!(believed(&unknown, ISSUER, "a", 1500), Err(Refused::UnknownKey("x".into())));
        for text in ["", "a.b", "a.b.c.d", "..", "é.b.c"] {
            assert_eq!(believed(text, ISSUER, "a", 1500), Err(Refused::Malformed), "{text}");
        }
    }

    #[test]
    fn a_client_id_stands_for_an_audience_that_is_missing() {
        let check = |claims: Value| {
            let Value::Object(claims) = claims else { panic!("an object") };
            Claims(claims).check(ISSUER, &["me".into()], 5)
        };
        assert_eq!(check(json!({"iss": ISSUER, "client_id": "me", "exp": 6})), Ok(()));
        let other = json!({"iss": ISSUER, "client_id": "me", "aud": "you", "exp": 6});
        assert_eq!(check(other), Err(Refused::Audience));
        assert_eq!(check(json!({"iss": ISSUER, "aud": "me"})), Err(Refused::Time));
        assert_eq!(check(json!({"iss": ISSUER, "aud": "me", "exp": "6"})), Err(Refused::Time));
    }

    #[test]
    fn tokens_come_with_or_without_their_scheme() {
        assert_eq!(["Bearer x", "bearer  x ", "x"].map(bearer), ["x"; 3]);
    }
}
