//! The query protocol: forms in, XML out, as IAM, STS and the like speak it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};

use crate::shape::AwsError;

/// Parameters a request may have.
const MOST: usize = 2_000;

/// The parameters of a request, each decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads a form (`application/x-www-form-urlencoded`); none where a part cannot be decoded, or
    /// there are too many, or one is there twice.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let mut form = BTreeMap::new();
        let text = std::str::from_utf8(body).ok()?;
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let before = form.insert(decoded(name)?, decoded(value)?);
            if before.is_some() || form.len() > MOST {
                return None;
            }
        }
        Some(Self(form))
    }

    /// A parameter that may be left out.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All of them, by name.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The same, owned.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// A parameter that must be there.
    ///
    /// # Errors
    /// 400 `ValidationError` in AWS's words.
    pub fn required(&self, name: &str) -> Result<&str, AwsError> {
        self.get(name).ok_or_else(|| {
            let mut first = name.chars();
            let camel: String =
                first.next().into_iter().flat_map(char::to_lowercase).chain(first).collect();
            invalid(format!(
                "1 validation error detected: Value null at '{camel}' failed to satisfy \
                 constraint: Member must not be null"
            ))
        })
    }

    /// A number that may be left out.
    ///
    /// # Errors
    /// 400 where it is none.
    pub fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, AwsError> {
        let wrong = |_| AwsError::new("MalformedInput", 400, format!("{name} is not a number."));
        self.get(name).map(str::parse).transpose().map_err(wrong)
    }

    /// The elements of a list: `NAME.member.1`, `NAME.member.2` and so on; of structures the
    /// `part` of each, as in `.Key`.
    #[must_use]
    pub fn list(&self, name: &str, part: &str) -> Vec<String> {
        let element = |n: usize| self.text(&format!("{name}.member.{n}{part}"));
        (1..).map_while(element).collect()
    }

    /// A list of tags.
    #[must_use]
    pub fn tags(&self) -> BTreeMap<String, String> {
        self.list("Tags", ".Key").into_iter().zip(self.list("Tags", ".Value")).collect()
    }
}

/// Percent-decoded, with `+` for blanks.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let (pair, after) = rest.split_at_checked(2)?;
                let digits = std::str::from_utf8(pair).ok().filter(|d| !d.starts_with('+'))?;
                bytes.push(u8::from_str_radix(digits, 16).ok()?);
                rest = after;
            }
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).ok()
}

fn invalid(text: String) -> AwsError {
    AwsError::new("ValidationError", 400, text)
}

/// XML as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Xml(String);

impl Xml {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An element with a text in it.
    #[must_use]
    pub fn text(mut self, name: &str, value: &str) -> Self {
        self.0.push_str(&format!("<{name}>{}</{name}>", escaped(value)));
        self
    }

    /// The same, if there is a text.
    #[must_use]
    pub fn maybe(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// An element with elements in it.
    #[must_use]
    pub fn element(mut self, name: &str, inside: Self) -> Self {
        self.0.push_str(&format!("<{name}>{}</{name}>", inside.0));
        self
    }

    /// A list: each in a `member`.
    #[must_use]
    pub fn list(self, name: &str, members: impl IntoIterator<Item = Self>) -> Self {
        let inside = members.into_iter().fold(Self::new(), |all, one| all.element("member", one));
        self.element(name, inside)
    }

    /// A list of texts.
    #[must_use]
    pub fn texts<'a>(self, name: &str, members: impl IntoIterator<Item = &'a str>) -> Self {
        let inside = members.into_iter().fold(Self::new(), |all, one| all.text("member", one));
        self.element(name, inside)
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Of the control characters XML has three, and those only so written.
            '\t' | '\n' | '\r' => {
                let _ = write!(out, "&#x{:X};", u32::from(char));
            }
            char if char.is_control() || matches!(char, '\u{fffe}' | '\u{ffff}') => {
                out.push('\u{fffd}')
            }
            char => out.push(char),
        }
    }
    out
}

/// The answer of an operation. `result` is none for those that answer nothing.
#[must_use]
pub fn respond(action: &str, namespace: &str, id: &str, result: Option<Xml>) -> Response<Bytes> {
    let metadata = Xml::new().text("RequestId", id);
    let body = match result {
        Some(result) => Xml::new().element(&format!("{action}Result"), result),
        None => Xml::new(),
    };
    let body = body.element("ResponseMetadata", metadata).0;
    let text = format!("<{action}Response xmlns=\"{namespace}\">{body}</{action}Response>");
    reply(StatusCode::OK, text)
}

/// A refusal.
#[must_use]
pub fn refuse(error: &AwsError, namespace: &str, id: &str) -> Response<Bytes> {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let whose = if status.is_server_error() { "Receiver" } else { "Sender" };
    let inside =
        Xml::new().text("Type", whose).text("Code", error.name()).text("Message", error.message());
    let body = Xml::new().element("Error", inside).text("RequestId", id).0;
    reply(status, format!("<ErrorResponse xmlns=\"{namespace}\">{body}</ErrorResponse>"))
}

fn reply(status: StatusCode, text: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_it_was_meant() {
        let form = Form::parse(
            b"Action=CreateRole&RoleName=a%2Bb+c&Tags.member.1.Key=k&Tags.member.1.Value=%C3%A4\
              &Tags.member.2.Key=l&Tags.member.2.Value=&Empty&TagKeys.member.1=x",
        )
        .expect("a form");
        assert_eq!(form.get("RoleName"), Some("a+b c"));
        assert_eq!(form.get("Empty"), Some(""));
        assert_eq!(form.list("TagKeys", ""), ["x"]);
        let tags = [("k".to_owned(), "ä".to_owned()), ("l".to_owned(), String::new())];
        assert_eq!(form.tags(), BTreeMap::from(tags));
        assert_eq!(form.number::<u32>("Missing"), Ok(None));
        let missing = form.required("UserName").expect_err("it is missing");
        assert!(missing.message().contains("Value null at 'userName'"), "{missing}");
    }

    #[test]
    fn other_bodies_are_no_forms() {
        for body in [&b"a=%"[..], b"a=%4", b"a=%zz", b"a=%+4", b"a=%ff", b"\xff", b"a=1&a=2"] {
            assert_eq!(Form::parse(body), None, "{body:?}");
        }
        let many = (0..=MOST).map(|n| format!("p{n}=&")).collect::<String>();
        assert_eq!(Form::parse(many.as_bytes()), None);
    }

    #[test]
    fn no_text_breaks_the_xml() {
        let xml = Xml::new().text("A", "<b>&\"\u{0}\r\n").0;
        assert_eq!(xml, "<A>&lt;b&gt;&amp;&quot;\u{fffd}&#xD;&#xA;</A>");
    }
}
