//! Asking who may call: signatures, tokens, and functions that decide.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::authorizer::jwt::{self, Refused};
use crate::authorizer::lambda::Verdict;
use crate::gateway::{By, Inner, Signer, Walk};
use crate::payload::{v1, v2};
use crate::record::Kind;
use crate::refusal::Refusal;
use crate::serving::{Auth, Authorizer, Backend, Decider, Form};

impl Inner {
    /// Whether the client may call the endpoint; what `requestContext.authorizer` is then.
    pub(crate) async fn authorize(&self, walk: &Walk<'_>) -> Result<Option<Value>, Refusal> {
        let (id, scopes) = match &walk.endpoint.auth {
            Auth::None => return Ok(None),
            Auth::Iam => return signed(walk).map(Some),
            Auth::Nobody => return Err(Refusal::Broken),
            Auth::By(id, scopes) => (id, scopes),
        };
        match walk.serving.authorizers.get(id) {
            Some(Authorizer::Jwt { issuer, audience, source }) => {
                let token = source.read(&walk.received(walk.asked.body), &Map::new(), &|_| None);
                let token = token.ok_or(Refusal::Unauthorized(Some("Bearer".into())))?;
                let now = walk.at.as_second();
                let token = jwt::bearer(&token);
                let claims = self.issuers.verify(token, issuer, audience, now).await;
                believed(claims, scopes, walk.second_format())
            }
            Some(Authorizer::Lambda(decider)) => self.decided(walk, decider).await.map(Some),
            None => Err(Refusal::Broken),
        }
    }

    async fn decided(&self, walk: &Walk<'_>, decider: &Decider) -> Result<Value, Refusal> {
        let said = walk.identity(decider).ok_or(Refusal::Unauthorized(None))?;
        let verdict = self.verdict(walk, decider, &said).await?;
        verdict.allows(&walk.route_arn()).map_err(Refusal::Denied)?;
        let context = verdict.context();
        if walk.second_format() {
            return Ok(json!({ "lambda": context }));
        }
        let mut context =
            if walk.serving.kind == Kind::Rest { texts(context) } else { context.clone() };
        if let Some(principal) = verdict.principal() {
            context.insert("principalId".into(), principal.into());
        }
        Ok(Value::Object(context))
    }

    /// What the function decides of somebody who says so, or decided a while ago.
    async fn verdict(
        &self,
        walk: &Walk<'_>,
        decider: &Decider,
        said: &[String],
    ) -> Result<Arc<Verdict>, Refusal> {
        let remembered = !decider.ttl.is_zero() && !said.is_empty();
        let caller = json!([decider.id, said]).to_string();
        let verdicts = &walk.serving.verdicts;
        if let Some(verdict) = verdicts.get(&caller, self.since()).filter(|_| remembered) {
            return Ok(verdict);
        }
        let verdict = Arc::new(self.ask(walk, decider, said).await?);
        if remembered {
            verdicts.put(caller, self.since(), decider.ttl, verdict.clone());
        }
        Ok(verdict)
    }

    async fn ask(
        &self,
        walk: &Walk<'_>,
        decider: &Decider,
        said: &[String],
    ) -> Result<Verdict, Refusal> {
        let payload = Bytes::from(walk.question(decider, said).to_string());
        let source = format!("{}/authorizers/{}", walk.arn_of_api(), decider.id);
        let (scope, role) = (&walk.serving.scope, decider.role.as_deref());
        let by = By { scope, source: &source, role, trace_id: walk.trace_id() };
        let invoked = self.invoke(by, &decider.function, payload);
        let timeout = std::time::Duration::from_secs(30);
        let answered = tokio::time::timeout(timeout, invoked).await;
        let answer = answered.ok().and_then(Result::ok).ok_or(Refusal::NoVerdict)?;
        match answer {
            Ok(answer) => Verdict::read(&answer, decider.simple).ok_or(Refusal::NoVerdict),
            Err(error) if walk.serving.kind == Kind::Rest && is_unauthorized(&error) => {
                Err(Refusal::Unauthorized(None))
            }
            Err(_) => Err(Refusal::NoVerdict),
        }
    }
}

/// Whether a function's error is the one by which it says that it does not know the caller. Of any
/// other nothing is handed on.
fn is_unauthorized(error: &[u8]) -> bool {
    let error: Value = serde_json::from_slice(error).unwrap_or_default();
    error["errorMessage"] == "Unauthorized"
}

