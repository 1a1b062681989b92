//! What other rooms send to queues: notifications, dead letters of functions, targets of rules.

use fika_aws::shape::AwsError;
use fika_events::{Attribute, Parcel, Pending, Receiver, Undelivered};
use fika_journal::Batch;
use fika_service::Caller;
use uuid::Uuid;

use crate::keep::Draft;
use crate::message::{Attributes, Value};
use crate::name::Place;
use crate::operations::send::{Message, check_trace, draft};
use crate::room::Queues;

impl Receiver for Queues {
    fn receive<'a>(
        &'a self,
        caller: &'a Caller,
        parcel: Parcel,
    ) -> Pending<'a, Result<(), Undelivered>> {
        let delivered = self.deliver(caller, parcel, Batch::new());
        Box::pin(async move { delivered.await.map_err(undelivered) })
    }

    /// A message is an entry of the journal: what it came from ends in the commit that puts it there.
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

impl Queues {
    async fn deliver(&self, caller: &Caller, parcel: Parcel, end: Batch) -> Result<(), AwsError> {
        let place = Place::of_arn(&parcel.target).ok_or_else(crate::error::no_queue)?;
        let queue = self.permitted(caller, "sqs:SendMessage", &place)?;
        // The same parcel tried again has the same id, so a FIFO queue has it once.
        let by_id = queue.fifo && !queue.known().settings.by_content;
        let again = by_id.then(|| parcel.id.to_string());
        let message = Message {
            text: String::from_utf8_lossy(&parcel.payload).into_owned(),
            attributes: attributes(parcel.attributes),
            // One that is none is no reason to refuse what it came with.
            trace: parcel.trace_id.filter(|trace| check_trace(Some(trace)).is_ok()),
            delay_ms: None,
            group: parcel.group,
            deduplication: parcel.deduplication.filter(|_| queue.fifo).or(again),
        };
        let draft: Draft = draft(&queue, caller, self.now(), Uuid::new_v4(), message)?;
        self.send_with(&queue, vec![draft], end).await.map(|_| ())
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
    if error.status() >= 500 || error.name() == crate::error::THROTTLED {
        return Undelivered::Later(error.message().to_owned());
    }
    let code = crate::wire::code(error.name()).to_owned();
    Undelivered::Refused { code, message: error.message().to_owned() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use fika_iam::Principal;
    use fika_journal::{EntryId, Journal, JournalOptions};
    use fika_model::{AccountId, Region, RequestId, Scope};
    use fika_store::Store;

    use super::*;
    use crate::queue::Record;
    use crate::settings::{Settings, Texts};

    fn scope() -> Scope {
        let account = AccountId::new("123456789012").expect("an account");
        Scope { account, region: Region::new("us-east-1").expect("a region") }
    }

    async fn queue(queues: &Queues, name: &str) -> Place {
        let place = Place { scope: scope(), name: name.into() };
        let fifo = name.ends_with(".fifo");
        let kind = fifo.then(|| ("FifoQueue".to_owned(), "true".to_owned()));
        let attributes: Texts = kind.into_iter().collect();
        let settings = Settings::read(attributes.clone(), fifo).expect("settings");
        let tags = BTreeMap::new();
        let record = Record { attributes, tags, created_ms: 0, modified_ms: 0 };
        queues.create(place.clone(), record, settings).await.expect("a queue");
        place
    }

    /// A queue of either kind, also where it has the message already: the event ends with its message, or not at all.
    #[tokio::test]
    async fn a_message_and_the_end_of_its_event_are_one_commit() {
        let dir = tempfile::tempdir().expect("a directory");
        let options = JournalOptions { disk_bytes: 1 << 30 };
        let (journal, _) = Journal::open(&dir.path().join("j"), options).expect("a journal");
        let store = Store::open(dir.path()).expect("a store");
        let queues = Queues::open(store, journal.clone(), Vec::new()).expect("queues");
        let caller = Caller {
            scope: scope(),
            principal: Principal::Root(scope().account),
            via: fika_service::Via::default(),
        };
        for (name, again) in [("q", 2), ("q.fifo", 1)] {
            let (target, id) = (queue(&queues, name).await.arn(), RequestId::random());
            for messages in [1, again] {
                let event = Batch::new().put("event".into(), "", "");
                let event: EntryId = journal.commit(event).await.expect("an event")[0];
                let before = journal.facts().commits;
                let parcel = Parcel {
                    id,
                    scope: scope(),
                    target: target.clone(),
                    payload: "hello".into(),
                    trace_id: None,
                    attributes: Vec::new(),
                    group: name.ends_with(".fifo").then(|| "g".into()),
                    deduplication: None,
                };
                let end = Batch::new().remove(event);
                let left = queues.receive_with(&caller, parcel.clone(), end.clone()).await;
                assert_eq!((left, journal.facts().commits), (Ok(None), before + 1), "{name}");
                assert_eq!(journal.body(event).await, Ok(None));
                assert_eq!(queues.facts(&target).expect("a queue").ready, messages, "{name}");
                // What ended already sends nothing any more.
                let fresh = Parcel { id: RequestId::random(), ..parcel };
                let late = queues.receive_with(&caller, fresh, end).await;
                assert!(matches!(late, Err(Undelivered::Later(_))), "{late:?}");
                assert_eq!(queues.facts(&target).expect("a queue").ready, messages, "{name}");
            }
        }
    }
}
