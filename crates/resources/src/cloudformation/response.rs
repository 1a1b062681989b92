//! Reading what a function answers that makes a custom resource.

use fika_answers::Answer;
use serde_json::{Map, Value};

use crate::kind::{Failure, Made};

/// The longest physical id, bytes.
const ID: usize = 1_024;

/// What an answer comes to. `own` is what the request had of ids: stack, request, resource.
pub(super) fn read(answer: &Answer, own: [(&str, &str); 3]) -> Result<Made, Failure> {
    let invalid = |why: &str| Failure::new(format!("Invalid response object: {why}"));
    let text = match answer {
        Answer::Text(text) => text,
        Answer::TooLong => return Err(Failure::new("Response object is too long.")),
        Answer::Unable(why) => return Err(Failure::new(why)),
    };
    let Ok(Value::Object(answer)) = serde_json::from_str::<Value>(text) else {
        return Err(Failure::new("Response is not valid JSON"));
    };
    let of = |name: &str| answer.get(name).and_then(Value::as_str);
    // Some handlers answer a request that is over; they may have the new address from what is shared.
    for (name, value) in own {
        if of(name).is_some_and(|given| given != value) {
            return Err(invalid(&format!("its {name} is another request's")));
        }
    }
    let id = of("PhysicalResourceId").filter(|id| !id.is_empty());
    let made = id.map(|id| made(id, &answer));
    match of("Status") {
        Some("SUCCESS") => {}
        Some("FAILED") => {
            let reason = of("Reason").filter(|reason| !reason.is_empty());
            let failure = Failure::new(match reason {
                Some(reason) => format!(
                    "Received response status [FAILED] from custom resource. Message returned: {reason}"
                ),
                None => return Err(invalid("Reason must be given with FAILED")),
            });
            return Err(match made {
                Some(made) => failure.leaving(made),
                None => failure,
            });
        }
        _ => return Err(invalid("Status must be SUCCESS or FAILED")),
    }
    made.filter(|made| made.id.len() <= ID)
        .ok_or_else(|| Failure::new("Invalid PhysicalResourceId"))
}

fn made(id: &str, answer: &Map<String, Value>) -> Made {
    let mut made = Made::new(id);
    if let Some(Value::Object(data)) = answer.get("Data") {
        flatten("", data, &mut made.attributes);
    }
    made.no_echo = matches!(answer.get("NoEcho"), Some(Value::Bool(true)))
        || answer.get("NoEcho").and_then(Value::as_str) == Some("true");
    made
}

/// What is deeper is named with dots; lists are as they are.
fn flatten(before: &str, data: &Map<String, Value>, attributes: &mut Map<String, Value>) {
    for (name, value) in data {
        let name = format!("{before}{name}");
        if let Value::Object(inner) = value {
            flatten(&format!("{name}."), inner, attributes);
        }
        attributes.insert(name, value.clone());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OWN: [(&str, &str); 3] =
        [("StackId", "s"), ("RequestId", "r"), ("LogicalResourceId", "l")];

    fn of(answer: &Value) -> Result<Made, Failure> {
        read(&Answer::Text(answer.to_string()), OWN)
    }

    fn refused(answer: &Value) -> String {
        of(answer).expect_err("refused").reason
    }

    #[test]
    fn data_are_attributes() {
        let answer = json!({
            "Status": "SUCCESS",
            "PhysicalResourceId": "p",
            "RequestId": "r",
            "Data": {"A": "1", "B": {"C": [2]}},
            "NoEcho": true,
        });
        let made = of(&answer).expect("made");
        assert_eq!((made.id.as_str(), made.no_echo), ("p", true));
        assert_eq!(made.attributes["A"], "1");
        assert_eq!(made.attributes["B.C"], json!([2]));
    }

    #[test]
    fn a_failure_says_why_and_what_stands() {
        let answer = json!({"Status": "FAILED", "Reason": "no luck", "PhysicalResourceId": "p"});
        let failure = of(&answer).expect_err("failed");
        assert!(failure.reason.ends_with("Message returned: no luck"));
        assert_eq!(failure.made.map(|made| made.id).as_deref(), Some("p"));
    }

    #[test]
    fn what_is_no_answer_is_told_apart() {
        let fine = |more: Value| {
            let mut answer = json!({"Status": "SUCCESS", "PhysicalResourceId": "p"});
            answer
                .as_object_mut()
                .expect("an object")
                .extend(more.as_object().expect("one").clone());
            answer
        };
        assert_eq!(refused(&json!("SUCCESS")), "Response is not valid JSON");
        assert!(refused(&fine(json!({"Status": "OK"}))).contains("Status"));
        assert!(refused(&fine(json!({"RequestId": "another"}))).contains("RequestId"));
        assert_eq!(refused(&fine(json!({"PhysicalResourceId": ""}))), "Invalid PhysicalResourceId");
        let long = read(&Answer::TooLong, OWN).expect_err("too long");
        assert_eq!(long.reason, "Response object is too long.");
    }
}
