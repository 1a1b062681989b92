//! Powertools for Python and TypeScript, as published, in functions of ours.

use serde_json::{Value, json};

use crate::harness::{Client, Function, Server, Zip, tools, wait_for};

/// The objects among the lines of a function's log, once one of them is `last`.
fn objects(client: &Client, name: &str, last: impl Fn(&Value) -> bool) -> Vec<Value> {
    wait_for("the log", || {
        let lines = client.log_lines(name);
        let objects = lines.iter().filter_map(|line| serde_json::from_str(line).ok());
        let objects: Vec<Value> = objects.filter(Value::is_object).collect();
        objects.iter().any(&last).then_some(objects)
    })
}

/// What Powertools wrote, in its own shapes.
fn check(objects: &[Value], id: &str) {
    let line = objects.iter().find(|line| line["message"] == "hello").expect("a log line");
    assert_eq!((&line["service"], &line["order"]), (&json!("shop"), &json!(7)), "{line}");
    assert_eq!(line["function_request_id"], id, "{line}");
    assert_eq!(line["cold_start"], true, "{line}");
    assert!(line["xray_trace_id"].as_str().is_some_and(|id| id.starts_with("1-")), "{line}");
    let metric = objects.iter().find(|line| line["_aws"].is_object()).expect("a metric");
    let directive = &metric["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Namespace"], "Shop", "{metric}");
    // One value, or a list of one.
    let sold = metric["Sold"].as_f64().or(metric["Sold"][0].as_f64());
    assert_eq!(sold, Some(3.0), "{metric}");
}

fn run(function: &Function) {
    let environment = json!({ "Variables": { "POWERTOOLS_SERVICE_NAME": "shop" } });
    for format in ["Text", "JSON"] {
        let server = Server::start();
        let client = server.client();
        let function = function.clone().with("Environment", environment.clone());
        client.deploy(
            &function.with("LoggingConfig", json!({ "LogFormat": format })).with("Timeout", 60),
        );
        let invoked = client.invoke("f", r#"{"order":7}"#);
        assert_eq!(invoked.ok(), json!("sold"), "{}", invoked.log());
        let id = invoked.response.get("x-amzn-requestid").expect("an id");
        check(&objects(&client, "f", |line| line["_aws"].is_object()), id);
    }
}

#[test]
fn for_python() {
    let source = "from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()
metrics = Metrics(namespace='Shop')

@logger.inject_lambda_context
@metrics.log_metrics
def handler(event, context):
    logger.info('hello', extra={'order': event['order']})
    metrics.add_metric(name='Sold', unit=MetricUnit.Count, value=3)
    return 'sold'
";
    let zip = Zip::new().folder(&tools::installed("powertools/python")).file("app.py", source);
    run(&Function::new("f", tools::python_runtime(), "app.handler", zip.finish()));
}

#[test]
fn for_typescript() {
    let source = "import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';

const logger = new Logger();
const metrics = new Metrics({ namespace: 'Shop' });
const tracer = new Tracer();

export const handler = async (event, context) => {
  logger.addContext(context);
  logger.info('hello', { order: event.order });
  metrics.addMetric('Sold', MetricUnit.Count, 3);
  metrics.publishStoredMetrics();
  tracer.putAnnotation('order', event.order);
  return 'sold';
};
";
    let zip = Zip::new().folder(&tools::installed("powertools/node")).file("app.mjs", source);
    run(&Function::new("f", tools::node_runtime(), "app.handler", zip.finish()));
}
