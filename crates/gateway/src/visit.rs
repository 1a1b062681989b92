//! Which API, stage and route a request is for.

use std::sync::Arc;

use fika_model::RequestId;
use http::header::HOST;
use http::request::Parts;
use serde_json::{Map, Value};

use crate::apis::Apis;
use crate::record::Kind;
use crate::route::{RouteKey, best};
use crate::serving::{Auth, Endpoint, Serving};

/// What the paths of APIs begin with, for clients that cannot ask for names below `localhost`.
pub const PATH: &str = "/_api/";
/// The stage at the root of an HTTP API.
pub const DEFAULT: &str = "$default";

/// A request that is for an API, or for one that might be.
#[derive(Debug)]
pub struct Visit {
    /// The stage; none where there is no such API or stage.
    pub(crate) serving: Option<Arc<Serving>>,
    /// Of which service the API is, where there is one.
    pub(crate) kind: Kind,
    /// The endpoint, among those of the stage, and what its path's variables stand for.
    pub(crate) picked: Option<(usize, Map<String, Value>)>,
    /// The path below the stage.
    pub(crate) path: String,
    /// The path with the stage, as the client sees it.
    pub(crate) full_path: String,
    /// The host that was asked.
    pub(crate) domain: String,
    pub(crate) port: Option<u16>,
    /// The request's id.
    pub(crate) id: RequestId,
}

impl Visit {
    /// Whether the request has to be signed.
    #[must_use]
    pub fn wants_signature(&self) -> bool {
        self.endpoint().is_some_and(|endpoint| endpoint.auth == Auth::Iam)
    }

    /// Whether there is such an API, and such a stage of it.
    #[must_use]
    pub fn is_found(&self) -> bool {
        self.serving.is_some()
    }

    /// The request's id.
    #[must_use]
    pub fn id(&self) -> RequestId {
        self.id
    }

    /// The port of the host that was asked, where it names one.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    pub(crate) fn endpoint(&self) -> Option<&Endpoint> {
        let (at, _) = self.picked.as_ref()?;
        self.serving.as_ref()?.endpoints.get(*at)
    }
}

/// What an address says.
#[derive(Debug, PartialEq, Eq)]
struct Address<'a> {
    id: &'a str,
    /// Of a host that names one.
    region: Option<&'a str>,
    /// Where the path begins with it whatever the API.
    stage: Option<&'a str>,
    path: &'a str,
    domain: &'a str,
}

impl<'a> Address<'a> {
    /// Reads a host as in `ID.execute-api.REGION.DOMAIN`, or a path as in `/_api/ID/STAGE/…`; none where
    /// it is neither.
    fn read(host: &'a str, path: &'a str) -> Option<Self> {
        let domain = host.rsplit_once(':').map_or(host, |(name, _)| name);
        let mut labels = domain.splitn(4, '.');
        if let (Some(id), Some("execute-api"), Some(region)) =
            (labels.next(), labels.next(), labels.next())
        {
            return Some(Self { id, region: Some(region), stage: None, path, domain });
        }
        let rest = path.strip_prefix(PATH)?;
        let (id, rest) = split(rest);
        let (stage, path) = split(rest.strip_prefix('/').unwrap_or_default());
        Some(Self { id, region: None, stage: Some(stage), path, domain })
    }
}

/// The first part of a path, and what follows it with its slash.
fn split(path: &str) -> (&str, &str) {
    path.split_at(path.find('/').unwrap_or(path.len()))
}

/// Whether a request is for an API at all, and for which endpoint; none where it is for something else.
pub fn find(apis: &Apis, parts: &Parts) -> Option<Visit> {
    let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let address = Address::read(host, parts.uri.path())?;
    let mut visit = Visit {
        serving: None,
        kind: Kind::Http,
        picked: None,
        path: address.path.into(),
        full_path: address.path.into(),
        domain: address.domain.into(),
        port: host.rsplit_once(':').and_then(|(_, port)| port.parse().ok()),
        id: RequestId::random(),
    };
    let api = apis.any(&address.id.to_ascii_lowercase());
    let fits = |api: &Arc<crate::apis::Api>| {
        let region = api.draft.scope.region.as_str();
        let closed = api.draft.record.about.get("disableExecuteApiEndpoint");
        address.region.is_none_or(|own| own == region) && closed != Some(&Value::Bool(true))
    };
    let Some(api) = api.filter(fits) else { return Some(visit) };
    visit.kind = api.draft.record.kind;
    let (stage, path) = stage_of(&address, visit.kind, |name| api.stages.contains_key(name));
    visit.serving = api.stages.get(stage).cloned();
    path.clone_into(&mut visit.path);
    if path.is_empty() {
        visit.path.push('/');
    }
    visit.full_path = match stage {
        DEFAULT => visit.path.clone(),
        stage if visit.kind == Kind::Http => format!("/{stage}{path}"),
        stage => format!("/{stage}{}", visit.path),
    };
    visit.picked = visit.serving.as_deref().and_then(|serving| {
        let keys = serving.endpoints.iter().map(|endpoint| &endpoint.key);
        let (at, found) = pick(keys, serving.kind, parts.method.as_str(), &visit.path)?;
        Some((at, found))
    });
    Some(visit)
}

