//! Function URLs: plain HTTP in front of one function, or of one alias of it.
//!
//! - `address`: which URL a request is for, by its host or its path
//! - `permit`: who may call it; `cors`: what pages of other origins may
//! - `refusal`: what is answered where the function does not
//! - `whole`: what a function streams, for who does not want a stream
//!
//! The event and what an answer means is [`fika_gateway::payload::v2`].

mod address;
mod cors;
mod permit;
mod refusal;
mod whole;

use std::sync::Arc;

use bytes::Bytes;
use fika_assignment::AssignmentService;
use fika_aws::sigv4::Service;
use fika_control::{Resolved, Url};
use fika_counting::CountingService;
use fika_gateway::payload::{Place, Prelude, Received, v2};
use fika_model::{FunctionVersion, RequestId, limits};
use fika_worker::{Invocation, WorkerService};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, Response};
use hyper::body::Incoming;
use jiff::Timestamp;
use serde_json::Value;

use crate::Frontend;
use crate::answer::Answer;
use crate::auth;
use crate::body;
use crate::invoke::{self, TRACE_ID};
use crate::reply::{self, Reply};
use crate::server::{Line, Peer, Run};
use crate::stream::{Answered, Next, Raw, Streamed};

pub(crate) use address::Address;
use refusal::Refusal;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// A request that may call the function.
struct Let<'r> {
    body: Bytes,
    /// `requestContext.authorizer`.
    authorizer: Option<Value>,
    _room: body::Room,
    run: Run<'r>,
}

impl<C, A, W> Frontend<C, A, W>
where
    C: CountingService,
    A: AssignmentService,
    W: WorkerService,
{
    /// Answers a request at a function URL.
    pub(crate) async fn at_url(
        &self,
        parts: Parts,
        body: Incoming,
        address: Address,
        line: &Line,
    ) -> Reply {
        let id = RequestId::random();
        let there = |url: &Url| address.fits(&url.arn.scope.region);
        let Some(url) = self.control.url(&address.id).filter(there) else {
            body::discard(body).await;
            return reply::named(Refusal::Forbidden.reply(), id);
        };
        let reply = self.at_its_url(parts, body, &url, &address, (id, line)).await;
        self.metrics.recorder().requested(line.lane, &url.arn, reply.status().as_u16());
        reply
    }

    /// Answers a request at that one.
    async fn at_its_url(
        &self,
        mut parts: Parts,
        body: Incoming,
        url: &Url,
        address: &Address,
        (id, line): (RequestId, &Line),
    ) -> Reply {
        if let Some(headers) = cors::preflight(url.cors.as_ref(), &parts) {
            body::discard(body).await;
            return reply::named(preflight(headers), id);
        }
        let origin = parts.headers.get(ORIGIN).cloned();
        let answer = match self.let_in(&parts, body, url, line).await {
            Ok(may) => self.ask(&mut parts, may, url, address, (id, line)).await,
            Err(refusal) => Err(refusal),
        };
        let mut reply = answer.unwrap_or_else(Refusal::reply);
        cors::open(url.cors.as_ref(), origin.as_ref(), reply.headers_mut());
        reply::named(reply, id)
    }

    /// The body of a request, once it is known that its caller may.
    async fn let_in<'r>(
        &self,
        parts: &Parts,
        body: Incoming,
        url: &Url,
        line: &'r Line,
    ) -> Result<Let<'r>, Refusal> {
        let (arn, limit) = (&url.arn, limits::SYNC_REQUEST_BYTES);
        let policy = self.control.resource_policy(&arn.scope, &arn.name, arn.qualifier.as_deref());
        let visitor = if url.signed {
            auth::greet(parts, &self.iam, &self.sessions, &[Service::LAMBDA], line)
                .map(Some)
                .map_err(Refusal::from)
        } else if permit::everybody(url, policy.as_deref(), line.peer) {
            Ok(None)
        } else {
            Err(Refusal::Forbidden)
        };
        let visitor = match visitor {
            Ok(visitor) => visitor,
            Err(refusal) => {
                body::discard(body).await;
                return Err(refusal);
            }
        };
        let (body, room) = line.bodies.collect(&parts.headers, body, limit).await?;
        let run = line.running.begin();
        let mut authorizer = None;
        if let Some(visitor) = visitor {
            let caller = visitor.prove(parts, &body, &self.keys)?;
            if !permit::caller(url, policy.as_deref(), &caller) {
                return Err(Refusal::Forbidden);
            }
            authorizer = Some(permit::authorizer(&caller));
        }
        Ok(Let { body, authorizer, _room: room, run })
    }

    /// From the event to the function's answer.
    async fn ask(
        &self,
        parts: &mut Parts,
        may: Let<'_>,
        url: &Url,
        address: &Address,
        (id, line): (RequestId, &Line),
    ) -> Result<Reply, Refusal> {
        let arn = &url.arn;
        let Resolved { version, invoked_arn } =
            self.control.resolve_in(&arn.scope, &arn.name, arn.qualifier.as_deref())?;
        // Nobody says whom a function is called for by HTTP: one that wants to know is not called.
        let tenant = invoke::tenant(&version, &HeaderMap::new())?;
        let trace_id = self.chained(Some(invoke::trace_id(&parts.headers, id)), &version)?;
        describe(parts, url, address, line.peer, &trace_id);
        let payload = event(parts, &may, url, address, (id, line.peer));
        if payload.len() > limits::SYNC_REQUEST_BYTES {
            return Err(Refusal::TooLarge);
        }
        let invocation = Invocation {
            request_id: id,
            payload,
            client_context: None,
            trace_id: Some(trace_id.clone()),
            invoked_arn,
            tenant,
            tail: false,
            sink: None,
        };
        let mut reply = if url.streamed {
            self.streamed(&version, invocation, url, line, may.run).await?
        } else {
            self.buffered(&version, invocation, url, line).await?
        };
        if let Ok(value) = HeaderValue::from_str(&trace_id) {
            reply.headers_mut().insert(TRACE_ID, value);
        }
        Ok(reply)
    }

    /// The whole answer at once.
    async fn buffered(
        &self,
        version: &Arc<FunctionVersion>,
        invocation: Invocation,
        url: &Url,
        line: &Line,
    ) -> Result<Reply, Refusal> {
        let called = url.arn.qualifier.clone();
        let answer = match self
            .run_streaming(version, invocation, called, line.lane, self.courses.begin())
            .await?
        {
            Answered::Whole(outcome) if outcome.failed => return Err(Refusal::Function),
            Answered::Whole(outcome) => v2::answer(outcome.payload).map_err(|error| {
                tracing::debug!(function = %version.arn, %error, "a function's answer is no HTTP");
                Refusal::Function
            })?,
            Answered::Streamed(streamed) => whole::whole(streamed).await?,
        };
        let mut reply = Response::new(Answer::from(answer.body));
        *reply.status_mut() = answer.status;
        *reply.headers_mut() = answer.headers;
        Ok(reply)
    }

    /// The answer as it comes. It is what the function writes, and nothing is read into it but the
    /// prelude.
    async fn streamed(
        &self,
        version: &Arc<FunctionVersion>,
        invocation: Invocation,
        url: &Url,
        line: &Line,
        run: Run<'_>,
    ) -> Result<Reply, Refusal> {
        let called = url.arn.qualifier.clone();
        let (head, body) = match self
            .run_streaming(version, invocation, called, line.lane, self.courses.begin())
            .await?
        {
            Answered::Whole(outcome) if outcome.failed => return Err(Refusal::Function),
            Answered::Whole(outcome) => (head_of(Some(JSON)), Answer::from(outcome.payload)),
            Answered::Streamed(mut streamed) => {
                let head = begun(&mut streamed).await?;
                (head, streamed.into_body(Raw, run.keep()))
            }
        };
        let mut reply = Response::new(body);
        *reply.status_mut() = head.status;
        *reply.headers_mut() = head.headers;
        Ok(reply)
    }
}

