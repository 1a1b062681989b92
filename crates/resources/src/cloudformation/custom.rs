//! `AWS::CloudFormation::CustomResource` and `Custom::*`: resources that a function makes, or whoever listens to a
//! topic. They are asked once, and what they answer counts whenever it comes.

use std::time::Duration;

use bytes::Bytes;
use fika_answers::{Answer, Awaited, Wanted};
use http::Request;
use serde_json::Value;
use tokio::time::timeout;

use super::request::What;
use super::response;
use crate::kind::{Ask, Failure, Kind, Made, Property, Was};
use crate::properties::text;

/// Custom resources.
pub static KIND: Kind = Kind {
    name: "AWS::CloudFormation::CustomResource",
    properties: &[Property::must("ServiceToken"), Property::may("ServiceTimeout")],
    open: true,
    attributes: &[],
    create: |ask| Box::pin(create(ask)),
    update: |ask, was| Box::pin(update(ask, was)),
    delete: |ask, was| Box::pin(delete(ask, was)),
};

/// What types begin with that are all of this one.
pub(crate) const PREFIX: &str = "Custom::";

/// How long an answer is waited for, seconds; and at most.
const PATIENCE: u64 = 3_600;
/// The version of SNS's forms.
const SNS: &str = "2010-03-31";

async fn create(ask: Ask) -> Result<Made, Failure> {
    match request(&ask, What::Create).await {
        Err(Unanswered { failure, asked: true }) if failure.made.is_none() => {
            // It may have been made all the same: it is deleted by the name it would have had.
            Err(failure.leaving(Made::new(ask.generated(128))))
        }
        answer => answer.map_err(|unanswered| unanswered.failure),
    }
}

async fn update(ask: Ask, was: Was) -> Result<Made, Failure> {
    if ask.value("ServiceToken") != was.properties.get("ServiceToken").unwrap_or(&Value::Null) {
        // Nobody was asked for that change: there is nothing to change back.
        return match ask.back {
            true => Ok(was.made),
            false => Err(Failure::new("Modifying service token is not allowed.")),
        };
    }
    request(&ask, What::Update(&was)).await.map_err(|unanswered| unanswered.failure)
}

async fn delete(ask: Ask, was: Was) -> Result<(), Failure> {
    request(&ask, What::Delete(&was)).await.map(drop).map_err(|unanswered| unanswered.failure)
}

/// Why there is no good answer, and whether anybody was asked.
struct Unanswered {
    failure: Failure,
    asked: bool,
}

async fn request(ask: &Ask, what: What<'_>) -> Result<Made, Unanswered> {
    let not_asked = |failure| Unanswered { failure, asked: false };
    let mut awaited = wanted(ask, what).await.map_err(not_asked)?;
    let request = awaited.request();
    if !awaited.was_asked() {
        send(ask, what, &awaited, &request).await.map_err(not_asked)?;
        let noted = awaited.note_asked().await;
        noted.map_err(|error| not_asked(Failure::new(error.to_string())))?;
    }
    let answered = answer(ask, what, &mut awaited).await;
    let own = [
        ("StackId", ask.stack.id.as_str()),
        ("RequestId", request.as_str()),
        ("LogicalResourceId", ask.logical.as_str()),
    ];
    let asked = !matches!(answered, Ok(Answer::Unable(_)));
    let made = answered.and_then(|answer| response::read(&answer, own));
    made.map_err(|failure| Unanswered { failure, asked })
}

async fn wanted(ask: &Ask, what: What<'_>) -> Result<Awaited, Failure> {
    let wanted = Wanted {
        scope: &ask.stack.scope,
        token: &ask.token,
        purpose: &what.purpose(ask),
        most: 1,
        again: ask.resumed,
    };
    let awaited = ask.services.answers()?.want(wanted).await;
    awaited.map_err(|error| Failure::new(error.to_string()))
}

async fn send(ask: &Ask, what: What<'_>, awaited: &Awaited, request: &str) -> Result<(), Failure> {
    let token = what.properties(ask).get("ServiceToken").and_then(Value::as_str);
    let token = token.unwrap_or_default();
    let service = token.split(':').nth(2).unwrap_or_default();
    match service {
        "lambda" => invoke(ask, token, &what.event(ask, token, request, &awaited.inside())).await,
        "sns" => {
            let event = what.event(ask, token, request, &awaited.outside()).to_string();
            let subject = format!("AWS CloudFormation {}", ask.kind);
            let parameters =
                [("TopicArn", token), ("Message", event.as_str()), ("Subject", &subject)];
            ask.services.query("sns", SNS, "Publish", &parameters).await?;
            Ok(())
        }
        _ => Err(Failure::new(format!(
            "Invalid service token: {token} is the ARN of no function and no topic"
        ))),
    }
}

/// An event of its own: it is on disk before this returns, and tried again as every event.
async fn invoke(ask: &Ask, function: &str, event: &Value) -> Result<(), Failure> {
    let path = format!("/2015-03-31/functions/{function}/invocations");
    let request = Request::post(path)
        .header("x-amz-invocation-type", "Event")
        .body(Bytes::from(event.to_string()))
        .map_err(|error| Failure::new(error.to_string()))?;
    ask.services.request("lambda", request).await?;
    Ok(())
}

async fn answer(ask: &Ask, what: What<'_>, awaited: &mut Awaited) -> Result<Answer, Failure> {
    let mut stop = ask.stop.clone();
    let seconds = what.properties(ask).get("ServiceTimeout").and_then(text);
    let seconds = seconds.and_then(|text| text.parse().ok()).unwrap_or(PATIENCE);
    let patience = Duration::from_secs(seconds.clamp(1, PATIENCE)).saturating_sub(awaited.age());
    tokio::select! {
        answer = timeout(patience, awaited.until(|answers| answers.first().cloned())) => {
            answer.map_err(|_| Failure::new(format!(
                "CloudFormation did not receive a response from your Custom Resource. Please check your logs for \
                 requestId [{}]. If you are using the Python cfn-response module, you may need to update your \
                 Lambda function code so that CloudFormation can attach the updated version.",
                awaited.request()
            )))
        }
        _ = stop.wait_for(|stop| *stop) => Err(Failure::new("Resource creation cancelled")),
    }
}
