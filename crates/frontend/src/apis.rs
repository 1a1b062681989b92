//! HTTP APIs and REST APIs: what they are is the gateway's affair; here are bodies and signatures.

use fika_assignment::AssignmentService;
use fika_aws::sigv4::Service;
use fika_counting::CountingService;
use fika_gateway::{Asked, Gateway, Refusal, Signer, Visit};
use fika_model::limits;
use fika_worker::WorkerService;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use http::request::Parts;
use hyper::body::Incoming;

use crate::Frontend;
use crate::auth::{self, Visitor};
use crate::body::{self, BodyError};
use crate::invoke::{self, TRACE_ID};
use crate::reply::{self, Reply};
use crate::server::{Line, Peer};

/// What requests to APIs are signed for.
const EXECUTE: Service = Service::standard("execute-api");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

impl<C, A, W> Frontend<C, A, W>
where
    C: CountingService,
    A: AssignmentService,
    W: WorkerService,
{
    /// Answers a request to an API.
    pub(crate) async fn at_api(
        &self,
        gateway: &Gateway,
        visit: Visit,
        mut parts: Parts,
        body: Incoming,
        line: &Line,
    ) -> Reply {
        if !visit.is_found() {
            body::discard(body).await;
            return reply::from(gateway.refuse(&visit, &Refusal::NoStage));
        }
        let visitor = self.signer(&visit, &parts, line);
        let limit = limits::SYNC_REQUEST_BYTES;
        let (body, _room) = match line.bodies.collect(&parts.headers, body, limit).await {
            Ok(read) => read,
            Err(why) => {
                return reply::closing(reply::from(gateway.refuse(&visit, &unread(why))));
            }
        };
        let _run = line.running.begin();
        // Who does not prove what it says is nobody.
        let caller = visitor.and_then(|who| who.prove(&parts, &body, &self.keys).ok());
        describe(&mut parts, &visit, line.peer);
        let signer = caller.as_ref().and_then(|caller| {
            let access_key = caller.credentials()?.access_key;
            Some(Signer { caller, access_key })
        });
        let source_ip = line.peer.ip.to_string();
        let asked = Asked { parts: &parts, body: &body, source_ip: &source_ip, signer };
        reply::from(gateway.answer(&visit, asked).await)
    }

    fn signer(&self, visit: &Visit, parts: &Parts, line: &Line) -> Option<Visitor> {
        if !visit.wants_signature() {
            return None;
        }
        auth::greet(parts, &self.iam, &self.sessions, &[EXECUTE], line).ok()
    }
}

fn unread(why: BodyError) -> Refusal {
    match why {
        BodyError::TooLarge => Refusal::TooLarge,
        BodyError::NoRoom => Refusal::Unavailable,
        BodyError::Slow | BodyError::Broken => Refusal::Unread,
    }
}

/// Adds to a request what whoever is in front knows of it.
fn describe(parts: &mut Parts, visit: &Visit, peer: Peer) {
    let (scheme, port) = if peer.secure { ("https", "443") } else { ("http", "80") };
    let port = visit.port().map_or(port.to_owned(), |port| port.to_string());
    let before = parts.headers.get(FORWARDED_FOR).and_then(|value| value.to_str().ok());
    let from = before.map_or(String::new(), |before| format!("{before}, ")) + &peer.ip.to_string();
    let trace = invoke::trace_id(&parts.headers, visit.id());
    if visit.wants_signature() {
        // Whoever holds it could call in the caller's name for a while.
        parts.headers.remove(AUTHORIZATION);
    }
    for (name, value) in [
        (FORWARDED_FOR, from.as_str()),
        (FORWARDED_PORT, &port),
        (FORWARDED_PROTO, scheme),
        (TRACE_ID, &trace),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            parts.headers.insert(name, value);
        }
    }
}