fn pick<'k>(
    keys: impl Iterator<Item = &'k RouteKey>,
    kind: Kind,
    method: &str,
    path: &str,
) -> Option<(usize, Map<String, Value>)> {
    // A REST API does not see a slash at the end.
    let path = match path.strip_suffix('/') {
        Some(short) if kind == Kind::Rest && !short.is_empty() => short,
        _ => path,
    };
    let (at, found) = best(keys, method, path)?;
    Some((at, found.into_iter().map(|(name, value)| (name, value.into())).collect()))
}

/// The stage, and the path below it.
fn stage_of<'a>(
    address: &Address<'a>,
    kind: Kind,
    is_stage: impl Fn(&str) -> bool,
) -> (&'a str, &'a str) {
    if let Some(stage) = address.stage {
        return (stage, address.path);
    }
    let (first, rest) = split(address.path.strip_prefix('/').unwrap_or_default());
    if kind == Kind::Rest || (first != DEFAULT && is_stage(first)) {
        return (first, rest);
    }
    (DEFAULT, address.path)
}

/// Where APIs are.
#[derive(Debug, Clone)]
pub struct Host {
    /// `localhost:PORT` or the operator's domain.
    pub name: String,
    /// Whether they are called by TLS.
    pub secure: bool,
}

impl Host {
    /// Where an API is called, without its stage.
    pub(crate) fn endpoint(&self, id: &str, region: &str) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{id}.execute-api.{region}.{}", self.name)
    }
}

/// The API that an ARN of tags names: `arn:aws:apigateway:REGION::/apis/ID…`.
#[must_use]
pub fn tagged(arn: &str) -> Option<Tagged<'_>> {
    let path = arn.strip_prefix("arn:aws:apigateway:")?.split_once("::/")?;
    let (region, path) = path;
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["apis" | "restapis", id] => Some(Tagged { region, id, stage: None }),
        ["apis" | "restapis", id, "stages", stage] => {
            Some(Tagged { region, id, stage: Some(stage) })
        }
        _ => None,
    }
}

/// Something that has tags.
#[derive(Debug, PartialEq, Eq)]
pub struct Tagged<'a> {
    /// Where.
    pub region: &'a str,
    /// Which API.
    pub id: &'a str,
    /// Which stage of it, if not the API itself.
    pub stage: Option<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen<'a>(host: &'a str, path: &'a str, kind: Kind) -> Option<(&'a str, &'a str, &'a str)> {
        let address = Address::read(host, path)?;
        let (stage, path) = stage_of(&address, kind, |name| name == "prod");
        Some((address.id, stage, path))
    }

    #[test]
    fn addresses_name_an_api_a_stage_and_a_path() {
        let host = "abcdefghij.execute-api.eu-north-1.localhost:8080";
        let (http, rest) = (Kind::Http, Kind::Rest);
        let id = "abcdefghij";
        for (path, kind, stage, below) in [
            ("/", http, "$default", "/"),
            ("/pets/1", http, "$default", "/pets/1"),
            ("/prod/pets", http, "prod", "/pets"),
            ("/prod", http, "prod", ""),
            ("/production", http, "$default", "/production"),
            ("/dev/pets", rest, "dev", "/pets"),
            ("/dev", rest, "dev", ""),
        ] {
            assert_eq!(seen(host, path, kind), Some((id, stage, below)), "{path}");
        }
        assert_eq!(
            seen("localhost", "/_api/x/$default/a/b", http),
            Some(("x", "$default", "/a/b"))
        );
        assert_eq!(seen("localhost", "/_api/x", http), Some(("x", "", "")));
        assert_eq!(seen("localhost", "/2015-03-31/functions", http), None);
        assert_eq!(seen("x.lambda-url.eu-north-1.localhost", "/", http), None);
    }

    #[test]
    fn tags_are_of_apis_and_stages() {
        let of = |path: &str| format!("arn:aws:apigateway:eu-north-1::/{path}");
        assert_eq!(
            tagged(&of("apis/x")).map(|t| (t.id.to_owned(), t.stage.is_some())),
            Some(("x".into(), false))
        );
        assert_eq!(
            tagged(&of("restapis/x/stages/p")).and_then(|t| t.stage.map(str::to_owned)),
            Some("p".into())
        );
        assert_eq!(tagged(&of("apis/x/routes/y")), None);
        assert_eq!(tagged("apis/x"), None);
    }
}
