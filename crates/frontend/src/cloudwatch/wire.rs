//! The three protocols of CloudWatch's clients: Smithy's RPC v2 with CBOR (the SDKs of today), JSON,
//! and query with XML (the SDKs of before).

use std::collections::BTreeMap;
use std::fmt::Write;

use bytes::Bytes;
use fika_aws::cbor;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use serde_json::{Map, Value, json};

use super::input::Input;
use super::{Answered, Refused};
use crate::answer::Answer;
use crate::reply::Reply;

const TARGET: &str = "GraniteServiceVersion20100801.";
const CBOR_PATH: &str = "/service/GraniteServiceVersion20100801/operation/";
const FORM: &str = "application/x-www-form-urlencoded";
const NAMESPACE: &str = "http://monitoring.amazonaws.com/doc/2010-08-01/";
/// How deeply members of the query protocol may be nested, and how many there may be.
const DEEPEST: usize = 12;
const MEMBERS: usize = 20_000;
const PROTOCOL: HeaderName = HeaderName::from_static("smithy-protocol");
const QUERY_ERROR: HeaderName = HeaderName::from_static("x-amzn-query-error");

/// What a request asks for, and in which protocol.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asked<'p> {
    /// RPC v2 with CBOR.
    Cbor(&'p str),
    /// JSON 1.0.
    Json(&'p str),
    /// Query: what is asked stands in the body.
    Query,
}

/// Whether a request is one for CloudWatch.
pub(crate) fn asked(parts: &Parts) -> Option<Asked<'_>> {
    if parts.method != Method::POST {
        return None;
    }
    let path = parts.uri.path();
    if let Some(operation) = path.strip_prefix(CBOR_PATH) {
        return Some(Asked::Cbor(operation));
    }
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(operation) = header("x-amz-target").and_then(|target| target.strip_prefix(TARGET)) {
        return Some(Asked::Json(operation));
    }
    let form = header(CONTENT_TYPE.as_str()).is_some_and(|kind| kind.starts_with(FORM));
    let signed =
        header(AUTHORIZATION.as_str()).is_some_and(|a| a.contains("/monitoring/aws4_request"));
    (path == "/" && form && signed).then_some(Asked::Query)
}

impl Asked<'_> {
    /// The operation and its input.
    pub(super) fn read(&self, body: &Bytes) -> Result<(String, Input), Refused> {
        let unreadable = |what: &str| Refused {
            status: 400,
            name: "SerializationException",
            code: "MalformedInput",
            message: format!("the body cannot be read as {what}"),
        };
        match self {
            Self::Cbor(operation) if body.is_empty() => Ok(((*operation).into(), Input(json!({})))),
            Self::Cbor(operation) => {
                let value = cbor::read(body).map_err(|_| unreadable("CBOR"))?;
                Ok(((*operation).into(), Input(value)))
            }
            Self::Json(operation) => {
                let value = serde_json::from_slice(body).map_err(|_| unreadable("JSON"))?;
                Ok(((*operation).into(), Input(value)))
            }
            Self::Query => {
                let value = form(body).ok_or_else(|| unreadable("a form"))?;
                let operation = value.get("Action").and_then(Value::as_str).unwrap_or_default();
                Ok((operation.into(), Input(value)))
            }
        }
    }

    /// What came of it, as the client expects it.
    pub(super) fn write(&self, operation: &str, answered: Answered) -> Reply {
        let (status, kind, body) = match (self, &answered) {
            (Self::Query, Ok(value)) => (200, "text/xml", xml(operation, value).into_bytes()),
            (Self::Query, Err(refused)) => {
                (refused.status, "text/xml", xml_error(refused).into_bytes())
            }
            (Self::Cbor(_), answered) => {
                let (status, value) = plain(answered);
                (status, "application/cbor", cbor::write(&value))
            }
            (Self::Json(_), answered) => {
                let (status, value) = plain(answered);
                (status, "application/x-amz-json-1.0", value.to_string().into_bytes())
            }
        };
        let mut reply = Response::new(Answer::from(body));
        *reply.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        let headers = reply.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        if matches!(self, Self::Cbor(_)) {
            headers.insert(PROTOCOL, HeaderValue::from_static("rpc-v2-cbor"));
        }
        if let Err(refused) = &answered {
            let side = if refused.status < 500 { "Sender" } else { "Receiver" };
            if let Ok(value) = HeaderValue::try_from(format!("{};{side}", refused.code)) {
                headers.insert(QUERY_ERROR, value);
            }
        }
        reply
    }
}

fn plain(answered: &Answered) -> (u16, Value) {
    match answered {
        Ok(value) => (200, value.clone()),
        Err(Refused { status, name, message, .. }) => {
            (*status, json!({"__type": name, "message": message}))
        }
    }
}

