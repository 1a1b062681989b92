//! From a request to the operation it names.

use std::sync::Arc;

use bytes::Bytes;
use fika_assignment::AssignmentService;
use fika_aws::generated::lambda::Operation;
use fika_aws::rest::{PathParams, Request as RestRequest};
use fika_aws::shape::AwsError;
use fika_aws::sigv4::{self, AuthError, RequestView, Service};
use fika_counting::{Call, CountingService};
use fika_model::{AccountId, FunctionRef, LaneId, RequestId, limits};
use fika_service::{AwsService, Call as ServiceCall};
use fika_worker::WorkerService;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{Method, Request};
use hyper::body::Incoming;

use crate::auth::{self, Auth, Caller, IAM, LOGS, STS};
use crate::body::{self, Bodies, BodyError, Room};
use crate::cloudwatch::MONITORING;
use crate::course::Noting;
use crate::functions::Place;
use crate::invoke::{self, Mode};
use crate::reply::{self, Reply};
use crate::server::{Line, Run};
use crate::urls::Address;
use crate::{
    Frontend, admin, asynchronous, cloudwatch, code, event_stream, functions, logs, pages, permit,
    query, waiting, webhooks,
};

/// The largest body of operations that carry neither code nor an event.
const SMALL_BODY_BYTES: usize = 1024 * 1024;

