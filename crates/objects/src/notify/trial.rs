//! Whether destinations would take what they are to be told: asked when a bucket is set up.

use bytes::Bytes;
use fika_events::{Parcel, Undelivered};
use fika_model::{FunctionArn, FunctionRef, RequestId, Scope};
use fika_service::Caller;
use s3s::{S3Error, S3Result};
use serde_json::json;

use super::Configuration;
use super::record::{host_id, time};
use super::send::SERVICE;
use super::wire::invalid;
use crate::access::arn;
use crate::objects::{Objects, now_ms};
use crate::shelf::Shelf;

impl Objects {
    /// Asks functions' policies, and sends queues and topics a test event, as S3 does.
    ///
    /// # Errors
    /// `InvalidArgument` where one would not take it.
    pub(crate) async fn try_destinations(
        &self,
        shelf: &Shelf,
        wanted: &Configuration,
        request: &str,
    ) -> S3Result<()> {
        let scope = shelf.bucket().scope.clone();
        let source = arn(&shelf.name, None);
        let caller = Caller::service(SERVICE, &source, scope.account, scope.region);
        for rule in &wanted.rules {
            let taken = match function(&rule.target) {
                Some(function) => self.may_invoke(&caller, &function),
                None => self.test(&caller, &shelf.name, &rule.target, request).await.is_ok(),
            };
            if !taken {
                return Err(unable());
            }
        }
        Ok(())
    }

    fn may_invoke(&self, caller: &Caller, function: &FunctionArn) -> bool {
        let functions = self.inner.events.functions();
        functions.is_some_and(|functions| {
            let there = functions.policy(function).is_some();
            there && functions.may_invoke(caller, function).is_ok()
        })
    }

    /// Sends a queue or a topic the test event of a bucket.
    pub(crate) async fn test(
        &self,
        caller: &Caller,
        bucket: &str,
        target: &str,
        request: &str,
    ) -> Result<(), Undelivered> {
        let service = target.split(':').nth(2).unwrap_or_default();
        let Some(receiver) = self.inner.events.receiver(service) else {
            let message = format!("{target} takes no events.");
            return Err(Undelivered::Refused { code: "InvalidTarget".into(), message });
        };
        let event = json!({
            "Service": "Amazon S3",
            "Event": "s3:TestEvent",
            "Time": time(now_ms()),
            "Bucket": bucket,
            "RequestId": request,
            "HostId": host_id(request),
        });
        let parcel = Parcel {
            id: RequestId::random(),
            scope: caller.scope.clone(),
            target: target.into(),
            payload: Bytes::from(event.to_string()),
            trace_id: None,
            attributes: Vec::new(),
            group: None,
            deduplication: None,
        };
        let tried = receiver.receive(caller, parcel).await;
        if let Err(why) = &tried {
            tracing::debug!(?why, target, "a destination takes no test event");
        }
        tried
    }
}

/// The function of an ARN.
pub(crate) fn function(target: &str) -> Option<FunctionArn> {
    let FunctionRef { account, region, name, qualifier } = FunctionRef::parse(target).ok()?;
    Some(FunctionArn { scope: Scope { account: account?, region: region? }, name, qualifier })
}

fn unable() -> S3Error {
    invalid("Unable to validate the following destination configurations")
}
