//! The doors: who calls, what is asked, and the Frontend Invoke Service.
//!
//! - [`Frontend`]: everything a request needs; [`Frontend::serve`] carries one connection
//! - `server`: connections with their limits; `http2`: those with many requests at once; `body`: reading what follows the head
//! - `auth`: SigV4: who it is, in which region, or a refusal; `permit`: what they may do
//! - `api`: from a verified request to the operation it names
//! - `invoke`: the invoke path: counting → assignment → worker → answer; `end`: what goes on
//!   when the caller has left; `asynchronous`: invocations that wait for their turn, and those that no
//!   client makes; `lineage`: loops of functions that call one another
//! - `stream`: the same for answers that leave while the function writes them; `event_stream`: those of
//!   `InvokeWithResponseStream`
//! - `urls`: function URLs
//! - `inside`: the same for rooms of this server, who know for whom they ask
//! - `pages`: what browsers are shown, and what their other pages may not do to it
//! - `functions`: the control plane's operations; `code`: zips to load
//! - `apis`: HTTP APIs and REST APIs, by way of the gateway
//! - `stored_code`: zips in buckets
//! - `logs`: CloudWatch Logs; `cloudwatch`: the metrics of functions
//! - `objects`: S3, with its bodies as they come
//! - `answers`: what stacks wait for
//! - `webhooks`: what a foreign S3 tells, and `fika webhook`
//! - `query`: IAM and STS; `admin`: accounts, for `fika account`; `waiting`: events, for
//!   `fika events`
//! - `trace`: what is told of each invocation to who follows traces
//! - `course`: the way of single invocations, for who looks at it
//! - `reply`: answers and errors on the wire; `answer`: what their bodies are made of; `patience`:
//!   with clients that do not take them
#![forbid(unsafe_code)]

mod admin;
mod answer;
mod answers;
mod api;
mod apis;
mod asynchronous;
mod auth;
mod body;
mod cloudwatch;
mod code;
mod course;
mod end;
mod event_stream;
mod functions;
mod http2;
mod inside;
mod invoke;
mod lineage;
mod logs;
mod objects;
mod pages;
mod patience;
mod permit;
mod query;
mod reply;
mod server;
mod stored_code;
mod stream;
mod trace;
mod urls;
mod waiting;
mod webhooks;

use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::AtomicU16;

use fika_answers::Answers;
use fika_aws::sigv4::KeyCache;
use fika_control::Control;
use fika_counting::Calls;
use fika_events::Events;
use fika_gateway::Gateway;
use fika_iam::{Iam, Sessions};
use fika_metrics::Metrics;
use fika_objects::Objects;
use fika_service::{AwsService, Pages};
use fika_store::{Blobs, LogStore};

use crate::body::Bodies;
pub use crate::course::{Course, Courses, Step};
pub use crate::trace::{Span, Traces};

pub use crate::auth::Auth;
pub use crate::server::Peer;

/// What the doors open to.
pub struct Frontend<C, A, W> {
    counting: C,
    calls: Calls,
    assignment: A,
    worker: Arc<W>,
    control: Control,
    iam: Iam,
    sessions: Sessions,
    auth: Auth,
    blobs: Blobs,
    logs: logs::Logs,
    metrics: Metrics,
    traces: Option<Traces>,
    events: Events,
    lanes: AtomicU16,
    services: Vec<Arc<dyn AwsService>>,
    gateway: Gateway,
    stream_rate: Option<NonZeroU64>,
    objects: Objects,
    pages: Option<Arc<dyn Pages>>,
    courses: Courses,
    answers: Answers,
    keys: KeyCache,
    /// The bodies of clients.
    bodies: Bodies,
    /// Those of functions, apart: they are hostile, and may only be in each other's way.
    inside: Bodies,
}

/// What a [`Frontend`] is made of.
pub struct FrontendOptions<C, A, W> {
    /// The Counting Service.
    pub counting: C,
    /// How fast accounts may call the control plane.
    pub calls: Calls,
    /// The Assignment Service.
    pub assignment: A,
    /// The worker invocations are sent to.
    pub worker: Arc<W>,
    /// The Control Plane Service.
    pub control: Control,
    /// Who may call.
    pub iam: Iam,
    /// And who may for a while.
    pub sessions: Sessions,
    /// Whether clients must sign. Functions always do.
    pub auth: Auth,
    /// Where zips are.
    pub blobs: Blobs,
    /// What functions wrote.
    pub logs: LogStore,
    /// What invocations come to.
    pub metrics: Metrics,
    /// Who follows traces.
    pub traces: Option<Traces>,
    /// What waits for its turn.
    pub events: Events,
    /// The services that have rooms of their own.
    pub services: Vec<Arc<dyn AwsService>>,
    /// APIs.
    pub gateway: Gateway,
    /// How fast streamed answers may leave behind their first 6 MB, bytes a second; none is no limit.
    pub stream_rate: Option<NonZeroU64>,
    /// Buckets and objects.
    pub objects: Objects,
    /// What browsers are shown, if anything.
    pub pages: Option<Arc<dyn Pages>>,
    /// Where the courses of single invocations are noted while somebody looks.
    pub courses: Courses,
    /// What stacks wait for.
    pub answers: Answers,
}

impl<C, A, W> Frontend<C, A, W> {
    /// Doors to these rooms.
    #[must_use]
    pub fn new(options: FrontendOptions<C, A, W>) -> Self {
        let FrontendOptions { counting, calls, assignment, worker, .. } = options;
        let FrontendOptions { control, iam, auth, sessions, blobs, logs, metrics, .. } = options;
        let FrontendOptions { traces, events, services, gateway, objects, .. } = options;
        let FrontendOptions { stream_rate, pages, courses, answers, .. } = options;
        let (keys, bodies, inside) = (KeyCache::new(), Bodies::new(), Bodies::new());
        Self {
            counting,
            calls,
            assignment,
            worker,
            control,
            iam,
            auth,
            sessions,
            blobs,
            logs: logs::Logs::new(logs),
            metrics,
            traces,
            events,
            lanes: AtomicU16::new(0),
            services,
            gateway,
            stream_rate,
            objects,
            pages,
            courses,
            answers,
            keys,
            bodies,
            inside,
        }
    }
}