/// What a request asks for.
pub(crate) enum Asked<'p> {
    Lambda(Operation, PathParams<'p>),
    Logs(&'p str),
    CloudWatch(cloudwatch::Asked<'p>),
    /// The zip of a function, where `GetFunction` said it would be.
    Code(&'p str),
    /// The zip of a layer, where `GetLayerVersion` said it would be.
    Layer(&'p str),
    /// IAM or STS: what exactly is in the body.
    Query,
    /// A service with a room of its own.
    Service(&'p dyn AwsService),
    /// Accounts: what follows their path.
    Admin(&'p str),
    /// Events: what follows their path.
    Events(&'p str),
    /// Webhooks: what follows their path.
    Webhooks(&'p str),
}

impl Asked<'_> {
    /// The services it may be signed for, and its longest body.
    fn terms(&self) -> (&'static [Service], usize) {
        match self {
            Self::Service(service) => (service.names(), service.body_bytes()),
            Self::Logs(_) => (&[LOGS], logs::BODY_BYTES),
            Self::CloudWatch(_) => (&[MONITORING], SMALL_BODY_BYTES),
            Self::Code(_) | Self::Layer(_) => (&[Service::LAMBDA], 0),
            Self::Lambda(operation, _) => (&[Service::LAMBDA], body_limit(*operation)),
            Self::Query => (&[IAM, STS], SMALL_BODY_BYTES),
            Self::Admin(_) | Self::Webhooks(_) => (&[Service::LAMBDA], SMALL_BODY_BYTES),
            Self::Events(_) => (&[Service::LAMBDA], 0),
        }
    }
}

impl<C, A, W> Frontend<C, A, W>
where
    C: CountingService,
    A: AssignmentService,
    W: WorkerService,
{
    /// Answers one request.
    pub(crate) async fn handle(&self, request: Request<Incoming>, line: &Line) -> Reply {
        let (parts, body) = request.into_parts();
        if let Some(address) = Address::of(&parts) {
            return self.at_url(parts, body, address, line).await;
        }
        if let Some(visit) = self.gateway.visit(&parts) {
            let guest = pages::Guest::of(self.pages.is_some(), &parts);
            let reply = self.at_api(&self.gateway, visit, parts, body, line);
            return guest.kept_apart(Box::pin(reply).await);
        }
        if let Some(id) = parts.uri.path().strip_prefix(webhooks::DOOR) {
            return named(self.at_webhook(&parts, id, body, line).await);
        }
        if let Some(id) = parts.uri.path().strip_prefix(fika_answers::PATH) {
            return named(self.at_answers(&parts, id, body, line).await);
        }
        let name = sigv4::signed_for(&RequestView::from(&parts));
        // Functions are no browsers, and what they try would count against those.
        if name.is_none()
            && !line.inside
            && let Some(pages) = self.pages_at(&parts)
        {
            return self.page(pages, parts, body, line).await;
        }
        if name == Some(Service::S3.name) {
            let guest = pages::Guest::of(self.pages.is_some(), &parts);
            return guest.kept_apart(self.objects(parts, body, line).await);
        }
        let service = self.services.iter().find(|service| match name {
            Some(name) => service.names().iter().any(|own| own.name == name),
            None => service.is_meant(&parts),
        });
        let asked = match service {
            Some(service) => Some(Asked::Service(&**service)),
            None => asked(&parts, line.auth),
        };
        let Some(asked) = asked else {
            if name.is_none() && self.objects.is_meant(&parts) {
                let guest = pages::Guest::of(self.pages.is_some(), &parts);
                return guest.kept_apart(self.objects(parts, body, line).await);
            }
            return named(unknown(&parts));
        };
        match asked {
            Asked::Lambda(
                operation @ (Operation::Invoke | Operation::InvokeWithResponseStream),
                path,
            ) => {
                let limit = invoke::limit(operation, &parts.headers);
                match self.admit(&parts, body, &[Service::LAMBDA], limit, line).await {
                    Ok(admitted) => {
                        self.invoke(operation, &parts, &path, admitted, line.lane).await
                    }
                    Err(refusal) => named(refusal.of_invoke(limit).reply()),
                }
            }
            Asked::Lambda(Operation::InvokeAsync, path) => {
                let limit = limits::INVOKE_ASYNC_BYTES;
                match self.admit(&parts, body, &[Service::LAMBDA], limit, line).await {
                    Ok(admitted) => self.invoke_async(&parts, &path, admitted).await,
                    Err(refusal) => named(refusal.of_invoke(limit).reply()),
                }
            }
            asked => {
                let answer = self.other(&parts, asked, body, line).await;
                named(answer.unwrap_or_else(reply::refuse))
            }
        }
    }

    /// The way of an Invoke, from the caller to the answer.
    pub(crate) async fn invoke(
        &self,
        operation: Operation,
        parts: &Parts,
        path: &PathParams<'_>,
        admitted: Admitted<'_>,
        lane: LaneId,
    ) -> Reply {
        let Admitted { caller, body: payload, room: _room, run, noting } = admitted;
        let prepared =
            functions::target(operation, parts, path).and_then(|(function, qualifier)| {
                let (control, qualifier) = (&self.control, qualifier.as_deref());
                let scope = permit::function(control, &caller, operation, &function, qualifier)?;
                let resolved = control.resolve(&scope, &function, qualifier)?;
                let mode = invoke::mode(operation, &parts.headers);
                let tenant = invoke::tenant(&resolved.version, &parts.headers)?;
                let mut invocation = invoke::invocation(&parts.headers, tenant, payload)?;
                invocation.invoked_arn = resolved.invoked_arn;
                // As it was called, for who looks at its metrics.
                let called = qualifier.map(Into::into).or(function.qualifier);
                let version = resolved.version;
                // An event becomes part of the chain when it runs.
                if mode != Mode::Event {
                    invocation.trace_id = Some(self.chained(invocation.trace_id, &version)?);
                }
                Ok((version, mode, invocation, called))
            });
        let (version, mode, invocation, called) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return named(reply::refuse(error)),
        };
        let id = invocation.request_id;
        let trace_id = invocation.trace_id.clone().unwrap_or_default();
        let answer = match mode {
            Mode::DryRun => Ok(invoke::dry_run()),
            Mode::Stream => self
                .run_streaming(&version, invocation, called, lane, noting)
                .await
                .map(|answered| event_stream::answer(&version, &trace_id, answered, run.keep())),
            Mode::Event => self
                .accept(&version, called, invocation)
                .await
                .map(|()| asynchronous::accepted(&trace_id)),
            Mode::RequestResponse => self
                .run(&version, invocation, called, lane, noting)
                .await
                .map(|outcome| invoke::answer(&version, &trace_id, outcome)),
        };
        reply::named(answer.unwrap_or_else(reply::refuse), id)
    }

    /// The same for an InvokeAsync, which has no options.
    pub(crate) async fn invoke_async(
        &self,
        parts: &Parts,
        path: &PathParams<'_>,
        admitted: Admitted<'_>,
    ) -> Reply {
        let Admitted { caller, body: payload, room: _room, run: _run, .. } = admitted;
        let prepared = functions::target_async(parts, path).and_then(|function| {
            let (control, operation) = (&self.control, Operation::InvokeAsync);
            let scope = permit::function(control, &caller, operation, &function, None)?;
            let resolved = control.resolve(&scope, &function, None)?;
            let tenant = invoke::tenant(&resolved.version, &parts.headers)?;
            let invocation = invoke::invocation(&parts.headers, tenant, payload)?;
            Ok((resolved.version, function.qualifier, invocation))
        });
        let (version, called, invocation) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return named(reply::refuse(error)),
        };
        let id = invocation.request_id;
        let answer = self.accept(&version, called, invocation).await;
        let answer = answer.map(|()| asynchronous::status());
        reply::named(answer.unwrap_or_else(reply::refuse), id)
    }

    async fn other(
        &self,
        parts: &Parts,
        asked: Asked<'_>,
        body: Incoming,
        line: &Line,
    ) -> Result<Reply, AwsError> {
        let (services, limit) = asked.terms();
        let admitted = match self.admit(parts, body, services, limit, line).await {
            Ok(admitted) => admitted,
            Err(refusal) if matches!(asked, Asked::Query) => {
                return Ok(reply::closing(query::refuse(refusal.error)));
            }
            Err(refusal) => {
                return Ok(match asked {
                    Asked::Service(service) => {
                        reply::closing(reply::from(service.refuse(parts, refusal.error)))
                    }
                    _ => refusal.reply(),
                });
            }
        };
        self.answered(parts, asked, admitted, &line.bodies).await
    }

    /// Answers what is no invocation.
    pub(crate) async fn answered(
        &self,
        parts: &Parts,
        asked: Asked<'_>,
        admitted: Admitted<'_>,
        bodies: &Bodies,
    ) -> Result<Reply, AwsError> {
        let Admitted { caller, body, room: _room, run: _run, .. } = admitted;
        match asked {
            Asked::Logs(operation) => Ok(self.logs.answer(&caller, operation, &body).await),
            Asked::CloudWatch(asked) => {
                Ok(cloudwatch::answer(&self.metrics, &caller, asked, &body).await)
            }
            Asked::Code(name) => code::function(&self.control, &self.blobs, &caller, name).await,
            Asked::Layer(arn) => code::layer(&self.control, &self.blobs, &caller, arn).await,
            Asked::Service(service) => {
                let call = ServiceCall { caller: &caller, parts, body: &body };
                Ok(reply::from(service.answer(call).await))
            }
            Asked::Query => Ok(self.form(&caller, parts, &body).await),
            Asked::Events(path) => waiting::answer(&self.events, &caller, parts, path).await,
            Asked::Webhooks(path) => {
                webhooks::answer(&self.objects, &caller, (&parts.method, path), &body).await
            }
            Asked::Admin(path) => {
                let asked = (&parts.method, path);
                let left_of = |account: &AccountId| self.left_of(account);
                admin::answer(&self.iam, left_of, &caller, asked, &body).await
            }
            Asked::Lambda(operation, path) => {
                let called = self.calls.try_call(&caller.scope, call(operation));
                called.map_err(|throttle| reply::throttled("Rate exceeded", &throttle))?;
                let query = parts.uri.query();
                let scope = permit::operation(&self.control, &caller, operation, &path, query)?;
                let request =
                    RestRequest { path: &path, query, headers: &parts.headers, body: &body };
                let (iam, objects) = (&self.iam, &self.objects);
                let at = Place { caller: &caller, scope: &scope, iam, objects, bodies };
                functions::answer(&self.control, at, operation, &request).await
            }
        }
    }

    /// Answers a form. For whom it is that nobody signed says its version.
    async fn form(&self, caller: &Caller, parts: &Parts, body: &Bytes) -> Reply {
        let version = caller.is_open().then(|| query::version(body)).flatten();
        if version.as_deref() == Some(cloudwatch::VERSION) {
            return cloudwatch::answer(&self.metrics, caller, cloudwatch::Asked::Query, body).await;
        }
        let named = |service: &&Arc<dyn AwsService>| service.form_version() == version.as_deref();
        match self.services.iter().find(named).filter(|_| version.is_some()) {
            Some(service) => reply::from(service.answer(ServiceCall { caller, parts, body }).await),
            None => query::answer(&self.iam, &self.sessions, caller, body).await,
        }
    }

    /// Who it is, and the body, once both are known to be as signed.
    async fn admit<'r>(
        &self,
        parts: &Parts,
        body: Incoming,
        services: &[Service],
        limit: usize,
        line: &'r Line,
    ) -> Result<Admitted<'r>, Refusal> {
        let visitor = match auth::greet(parts, &self.iam, &self.sessions, services, line) {
            Ok(visitor) => visitor,
            Err(error) => {
                body::discard(body).await;
                return Err(error.into());
            }
        };
        let (body, room) = line.bodies.collect(&parts.headers, body, limit).await?;
        let (run, noting) = (line.running.begin(), self.courses.begin());
        let caller = visitor.prove(parts, &body, &self.keys)?;
        Ok(Admitted { caller, body, room, run, noting })
    }
}

/// A request that came whole, from somebody who may call.
pub(crate) struct Admitted<'r> {
    pub caller: Caller,
    pub body: Bytes,
    pub room: Room,
    pub run: Run<'r>,
    /// Its course, where somebody looks.
    pub noting: Noting,
}

/// A request that is refused before anything looks at what it asks.
pub(crate) struct Refusal {
    error: AwsError,
    body: Option<BodyError>,
}

impl Refusal {
    /// The same in the words that Invoke has for it.
    fn of_invoke(self, limit: usize) -> Self {
        match self.body {
            Some(BodyError::TooLarge) => Self { error: too_large_invoke(limit), ..self },
            _ => self,
        }
    }

    pub(crate) fn reply(self) -> Reply {
        reply::refuse_and_close(self.error)
    }
}

impl From<AuthError> for Refusal {
    fn from(error: AuthError) -> Self {
        Self { error: reply::unauthorised(&error), body: None }
    }
}

impl From<BodyError> for Refusal {
    fn from(why: BodyError) -> Self {
        Self { error: why.into(), body: Some(why) }
    }
}

impl From<BodyError> for AwsError {
    fn from(why: BodyError) -> Self {
        match why {
            BodyError::TooLarge => AwsError::new(
                "RequestEntityTooLargeException",
                413,
                "The request body is larger than this operation takes.",
            ),
            BodyError::NoRoom => AwsError::new(
                "ServiceUnavailableException",
                503,
                "Too many large requests are on their way; try again.",
            ),
            BodyError::Slow => {
                AwsError::new("RequestTimeoutException", 408, "The body did not come in time.")
            }
            BodyError::Broken => {
                AwsError::new("InvalidRequestContentException", 400, "The body was cut short.")
            }
        }
    }
}

fn too_large_invoke(most: usize) -> AwsError {
    let text =
        format!("Request must be smaller than {most} bytes for the InvokeFunction operation");
    AwsError::new("RequestEntityTooLargeException", 413, text)
}

pub(crate) fn asked(parts: &Parts, auth: Auth) -> Option<Asked<'_>> {
    let path = parts.uri.path();
    if let Some((operation, params)) =
        Operation::route(parts.method.as_str(), path, parts.uri.query())
    {
        return Some(Asked::Lambda(operation, params));
    }
    if let Some(asked) = cloudwatch::asked(parts) {
        return Some(Asked::CloudWatch(asked));
    }
    if parts.method == Method::POST && path == "/" {
        return match parts.headers.get("x-amz-target") {
            Some(target) => {
                target.to_str().ok()?.strip_prefix(logs::TARGET_PREFIX).map(Asked::Logs)
            }
            None => is_form(parts).then_some(Asked::Query),
        };
    }
    if auth == Auth::Off && parts.method == Method::POST && is_queue(path) && is_form(parts) {
        return Some(Asked::Query);
    }
    if let Some(rest) = path.strip_prefix(waiting::PATH) {
        return Some(Asked::Events(rest));
    }
    if let Some(rest) = path.strip_prefix(webhooks::PATH) {
        return Some(Asked::Webhooks(rest));
    }
    if let Some(rest) = path.strip_prefix(admin::PATH) {
        return Some(Asked::Admin(rest));
    }
    if parts.method != Method::GET {
        return None;
    }
    if let Some(arn) = path.strip_prefix(code::LAYER_PATH) {
        return Some(Asked::Layer(arn));
    }
    let name = path.strip_prefix(code::CODE_PATH)?;
    FunctionRef::parse(name).is_ok().then_some(Asked::Code(name))
}

/// Whether a path is that of a queue's URL: an account and a name.
fn is_queue(path: &str) -> bool {
    let parts = path.strip_prefix('/').and_then(|path| path.split_once('/'));
    parts.is_some_and(|(account, _)| AccountId::new(account).is_ok())
}

fn is_form(parts: &Parts) -> bool {
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

/// A path that is no operation; AWS answers the same to all.
fn unknown(parts: &Parts) -> Reply {
    tracing::debug!(method = %parts.method, path = parts.uri.path(), "no such operation");
    reply::refuse_and_close(AwsError::new(
        "AccessDeniedException",
        403,
        "Unable to determine service/operation name to be authorized",
    ))
}

/// What rate an operation has.
fn call(operation: Operation) -> Call {
    match operation {
        Operation::GetFunction => Call::GetFunction,
        Operation::GetPolicy => Call::GetPolicy,
        _ => Call::Other,
    }
}

fn body_limit(operation: Operation) -> usize {
    match operation {
        Operation::CreateFunction
        | Operation::UpdateFunctionCode
        | Operation::PublishLayerVersion => limits::CREATE_BODY_BYTES,
        _ => SMALL_BODY_BYTES,
    }
}

fn named(reply: Reply) -> Reply {
    reply::named(reply, RequestId::random())
}
