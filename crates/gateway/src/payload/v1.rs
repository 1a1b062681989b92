//! Payload format 1.0: what REST APIs hand to functions, and HTTP APIs that are asked to (API Gateway
//! developer guide, "Lambda proxy integrations in API Gateway" and "… for HTTP APIs").
//!
//! Headers go by the names that most clients write (`Content-Type`): the wire's own case is not kept.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer::{BASE64, header, read_status};
use super::{Answer, Malformed, Place, Received, moment};
use base64::Engine;

/// What only some requests have.
#[derive(Debug, Clone, Copy, Default)]
pub struct More<'a> {
    /// The resource's path, with its variables.
    pub resource: &'a str,
    /// The id of the resource of a REST API; none for an HTTP API.
    pub resource_id: Option<&'a str>,
    /// The path with the stage before it.
    pub full_path: &'a str,
    /// `requestContext.authorizer`: what is known of who asks.
    pub authorizer: Option<&'a Value>,
    /// `requestContext.identity`'s members of who signed.
    pub signer: Option<&'a Map<String, Value>>,
    /// What the path's `{names}` stand for.
    pub path_parameters: Option<&'a Map<String, Value>>,
    /// The stage's variables.
    pub stage_variables: Option<&'a Map<String, Value>>,
    /// Types whose bodies a REST API hands over as base64.
    pub binary_types: &'a [String],
}

/// The event of a request.
#[must_use]
pub fn event(request: &Received<'_>, place: &Place<'_>, more: More<'_>) -> Value {
    let (body, is_base64) = body(request, more);
    let (headers, all_headers) = headers(request.headers);
    let (query, all_query) = query(request.query);
    let mut event = json!({
        "resource": more.resource,
        "path": request.path,
        "httpMethod": request.method.as_str(),
        "headers": headers,
        "multiValueHeaders": all_headers,
        "queryStringParameters": query,
        "multiValueQueryStringParameters": all_query,
        "requestContext": context(request, place, more),
        "pathParameters": more.path_parameters,
        "stageVariables": more.stage_variables,
        "body": body,
        "isBase64Encoded": is_base64,
    });
    if let (None, Value::Object(event)) = (more.resource_id, &mut event) {
        event.shift_insert(0, "version".into(), "1.0".into());
    }
    event
}

fn context(request: &Received<'_>, place: &Place<'_>, more: More<'_>) -> Value {
    let agent = request.header(USER_AGENT.as_str());
    let mut identity = json!({
        "accessKey": null, "accountId": null, "caller": null, "cognitoAuthenticationProvider": null,
        "cognitoAuthenticationType": null, "cognitoIdentityId": null, "cognitoIdentityPoolId": null,
        "principalOrgId": null, "sourceIp": request.source_ip, "user": null, "userAgent": agent,
        "userArn": null,
    });
    if let (Some(signer), Value::Object(identity)) = (more.signer, &mut identity) {
        identity.extend(signer.clone());
    }
    let mut context = json!({
        "accountId": place.account_id,
        "apiId": place.api_id,
        "domainName": place.domain_name,
        "domainPrefix": place.domain_prefix,
        "extendedRequestId": place.request_id,
        "httpMethod": request.method.as_str(),
        "identity": identity,
        "path": more.full_path,
        "protocol": format!("{:?}", request.version),
        "requestId": place.request_id,
        "requestTime": moment(place.at),
        "requestTimeEpoch": place.at.as_millisecond(),
        "resourceId": more.resource_id.unwrap_or(place.route_key),
        "resourcePath": more.resource,
        "stage": place.stage,
    });
    if let Some(authorizer) = more.authorizer {
        context["authorizer"] = authorizer.clone();
    }
    context
}

fn body(request: &Received<'_>, more: More<'_>) -> (Value, bool) {
    if more.resource_id.is_none() {
        let (body, is_base64) = request.body().unzip();
        return (body.map_or(Value::Null, |b| b.into()), is_base64.unwrap_or_default());
    }
    let kind = request.header(CONTENT_TYPE.as_str()).unwrap_or_default();
    if request.body.is_empty() {
        (Value::Null, false)
    } else if is_binary(kind, more.binary_types) {
        (BASE64.encode(request.body).into(), true)
    } else {
        (String::from_utf8_lossy(request.body).into(), false)
    }
}