/// A form's names are ways through structures and lists: `Dimensions.member.1.Name`.
fn form(body: &[u8]) -> Option<Value> {
    let mut root = Node::default();
    for (count, pair) in body.split(|byte| *byte == b'&').enumerate() {
        let pair = str::from_utf8(pair).ok()?;
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decoded(name)?;
        let steps: Vec<&str> = name.split('.').collect();
        if steps.len() > DEEPEST || count > MEMBERS {
            return None;
        }
        let mut node = &mut root;
        for step in steps {
            node = node.within.entry(step.into()).or_default();
        }
        node.value = Some(decoded(value)?);
    }
    Some(root.json())
}

#[derive(Default)]
struct Node {
    value: Option<String>,
    within: BTreeMap<String, Node>,
}

impl Node {
    fn json(self) -> Value {
        let Self { value, mut within } = self;
        if let Some(members) = within.remove("member") {
            let numbered =
                |(number, node): (String, Self)| Some((number.parse::<u32>().ok()?, node));
            let mut items: Vec<(u32, Self)> =
                members.within.into_iter().filter_map(numbered).collect();
            items.sort_unstable_by_key(|(number, _)| *number);
            return items.into_iter().map(|(_, node)| node.json()).collect();
        }
        match value {
            Some(value) if within.is_empty() => Value::String(value),
            _ => {
                Value::Object(within.into_iter().map(|(name, node)| (name, node.json())).collect())
            }
        }
    }
}

/// A part of a form without its escapes.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(str::from_utf8(&digits).ok()?, 16).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

fn xml(operation: &str, value: &Value) -> String {
    let mut out = format!("<{operation}Response xmlns=\"{NAMESPACE}\"><{operation}Result>");
    put(&mut out, value, false);
    let id = fika_model::RequestId::random();
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "</{operation}Result><ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{operation}Response>"
    );
    out
}

fn put(out: &mut String, value: &Value, is_time: bool) {
    match value {
        Value::Null => {}
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| put_member(out, name, value))
        }
        Value::Array(items) => {
            for item in items {
                out.push_str("<member>");
                put(out, item, is_time);
                out.push_str("</member>");
            }
        }
        Value::Number(seconds) if is_time => {
            let time = seconds.as_i64().and_then(|s| jiff::Timestamp::from_second(s).ok());
            out.push_str(&time.map(|time| time.to_string()).unwrap_or_default());
        }
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::String(text) => out.push_str(&escaped(text)),
    }
}

fn put_member(out: &mut String, name: &str, value: &Value) {
    let _ = write!(out, "<{name}>");
    match value {
        // The one map there is.
        Value::Object(entries) if name == "ExtendedStatistics" => put_map(out, entries),
        value => put(out, value, matches!(name, "Timestamp" | "Timestamps")),
    }
    let _ = write!(out, "</{name}>");
}

fn put_map(out: &mut String, entries: &Map<String, Value>) {
    for (key, value) in entries {
        let _ = write!(out, "<entry><key>{}</key><value>{value}</value></entry>", escaped(key));
    }
}

fn xml_error(refused: &Refused) -> String {
    let Refused { status, code, message, .. } = refused;
    let side = if *status < 500 { "Sender" } else { "Receiver" };
    let (message, id) = (escaped(message), fika_model::RequestId::random());
    format!(
        "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>{side}</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>"
    )
}

/// Text as XML holds it; what no XML may hold is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\t' | '\n' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_structures() {
        let body = b"Action=ListMetrics&Version=2010-08-01&Dimensions.member.2.Name=b&\
            Dimensions.member.1.Name=a%20%2B&Dimensions.member.10.Name=c&A.B=x+y&Empty=";
        let expected = json!({
            "Action": "ListMetrics", "Version": "2010-08-01",
            "Dimensions": [{"Name": "a +"}, {"Name": "b"}, {"Name": "c"}],
            "A": {"B": "x y"}, "Empty": "",
        });
        assert_eq!(form(body), Some(expected));
        for body in [&b"a=%x"[..], b"a=%ff", b"a.b.c.d.e.f.g.h.i.j.k.l.m=1", b"\xff=1"] {
            assert_eq!(form(body), None);
        }
    }

    #[test]
    fn answers_are_xml() {
        let value = json!({"Label": "a<b", "Datapoints": [{
            "Timestamp": 1_700_000_000, "Sum": 1.5, "ExtendedStatistics": {"p99": 2.0}
        }]});
        let written = xml("GetMetricStatistics", &value);
        for part in [
            "<GetMetricStatisticsResult><Label>a&lt;b</Label><Datapoints><member>",
            "<Timestamp>2023-11-14T22:13:20Z</Timestamp>",
            "<ExtendedStatistics><entry><key>p99</key><value>2.0</value></entry></ExtendedStatistics>",
        ] {
            assert!(written.contains(part), "{written}");
        }
    }
}
