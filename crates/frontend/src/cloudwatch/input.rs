//! Members of a request, whichever protocol it came by: in the query protocol every value is text.

use std::ops::Range;

use fika_metrics::{Metric, Minute, Series};
use fika_model::Scope;
use serde_json::Value;

use super::Refused;

/// The structure of a request, or one within it.
#[derive(Debug, Clone)]
pub(super) struct Input(pub(super) Value);

impl Input {
    pub(super) fn text(&self, member: &str) -> Option<&str> {
        self.0.get(member)?.as_str()
    }

    pub(super) fn required(&self, member: &str) -> Result<&str, Refused> {
        self.text(member).filter(|text| !text.is_empty()).ok_or_else(|| Refused::missing(member))
    }

    pub(super) fn number(&self, member: &str) -> Result<Option<f64>, Refused> {
        let number = match self.0.get(member) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => text.parse().ok(),
            Some(value) => value.as_f64(),
        };
        let wrong =
            || Refused::invalid(format!("The value of the parameter {member} is not valid."));
        number.filter(|number: &f64| number.is_finite()).map(Some).ok_or_else(wrong)
    }

    pub(super) fn flag(&self, member: &str) -> Option<bool> {
        match self.0.get(member)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The structures of a list; none where it is not given.
    pub(super) fn list(&self, member: &str) -> Vec<Self> {
        let items = self.0.get(member).and_then(Value::as_array);
        items.into_iter().flatten().map(|item| Self(item.clone())).collect()
    }

    pub(super) fn texts(&self, member: &str) -> Vec<String> {
        let texts = self.list(member);
        texts.iter().filter_map(|text| text.0.as_str().map(Into::into)).collect()
    }

    pub(super) fn within(&self, member: &str) -> Option<Self> {
        self.0.get(member).filter(|value| value.is_object()).map(|value| Self(value.clone()))
    }

    /// A moment, seconds since 1970.
    fn moment(&self, member: &str) -> Result<f64, Refused> {
        if let Some(time) = self.text(member).and_then(|text| text.parse::<jiff::Timestamp>().ok())
        {
            return Ok(time.as_millisecond() as f64 / 1_000.0);
        }
        self.number(member)?.ok_or_else(|| Refused::missing(member))
    }

    /// The minutes from `StartTime` to `EndTime`.
    pub(super) fn minutes(&self) -> Result<Range<Minute>, Refused> {
        let (start, end) = (self.moment("StartTime")?, self.moment("EndTime")?);
        if start >= end {
            return Err(Refused::invalid(
                "The parameter StartTime must be less than the parameter EndTime.",
            ));
        }
        // Far beyond what any clock shows, and far from what overflows.
        let minute = |seconds: f64| (seconds / 60.0).clamp(-1e12, 1e12);
        Ok(minute(start).floor() as Minute..minute(end).ceil() as Minute)
    }

    /// `Period`, in minutes: shorter ones are the minute that points are of.
    pub(super) fn period(&self) -> Result<u32, Refused> {
        let seconds = self.number("Period")?.ok_or_else(|| Refused::missing("Period"))?;
        let short = [1.0, 5.0, 10.0, 20.0, 30.0].contains(&seconds);
        let fits = seconds >= 60.0 && seconds % 60.0 == 0.0 && seconds <= 86_400.0 * 365.0;
        match (short, fits) {
            (true, _) => Ok(1),
            (_, true) => Ok((seconds / 60.0) as u32),
            _ => Err(Refused::invalid(
                "The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.",
            )),
        }
    }

    /// What `Namespace`, `MetricName` and `Dimensions` name; none if nothing is ever of that name.
    pub(super) fn metric(&self, scope: &Scope) -> Result<Option<(Metric, Series)>, Refused> {
        let (namespace, name) = (self.required("Namespace")?, self.required("MetricName")?);
        let metric = Metric::named(name).filter(|metric| metric.namespace() == namespace);
        let Some(metric) = metric else { return Ok(None) };
        let mut series = Series::account(scope);
        for dimension in self.list("Dimensions") {
            let value = Some(dimension.required("Value")?.into());
            match dimension.required("Name")? {
                "FunctionName" => series.function = value,
                "Resource" => series.resource = value,
                "ExecutedVersion" => series.executed_version = value,
                "QueueName" => series.queue = value,
                _ => return Ok(None),
            }
        }
        Ok(Some((metric, series)))
    }
}