/// Whether a type is one of those, which may be `*/*` or `image/*`.
fn is_binary(kind: &str, binary: &[String]) -> bool {
    let kind = kind.split([';', ',']).next().unwrap_or_default().trim();
    binary.iter().any(|own| match own.strip_suffix('*') {
        Some("*/") => true,
        Some(family) => kind.starts_with(family),
        None => own.eq_ignore_ascii_case(kind),
    })
}

/// By name: the last value, and all.
fn headers(headers: &HeaderMap) -> (Map<String, Value>, Map<String, Value>) {
    let (mut last, mut all) = (Map::new(), Map::new());
    for name in headers.keys() {
        let values = headers.get_all(name).into_iter();
        let values: Vec<Value> =
            values.map(|value| String::from_utf8_lossy(value.as_bytes()).into()).collect();
        let name = written(name.as_str());
        last.insert(name.clone(), values.last().cloned().unwrap_or_default());
        all.insert(name, values.into());
    }
    (last, all)
}

/// `content-type` as `Content-Type`.
fn written(name: &str) -> String {
    let mut begins = true;
    let letter = |c: char| {
        let c = if begins { c.to_ascii_uppercase() } else { c };
        begins = c == '-';
        c
    };
    name.chars().map(letter).collect()
}

/// By name: the last value, and all; null without any.
fn query(query: &str) -> (Value, Value) {
    let (mut last, mut all) = (Map::new(), Map::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        last.insert(name.clone().into_owned(), (*value).into());
        let values = all.entry(name).or_insert_with(|| json!([]));
        if let Value::Array(values) = values {
            values.push((*value).into());
        }
    }
    if last.is_empty() { (Value::Null, Value::Null) } else { (last.into(), all.into()) }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shaped {
    status_code: Value,
    #[serde(default)]
    headers: Option<Map<String, Value>>,
    #[serde(default)]
    multi_value_headers: Option<Map<String, Value>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: Option<bool>,
}

/// The HTTP answer that a function's answer means. Of a REST API, bytes are what is base64 only
/// where its `binary_types` say that the client takes such.
///
/// # Errors
/// [`Malformed`]: the client gets a 502 of a REST API, a 500 of an HTTP API.
pub fn answer(
    payload: &Bytes,
    asked: &HeaderMap,
    binary_types: Option<&[String]>,
) -> Result<Answer, Malformed> {
    let shaped: Shaped = serde_json::from_slice(payload)?;
    let status: StatusCode = read_status(Some(&shaped.status_code))?;
    let headers = answer_headers(shaped.headers, shaped.multi_value_headers, binary_types)?;
    let text = shaped.body.unwrap_or_default();
    let accept = asked.get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let takes = binary_types.is_none_or(|types| is_binary(accept, types));
    let body = match shaped.is_base64_encoded {
        Some(true) if takes => BASE64.decode(text.trim_ascii())?.into(),
        _ => text.into(),
    };
    Ok(Answer { status, headers, body })
}

fn answer_headers(
    single: Option<Map<String, Value>>,
    multi: Option<Map<String, Value>>,
    binary_types: Option<&[String]>,
) -> Result<HeaderMap, Malformed> {
    let mut all = HeaderMap::new();
    for (name, values) in multi.unwrap_or_default() {
        let Value::Array(values) = values else { return Err(Malformed::Header(name)) };
        for value in values {
            if let Some((name, value)) = header(name.clone(), value)? {
                all.append(name, value);
            }
        }
    }
    for (name, value) in single.unwrap_or_default() {
        // Where both name one, all values of the longer form count.
        match header(name, value)? {
            Some((name, value)) if !has(&all, &name, &value) => all.append(name, value),
            _ => continue,
        };
    }
    let kind =
        if binary_types.is_some() { "application/json" } else { "text/plain; charset=utf-8" };
    all.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(kind));
    Ok(all)
}

fn has(all: &HeaderMap, name: &HeaderName, value: &HeaderValue) -> bool {
    all.get_all(name).into_iter().any(|own| own == value)
}

#[cfg(test)]
mod tests {
    use http::{Method, Version};
    use jiff::Timestamp;

