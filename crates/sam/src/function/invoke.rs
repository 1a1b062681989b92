//! `EventInvokeConfig`: what becomes of asynchronous invocations, with queues and topics made for it.

use crate::error::{Result, resource};
use crate::expansion::Expansion;
use crate::intrinsics::{if_of, is_no_value, three_or};
use crate::made::{Given, Made};
use crate::policies::{self, grants};
use crate::tree::{Dict, Node, dict, list};
use crate::{names, shape};

const DESTINATIONS: &[&str] = &["SQS", "SNS", "EventBridge", "Lambda", "S3Bucket"];

/// The configuration and what is made for it, and what the function's role may for it.
pub(super) fn of(
    expansion: &mut Expansion<'_>,
    function: &mut Given,
    alias: Option<(&str, &str)>,
) -> Result<(Vec<Made>, Vec<Node>)> {
    let config = expansion.parameters.resolve_in(&mut function.properties, "EventInvokeConfig")?;
    let id = format!("{}EventInvokeConfig", function.id);
    let mut made = Made::new(id.as_str(), "AWS::Lambda::EventInvokeConfig", &function.kept);
    let (mut resources, mut policies, mut destinations) = (Vec::new(), Vec::new(), Dict::new());
    if let Some(given) = config.get("DestinationConfig").filter(|given| given.is_truthy()) {
        let given = shape::map(given, &function.id, "EventInvokeConfig.DestinationConfig")?;
        for name in ["OnSuccess", "OnFailure"] {
            let Some(one) = given.get(name).filter(|one| !one.is_null()) else { continue };
            let path = format!("EventInvokeConfig.DestinationConfig.{name}");
            let one = shape::map(one, &function.id, &path)?;
            let destination = Destination::of(expansion, function, &id, name, one)?;
            resources.extend(destination.made);
            policies.push(destination.policy);
            destinations.insert(name, dict! { "Destination" => destination.arn });
        }
    }
    if let Some((alias, _)) = alias {
        made.depends_on = list![alias];
    }
    made.set("FunctionName", names::reference(&function.id));
    made.set("Qualifier", alias.map_or("$LATEST", |(_, name)| name));
    made.set("DestinationConfig", destinations);
    for name in ["MaximumEventAgeInSeconds", "MaximumRetryAttempts"] {
        made.set(name, config.get(name).cloned().unwrap_or_default());
    }
    resources.push(made);
    Ok((resources, policies))
}

struct Destination {
    made: Option<Made>,
    arn: Node,
    policy: Node,
}

impl Destination {
    fn of(
        expansion: &mut Expansion<'_>,
        function: &Given,
        config: &str,
        when: &str,
        given: &Dict,
    ) -> Result<Destination> {
        let kind = given.text("Type").filter(|kind| DESTINATIONS.contains(kind));
        let Some(kind) = kind.map(str::to_owned) else {
            let named = given.get("Type").map_or("None".into(), crate::globals::python_text);
            return Err(resource(
                &function.id,
                format!(
                    "'Type: {named}' must be one of ['SQS', 'SNS', 'EventBridge', 'Lambda', 'S3Bucket']"
                ),
            ));
        };
        let id = format!("{config}{when}");
        let arn = given.get("Destination").cloned().unwrap_or_default();
        let own = own_condition(expansion, config, &arn)?;
        if !arn.is_null() && own.is_none() {
            let policy = policy(&kind, &arn, &id);
            return Ok(Destination { made: None, arn, policy });
        }
        let Some(mut made) = made_for(&kind, &id, function) else {
            let message = "Destination is required if Type is not ['SQS', 'SNS']";
            return Err(resource(&function.id, message));
        };
        let mut target = if kind == "SQS" { made.arn() } else { made.reference() };
        if let Some(condition) = both_conditions(expansion, function, own.as_ref()) {
            made.attributes.insert("Condition", condition);
        }
        if let Some((condition, otherwise)) = own {
            target = names::conditional_else(condition, target, otherwise);
        }
        let policy = policy(&kind, &target, &id);
        Ok(Destination { made: Some(made), arn: target, policy })
    }
}

fn made_for(kind: &str, id: &str, function: &Given) -> Option<Made> {
    match kind {
        "SQS" => Some(Made::new(format!("{id}Queue"), "AWS::SQS::Queue", &function.passed_on)),
        "SNS" => Some(Made::new(format!("{id}Topic"), "AWS::SNS::Topic", &function.passed_on)),
        _ => None,
    }
}

fn policy(kind: &str, arn: &Node, id: &str) -> Node {
    match kind {
        "SQS" => policies::named(id, "SQSPolicy", vec![grants("sqs:SendMessage", arn)]),
        "SNS" => policies::named(id, "SNSPolicy", vec![grants("sns:publish", arn)]),
        "EventBridge" => {
            policies::named(id, "EventBridgePolicy", vec![grants("events:PutEvents", arn)])
        }
        "Lambda" => policies::named(id, "LambdaPolicy", vec![grants("lambda:InvokeFunction", arn)]),
        _ => policies::bucket(id, arn),
    }
}

/// When a destination is only given under a condition: the one under which there is none, and what there is otherwise.
fn own_condition(
    expansion: &mut Expansion<'_>,
    config: &str,
    arn: &Node,
) -> Result<Option<(Node, Node)>> {
    let Some(given) = if_of(arn) else { return Ok(None) };
    let wrong = |why: &str| resource(config, format!("Malformed 'Destination' property: {why}."));
    let [condition, then, otherwise] = three_or(given, wrong)?;
    match (is_no_value(then), is_no_value(otherwise)) {
        (true, false) => Ok(Some((condition.clone(), otherwise.clone()))),
        (false, true) => {
            let text = condition.as_str().unwrap_or_default();
            let name = names::with_text(&format!("NOT{text}"), config);
            expansion.condition(name.clone(), policies::not(condition));
            Ok(Some((name.into(), then.clone())))
        }
        _ => Ok(None),
    }
}

/// The condition under which a queue or a topic is made.
fn both_conditions(
    expansion: &mut Expansion<'_>,
    function: &Given,
    own: Option<&(Node, Node)>,
) -> Option<Node> {
    let of_function = function.passed_on.get("Condition");
    let (Some(one), Some((own, _))) = (of_function, own) else {
        return of_function.or(own.map(|(own, _)| own)).cloned();
    };
    let text = |node: &Node| node.as_str().unwrap_or_default().to_owned();
    let name = names::with_text(&format!("{}AND{}", text(one), text(own)), &function.id);
    let twice = |node: &Node| dict! { "Condition" => dict! { "Condition" => node } };
    expansion.condition(name.clone(), dict! { "Fn::And" => list![twice(one), twice(own)] });
    Some(name.into())
}
