//! What is reported: samples, figures, and the targets figures are held to.

use std::time::Duration;

use serde::Serialize;

/// A value that several measurements agree on.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    quantile(&sorted(values), 0.5)
}

/// The value that a share of all values is below (nearest rank). 0 when there are none.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

fn sorted(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values
}

/// Minimum, median and 99th percentile of some times, in the unit they were given in.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    /// The least.
    pub min: f64,
    /// Half are below.
    pub p50: f64,
    /// One in a hundred is above.
    pub p99: f64,
}

impl Spread {
    /// Of times in milliseconds.
    pub fn ms(times: &[Duration]) -> Self {
        Self::of(times.iter().map(|time| time.as_secs_f64() * 1e3))
    }

    /// Of times in microseconds.
    pub fn us(times: &[Duration]) -> Self {
        Self::of(times.iter().map(|time| time.as_secs_f64() * 1e6))
    }

    fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let sorted = sorted(values);
        let [min, p50, p99] = [0.0, 0.5, 0.99].map(|share| quantile(&sorted, share));
        Self { min, p50, p99 }
    }
}

/// What a figure is to reach.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// At most so many times the baseline.
    RatioAtMost(f64),
    /// At least so many times the baseline.
    RatioAtLeast(f64),
    /// At most so much, in the figure's unit.
    AtMost(f64),
    /// At least so much, in the figure's unit.
    AtLeast(f64),
}

/// One line of the table, and of `results.json`.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// What it is, the same from build to build.
    pub id: String,
    /// fika's value.
    pub ours: f64,
    /// What it is compared with.
    pub baseline: f64,
    /// Whose value that is.
    pub baseline_name: String,
    /// The unit of both.
    pub unit: &'static str,
    /// `ours / baseline`
    pub ratio: f64,
    #[serde(skip)]
    target: Option<Target>,
}

impl Figure {
    /// A figure without a target.
    pub fn new(
        id: impl Into<String>,
        unit: &'static str,
        ours: f64,
        baseline: f64,
        baseline_name: impl Into<String>,
    ) -> Self {
        let (id, baseline_name) = (id.into(), baseline_name.into());
        Self { id, ours, baseline, baseline_name, unit, ratio: ours / baseline, target: None }
    }

    /// Held to that.
    pub fn target(mut self, target: Target) -> Self {
        self.target = Some(target);
        self
    }

    /// The target in words, and whether it is met.
    pub fn verdict(&self) -> Option<(String, bool)> {
        let unit = self.unit;
        Some(match self.target? {
            Target::RatioAtMost(most) => (format!("≤ {most}×"), self.ratio <= most),
            Target::RatioAtLeast(least) => (format!("≥ {least}×"), self.ratio >= least),
            Target::AtMost(most) => (format!("≤ {most} {unit}"), self.ours <= most),
            Target::AtLeast(least) => (format!("≥ {least} {unit}"), self.ours >= least),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_seen() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        let read = [0.0, 0.5, 0.99, 1.0].map(|share| quantile(&values, share));
        assert_eq!(read, [1.0, 50.0, 99.0, 100.0]);
        assert_eq!(quantile(&[], 0.5), 0.0);
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
    }

    #[test]
    fn targets_look_the_right_way() {
        let figure = |target| Figure::new("x", "ms", 8.0, 10.0, "y").target(target);
        for (target, met) in [
            (Target::RatioAtMost(0.8), true),
            (Target::RatioAtMost(0.7), false),
            (Target::RatioAtLeast(0.8), true),
            (Target::RatioAtLeast(0.9), false),
            (Target::AtMost(8.0), true),
            (Target::AtMost(7.9), false),
            (Target::AtLeast(8.0), true),
            (Target::AtLeast(8.1), false),
        ] {
            assert_eq!(figure(target).verdict().expect("a target").1, met, "{target:?}");
        }
        assert!(Figure::new("x", "ms", 1.0, 1.0, "y").verdict().is_none());
    }
}
