//! `ListMetrics`

use fika_metrics::{Metric, Metrics};
use fika_model::Scope;
use serde_json::{Value, json};

use super::input::Input;
use super::{Answered, Refused};

/// Metrics on a page (the service's own number).
const PAGE: usize = 500;

pub(super) fn list(metrics: &Metrics, scope: &Scope, input: &Input) -> Answered {
    let begin: usize = match input.text("NextToken") {
        None => 0,
        Some(token) => {
            token.parse().map_err(|_| Refused::invalid("The NextToken is not valid."))?
        }
    };
    let filters = input.list("Dimensions");
    let (name, namespace) = (input.text("MetricName"), input.text("Namespace"));
    let wanted = |metric: &&Metric| {
        name.is_none_or(|name| name == metric.name())
            && namespace.is_none_or(|namespace| namespace == metric.namespace())
    };
    let mut found: Vec<Value> = Vec::new();
    for (series, metrics) in &metrics.list(scope) {
        let dimensions = series.dimensions();
        let fits = |filter: &Input| {
            let value = filter.text("Value");
            dimensions.iter().any(|(name, of)| {
                filter.text("Name") == Some(*name) && value.is_none_or(|value| value == *of)
            })
        };
        if !filters.iter().all(fits) {
            continue;
        }
        let shown: Vec<Value> =
            dimensions.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
        found.extend(metrics.iter().filter(wanted).map(|metric| {
            let (namespace, name) = (metric.namespace(), metric.name());
            json!({"Namespace": namespace, "MetricName": name, "Dimensions": shown})
        }));
    }
    let end = found.len().min(begin.saturating_add(PAGE));
    let mut answer = json!({"Metrics": found.get(begin..end).unwrap_or_default()});
    if end < found.len() {
        answer["NextToken"] = end.to_string().into();
    }
    Ok(answer)
}