/// The head of a stream whose first byte is there, so that one that fails before is an error.
async fn begun(streamed: &mut Streamed) -> Result<Prelude, Refusal> {
    if let Some(head) = streamed.prelude().await.map_err(|_| Refusal::Function)? {
        return Ok(head);
    }
    match streamed.next().await {
        Next::End(outcome) if outcome.failed => return Err(Refusal::Function),
        Next::End(_) => {}
        Next::Data(data) => streamed.put_back(data),
    }
    Ok(head_of(streamed.content_type().cloned()))
}

/// The head of an answer of which only its type is known, if that.
fn head_of(kind: Option<HeaderValue>) -> Prelude {
    let mut head = Prelude::plain();
    if let Some(kind) = kind {
        head.headers.insert(CONTENT_TYPE, kind);
    }
    head
}

/// Adds to a request what whoever is in front knows of it.
fn describe(parts: &mut Parts, url: &Url, address: &Address, peer: Peer, trace_id: &str) {
    let (scheme, port) = if peer.secure { ("https", "443") } else { ("http", "80") };
    let port = address.port().unwrap_or(port);
    let before = parts.headers.get(FORWARDED_FOR).and_then(|value| value.to_str().ok());
    let from = before.map_or(String::new(), |before| format!("{before}, ")) + &peer.ip.to_string();
    if url.signed {
        // Whoever holds it could call in the caller's name for a while.
        parts.headers.remove(AUTHORIZATION);
    }
    for (name, value) in [
        (FORWARDED_FOR, from.as_str()),
        (FORWARDED_PORT, port),
        (FORWARDED_PROTO, scheme),
        (TRACE_ID, trace_id),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            parts.headers.insert(name, value);
        }
    }
}

fn event(
    parts: &Parts,
    may: &Let<'_>,
    url: &Url,
    address: &Address,
    (id, peer): (RequestId, Peer),
) -> Bytes {
    let (id, ip) = (id.to_string(), peer.ip.to_string());
    let received = Received {
        method: &parts.method,
        path: &address.path,
        query: parts.uri.query().unwrap_or_default(),
        version: parts.version,
        headers: &parts.headers,
        body: &may.body,
        source_ip: &ip,
    };
    let place = Place {
        account_id: if url.signed { url.arn.scope.account.as_str() } else { "anonymous" },
        api_id: &address.id,
        domain_name: &address.host,
        domain_prefix: &address.id,
        request_id: &id,
        route_key: "$default",
        stage: "$default",
        at: Timestamp::now(),
    };
    let more = v2::More { authorizer: may.authorizer.as_ref(), ..v2::More::default() };
    v2::event(&received, &place, more)
}

/// The answer to a browser's question.
fn preflight(mut headers: HeaderMap) -> Reply {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let mut reply = Response::new(Answer::from(Bytes::new()));
    *reply.headers_mut() = headers;
    reply
}