    use super::*;

    const PLACE: Place<'_> = Place {
        account_id: "123456789012",
        api_id: "abcdefghij",
        domain_name: "abcdefghij.execute-api.eu-north-1.localhost",
        domain_prefix: "abcdefghij",
        request_id: "id",
        route_key: "GET /pets/{id}",
        stage: "prod",
        at: Timestamp::UNIX_EPOCH,
    };

    fn event_of(body: &'static str, kind: &'static str, more: More<'_>) -> Value {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static(kind));
        headers.append("x-two", HeaderValue::from_static("1"));
        headers.append("x-two", HeaderValue::from_static("2"));
        let (body, method) = (Bytes::from_static(body.as_bytes()), Method::GET);
        let request = Received {
            method: &method,
            path: "/pets/7",
            query: "a=1&a=2&b=%20",
            version: Version::HTTP_11,
            headers: &headers,
            body: &body,
            source_ip: "192.0.2.1",
        };
        event(&request, &PLACE, more)
    }

    #[test]
    fn a_rest_api_shows_the_request_whole() {
        let parameters = Map::from_iter([("id".to_owned(), json!("7"))]);
        let more = More {
            resource: "/pets/{id}",
            resource_id: Some("res"),
            full_path: "/prod/pets/7",
            path_parameters: Some(&parameters),
            ..More::default()
        };
        let event = event_of("hi", "image/png", more);
        assert_eq!(event["headers"], json!({"Content-Type": "image/png", "X-Two": "2"}));
        assert_eq!(event["multiValueHeaders"]["X-Two"], json!(["1", "2"]));
        assert_eq!(event["queryStringParameters"], json!({"a": "2", "b": " "}));
        assert_eq!(event["multiValueQueryStringParameters"]["a"], json!(["1", "2"]));
        assert_eq!(event["pathParameters"], json!({"id": "7"}));
        assert_eq!(event["requestContext"]["path"], "/prod/pets/7");
        assert_eq!(event["requestContext"]["requestTime"], "01/Jan/1970:00:00:00 +0000");
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("hi"), &json!(false)));
        assert!(event.get("version").is_none());
        let binary = ["image/*".to_owned()];
        let event = event_of("hi", "image/png", More { binary_types: &binary, ..more });
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("aGk="), &json!(true)));
    }

    #[test]
    fn an_http_api_says_its_version() {
        let event = event_of("", "text/plain", More::default());
        assert_eq!((&event["version"], &event["body"]), (&json!("1.0"), &Value::Null));
        assert_eq!(event["requestContext"]["resourceId"], "GET /pets/{id}");
    }

    fn read(answer: &Value, binary: Option<&[String]>) -> Result<Answer, Malformed> {
        super::answer(&answer.to_string().into(), &HeaderMap::new(), binary)
    }

    #[test]
    fn headers_of_both_forms_are_told_once() {
        let answer = json!({"statusCode": 201, "headers": {"a": "1", "b": 2},
            "multiValueHeaders": {"a": ["1", "3"]}, "body": "x"});
        let Answer { status, headers, body } = read(&answer, None).expect("an answer");
        let a: Vec<_> = headers.get_all("a").iter().map(HeaderValue::as_bytes).collect();
        assert_eq!((status.as_u16(), &body[..]), (201, &b"x"[..]));
        assert_eq!((a, headers["b"].as_bytes()), (vec![&b"1"[..], b"3"], &b"2"[..]));
        assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
    }

    #[test]
    fn base64_is_read_where_the_client_takes_bytes() {
        let answer = json!({"statusCode": 200, "isBase64Encoded": true, "body": "aGk="});
        assert_eq!(read(&answer, None).expect("an answer").body, "hi");
        assert_eq!(read(&answer, Some(&[])).expect("an answer").body, "aGk=");
        assert_eq!(read(&answer, Some(&["*/*".into()])).expect("an answer").body, "hi");
    }

    #[test]
    fn what_has_another_form_is_no_answer() {
        for answer in [
            json!({}),
            json!("hi"),
            json!({"statusCode": 200, "body": {}}),
            json!({"statusCode": 99}),
        ] {
            assert!(read(&answer, None).is_err(), "{answer}");
        }
    }
}
