//! Create-, Delete-, List- and PurgeQueue(s), GetQueueUrl, ListDeadLetterSourceQueues.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use fika_aws::shape::AwsError;
use fika_model::{AccountId, Scope};
use serde::Deserialize;
use serde_json::json;

use super::attributes::{check_tags, check_target, queue_exists};
use super::{Answered, Ask, number, page, to_the_end};
use crate::error::{missing, no_queue, no_queue_or_access};
use crate::name::{self, Place};
use crate::permit::{all, may};
use crate::queue::Record;
use crate::settings::{Settings, Texts};

/// How long a deleted queue's name is not free, and between two purges, milliseconds.
const PAUSE_MS: u64 = 60_000;
/// Queues of one account in one region. AWS has no bound; memory has.
const MOST: usize = 10_000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Create {
    queue_name: Option<String>,
    #[serde(default)]
    attributes: Option<Texts>,
    #[serde(default, alias = "tags")]
    tags: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Url {
    pub(super) queue_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Named {
    queue_name: Option<String>,
    #[serde(rename = "QueueOwnerAWSAccountId")]
    owner: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    queue_url: Option<String>,
    queue_name_prefix: Option<String>,
    next_token: Option<String>,
    #[serde(default, deserialize_with = "number")]
    max_results: Option<i64>,
}

impl Ask<'_> {
    pub(super) async fn create_queue(self, input: Create) -> Answered {
        let name = input.queue_name.ok_or_else(|| missing("QueueName"))?;
        let mut asked = input.attributes.unwrap_or_default();
        let fifo = match asked.remove("FifoQueue").as_deref() {
            None => false,
            Some(text) if text.eq_ignore_ascii_case("true") => true,
            Some(_) => return Err(crate::error::attribute_name("Unknown Attribute FifoQueue.")),
        };
        name::check(&name, fifo)?;
        let place = Place { scope: self.caller.scope.clone(), name };
        may(self.caller, "sqs:CreateQueue", &place.arn())?;
        let tags = input.tags.unwrap_or_default();
        check_tags(&tags)?;
        let settings = Settings::read(asked.clone(), fifo)?;
        let (this, url) = (self.queues.clone(), self.url(&place));
        to_the_end(async move {
            let _turn = this.turn().await;
            if let Some(queue) = this.find(&place) {
                same(&queue.known().settings.texts, &settings.texts, &asked)?;
                return Ok(());
            }
            let now = this.now();
            this.deleted().retain(|_, at| *at + PAUSE_MS > now);
            if this.deleted().contains_key(&place) {
                return Err(too_soon());
            }
            if this.list(&place.scope).len() >= MOST {
                let text = format!("An account has at most {MOST} queues in a region.");
                return Err(AwsError::new("OverLimit", 403, text));
            }
            check_target(&this, &place, &settings)?;
            let record = Record { attributes: asked, tags, created_ms: now, modified_ms: now };
            this.create(place, record, settings).await.map(|_| ())
        })
        .await?;
        Ok(json!({ "QueueUrl": url }))
    }

    pub(super) async fn delete_queue(self, input: Url) -> Answered {
        let place = self.place(input.queue_url.as_deref())?;
        self.own(&place, "sqs:DeleteQueue")?;
        let this = self.queues.clone();
        to_the_end(async move {
            let _turn = this.turn().await;
            let queue = this.find(&place).ok_or_else(no_queue)?;
            this.delete(&queue).await
        })
        .await?;
        Ok(json!(null))
    }

    pub(super) fn get_queue_url(self, input: Named) -> Answered {
        let name = input.queue_name.ok_or_else(|| missing("QueueName"))?;
        let own = self.caller.scope.clone();
        let scope = match input.owner {
            Some(owner) => {
                let account = AccountId::new(&owner).map_err(|_| no_queue_or_access())?;
                Scope { account, ..own }
            }
            None => own,
        };
        if !name::is_name(&name) {
            return Err(no_queue());
        }
        let place = Place { scope, name };
        self.queues.permitted(self.caller, "sqs:GetQueueUrl", &place)?;
        Ok(json!({ "QueueUrl": self.url(&place) }))
    }

    pub(super) fn list_queues(self, input: List) -> Answered {
        let scope = &self.caller.scope;
        may(self.caller, "sqs:ListQueues", &all(scope))?;
        let prefix = input.queue_name_prefix.unwrap_or_default();
        let queues = self.queues.list(scope);
        let urls = queues.iter().filter(|queue| queue.place.name.starts_with(&prefix));
        let urls = urls.map(|queue| self.url(&queue.place)).collect();
        let (urls, next) = page(urls, input.next_token.as_deref(), input.max_results)?;
        let mut answer = json!({});
        if !urls.is_empty() {
            answer["QueueUrls"] = json!(urls);
        }
        if let Some(next) = next {
            answer["NextToken"] = json!(next);
        }
        Ok(answer)
    }

    pub(super) fn list_sources(self, input: List) -> Answered {
        let place = self.place(input.queue_url.as_deref())?;
        self.own(&place, "sqs:ListDeadLetterSourceQueues")?;
        let queues = self.queues.list(&place.scope);
        let from = queues.iter().filter(|queue| {
            let known = queue.known();
            known.settings.redrive.as_ref().is_some_and(|redrive| redrive.target == place)
        });
        let urls = from.map(|queue| self.url(&queue.place)).collect();
        let (urls, next) = page(urls, input.next_token.as_deref(), input.max_results)?;
        let mut answer = json!({ "queueUrls": urls });
        if let Some(next) = next {
            answer["NextToken"] = json!(next);
        }
        Ok(answer)
    }

    pub(super) async fn purge_queue(self, input: Url) -> Answered {
        let place = self.place(input.queue_url.as_deref())?;
        let queue = self.own(&place, "sqs:PurgeQueue")?;
        let now = self.queues.now();
        {
            let mut purged = queue.purged.lock().unwrap_or_else(PoisonError::into_inner);
            if purged.is_some_and(|at| at + PAUSE_MS > now) {
                return Err(purged_already(&place.name));
            }
            *purged = Some(now);
        }
        let ids = queue.state().leave_all().into_iter().map(|(id, _)| id).collect();
        self.queues.remove(&queue, ids).await?;
        Ok(json!(null))
    }

    fn own(
        &self,
        place: &Place,
        action: &str,
    ) -> Result<std::sync::Arc<crate::queue::Queue>, AwsError> {
        self.queues.own(self.caller, action, place)
    }
}

/// Whether a queue that is there is as it is asked for.
fn same(there: &Texts, asked: &Texts, given: &Texts) -> Result<(), AwsError> {
    match given.keys().find(|name| there.get(*name) != asked.get(*name)) {
        None => Ok(()),
        Some(name) => Err(queue_exists(name)),
    }
}

fn too_soon() -> AwsError {
    AwsError::new(
        "QueueDeletedRecently",
        400,
        "You must wait 60 seconds after deleting a queue before you can create another with the \
         same name.",
    )
}

fn purged_already(name: &str) -> AwsError {
    let text = format!("Only one PurgeQueue operation on {name} is allowed every 60 seconds.");
    AwsError::new("PurgeQueueInProgress", 403, text)
}