fn signed(walk: &Walk<'_>) -> Result<Value, Refusal> {
    // A REST API says of both the same.
    let no = match walk.serving.kind {
        Kind::Http => Refusal::Forbidden(None),
        Kind::Rest => Refusal::NoRoute,
    };
    let Signer { caller, access_key } = walk.asked.signer.ok_or_else(|| no.clone())?;
    if caller.scope.region != walk.serving.scope.region {
        return Err(no);
    }
    let arn = walk.route_arn();
    caller.allow("execute-api:Invoke", &arn, None, &[]).map_err(|error| {
        tracing::debug!(error = error.message(), "a caller may not call an API");
        no
    })?;
    let principal = &caller.principal;
    let (user, id) = (principal.arn(), principal.user_id());
    let account = caller.scope.account.as_str();
    if walk.second_format() {
        return Ok(json!({ "iam": {
            "accessKey": access_key, "accountId": account, "callerId": id,
            "cognitoIdentity": null, "principalOrgId": null, "userArn": user, "userId": id,
        }}));
    }
    Ok(json!({
        "accessKey": access_key, "accountId": account, "caller": id, "user": id, "userArn": user,
    }))
}

fn believed(
    claims: Result<jwt::Claims, Refused>,
    scopes: &[String],
    second: bool,
) -> Result<Option<Value>, Refusal> {
    let claims = claims.map_err(|why| {
        let text = format!(r#"Bearer error="invalid_token" error_description="{why}""#);
        Refusal::Unauthorized(Some(text.replace('\\', "")))
    })?;
    let has = claims.scopes();
    if !scopes.is_empty() && !scopes.iter().any(|own| has.contains(&own.as_str())) {
        let wanted = scopes.join(" ");
        let text = format!(
            r#"Bearer scope="{wanted}" error="insufficient_scope" error_description="the token has none of the scopes""#
        );
        return Err(Refusal::Forbidden(Some(text)));
    }
    let scopes = if has.is_empty() { Value::Null } else { has.into() };
    let claims = json!({ "claims": claims.texts(), "scopes": scopes });
    Ok(Some(if second { json!({ "jwt": claims }) } else { claims }))
}

/// As a REST API hands values on.
fn texts(context: &Map<String, Value>) -> Map<String, Value> {
    let text = |value: &Value| value.as_str().map_or(value.to_string(), Into::into);
    context.iter().map(|(name, value)| (name.clone(), text(value).into())).collect()
}

impl Walk<'_> {
    /// Whether its function gets format 2.0.
    fn second_format(&self) -> bool {
        matches!(&self.endpoint.backend, Backend::Function(target) if target.second_format)
    }

    /// What the client says it is; none where something is missing.
    fn identity(&self, decider: &Decider) -> Option<Vec<String>> {
        let (request, place) = (self.received(self.asked.body), self.place());
        let know = |name: &str| match name {
            "routeKey" => Some(place.route_key.to_owned()),
            "httpMethod" => Some(request.method.to_string()),
            "path" => Some(self.visit.full_path.clone()),
            "resourcePath" => Some(self.endpoint.resource.clone()),
            "stage" => Some(place.stage.to_owned()),
            "apiId" => Some(place.api_id.to_owned()),
            "accountId" => Some(place.account_id.to_owned()),
            "identity.sourceIp" => Some(request.source_ip.to_owned()),
            "identity.userAgent" => request.header("user-agent").map(Into::into),
            _ => None,
        };
        let read = |source| {
            crate::authorizer::Source::read(source, &request, &self.serving.variables, &know)
        };
        let said: Vec<String> = decider.sources.iter().map(read).collect::<Option<_>>()?;
        let fits = decider
            .pattern
            .as_ref()
            .is_none_or(|pattern| said.first().is_some_and(|token| pattern.is_match(token)));
        fits.then_some(said)
    }

    /// What the function that decides is told.
    fn question(&self, decider: &Decider, said: &[String]) -> Value {
        let (arn, none) = (self.route_arn(), Bytes::new());
        let (request, place) = (self.received(&none), self.place());
        let mut event = match decider.form {
            Form::Token => {
                return json!({
                    "type": "TOKEN", "methodArn": arn, "authorizationToken": said.first(),
                });
            }
            Form::Second => {
                let event = v2::event(&request, &place, self.second(None));
                let event = serde_json::from_slice(&event);
                with(
                    event.unwrap_or_default(),
                    json!({
                        "type": "REQUEST", "routeArn": arn, "identitySource": said,
                    }),
                )
            }
            Form::First => {
                let event = v1::event(&request, &place, self.first(None));
                with(event, json!({ "type": "REQUEST", "methodArn": arn }))
            }
        };
        if let Value::Object(event) = &mut event {
            event.remove("body");
            event.remove("isBase64Encoded");
            if decider.form == Form::First && self.serving.kind == Kind::Http {
                event.insert("identitySource".into(), said.join(",").into());
                event.insert("authorizationToken".into(), said.join(",").into());
            }
        }
        event
    }
}

fn with(mut event: Value, more: Value) -> Value {
    if let (Value::Object(event), Value::Object(more)) = (&mut event, more) {
        event.extend(more);
    }
    event
}
