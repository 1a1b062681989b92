//! rest-json: from a request to an operation's input, from its output to a response.
//!
//! - [`Request`]: the parts of a request that inputs are read from
//! - [`Input`], [`Output`]: what generated shapes implement
//! - [`Reply`]: a response while it is put together
//! - [`Segments`], [`PathParams`], [`Route`], [`Coverage`]: what the generated router stands on

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde::Serialize;

use crate::generated::lambda::Operation;
use crate::shape::{AwsError, Check, FromJson, FromText, Json, Malformed, Violations};

/// What an operation takes. Generated.
pub trait Input: Check + Sized + Send {
    /// The operation.
    const OPERATION: Operation;
    /// What it answers.
    type Output: Output;

    /// Reads it from a request. Unknown members are ignored; constraints are not checked.
    ///
    /// # Errors
    /// [`Malformed`] when a part is not of the service's type: `SerializationException`, 400.
    fn from_request(request: &Request<'_>) -> Result<Self, Malformed>;

    /// Checks every constraint of the service model.
    ///
    /// # Errors
    /// `ValidationException` that lists all broken ones in AWS's words; for a runtime that does
    /// not exist `InvalidParameterValueException`, as AWS has it.
    fn validate(&self) -> Result<(), AwsError> {
        let mut found = Violations::default();
        self.check(&mut found);
        found.into_result()
    }

    /// The response of success.
    #[must_use]
    fn respond(output: Self::Output) -> Response<Bytes> {
        output.into_response(Self::OPERATION.status())
    }
}

/// What an operation answers. Generated.
pub trait Output: Send {
    /// The response; `success` is the operation's status unless the output holds another.
    fn into_response(self, success: u16) -> Response<Bytes>;
}

/// The output of operations that answer nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Empty;

impl Output for Empty {
    fn into_response(self, success: u16) -> Response<Bytes> {
        Reply::new(success).empty()
    }
}

/// The parts of a request that inputs are read from.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The labels of the path, from [`Operation::route`].
    pub path: &'a PathParams<'a>,
    /// The query as sent, without `?`.
    pub query: Option<&'a str>,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The whole body.
    pub body: &'a Bytes,
}

impl Request<'_> {
    /// A label of the path.
    ///
    /// # Errors
    /// [`Malformed`] when it is not of the type.
    pub fn path<T: FromText>(&self, name: &str) -> Result<Option<T>, Malformed> {
        self.path.get(name).map(T::from_text).transpose()
    }

    /// A query parameter.
    ///
    /// # Errors
    /// [`Malformed`] when it is not of the type.
    pub fn query<T: FromText>(&self, name: &str) -> Result<Option<T>, Malformed> {
        query(self.query, name).map(|text| T::from_text(&text)).transpose()
    }

    /// A query parameter that may be repeated.
    ///
    /// # Errors
    /// [`Malformed`] when one is not of the type.
    pub fn query_list<T: FromText>(&self, name: &str) -> Result<Option<Vec<T>>, Malformed> {
        let values: Vec<T> =
            queries(self.query, name).map(|text| T::from_text(&text)).collect::<Result<_, _>>()?;
        Ok(if values.is_empty() { None } else { Some(values) })
    }

    /// A header, by its name in lower case.
    ///
    /// # Errors
    /// [`Malformed`] when it is not of the type, or not ASCII.
    pub fn header<T: FromText>(&self, name: &str) -> Result<Option<T>, Malformed> {
        let Some(value) = self.headers.get(name) else { return Ok(None) };
        let text = value.to_str().map_err(|_| Malformed::conversion(name, "a String"))?;
        T::from_text(text).map(Some)
    }

    /// The members that the JSON body holds.
    ///
    /// # Errors
    /// [`Malformed`] when it is no JSON or a member is of another type.
    pub fn json<T: FromJson>(&self) -> Result<T, Malformed> {
        T::from_json(Json::document(self.body)?)
    }

    /// One member that is the whole JSON body; none when that is empty.
    ///
    /// # Errors
    /// [`Malformed`] when it is no JSON or of another type.
    pub fn json_payload<T: FromJson>(&self) -> Result<Option<T>, Malformed> {
        if self.body.is_empty() { Ok(None) } else { self.json().map(Some) }
    }

    /// The raw body; none when it is empty. Shares the bytes, copies nothing.
    #[must_use]
    pub fn payload(&self) -> Option<Bytes> {
        (!self.body.is_empty()).then(|| self.body.clone())
    }
}

/// The first query parameter of that name, decoded.
#[must_use]
pub fn query<'q>(query: Option<&'q str>, name: &str) -> Option<Cow<'q, str>> {
    queries(query, name).next()
}

fn queries<'q>(query: Option<&'q str>, name: &str) -> impl Iterator<Item = Cow<'q, str>> {
    query.unwrap_or_default().split('&').filter_map(move |pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key, true) == name).then(|| decode(value, true))
    })
}

