//! What tests begin with.

use std::time::Duration;

use bytes::Bytes;
use fika_model::{AccountId, FunctionArn, Region, RequestId, Scope};

use crate::{AsyncPolicy, Called, Event, Sender};

pub(crate) fn scope() -> Scope {
    let account = AccountId::new("123456789012").expect("an account");
    Scope { account, region: Region::new("us-east-1").expect("a region") }
}

pub(crate) fn function(name: &str) -> FunctionArn {
    FunctionArn { scope: scope(), name: name.into(), qualifier: None }
}

pub(crate) fn event(target: &str) -> Event {
    Event {
        id: RequestId::random(),
        scope: scope(),
        sender: Sender::Allowed,
        target: target.into(),
        payload: Bytes::from_static(b"{}"),
        trace_id: None,
        client_context: None,
        tenant: None,
        attributes: Vec::new(),
        group: None,
        deduplication: None,
        retries: None,
        dead_letters: None,
    }
}

pub(crate) fn policy() -> AsyncPolicy {
    AsyncPolicy {
        retries: 2,
        age: Duration::from_secs(21_600),
        on_success: None,
        on_failure: None,
        dead_letters: None,
        role: "arn:aws:iam::123456789012:role/r".into(),
    }
}

pub(crate) fn called(payload: &str, failed: bool) -> Called {
    let payload = Bytes::copy_from_slice(payload.as_bytes());
    Called { payload, failed, version: "$LATEST".into(), trace_id: None }
}
