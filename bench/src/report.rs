//! The table, `results.json`, and progress on stderr.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, Result};

use crate::figures::{Figure, Spread};

/// A line of the second table: one contender, in full.
pub struct Detail {
    /// What was measured, and whom.
    pub what: String,
    /// The unit of `spread`.
    pub unit: &'static str,
    /// Times.
    pub spread: Spread,
    /// Requests a second.
    pub rate: Option<f64>,
    /// Milliseconds of CPU for one request, which is seconds for a thousand.
    pub cpu: Option<f64>,
}

/// All that a run found.
#[derive(Default)]
pub struct Findings {
    /// The figures.
    pub figures: Vec<Figure>,
    /// Their details.
    pub details: Vec<Detail>,
    /// What to know when reading them.
    pub notes: Vec<String>,
}

/// Tells how far it is.
pub fn say(line: &str) {
    // Nobody may be listening, which is no reason to stop measuring.
    let _ = writeln!(io::stderr(), "bench: {line}");
}

/// Writes the list of figures, whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub fn save(figures: &[Figure], path: &Path) -> Result<()> {
    let part = path.with_extension("part");
    fs::write(&part, serde_json::to_vec_pretty(figures)?)
        .and_then(|()| fs::rename(&part, path))
        .with_context(|| format!("writing {}", path.display()))
}

/// Prints everything.
///
/// # Errors
/// When stdout is gone.
pub fn print(findings: &Findings) -> Result<()> {
    let Findings { figures, details, notes } = findings;
    let head = ["", "fika", "baseline", "", "ratio", "target", ""].map(String::from);
    let rows = figures.iter().map(row);
    let mut text = table(std::iter::once(head).chain(rows).collect());
    text.push('\n');
    if !details.is_empty() {
        let head = ["", "min", "p50", "p99", "", "per s", "CPU s / 1,000"].map(String::from);
        let rows = details.iter().map(detail_row);
        text += &table(std::iter::once(head).chain(rows).collect());
        text.push('\n');
    }
    for note in notes {
        text += &format!("- {note}\n");
    }
    io::stdout().write_all(text.as_bytes()).context("printing the table")
}

fn row(figure: &Figure) -> [String; 7] {
    let (target, met) = match figure.verdict() {
        Some((target, true)) => (target, "met".into()),
        Some((target, false)) => (target, "MISSED".into()),
        None => (String::new(), String::new()),
    };
    [
        figure.id.clone(),
        format!("{} {}", number(figure.ours), figure.unit),
        format!("{} {}", number(figure.baseline), figure.unit),
        figure.baseline_name.clone(),
        format!("{:.2}×", figure.ratio),
        target,
        met,
    ]
}

fn detail_row(detail: &Detail) -> [String; 7] {
    let Spread { min, p50, p99 } = detail.spread;
    [
        detail.what.clone(),
        number(min),
        number(p50),
        number(p99),
        detail.unit.into(),
        detail.rate.map(number).unwrap_or_default(),
        detail.cpu.map(|cpu| format!("{cpu:.3}")).unwrap_or_default(),
    ]
}

/// Three digits that count, and thousands apart.
fn number(value: f64) -> String {
    if value < 10.0 {
        return format!("{value:.2}");
    }
    if value < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap_or_default())
        .collect();
    groups.join(",")
}

/// Columns as wide as their widest cell; numbers stand to the right, words to the left.
fn table(rows: Vec<[String; 7]>) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..7).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            let right = rows
                .get(1)
                .is_some_and(|row| row[column].starts_with(|c: char| c.is_ascii_digit()));
            if right { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        text += line.trim_end();
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_three_digits() {
        for (value, text) in [
            (0.123, "0.12"),
            (12.34, "12.3"),
            (123.4, "123"),
            (1234.5, "1,234"),
            (1e6, "1,000,000"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn columns_are_aligned() {
        let row = |cells: [&str; 7]| cells.map(String::from);
        let text = table(vec![
            row(["", "n", "", "", "", "", "x"]),
            row(["long", "100", "", "", "", "", "y"]),
        ]);
        let ends: Vec<usize> = text.lines().map(str::len).collect();
        assert_eq!(ends[0], ends[1], "{text}");
    }
}