/// Percent-decodes; borrows when there is nothing to decode. Bytes that are not UTF-8 become
/// U+FFFD, which no pattern of the service admits.
fn decode(text: &str, plus_is_space: bool) -> Cow<'_, str> {
    let plain = |b: &u8| *b != b'%' && !(plus_is_space && *b == b'+');
    if text.as_bytes().iter().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let (byte, after) = match (first, tail) {
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, after),
                _ => (b'%', tail),
            },
            (b'+', _) if plus_is_space => (b' ', tail),
            _ => (*first, tail),
        };
        bytes.push(byte);
        rest = after;
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|n| u8::try_from(n).ok())
}

/// One operation in the table of routes.
#[derive(Debug)]
pub struct Route {
    /// The operation's name.
    pub name: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path, with its labels in braces.
    pub path: &'static str,
    /// The labels' names in the order of the path.
    pub labels: &'static [&'static str],
    /// The HTTP status of success.
    pub status: u16,
    /// What fika makes of it.
    pub coverage: Coverage,
}

/// What fika makes of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// It does what AWS does.
    Real,
    /// It is checked, kept and told as on AWS, but nothing acts on it; why, or when it will.
    Stored(&'static str),
    /// It is refused for good: these are not supported, such as "capacity providers".
    Refused(&'static str),
    /// It is to come.
    Later,
}

/// The most segments a path can have; longer ones are no route.
const SEGMENTS: usize = 8;

/// The segments of a path, without copying it.
#[derive(Debug)]
pub struct Segments<'p> {
    all: [&'p str; SEGMENTS],
    count: usize,
}

impl<'p> Segments<'p> {
    /// Splits a path. None when it has too many segments, an empty one, or does not begin with
    /// a slash; one slash at the end is ignored.
    #[must_use]
    pub fn of(path: &'p str) -> Option<Self> {
        let path = path.strip_prefix('/')?;
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut segments = Self { all: [""; SEGMENTS], count: 0 };
        for segment in path.split('/') {
            if segment.is_empty() {
                return None;
            }
            *segments.all.get_mut(segments.count)? = segment;
            segments.count += 1;
        }
        Some(segments)
    }

    /// The segments, as sent.
    #[must_use]
    pub fn as_slice(&self) -> &[&'p str] {
        &self.all[..self.count]
    }
}

/// The most labels a path of the service has.
pub(crate) const LABELS: usize = 3;

/// The values of a path's labels, percent-decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathParams<'p> {
    labels: &'static [&'static str],
    values: [Cow<'p, str>; LABELS],
}

impl<'p> PathParams<'p> {
    /// Decodes the values of these labels.
    pub(crate) fn decode(labels: &'static [&'static str], values: [&'p str; LABELS]) -> Self {
        Self { labels, values: values.map(|value| decode(value, false)) }
    }

    /// The value of a label.
    #[must_use]
    pub fn get(&self, label: &str) -> Option<&str> {
        let at = self.labels.iter().position(|name| *name == label)?;
        self.values.get(at).map(AsRef::as_ref)
    }
}

/// A response while it is put together.
#[derive(Debug)]
pub struct Reply(Response<Bytes>);

impl Reply {
    /// A response with that status.
    #[must_use]
    pub fn new(status: u16) -> Self {
        Self(Response::new(Bytes::new())).status(Some(i32::from(status)))
    }

    /// Changes the status, where one is given; one that is no HTTP status becomes 500.
    #[must_use]
    pub fn status(mut self, status: Option<i32>) -> Self {
        if let Some(status) = status {
            let status = u16::try_from(status).ok().and_then(|s| StatusCode::from_u16(s).ok());
            *self.0.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        }
        self
    }

    /// Adds a header, where there is a value; one that no header can hold is left out. `name`
    /// is in lower case.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: Option<&impl ToString>) -> Self {
        let value = value.map(ToString::to_string);
        if let Some(Ok(value)) = value.map(HeaderValue::try_from) {
            self.0.headers_mut().insert(HeaderName::from_static(name), value);
        }
        self
    }

    /// Ends it with a JSON body.
    #[must_use]
    pub fn json(self, output: &impl Serialize) -> Response<Bytes> {
        // Shapes have texts as keys, so this cannot fail.
        let body = serde_json::to_vec(output).unwrap_or_default();
        self.payload(Some(body.into()))
    }

    /// Ends it with a body as it is. The service calls every body JSON.
    #[must_use]
    pub fn payload(mut self, body: Option<Bytes>) -> Response<Bytes> {
        if let Some(body) = body {
            let json = HeaderValue::from_static("application/json");
            self.0.headers_mut().insert(CONTENT_TYPE, json);
            *self.0.body_mut() = body;
        }
        self.0
    }

    /// Ends it without a body.
    #[must_use]
    pub fn empty(self) -> Response<Bytes> {
        self.0
    }
}

#[cfg(test)]
mod tests;
