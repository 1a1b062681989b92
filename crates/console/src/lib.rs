//! The web console at `/console`: pages that call AWS's API, and what they are shown live.
//!
//! - [`Console`]: what the doors hand requests to; this file says which path is what
//! - `assets`: the pages' files (`assets/`), compiled in; `files`: their list
//! - `desk`: logging in and out, and who a cookie is; [`sessions`], [`tries`]: its state machines
//! - `guard`: what keeps other pages from asking in somebody's name
//! - `ask`: what a page asks of AWS's API, passed on
//! - [`machine`]: how everything stands at one moment; `live`: that, each second, to who looks
//! - `reply`: what is said with every answer
//!
//! Nothing here knows what a function is: a page asks the API as any client does, by
//! `POST /console/api/SERVICE`, and is refused as any client is. Whoever has logged in is no more than the access key
//! they did it with, which is looked at anew at each request.
#![forbid(unsafe_code)]

mod ask;
mod assets;
mod desk;
mod guard;
mod live;
pub mod machine;
mod reply;
pub mod sessions;
pub mod tries;
mod until;

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use fika_iam::{Iam, Principal};
use fika_model::limits;
use fika_service::{Caller, Doors, Flow, Flowing, Pages, Via};
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, SET_COOKIE};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use serde_json::json;

use crate::assets::Assets;
use crate::desk::{Desk, Refused};
use crate::live::{Live, Viewer};
use crate::machine::Machine;

/// Where the pages are.
pub const PATH: &str = "/console";
/// The longest body of who is not logged in, bytes.
const SMALL: usize = 8 * 1024;

/// What a [`Console`] is made of.
pub struct ConsoleOptions {
    /// Who may log in.
    pub iam: Iam,
    /// And who may with the keys of a role.
    pub sessions: fika_iam::Sessions,
    /// Whether somebody may log in from another machine without TLS.
    pub plain: bool,
    /// What is looked at in the machine room.
    pub machine: Machine,
}

/// The console. Clones are the same one.
#[derive(Clone)]
pub struct Console(Arc<Inner>);

struct Inner {
    assets: Assets,
    desk: Arc<Desk>,
    doors: OnceLock<Arc<dyn Doors>>,
    live: Arc<Live>,
}

impl Console {
    /// A console that asks nobody yet.
    #[must_use]
    pub fn new(options: ConsoleOptions) -> Self {
        let ConsoleOptions { iam, sessions, plain, machine } = options;
        let desk = Arc::new(Desk::new(iam, sessions, plain));
        let (assets, doors, live) = (Assets::new(), OnceLock::new(), Live::new(machine));
        Self(Arc::new(Inner { assets, desk, doors, live }))
    }

    /// Names whom it asks. Once.
    pub fn ask_by(&self, doors: Arc<dyn Doors>) {
        if self.0.doors.set(doors).is_err() {
            tracing::warn!("the console's doors are named twice: the first stay");
        }
    }
}

impl Pages for Console {
    fn are_at(&self, path: &str) -> bool {
        path.strip_prefix(PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    fn body_bytes(&self, parts: &Parts, via: Via) -> usize {
        let known = parts.method == Method::POST
            && guard::is_own(parts)
            && self.0.desk.caller(parts, via).is_some();
        if known { limits::CREATE_BODY_BYTES } else { SMALL }
    }

    fn answer<'a>(&'a self, parts: Parts, body: Bytes, via: Via) -> Flowing<'a> {
        Box::pin(async move { reply::guarded(self.0.answer(parts, body, via).await) })
    }
}

impl Inner {
    async fn answer(&self, parts: Parts, body: Bytes, via: Via) -> Response<Flow> {
        let path = parts.uri.path().strip_prefix(PATH).unwrap_or_default();
        let Some(path) = path.strip_prefix('/') else { return reply::elsewhere("/console/") };
        match (&parts.method, path) {
            (&Method::GET, "session") => self.session(&parts, via),
            (&Method::GET, "live") => self.live(parts, via),
            (&Method::GET | &Method::HEAD, path) => {
                self.assets.answer(&parts, path).unwrap_or_else(nothing)
            }
            (&Method::POST, _) if !guard::is_own(&parts) => {
                reply::refuse(StatusCode::FORBIDDEN, "Only a page of this server may ask that.")
            }
            (&Method::POST, "login") => self.login(&body, via),
            (&Method::POST, "logout") => self.logout(&parts, via),
            (&Method::POST, path) => match path.strip_prefix("api/") {
                Some(service) => self.ask(&parts, service, body, via).await,
                None => nothing(),
            },
            _ => reply::refuse(StatusCode::METHOD_NOT_ALLOWED, "There is nothing to do so with."),
        }
    }

