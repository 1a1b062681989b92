//! Services for tests: they answer from a table, and remember what they were asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use fika_model::{AccountId, Region};
use fika_service::{Answering, Caller, Doors};
use http::{Request, Response};
use serde_json::Value;
use tokio::sync::watch;

use crate::kind::{Ask, Made, Stack, Was};
use crate::services::Services;

/// What is asked of it begins with the text; the answer is a status and a body. Of several that fit the first is
/// taken, and not again while another fits.
#[derive(Default)]
pub(crate) struct Fake {
    answers: Mutex<Vec<(String, u16, String)>>,
    asked: Mutex<Vec<String>>,
}

impl Fake {
    pub(crate) fn new(answers: &[(&str, u16, Value)]) -> Arc<Self> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let answers = answers
            .iter()
            .map(|(asked, status, body)| ((*asked).to_owned(), *status, text(body)))
            .collect();
        Arc::new(Self { answers: Mutex::new(answers), asked: Mutex::default() })
    }

    /// What it was asked, as `lambda PUT /path {"a":1}`, without the last where no body was.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").clone()
    }

    /// The body of what it was asked as the n-th.
    pub(crate) fn input(&self, n: usize) -> Value {
        let asked = self.asked();
        let body = asked[n].splitn(4, ' ').nth(3).unwrap_or_default();
        serde_json::from_str(body).expect("a body of JSON")
    }

    /// Something asked of a type, for a stack named `shop` and a resource `Thing`.
    pub(crate) fn ask(self: &Arc<Self>, kind: &str, properties: Value) -> Ask {
        let account = AccountId::new("123456789012").expect("an account");
        let region = Region::new("us-east-1").expect("a region");
        let source = "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1";
        let caller = Caller::service("cloudformation.amazonaws.com", source, account, region);
        let stack = Stack {
            id: source.into(),
            name: "shop".into(),
            scope: caller.scope.clone(),
            tags: BTreeMap::new(),
            capabilities: Vec::new(),
        };
        let Value::Object(properties) = properties else { panic!("properties are an object") };
        Ask {
            services: Services::new(self.clone(), "localhost:9000".into(), Arc::new(caller)),
            stack: Arc::new(stack),
            logical: "Thing".into(),
            kind: kind.into(),
            token: "a token".into(),
            again: false,
            resumed: false,
            back: false,
            properties,
            stop: watch::channel(false).1,
        }
    }

    fn answer(&self, asked: String) -> Response<Bytes> {
        let mut answers = self.answers.lock().expect("no panic");
        let fits: Vec<_> =
            (0..answers.len()).filter(|n| asked.starts_with(&answers[*n].0)).collect();
        let answer = match fits[..] {
            [] => None,
            [only] => Some(answers[only].clone()),
            [first, ..] => Some(answers.remove(first)),
        };
        let (_, status, body) =
            answer.unwrap_or_else(|| panic!("nobody said what to answer to {asked}"));
        self.asked.lock().expect("no panic").push(asked);
        Response::builder().status(status).body(body.into()).expect("an answer")
    }
}

impl Doors for Fake {
    fn ask<'a>(
        &'a self,
        _: &'a Caller,
        service: &'a str,
        request: Request<Bytes>,
    ) -> Answering<'a> {
        let (parts, body) = request.into_parts();
        let what = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
        let what = what.map_or_else(|| format!("{} {}", parts.method, parts.uri), str::to_owned);
        let body = String::from_utf8_lossy(&body);
        let asked = format!("{service} {what} {body}").trim_end().to_owned();
        Box::pin(async move { self.answer(asked) })
    }
}

/// What stands, of that id and those properties.
pub(crate) fn was(id: &str, properties: Value) -> Was {
    let Value::Object(properties) = properties else { panic!("properties are an object") };
    Was { made: Made::new(id), properties }
}
