//! Who somebody is: logging in and out, and whose cookie it is.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use fika_iam::{Iam, Principal};
use fika_model::{Region, Scope};
use fika_service::{Caller, Via};
use http::header::{COOKIE, HeaderValue};
use http::request::Parts;
use serde::Deserialize;
use subtle::ConstantTimeEq;

use crate::sessions::{Full, Login, Sessions, Ticket};
use crate::tries::Tries;

/// The region of who names none.
const REGION: &str = "us-east-1";
/// In which region a page asks.
const REGION_HEADER: &str = "fika-region";
/// Longer than any key or token.
const LONGEST: usize = 4_096;

/// Why nobody is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Not with that key.
    Unknown,
    /// Not before so much time is over.
    Later(Duration),
    /// Not over a connection that others can read along.
    Plain,
    /// Not while so many are logged in.
    Full,
    /// That cannot be read.
    Unreadable,
}

/// What a browser sends to log in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    access_key_id: String,
    secret_access_key: String,
    #[serde(default)]
    session_token: Option<String>,
}

/// Who is logged in.
pub struct Desk {
    iam: Iam,
    roles: fika_iam::Sessions,
    /// Whether others than this machine may log in without TLS.
    plain: bool,
    sessions: Mutex<Sessions>,
    tries: Mutex<Tries>,
    epoch: Instant,
}

impl Desk {
    /// With nobody logged in.
    #[must_use]
    pub fn new(iam: Iam, roles: fika_iam::Sessions, plain: bool) -> Self {
        let (sessions, tries) = (Mutex::default(), Mutex::default());
        Self { iam, roles, plain, sessions, tries, epoch: Instant::now() }
    }

    /// Somebody wants to log in.
    ///
    /// # Errors
    /// Why they are not; else there is a cookie for them.
    pub fn login(&self, body: &[u8], via: Via) -> Result<HeaderValue, Refused> {
        let ip = via.ip.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        if !self.is_safe(via) {
            return Err(Refused::Plain);
        }
        lock(&self.tries).may(self.now(), ip).map_err(Refused::Later)?;
        let wanted: Wanted = serde_json::from_slice(body).map_err(|_| Refused::Unreadable)?;
        let Some(login) = self.proven(wanted) else {
            lock(&self.tries).failed(self.now(), ip);
            tracing::info!(%ip, "somebody is not let into the console");
            return Err(Refused::Unknown);
        };
        let cookie = random().ok_or(Refused::Full)?;
        tracing::info!(%ip, key = login.access_key_id, "somebody is let into the console");
        let begun = lock(&self.sessions).begin(self.now(), Ticket::of(&cookie), login);
        begun.map_err(|Full| Refused::Full)?;
        cookie_with(via, &cookie, None).ok_or(Refused::Unreadable)
    }

    /// Whether a secret may be sent that way.
    #[must_use]
    pub fn is_safe(&self, via: Via) -> bool {
        self.plain || via.is_private()
    }

    /// The key's secret is theirs who know it.
    fn proven(&self, wanted: Wanted) -> Option<Login> {
        let Wanted { access_key_id, secret_access_key, session_token: token } = wanted;
        let token = token.filter(|token| !token.is_empty());
        let identified =
            self.iam.identify(&self.roles, &access_key_id, token.as_deref(), unix_now()).ok()?;
        let known = identified.secret.reveal().as_bytes();
        let same: bool = known.ct_eq(secret_access_key.as_bytes()).into();
        let account = identified.principal.account().clone();
        (same && !known.is_empty()).then_some(Login { account, access_key_id, token })
    }

    /// Who asks, if they are logged in and still somebody. Their key is looked at anew each time.
    #[must_use]
    pub fn caller(&self, parts: &Parts, via: Via) -> Option<Caller> {
        let ticket = ticket(parts, via)?;
        let principal = self.holder(&ticket)?;
        let region = parts.headers.get(REGION_HEADER).and_then(|region| region.to_str().ok());
        let region = region.or_else(|| region_of(parts.uri.query()?)).unwrap_or(REGION);
        let scope =
            Scope { account: principal.account().clone(), region: Region::new(region).ok()? };
        Some(Caller { scope, principal, via })
    }

    /// Who a ticket's holder is now.
    #[must_use]
    pub fn holder(&self, ticket: &Ticket) -> Option<Principal> {
        let login = lock(&self.sessions).show(self.now(), ticket)?;
        let (key, token) = (&login.access_key_id, login.token.as_deref());
        match self.iam.identify(&self.roles, key, token, unix_now()) {
            Ok(identified) if *identified.principal.account() == login.account => {
                Some(identified.principal)
            }
            _ => {
                lock(&self.sessions).end(ticket);
                None
            }
        }
    }

    /// Somebody logs out; this takes their cookie back.
    pub fn logout(&self, parts: &Parts, via: Via) -> Option<HeaderValue> {
        if let Some(ticket) = ticket(parts, via) {
            lock(&self.sessions).end(&ticket);
        }
        cookie_with(via, "", Some(0))
    }

    /// Whether somebody is the server's own root, as `fika account` wants it.
    #[must_use]
    pub fn is_root(&self, caller: &Caller) -> bool {
        caller.principal.is_root_of(&self.iam.root().account)
    }

    fn now(&self) -> Duration {
        self.epoch.elapsed()
    }
}

/// What stands for the cookie of a request.
#[must_use]
pub fn ticket(parts: &Parts, via: Via) -> Option<Ticket> {
    let pairs = parts.headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = pairs.flat_map(|line| line.split(';')).map(str::trim);
    let value = pairs.find_map(|pair| pair.strip_prefix(name(via))?.strip_prefix('='))?;
    (value.len() <= LONGEST).then(|| Ticket::of(value))
}

/// A browser lets nothing plain replace what came by TLS: so each has its own.
fn name(via: Via) -> &'static str {
    if via.secure { "__Secure-fika-console" } else { "fika-console" }
}

fn cookie_with(via: Via, value: &str, age: Option<u32>) -> Option<HeaderValue> {
    let secure = if via.secure { "; Secure" } else { "" };
    let age = age.map(|age| format!("; Max-Age={age}")).unwrap_or_default();
    let name = name(via);
    let text = format!("{name}={value}; Path=/console; HttpOnly; SameSite=Strict{secure}{age}");
    HeaderValue::from_str(&text).ok()
}

/// 256 random bits; none where the kernel has none to give.
fn random() -> Option<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).ok()?;
    Some(BASE64.encode(bytes))
}

/// The same region in a query, for what cannot send headers.
fn region_of(query: &str) -> Option<&str> {
    query.split('&').find_map(|pair| pair.strip_prefix("region="))
}

fn unix_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Both are whole after every call, so a panic elsewhere cannot have spoilt them.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