    fn login(&self, body: &[u8], via: Via) -> Response<Flow> {
        let refused = match self.desk.login(body, via) {
            Ok(cookie) => {
                let mut reply = reply::json(StatusCode::OK, &json!({}));
                reply.headers_mut().insert(SET_COOKIE, cookie);
                return reply;
            }
            Err(refused) => refused,
        };
        let (status, text) = match refused {
            Refused::Unknown => (StatusCode::FORBIDDEN, "No such key, or not its secret."),
            Refused::Later(_) => {
                (StatusCode::TOO_MANY_REQUESTS, "Too many tries. Wait a minute, then try again.")
            }
            Refused::Plain => (
                StatusCode::FORBIDDEN,
                "A secret is not sent where others can read along: come by https, or from the server's own machine.",
            ),
            Refused::Full => (StatusCode::SERVICE_UNAVAILABLE, "Too many are logged in."),
            Refused::Unreadable => (StatusCode::BAD_REQUEST, "That cannot be read."),
        };
        let mut reply = reply::refuse(status, text);
        if let Refused::Later(wait) = refused {
            let seconds = HeaderValue::from(wait.as_secs() + 1);
            reply.headers_mut().insert(RETRY_AFTER, seconds);
        }
        reply
    }

    fn logout(&self, parts: &Parts, via: Via) -> Response<Flow> {
        let mut reply = reply::json(StatusCode::OK, &json!({}));
        let cookie = self.desk.logout(parts, via);
        reply.headers_mut().extend(cookie.map(|cookie| (SET_COOKIE, cookie)));
        reply
    }

    /// Who a page's visitor is.
    fn session(&self, parts: &Parts, via: Via) -> Response<Flow> {
        let Some(caller) = self.desk.caller(parts, via) else {
            let mut reply = reply::nobody();
            if !self.desk.is_safe(via) {
                let plain = HeaderValue::from_static("plain");
                reply.headers_mut().insert("fika-login", plain);
            }
            return reply;
        };
        reply::json(StatusCode::OK, &self.described(&caller))
    }

    fn described(&self, caller: &Caller) -> serde_json::Value {
        json!({
            "account": caller.scope.account,
            "arn": caller.principal.arn(),
            "region": caller.scope.region,
            "all": self.desk.is_root(caller),
            "root": matches!(caller.principal, Principal::Root(_)),
            "version": env!("CARGO_PKG_VERSION"),
        })
    }

    /// The machine room. An account sees of it what is its own, and who may not list functions sees nothing.
    fn live(&self, parts: Parts, via: Via) -> Response<Flow> {
        if !guard::is_from_here(&parts) {
            return reply::refuse(
                StatusCode::FORBIDDEN,
                "Only a page of this server may ask that.",
            );
        }
        let Some(caller) = self.desk.caller(&parts, via) else { return reply::nobody() };
        let desk = Arc::clone(&self.desk);
        let who = move || {
            let caller = desk.caller(&parts, via)?;
            caller.allow("lambda:ListFunctions", "*", None, &[]).ok()?;
            let all = desk.is_root(&caller);
            Some(Viewer { account: caller.scope.account, all })
        };
        if who().is_none() {
            let text = "You may not list functions, and so not look at what runs of them.";
            return reply::refuse(StatusCode::FORBIDDEN, text);
        }
        match self.live.open(&caller.scope.account, who) {
            Some(body) => {
                let mut reply = Response::new(body);
                let kind = HeaderValue::from_static("text/event-stream");
                reply.headers_mut().insert(CONTENT_TYPE, kind);
                reply
            }
            None => reply::refuse(StatusCode::SERVICE_UNAVAILABLE, "Too many look at once."),
        }
    }

    async fn ask(&self, parts: &Parts, service: &str, body: Bytes, via: Via) -> Response<Flow> {
        let caller = self.desk.caller(parts, via);
        let (Some(caller), Some(ticket)) = (caller, desk::ticket(parts, via)) else {
            return reply::nobody();
        };
        let Some(doors) = self.doors.get() else {
            return reply::refuse(StatusCode::SERVICE_UNAVAILABLE, "The server is starting.");
        };
        let Some(request) = ask::wanted(parts, body) else {
            return reply::refuse(StatusCode::BAD_REQUEST, "That is no request of AWS's API.");
        };
        let answer = ask::ask(&**doors, &caller, service, request).await;
        let streams = answer
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/vnd.amazon.eventstream"));
        match streams {
            true => answer.map(|body| until::logged_in(body, Arc::clone(&self.desk), ticket)),
            false => answer,
        }
    }
}

fn nothing() -> Response<Flow> {
    reply::refuse(StatusCode::NOT_FOUND, "There is nothing here.")
}
