//! The gateway: a request to an API on its way to a function, and the answer back.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use bytes::Bytes;
use fika_events::{Functions, Invocation, NotRun};
use fika_iam::Iam;
use fika_model::{FunctionArn, RequestId, Scope};
use fika_service::{Caller, Via};
use fika_store::{LogStore, Store, StoreError};
use http::header::{HeaderName, HeaderValue};
use http::request::Parts;
use http::{Response, StatusCode};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::apis::Apis;
use crate::authorizer::keys::Issuers;
use crate::cors::Cors;
use crate::payload::{Answer, Place, Received, v1, v2};
use crate::record::Kind;
use crate::refusal::Refusal;
use crate::serving::{Backend, Endpoint, Mock, Serving, Target};
use crate::visit::{self, Host, Visit};

/// The name of the gateway among services.
const NAME: &str = "apigateway.amazonaws.com";
/// The largest event that a function takes.
const EVENT_BYTES: usize = fika_model::limits::SYNC_REQUEST_BYTES;

/// APIs, and what answers them. Clones are the same.
#[derive(Clone)]
pub struct Gateway {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) apis: Arc<Apis>,
    pub(crate) iam: Iam,
    pub(crate) issuers: Issuers,
    pub(crate) host: Host,
    logs: LogStore,
    functions: OnceLock<Arc<dyn Functions>>,
    /// What buckets and verdicts count from.
    began: Instant,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").finish_non_exhaustive()
    }
}

/// A request to an API, whole.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Its head.
    pub parts: &'a Parts,
    /// All of its body.
    pub body: &'a Bytes,
    /// The address it came from.
    pub source_ip: &'a str,
    /// Who signed it, where that was asked for and done well.
    pub signer: Option<Signer<'a>>,
}

/// Who signed a request.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    /// Who.
    pub caller: &'a Caller,
    /// With which key.
    pub access_key: &'a str,
}

/// For whom a function is invoked, and by what right.
#[derive(Clone, Copy)]
pub(crate) struct By<'a> {
    /// The account and region of the API.
    pub(crate) scope: &'a Scope,
    /// What of the API.
    pub(crate) source: &'a str,
    /// As which role; none for the gateway itself.
    pub(crate) role: Option<&'a str>,
    /// `X-Amzn-Trace-Id` of the request.
    pub(crate) trace_id: Option<&'a str>,
}

/// A request with its stage and endpoint.
pub(crate) struct Walk<'a> {
    pub(crate) asked: Asked<'a>,
    pub(crate) visit: &'a Visit,
    pub(crate) serving: &'a Serving,
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) parameters: &'a Map<String, Value>,
    pub(crate) id: String,
    pub(crate) at: Timestamp,
}

