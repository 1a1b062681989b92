//! `AWS::SQS::QueuePolicy`.

use serde_json::{Map, Value, json};

use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::services::Answered;

/// Policies of queues.
pub static KIND: Kind = Kind {
    name: "AWS::SQS::QueuePolicy",
    properties: &[Property::must("PolicyDocument"), Property::must("Queues")],
    open: false,
    attributes: &["Id"],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

async fn create(ask: Ask) -> Result<Made, Failure> {
    let id = ask.generated(255);
    let made = Made::new(id.clone()).with("Id", id);
    let policy = policy(&ask);
    for queue in queues(&ask.properties) {
        if let Err(refusal) = put(&ask, queue, &policy).await {
            return Err(Failure::from(refusal).leaving(made));
        }
    }
    Ok(made)
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    let policy = policy(&ask);
    for queue in queues(&ask.properties) {
        put(&ask, queue, &policy).await?;
    }
    let stays = |queue: &&str| queues(&ask.properties).any(|own| own == *queue);
    for queue in queues(&was.properties).filter(|queue| !stays(queue)) {
        take(&ask, queue).await?;
    }
    Ok(was.made)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    for queue in queues(&was.properties) {
        take(&ask, queue).await?;
    }
    Ok(())
}

fn policy(ask: &Ask) -> String {
    match ask.value("PolicyDocument") {
        Value::String(text) => text.clone(),
        document => document.to_string(),
    }
}

fn queues(properties: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let all = properties.get("Queues").and_then(Value::as_array);
    all.into_iter().flatten().filter_map(Value::as_str)
}

async fn put(ask: &Ask, queue: &str, policy: &str) -> Answered<Value> {
    let input = json!({"QueueUrl": queue, "Attributes": {"Policy": policy}});
    ask.services.json("sqs", "AmazonSQS.SetQueueAttributes", &input).await
}

async fn take(ask: &Ask, queue: &str) -> Result<(), Failure> {
    crate::services::gone(put(ask, queue, "").await)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{Fake, was};

    const SET: &str = "sqs AmazonSQS.SetQueueAttributes";

    #[tokio::test]
    async fn a_queue_that_is_named_no_more_loses_its_policy() {
        let fake = Fake::new(&[(SET, 200, json!({}))]);
        let before = was("p", json!({"PolicyDocument": {}, "Queues": ["q1", "q2"]}));
        let ask = fake.ask(KIND.name, json!({"PolicyDocument": {"Id": "x"}, "Queues": ["q2"]}));
        update(ask, before).await.expect("changed");
        let inputs: Vec<Value> = fake.asked().iter().map(|asked| body(asked)).collect();
        assert_eq!(inputs[0]["QueueUrl"], "q2");
        assert_eq!(inputs[0]["Attributes"]["Policy"], r#"{"Id":"x"}"#);
        assert_eq!(inputs[1], json!({"QueueUrl": "q1", "Attributes": {"Policy": ""}}));
    }

    #[tokio::test]
    async fn a_queue_that_is_gone_needs_no_deletion() {
        let refusal = json!({"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "gone"});
        let fake = Fake::new(&[(SET, 400, refusal)]);
        let before = was("p", json!({"Queues": ["q1"]}));
        delete(fake.ask(KIND.name, json!({})), before).await.expect("gone");
    }

    #[tokio::test]
    async fn what_was_put_before_a_failure_is_left_for_deletion() {
        let refusal = json!({"__type": "AccessDenied", "message": "no"});
        let fake = Fake::new(&[(SET, 200, json!({})), (SET, 403, refusal)]);
        let ask = fake.ask(KIND.name, json!({"PolicyDocument": {}, "Queues": ["q1", "q2"]}));
        assert!(create(ask).await.expect_err("no").made.is_some());
    }

    fn body(asked: &str) -> Value {
        serde_json::from_str(asked.splitn(3, ' ').nth(2).unwrap_or_default()).expect("JSON")
    }
}
