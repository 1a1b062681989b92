//! Payload format 2.0 (Lambda developer guide, "Invoking Lambda function URLs"; API Gateway
//! developer guide, "Working with AWS Lambda proxy integrations for HTTP APIs").

use std::borrow::Cow;
use std::collections::HashMap;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{COOKIE, USER_AGENT};
use serde::ser::{Error, SerializeMap};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::{Answer, Malformed, Place, Received, moment};

/// What only some requests have.
#[derive(Debug, Clone, Copy, Default)]
pub struct More<'a> {
    /// `requestContext.authorizer`: what is known of who asks.
    pub authorizer: Option<&'a Value>,
    /// What the route's `{names}` stand for.
    pub path_parameters: Option<&'a Map<String, Value>>,
    /// The stage's variables.
    pub stage_variables: Option<&'a Map<String, Value>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    version: &'static str,
    route_key: &'a str,
    raw_path: &'a str,
    raw_query_string: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<Cow<'a, str>>,
    headers: Joined<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    query_string_parameters: Option<Parameters>,
    request_context: Context<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_parameters: Option<&'a Map<String, Value>>,
    is_base64_encoded: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage_variables: Option<&'a Map<String, Value>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Context<'a> {
    account_id: &'a str,
    api_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    authorizer: Option<&'a Value>,
    domain_name: &'a str,
    domain_prefix: &'a str,
    http: Http<'a>,
    request_id: &'a str,
    route_key: &'a str,
    stage: &'a str,
    time: String,
    time_epoch: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Http<'a> {
    method: &'a str,
    path: &'a str,
    protocol: String,
    source_ip: &'a str,
    user_agent: &'a str,
}

/// The event of a request, as JSON.
#[must_use]
pub fn event(request: &Received<'_>, place: &Place<'_>, more: More<'_>) -> Bytes {
    let (body, is_base64_encoded) = request.body().unzip();
    let event = Event {
        version: "2.0",
        route_key: place.route_key,
        raw_path: request.path,
        raw_query_string: request.query,
        cookies: cookies(request.headers),
        headers: Joined(request.headers),
        query_string_parameters: parameters(request.query),
        request_context: Context {
            account_id: place.account_id,
            api_id: place.api_id,
            authorizer: more.authorizer,
            domain_name: place.domain_name,
            domain_prefix: place.domain_prefix,
            http: Http {
                method: request.method.as_str(),
                path: request.path,
                protocol: format!("{:?}", request.version),
                source_ip: request.source_ip,
                user_agent: request.header(USER_AGENT.as_str()).unwrap_or_default(),
            },
            request_id: place.request_id,
            route_key: place.route_key,
            stage: place.stage,
            time: moment(place.at),
            time_epoch: place.at.as_millisecond(),
        },
        body,
        path_parameters: more.path_parameters,
        is_base64_encoded: is_base64_encoded.unwrap_or_default(),
        stage_variables: more.stage_variables,
    };
    // Texts by text: there is nothing in it that could fail.
    serde_json::to_vec(&event).unwrap_or_default().into()
}

/// The HTTP answer that a function's answer means: one that names a status as it says, and any
/// other JSON as the body of a 200.
///
/// # Errors
/// [`Malformed`]: the client gets a 502 of a function URL, a 500 of an API.
pub fn answer(payload: Bytes) -> Result<Answer, Malformed> {
    Answer::read(payload)
}

/// Every cookie of a request.
fn cookies(headers: &HeaderMap) -> Vec<Cow<'_, str>> {
    let lines = headers.get_all(COOKIE).into_iter();
    let cookies = lines.flat_map(|line| match String::from_utf8_lossy(line.as_bytes()) {
        Cow::Borrowed(line) => line.split(';').map(|one| Cow::Borrowed(one.trim())).collect(),
        Cow::Owned(line) => {
            line.split(';').map(|one| Cow::Owned(one.trim().to_owned())).collect::<Vec<_>>()
        }
    });
    cookies.filter(|one| !one.is_empty()).collect()
}

/// Headers by lower-case name, those that are there twice joined.
struct Joined<'a>(&'a HeaderMap);

impl Serialize for Joined<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.keys_len()))?;
        for name in self.0.keys() {
            let join = if name == COOKIE { "; " } else { "," };
            let values = self.0.get_all(name).into_iter();
            let values: Vec<_> =
                values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
            match values.as_slice() {
                [one] => map.serialize_entry(name.as_str(), one)?,
                many => map.serialize_entry(name.as_str(), &many.join(join))?,
            }
        }
        map.end()
    }
}

/// Parameters of a query in their order, those that are there twice joined.
struct Parameters(Vec<(String, String)>);

impl Serialize for Parameters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value).map_err(S::Error::custom)?;
        }
        map.end()
    }
}

fn parameters(query: &str) -> Option<Parameters> {
    let mut all: Vec<(String, String)> = Vec::new();
    let mut at: HashMap<String, usize> = HashMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match at.get(&*name) {
            Some(&known) => {
                let before: &mut String = &mut all[known].1;
                before.push(',');
                before.push_str(&value);
            }
            None => {
                at.insert(name.to_string(), all.len());
                all.push((name.into_owned(), value.into_owned()));
            }
        }
    }
    (!all.is_empty()).then_some(Parameters(all))
}