impl Gateway {
    /// Goes on with the APIs that the store has. Functions are invoked once [`Self::invoke_by`] says how.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn open(store: Store, iam: Iam, logs: LogStore, host: Host) -> Result<Self, StoreError> {
        let inner = Inner {
            apis: Arc::new(Apis::open(store)?),
            iam,
            issuers: Issuers::default(),
            host,
            logs,
            functions: OnceLock::new(),
            began: Instant::now(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Names who invokes functions. Once.
    pub fn invoke_by(&self, functions: Arc<dyn Functions>) {
        if self.inner.functions.set(functions).is_err() {
            tracing::warn!("who invokes functions is named twice: the first stays");
        }
    }

    /// Whether a request is for an API, and for which; none where it is for something else.
    #[must_use]
    pub fn visit(&self, parts: &Parts) -> Option<Visit> {
        visit::find(&self.inner.apis, parts)
    }

    /// What a request is answered that comes no further than the door.
    #[must_use]
    pub fn refuse(&self, visit: &Visit, why: &Refusal) -> Response<Bytes> {
        why.answer(visit.kind)
    }

    /// Answers a request to an API.
    pub async fn answer(&self, visit: &Visit, asked: Asked<'_>) -> Response<Bytes> {
        let began = Instant::now();
        let mut known = Map::new();
        let mut response = match self.inner.through(visit, asked, &mut known).await {
            Ok(response) => response,
            Err(refusal) => refusal.answer(visit.kind),
        };
        let cors = visit.serving.as_ref().and_then(|serving| serving.cors.as_ref());
        if let Some(cors) = cors.filter(|_| !is_preflight(visit, asked)) {
            cors.apply(&asked.parts.headers, response.headers_mut());
        }
        let name = match visit.kind {
            Kind::Http => "apigw-requestid",
            Kind::Rest => "x-amzn-requestid",
        };
        if let Ok(value) = HeaderValue::from_str(&visit.id.to_string()) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
        self.inner.note(visit, asked, &response, began, &known);
        response
    }
}

fn is_preflight(visit: &Visit, asked: Asked<'_>) -> bool {
    let cors = visit.serving.as_ref().is_some_and(|serving| serving.cors.is_some());
    cors && Cors::is_preflight(&asked.parts.method, &asked.parts.headers)
}

impl Inner {
    pub(crate) fn since(&self) -> std::time::Duration {
        self.began.elapsed()
    }

    async fn through(
        &self,
        visit: &Visit,
        asked: Asked<'_>,
        known: &mut Map<String, Value>,
    ) -> Result<Response<Bytes>, Refusal> {
        let serving = visit.serving.as_deref().ok_or(Refusal::NoStage)?;
        if let (Some(cors), true) = (&serving.cors, is_preflight(visit, asked)) {
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = StatusCode::NO_CONTENT;
            *response.headers_mut() = cors.preflight(&asked.parts.headers);
            return Ok(response);
        }
        let endpoint = visit.endpoint().ok_or(Refusal::NoRoute)?;
        let (_, parameters) = visit.picked.as_ref().ok_or(Refusal::NoRoute)?;
        let (id, at) = (visit.id.to_string(), Timestamp::now());
        let walk = Walk { asked, visit, serving, endpoint, parameters, id, at };
        if let Some(bucket) = &endpoint.bucket {
            let mut bucket = bucket.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if !bucket.take(self.since()) {
                return Err(Refusal::TooMany);
            }
        }
        let authorizer = self.authorize(&walk).await?;
        if let Some(authorizer) = &authorizer {
            known.insert("authorizer".into(), authorizer.clone());
        }
        match &endpoint.backend {
            Backend::Function(target) => self.call(&walk, target, authorizer.as_ref()).await,
            Backend::Mock(mock) => written(mock),
            Backend::Nothing => Err(Refusal::Broken),
        }
    }

    /// The way to the function and back.
    async fn call(
        &self,
        walk: &Walk<'_>,
        target: &Target,
        authorizer: Option<&Value>,
    ) -> Result<Response<Bytes>, Refusal> {
        let payload = walk.event(target, authorizer);
        if payload.len() > EVENT_BYTES {
            return Err(Refusal::TooLarge);
        }
        let (source, role) = (walk.source_arn(), target.role.as_deref());
        let by =
            By { scope: &walk.serving.scope, source: &source, role, trace_id: walk.trace_id() };
        let invoked = self.invoke(by, &target.function, payload);
        let answered = tokio::time::timeout(target.timeout, invoked).await;
        let called = answered.unwrap_or(Err(Refusal::Slow))?;
        let payload = called.map_err(|_| Refusal::Broken)?;
        let answer = match (walk.serving.kind, target.second_format) {
            (_, true) => v2::answer(payload),
            (kind, false) => {
                let binary = (kind == Kind::Rest).then_some(&*walk.serving.binary_types);
                v1::answer(&payload, &walk.asked.parts.headers, binary)
            }
        };
        let answer = answer.inspect_err(|error| {
            tracing::debug!(api = walk.serving.api_id, %error, "a function's answer is no HTTP");
        });
        let Answer { status, headers, body } = answer.map_err(|_| Refusal::Broken)?;
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }

    /// Invokes a function for something of an API: its answer, or its error.
    pub(crate) async fn invoke(
        &self,
        by: By<'_>,
        function: &FunctionArn,
        payload: Bytes,
    ) -> Result<Result<Bytes, Bytes>, Refusal> {
        let functions = self.functions.get().ok_or(Refusal::Unavailable)?;
        let By { scope, source, role, trace_id } = by;
        let caller = self.acting(scope, source, role).ok_or(Refusal::Broken)?;
        if let Err(why) = functions.may_invoke(&caller, function) {
            tracing::debug!(source, why, "an API may not call its function");
            return Err(Refusal::Broken);
        }
        let (function, client_context, tenant) = (function.clone(), None, None);
        let id = RequestId::random();
        let trace_id = trace_id.map(Into::into);
        let invocation = Invocation { id, function, payload, trace_id, client_context, tenant };
        match functions.invoke(invocation).await {
            Ok(called) if called.failed => Ok(Err(called.payload)),
            Ok(called) => Ok(Ok(called.payload)),
            Err(NotRun::Throttled { .. } | NotRun::Service(_)) => Err(Refusal::Unavailable),
            Err(NotRun::Missing(_) | NotRun::Loop | NotRun::Invalid(_)) => Err(Refusal::Broken),
        }
    }

    /// By what right: a role's, or the gateway's own.
    fn acting(&self, scope: &Scope, source: &str, role: Option<&str>) -> Option<Caller> {
        let Some(role) = role else {
            return Some(Caller::service(
                NAME,
                source,
                scope.account.clone(),
                scope.region.clone(),
            ));
        };
        let principal =
            self.iam.acting_as(&scope.account, role, NAME, "BackplaneAssumeRoleSession");
        Some(Caller { scope: scope.clone(), principal: principal?, via: Via::default() })
    }

    fn note(
        &self,
        visit: &Visit,
        asked: Asked<'_>,
        response: &Response<Bytes>,
        began: Instant,
        known: &Map<String, Value>,
    ) {
        let Some(serving) = &visit.serving else { return };
        let Some(log) = &serving.access_log else { return };
        let now = Timestamp::now();
        let header = |name: &str| asked.parts.headers.get(name)?.to_str().ok().map(String::from);
        let know = |name: &str| match name {
            "requestId" | "extendedRequestId" => Some(visit.id.to_string()),
            "accountId" => Some(serving.scope.account.to_string()),
            "apiId" => Some(serving.api_id.clone()),
            "stage" => Some(serving.stage.clone()),
            "domainName" => Some(visit.domain.clone()),
            "domainPrefix" => visit.domain.split('.').next().map(Into::into),
            "httpMethod" => Some(asked.parts.method.to_string()),
            "path" => Some(visit.full_path.clone()),
            "protocol" => Some(format!("{:?}", asked.parts.version)),
            "requestTime" => Some(crate::payload::moment(now)),
            "requestTimeEpoch" => Some(now.as_millisecond().to_string()),
            "identity.sourceIp" => Some(asked.source_ip.into()),
            "identity.userAgent" => header("user-agent"),
            "routeKey" => visit.endpoint().map(|endpoint| endpoint.route_key.clone()),
            "resourcePath" => visit.endpoint().map(|endpoint| endpoint.resource.clone()),
            "resourceId" => visit.endpoint().map(|endpoint| endpoint.resource_id.clone()),
            "status" => Some(response.status().as_u16().to_string()),
            "responseLength" => Some(response.body().len().to_string()),
            "responseLatency" => Some(began.elapsed().as_millis().to_string()),
            name => of_authorizer(known.get("authorizer")?, name.strip_prefix("authorizer.")?),
        };
        log.write(&self.logs, now.as_millisecond(), &know);
    }
}

/// `$context.authorizer.x` and `$context.authorizer.claims.x`, of whatever kind it is.
fn of_authorizer(known: &Value, name: &str) -> Option<String> {
    let of = |value: &Value| value.as_str().map_or(value.to_string(), Into::into);
    let at = |path: &str| known.pointer(path).map(of);
    let claim = name.strip_prefix("claims.").map(|name| format!("/jwt/claims/{name}"));
    at(&format!("/lambda/{name}")).or_else(|| at(&claim?)).or_else(|| at(&format!("/{name}")))
}

fn written(mock: &Mock) -> Result<Response<Bytes>, Refusal> {
    let mut response = Response::new(Bytes::from(mock.body.clone()));
    *response.status_mut() = StatusCode::from_u16(mock.status).map_err(|_| Refusal::Broken)?;
    for (name, value) in &mock.headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Refusal::Broken)?;
        let value = HeaderValue::from_str(value).map_err(|_| Refusal::Broken)?;
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

impl<'a> Walk<'a> {
    /// The request, as a function is to see it.
    pub(crate) fn received(&self, body: &'a Bytes) -> Received<'a> {
        let parts = self.asked.parts;
        let path = match self.serving.kind {
            Kind::Http => &self.visit.full_path,
            Kind::Rest => &self.visit.path,
        };
        Received {
            method: &parts.method,
            path,
            query: parts.uri.query().unwrap_or_default(),
            version: parts.version,
            headers: &parts.headers,
            body,
            source_ip: self.asked.source_ip,
        }
    }

    pub(crate) fn trace_id(&self) -> Option<&str> {
        self.asked.parts.headers.get("x-amzn-trace-id")?.to_str().ok()
    }

    /// Where it came in.
    pub(crate) fn place(&self) -> Place<'_> {
        let domain = &*self.visit.domain;
        Place {
            account_id: self.serving.scope.account.as_str(),
            api_id: &self.serving.api_id,
            domain_name: domain,
            domain_prefix: domain.split('.').next().unwrap_or_default(),
            request_id: &self.id,
            route_key: &self.endpoint.route_key,
            stage: &self.serving.stage,
            at: self.at,
        }
    }

    fn event(&self, target: &Target, authorizer: Option<&Value>) -> Bytes {
        let (request, place) = (self.received(self.asked.body), self.place());
        if target.second_format {
            return v2::event(&request, &place, self.second(authorizer));
        }
        v1::event(&request, &place, self.first(authorizer)).to_string().into()
    }

    pub(crate) fn second<'s>(&'s self, authorizer: Option<&'s Value>) -> v2::More<'s> {
        v2::More {
            authorizer,
            path_parameters: some(self.parameters),
            stage_variables: some(&self.serving.variables),
        }
    }

    pub(crate) fn first<'s>(&'s self, authorizer: Option<&'s Value>) -> v1::More<'s> {
        let rest = self.serving.kind == Kind::Rest;
        v1::More {
            resource: &self.endpoint.resource,
            resource_id: rest.then_some(&*self.endpoint.resource_id),
            full_path: &self.visit.full_path,
            authorizer,
            signer: None,
            path_parameters: some(self.parameters),
            stage_variables: some(&self.serving.variables),
            binary_types: &self.serving.binary_types,
        }
    }

    /// What the function's policy is asked of: the route, as it is written.
    fn source_arn(&self) -> String {
        let own = self.arn_of_api();
        let stage = &self.serving.stage;
        match &self.endpoint.key.path {
            None => format!("{own}/{stage}/$default"),
            Some(_) => {
                let method = &self.asked.parts.method;
                format!("{own}/{stage}/{method}{}", self.endpoint.resource)
            }
        }
    }

    /// What is to be invoked: the path, as it was asked for.
    pub(crate) fn route_arn(&self) -> String {
        let (own, stage) = (self.arn_of_api(), &self.serving.stage);
        format!("{own}/{stage}/{}{}", self.asked.parts.method, self.visit.path)
    }

    pub(crate) fn arn_of_api(&self) -> String {
        let Scope { account, region } = &self.serving.scope;
        format!("arn:aws:execute-api:{region}:{account}:{}", self.serving.api_id)
    }
}

fn some(map: &Map<String, Value>) -> Option<&Map<String, Value>> {
    (!map.is_empty()).then_some(map)
}
