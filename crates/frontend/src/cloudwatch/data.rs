//! `GetMetricData`

use fika_metrics::{Metric, Metrics, Minute};
use fika_model::Scope;
use serde_json::{Value, json};

use super::input::Input;
use super::{Answered, Refused, failed};

/// The most queries of a request, and the most points of an answer (the service's own limits).
const QUERIES: usize = 500;
const POINTS: usize = 100_800;

pub(super) fn get(metrics: &Metrics, scope: &Scope, input: &Input) -> Answered {
    let queries = input.list("MetricDataQueries");
    if queries.is_empty() {
        return Err(Refused::missing("MetricDataQueries"));
    }
    if queries.len() > QUERIES {
        return Err(validation("The collection MetricDataQueries must not have more than 500."));
    }
    let minutes = input.minutes()?;
    let newest_first = match input.text("ScanBy") {
        None | Some("TimestampDescending") => true,
        Some("TimestampAscending") => false,
        Some(_) => return Err(Refused::invalid("The value of the parameter ScanBy is not valid.")),
    };
    let (mut results, mut points) = (Vec::new(), 0);
    for query in &queries {
        let id = query.required("Id")?;
        let first = id.starts_with(|c: char| c.is_ascii_lowercase());
        if !first || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(validation(format!(
                "The value {id} for parameter Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."
            )));
        }
        let (label, mut found) = points_of(metrics, scope, query, &minutes)?;
        points += found.len();
        if points > POINTS {
            return Err(validation(
                "More than 100,800 data points: ask for fewer, or longer periods.",
            ));
        }
        if newest_first {
            found.reverse();
        }
        if query.flag("ReturnData") != Some(false) {
            results.push(result(id, query.text("Label").unwrap_or(&label), &found));
        }
    }
    Ok(json!({"MetricDataResults": results, "Messages": []}))
}

type Points = Vec<(Minute, f64)>;

fn points_of(
    metrics: &Metrics,
    scope: &Scope,
    query: &Input,
    minutes: &std::ops::Range<Minute>,
) -> Result<(String, Points), Refused> {
    let Some(wanted) = query.within("MetricStat") else {
        return Err(validation(
            "fika serves queries with MetricStat only: it computes no Expression.",
        ));
    };
    let metric = wanted.within("Metric").ok_or_else(|| Refused::missing("Metric"))?;
    let (period, statistic) = (wanted.period()?, wanted.required("Stat")?);
    if !Metric::has_statistic(statistic) {
        return Err(validation(format!(
            "The value {statistic} for parameter Stat is not supported."
        )));
    }
    let label = metric.required("MetricName")?.to_owned();
    let Some((metric, series)) = metric.metric(scope)? else { return Ok((label, Points::new())) };
    let periods =
        metrics.query(metric, &series, minutes.clone(), period).map_err(|e| failed(&e))?;
    let values = periods.into_iter();
    Ok((label, values.filter_map(|(at, stats)| Some((at, stats.get(statistic)?))).collect()))
}

fn result(id: &str, label: &str, points: &[(Minute, f64)]) -> Value {
    let times: Vec<i64> = points.iter().map(|(minute, _)| minute * 60).collect();
    let values: Vec<f64> = points.iter().map(|(_, value)| *value).collect();
    json!({
        "Id": id,
        "Label": label,
        "Timestamps": times,
        "Values": values,
        "StatusCode": "Complete",
    })
}

fn validation(message: impl Into<String>) -> Refused {
    Refused {
        status: 400,
        name: "ValidationError",
        code: "ValidationError",
        message: message.into(),
    }
}
