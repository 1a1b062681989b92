//! `AWS::CloudFormation::WaitConditionHandle` and `AWS::CloudFormation::WaitCondition`: an address, and signals that
//! are put there.

use std::collections::BTreeMap;
use std::time::Duration;

use fika_answers::{Answer, Wanted};
use serde_json::{Map, Value};
use tokio::time::timeout;

use crate::kind::{Ask, Doing, Failure, Kind, Made, Property, Was};
use crate::properties::text;

/// Addresses.
pub static HANDLE: Kind = Kind {
    name: "AWS::CloudFormation::WaitConditionHandle",
    properties: &[],
    open: false,
    attributes: &[],
    create: |ask| Box::pin(make(ask)),
    update: |_, was| Box::pin(async move { Ok(was.made) }),
    delete: |ask, _| Box::pin(unmake(ask)),
};

/// Waiting there.
pub static CONDITION: Kind = Kind {
    name: "AWS::CloudFormation::WaitCondition",
    properties: &[Property::may("Count"), Property::fixed("Handle"), Property::may("Timeout")],
    open: false,
    attributes: &["Data"],
    create: |ask| Box::pin(create(ask)),
    update: |_, was| Box::pin(async move { Ok(was.made) }),
    delete: nothing,
};

/// Signals that are taken at one address.
const SIGNALS: usize = 1_000;
/// The longest wait, seconds.
const LONGEST: u64 = 43_200;
/// What the addresses are for.
const PURPOSE: &str = "signals";

async fn make(ask: Ask) -> Result<Made, Failure> {
    let wanted = Wanted {
        scope: &ask.stack.scope,
        token: &ask.token,
        purpose: PURPOSE,
        most: SIGNALS,
        again: ask.resumed,
    };
    let awaited = ask.services.answers()?.want(wanted).await;
    let awaited = awaited.map_err(|error| Failure::new(error.to_string()))?;
    Ok(Made::new(awaited.outside()))
}

async fn unmake(ask: Ask) -> Result<(), Failure> {
    let forgotten = ask.services.answers()?.forget(&ask.stack.scope, &ask.token).await;
    forgotten.map_err(|error| Failure::new(error.to_string()))
}

fn nothing(_: Ask, _: Was) -> Doing<()> {
    Box::pin(async { Ok(()) })
}

async fn create(ask: Ask) -> Result<Made, Failure> {
    let number = |name: &str| text(ask.value(name)).and_then(|text| text.parse::<u64>().ok());
    let (Some(handle), Some(seconds)) = (ask.text("Handle"), number("Timeout")) else {
        return Err(Failure::new(
            "Handle and Timeout must be given: fika takes no signals of a CreationPolicy.",
        ));
    };
    let count = usize::try_from(number("Count").unwrap_or(1)).unwrap_or(usize::MAX);
    let gone = || Failure::new(format!("{handle} is no wait condition handle of this server"));
    let mut awaited = ask.services.answers()?.at(&ask.stack.scope, handle).ok_or_else(gone)?;
    let mut stop = ask.stop.clone();
    let patience = Duration::from_secs(seconds.min(LONGEST));
    let signals = tokio::select! {
        signals = timeout(patience, awaited.until(|answers| enough(answers, count))) => signals.ok(),
        _ = stop.wait_for(|stop| *stop) => {
            return Err(Failure::new("Resource creation cancelled"));
        }
    };
    let Some(signals) = signals else {
        let came = read(&awaited.answers()).map_or(0, |signals| signals.len());
        return Err(Failure::new(format!(
            "WaitCondition timed out. Received {came} conditions when expecting {count}"
        )));
    };
    let data = Value::Object(signals?);
    let id = format!("{handle}#{}", ask.generated(64));
    Ok(Made::new(id).with("Data", data.to_string()))
}

/// The data of the signals, once there are enough, or one says that it failed.
fn enough(answers: &[Answer], count: usize) -> Option<Result<Map<String, Value>, Failure>> {
    match read(answers) {
        Ok(signals) if signals.len() < count => None,
        Ok(signals) => Some(Ok(signals.into_iter().collect())),
        Err(failure) => Some(Err(failure)),
    }
}

/// Data by unique id. What is no signal is passed over.
fn read(answers: &[Answer]) -> Result<BTreeMap<String, Value>, Failure> {
    let mut signals = BTreeMap::new();
    for answer in answers {
        let Answer::Text(answer) = answer else { continue };
        let Ok(signal) = serde_json::from_str::<Value>(answer) else { continue };
        let of = |name: &str| signal.get(name).and_then(Value::as_str);
        let Some(id) = of("UniqueId") else { continue };
        match of("Status") {
            Some("SUCCESS") => {
                let data = signal.get("Data").cloned().unwrap_or_default();
                signals.entry(id.to_owned()).or_insert(data);
            }
            Some("FAILURE" | "FAILED") => {
                let why = of("Reason").unwrap_or_default();
                return Err(Failure::new(format!(
                    "WaitCondition received failed message: '{why}' for uniqueId: {id}"
                )));
            }
            _ => {}
        }
    }
    Ok(signals)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn signal(id: &str, status: &str, data: &str) -> Answer {
        let signal = json!({"UniqueId": id, "Status": status, "Reason": "r", "Data": data});
        Answer::Text(signal.to_string())
    }

    #[test]
    fn each_unique_id_counts_once() {
        let mut answers = vec![signal("a", "SUCCESS", "1"), Answer::Text("noise".into())];
        answers.push(signal("a", "SUCCESS", "2"));
        assert_eq!(enough(&answers, 2), None);
        answers.push(signal("b", "SUCCESS", "3"));
        let data = enough(&answers, 2).expect("enough").expect("no failure");
        assert_eq!(Value::Object(data), json!({"a": "1", "b": "3"}));
    }

    #[test]
    fn one_failure_is_enough() {
        let answers = [signal("a", "FAILURE", "")];
        let failure = enough(&answers, 5).expect("over").expect_err("failed");
        assert_eq!(failure.reason, "WaitCondition received failed message: 'r' for uniqueId: a");
    }
}
