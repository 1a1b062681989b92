//! `NotificationConfiguration`, as S3 is sent it.

use serde_json::Value;

use super::xml::{each, element, members, said};

/// The document; one without a rule where nothing is said.
pub(super) fn document(configuration: &Value) -> String {
    let of = |list: &str, rule: &str, target: (&str, &str)| {
        each(&configuration[list], |one| {
            let events = said("Event", &one["Event"]);
            let target = members(one, &[target]);
            element(rule, format!("{target}{events}{}", filter(&one["Filter"])))
        })
    };
    let functions =
        of("LambdaConfigurations", "CloudFunctionConfiguration", ("Function", "CloudFunction"));
    let queues = of("QueueConfigurations", "QueueConfiguration", ("Queue", "Queue"));
    let topics = of("TopicConfigurations", "TopicConfiguration", ("Topic", "Topic"));
    let bridge = match &configuration["EventBridgeConfiguration"] {
        Value::Object(of) if of.get("EventBridgeEnabled") != Some(&Value::Bool(false)) => {
            element("EventBridgeConfiguration", "")
        }
        _ => String::new(),
    };
    element("NotificationConfiguration", format!("{functions}{queues}{topics}{bridge}"))
}

fn filter(filter: &Value) -> String {
    let rules = &filter["S3Key"]["Rules"];
    if rules.is_null() {
        return String::new();
    }
    let rules = each(rules, |rule| {
        element("FilterRule", members(rule, &[("Name", "Name"), ("Value", "Value")]))
    });
    element("Filter", element("S3Key", rules))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_receiver_has_its_rule() {
        let given = json!({
            "EventBridgeConfiguration": {"EventBridgeEnabled": true},
            "LambdaConfigurations": [{
                "Event": "s3:ObjectCreated:*", "Function": "arn:f",
                "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "a/"}]}},
            }],
            "QueueConfigurations": [{"Event": "s3:ObjectRemoved:*", "Queue": "arn:q"}],
        });
        let document = document(&given);
        let function = "<CloudFunctionConfiguration><CloudFunction>arn:f</CloudFunction>\
            <Event>s3:ObjectCreated:*</Event><Filter><S3Key><FilterRule><Name>prefix</Name>\
            <Value>a/</Value></FilterRule></S3Key></Filter></CloudFunctionConfiguration>";
        let queue = "<QueueConfiguration><Queue>arn:q</Queue><Event>s3:ObjectRemoved:*</Event>\
            </QueueConfiguration>";
        let bridge = "<EventBridgeConfiguration></EventBridgeConfiguration>";
        let whole = format!(
            "<NotificationConfiguration>{function}{queue}{bridge}</NotificationConfiguration>"
        );
        assert_eq!(document, whole);
    }

    #[test]
    fn nothing_said_is_nobody_told() {
        let none = "<NotificationConfiguration></NotificationConfiguration>";
        assert_eq!(document(&Value::Null), none);
        let off = json!({"EventBridgeConfiguration": {"EventBridgeEnabled": false}});
        assert_eq!(document(&off), none);
    }
}
