//! What the doors and every AWS service behind them have in common.
//!
//! - [`Caller`]: who asks, in which account and region, and by which way; [`Caller::allow`] is what they may do
//! - [`AwsService`]: a service beside Lambda, as the doors see it: the name requests are signed for, and
//!   an answer to each
//! - [`Doors`]: the same doors from inside, for rooms that ask services by their public API
//! - [`Pages`]: what browsers ask the doors for without a signature
//! - [`to_the_end`]: an answer that is finished also where nobody waits for it
//! - [`json`]: the aws-json protocols, as most of them speak it
#![forbid(unsafe_code)]

mod end;
pub mod json;
mod pages;
mod permit;

use std::net::IpAddr;
use std::pin::Pin;

use bytes::Bytes;
use fika_answers::Answers;
use fika_aws::shape::AwsError;
use fika_aws::sigv4::Service;
use fika_iam::Principal;
use fika_model::{AccountId, Region, Scope};
use http::request::Parts;
use http::{Request, Response};

pub use end::to_the_end;
pub use pages::{Flow, Flowing, Pages, whole};
pub use permit::owner;

/// Somebody whose signature was good, or a service that acts by itself.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Whose things it may see, and where.
    pub scope: Scope,
    /// Who it is.
    pub principal: Principal,
    /// How it reached us.
    pub via: Via,
}

/// The way of a request to this server; a service that acts by itself has none.
#[derive(Debug, Clone, Copy, Default)]
pub struct Via {
    /// The address it came from.
    pub ip: Option<IpAddr>,
    /// Whether it came by TLS.
    pub secure: bool,
}

impl Via {
    /// Whether nobody between could read along: it came by TLS, or from this very machine. Policies know it as
    /// `aws:SecureTransport`, and those that deploy tools write deny all that is not so.
    #[must_use]
    pub fn is_private(self) -> bool {
        self.secure || self.ip.is_none_or(|ip| ip.to_canonical().is_loopback())
    }

    /// What addresses begin with that are to be reached the same way.
    #[must_use]
    pub fn scheme(self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }
}

impl Caller {
    /// A service, as in `sns.amazonaws.com`, that acts for the resource of that ARN in that account.
    #[must_use]
    pub fn service(name: &'static str, source: &str, account: AccountId, region: Region) -> Self {
        let principal = Principal::service(name, source, account.clone());
        Self { scope: Scope { account, region }, principal, via: Via::default() }
    }
}

/// One request to a service.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// From whom.
    pub caller: &'a Caller,
    /// Its head.
    pub parts: &'a Parts,
    /// All of its body.
    pub body: &'a Bytes,
}

/// Bytes of a trace header that is handed on, at most: what EventBridge takes of one.
pub const TRACE_BYTES: usize = 500;

impl<'a> Call<'a> {
    /// `X-Amzn-Trace-Id`, as every AWS SDK in a function sends it on: what follows from the request is of the
    /// same chain of calls. None for one that is no trace header, or too long for one.
    #[must_use]
    pub fn trace_id(&self) -> Option<&'a str> {
        let trace = self.parts.headers.get("x-amzn-trace-id")?.to_str().ok()?;
        (1..=TRACE_BYTES).contains(&trace.len()).then_some(trace)
    }
}

/// The answer to one.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Response<Bytes>> + Send + 'a>>;

/// A service beside Lambda.
pub trait AwsService: Send + Sync + 'static {
    /// What requests to it are signed for.
    fn names(&self) -> &'static [Service];

    /// The longest body it takes, bytes.
    fn body_bytes(&self) -> usize;

    /// Whether a request that is not signed is meant for it (`--auth off`).
    fn is_meant(&self, parts: &Parts) -> bool;

    /// The `Version` of its forms, where it speaks the query protocol: they say for whom they are when nobody
    /// signed them.
    fn form_version(&self) -> Option<&'static str> {
        None
    }

    /// Answers a request. Nobody may have been asked yet whether its caller may do this.
    fn answer<'a>(&'a self, call: Call<'a>) -> Answering<'a>;

    /// What an account still has of it, in whatever region, as in `queues`; none when that is nothing.
    fn left_of(&self, account: &AccountId) -> Option<&'static str>;

    /// Words a refusal of the doors as this service does.
    fn refuse(&self, parts: &Parts, error: AwsError) -> Response<Bytes>;
}

/// The doors from inside: what a room asks of any service, Lambda and S3 too, by its public API and for somebody
/// who is known already. What they may do is judged as if they had asked themselves.
pub trait Doors: Send + Sync + 'static {
    /// Answers a request to the service of that name, as it is signed for (`lambda`, `s3`, `sqs`). The answer is
    /// whole: those that stream are gathered first.
    fn ask<'a>(
        &'a self,
        caller: &'a Caller,
        service: &'a str,
        request: Request<Bytes>,
    ) -> Answering<'a>;

    /// The same, with a body that may leave while it is made: log that is followed, and functions that
    /// stream. Where nothing streams it is what [`Self::ask`] answers.
    fn open<'a>(
        &'a self,
        caller: &'a Caller,
        service: &'a str,
        request: Request<Bytes>,
    ) -> Flowing<'a> {
        Box::pin(async move { self.ask(caller, service, request).await.map(whole) })
    }

    /// Where those who are not asked by an API answer; none where there is no such place.
    fn answers(&self) -> Option<Answers> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_on_this_machine_is_private_and_all_else_by_tls_only() {
        let private = |ip: &str, secure| {
            Via { ip: Some(ip.parse().expect("an address")), secure }.is_private()
        };
        for ip in ["127.0.0.1", "127.9.8.7", "::1", "::ffff:127.0.0.1"] {
            assert!(private(ip, false), "{ip}");
        }
        for ip in ["10.0.0.1", "192.168.1.2", "::ffff:10.0.0.1", "fe80::1", "0.0.0.0"] {
            assert!(!private(ip, false) && private(ip, true), "{ip}");
        }
        assert!(Via::default().is_private(), "a service of this server");
        assert_eq!(Via::default().scheme(), "http");
    }
}
