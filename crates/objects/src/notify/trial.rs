//! Whether destinations would take what they are to be told: asked when a bucket is set up.

use bytes::Bytes;
use fika_events::{Parcel, Undelivered};
use fika_model::{FunctionArn, FunctionRef, RequestId, Scope};
use fika_service::Caller;
use s3s::{S3Error, S3Result};
use serde_json::json;

use super::record::{host_id, time};
use super::send::SERVICE;
use super::wire::invalid;
use super::{Configuration, Rule};
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
                None => self.test(&caller, shelf, rule, request).await,
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

    async fn test(&self, caller: &Caller, shelf: &Shelf, rule: &Rule, request: &str) -> bool {
        let service = rule.target.split(':').nth(2).unwrap_or_default();
        let Some(receiver) = self.inner.events.receiver(service) else { return false };
        let event = json!({
            "Service": "Amazon S3",
            "Event": "s3:TestEvent",
            "Time": time(now_ms()),
            "Bucket": &*shelf.name,
            "RequestId": request,
            "HostId": host_id(request),
        });
        let parcel = Parcel {
            id: RequestId::random(),
            scope: caller.scope.clone(),
            target: rule.target.clone(),
            payload: Bytes::from(event.to_string()),
            trace_id: None,
            attributes: Vec::new(),
            group: None,
            deduplication: None,
        };
        match receiver.receive(caller, parcel).await {
            Ok(()) => true,
            Err(Undelivered::Refused { code, message }) => {
                tracing::debug!(code, message, target = rule.target, "a destination refuses");
                false
            }
            Err(Undelivered::Later(why)) => {
                tracing::debug!(why, target = rule.target, "a destination takes nothing now");
                false
            }
        }
    }
}

/// The function of an ARN.
fn function(target: &str) -> Option<FunctionArn> {
    let FunctionRef { account, region, name, qualifier } = FunctionRef::parse(target).ok()?;
    Some(FunctionArn { scope: Scope { account: account?, region: region? }, name, qualifier })
}

fn unable() -> S3Error {
    invalid("Unable to validate the following destination configurations")
}
