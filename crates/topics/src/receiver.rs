//! What other rooms send to topics: records of functions, targets of rules, notifications of buckets.

use fika_aws::shape::AwsError;
use fika_events::{Parcel, Pending, Receiver, Undelivered};
use fika_journal::Batch;
use fika_service::Caller;

use crate::error::{invalid, no_topic};
use crate::message::{MESSAGE_BYTES, Message};
use crate::record::Place;
use crate::room::Topics;

impl Receiver for Topics {
    fn receive<'a>(
        &'a self,
        caller: &'a Caller,
        parcel: Parcel,
    ) -> Pending<'a, Result<(), Undelivered>> {
        let delivered = self.deliver(caller, parcel, Batch::new());
        Box::pin(async move { delivered.await.map_err(undelivered) })
    }

    /// A message is events, one for each subscription: what it came from ends in the commit that accepts them.
    fn receive_with<'a>(
        &'a self,
        caller: &'a Caller,
        parcel: Parcel,
        end: Batch,
    ) -> Pending<'a, Result<Option<Batch>, Undelivered>> {
        let delivered = self.deliver(caller, parcel, end);
        Box::pin(async move { delivered.await.map(|()| None).map_err(undelivered) })
    }
}

impl Topics {
    async fn deliver(&self, caller: &Caller, parcel: Parcel, end: Batch) -> Result<(), AwsError> {
        let place = Place::of_arn(&parcel.target).ok_or_else(no_topic)?;
        let topic = self.permitted(caller, "sns:Publish", &place)?;
        let mut message = Message::new(String::from_utf8_lossy(&parcel.payload));
        message.attributes = parcel.attributes;
        message.group = parcel.group;
        message.trace = parcel.trace_id;
        // The same parcel tried again has the same id, so a FIFO topic has it once.
        let again = place.is_fifo().then(|| parcel.id.to_string());
        message.deduplication = parcel.deduplication.filter(|_| place.is_fifo()).or(again);
        if message.size() > MESSAGE_BYTES {
            return Err(invalid("Message too long"));
        }
        self.take(&place, &topic, vec![message], end).await.map(|_| ())
    }
}

fn undelivered(error: AwsError) -> Undelivered {
    if error.status() >= 500 || error.status() == 429 {
        return Undelivered::Later(error.message().to_owned());
    }
    Undelivered::Refused { code: error.name().to_owned(), message: error.message().to_owned() }
}
