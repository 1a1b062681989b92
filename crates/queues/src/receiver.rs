//! What other rooms send to queues: notifications, dead letters of functions, targets of rules.

use fika_aws::shape::AwsError;
use fika_events::{Attribute, Parcel, Pending, Receiver, Undelivered};
use fika_service::Caller;
use uuid::Uuid;

use crate::keep::Draft;
use crate::message::{Attributes, Value};
use crate::name::Place;
use crate::operations::send::{Message, draft};
use crate::room::Queues;

impl Receiver for Queues {
    fn receive<'a>(
        &'a self,
        caller: &'a Caller,
        parcel: Parcel,
    ) -> Pending<'a, Result<(), Undelivered>> {
        Box::pin(async move { self.deliver(caller, parcel).await.map_err(undelivered) })
    }
}

impl Queues {
    async fn deliver(&self, caller: &Caller, parcel: Parcel) -> Result<(), AwsError> {
        let place = Place::of_arn(&parcel.target).ok_or_else(crate::error::no_queue)?;
        let queue = self.permitted(caller, "sqs:SendMessage", &place)?;
        // The same parcel tried again has the same id, so a FIFO queue has it once.
        let by_id = queue.fifo && !queue.known().settings.by_content;
        let again = by_id.then(|| parcel.id.to_string());
        let message = Message {
            text: String::from_utf8_lossy(&parcel.payload).into_owned(),
            attributes: attributes(parcel.attributes),
            trace: parcel.trace_id,
            delay_ms: None,
            group: parcel.group,
            deduplication: parcel.deduplication.filter(|_| queue.fifo).or(again),
        };
        let draft: Draft = draft(&queue, caller, self.now(), Uuid::new_v4(), message)?;
        self.send(&queue, vec![draft]).await.map(|_| ())
    }
}

fn attributes(attributes: Vec<(String, Attribute)>) -> Attributes {
    let value = |Attribute { data_type, value }| match data_type.starts_with("Binary") {
        true => Value { string_value: None, binary_value: Some(value), data_type },
        false => Value { string_value: Some(value), binary_value: None, data_type },
    };
    attributes.into_iter().map(|(name, attribute)| (name, value(attribute))).collect()
}

fn undelivered(error: AwsError) -> Undelivered {
    if error.status() >= 500 {
        return Undelivered::Later(error.message().to_owned());
    }
    let code = crate::wire::code(error.name()).to_owned();
    Undelivered::Refused { code, message: error.message().to_owned() }
}
