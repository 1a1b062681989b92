//! `GetMetricStatistics`

use fika_metrics::{Metric, Metrics, Stats};
use fika_model::Scope;
use serde_json::json;
use serde_json::{Map, Value};

use super::input::Input;
use super::{Answered, Refused, failed};

/// The most points of an answer (the service's own limit).
const POINTS: i64 = 1_440;
const PLAIN: [&str; 5] = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"];

pub(super) fn get(metrics: &Metrics, scope: &Scope, input: &Input) -> Answered {
    let label = input.required("MetricName")?.to_owned();
    let (minutes, period) = (input.minutes()?, input.period()?);
    let (plain, extended) = (input.texts("Statistics"), input.texts("ExtendedStatistics"));
    if plain.is_empty() && extended.is_empty() {
        return Err(Refused::combination(
            "At least one of Statistics and ExtendedStatistics is required.",
        ));
    }
    let known = plain.iter().all(|name| PLAIN.contains(&name.as_str()))
        && extended.iter().all(|name| name.starts_with('p') && Metric::has_statistic(name));
    if !known {
        return Err(Refused::invalid("The value of the parameter Statistics is not valid."));
    }
    let points = (minutes.end - minutes.start) / i64::from(period);
    if points > POINTS {
        return Err(Refused::combination(format!(
            "You have requested up to {points} datapoints, which exceeds the limit of 1,440. You \
             may reduce the datapoints requested by increasing Period, or decreasing the time range."
        )));
    }
    let mut datapoints = Vec::new();
    if let Some((metric, series)) = input.metric(scope)? {
        let periods = metrics.query(metric, &series, minutes, period).map_err(|e| failed(&e))?;
        for (at, stats) in periods {
            datapoints.push(datapoint(at * 60, metric, &stats, &plain, &extended));
        }
    }
    Ok(json!({"Label": label, "Datapoints": datapoints}))
}

fn datapoint(
    time: i64,
    metric: Metric,
    stats: &Stats,
    plain: &[String],
    extended: &[String],
) -> Value {
    let values = |names: &[String]| -> Map<String, Value> {
        names.iter().filter_map(|name| Some((name.clone(), stats.get(name)?.into()))).collect()
    };
    let mut point = values(plain);
    point.insert("Timestamp".into(), time.into());
    point.insert("Unit".into(), metric.unit().into());
    let percentiles = values(extended);
    if !percentiles.is_empty() {
        point.insert("ExtendedStatistics".into(), percentiles.into());
    }
    point.into()
}
