//! Points that are final, a file a day: `20780.jsonl` has those of that day since 1970.

use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Minute;
use crate::point::{Point, Series};

/// Days that are kept: as long as CloudWatch keeps points of a minute.
const DAYS: i64 = 15;
/// What all of them may take, bytes: the oldest day goes first.
const BYTES: u64 = 512 << 20;
const MINUTES_A_DAY: i64 = 24 * 60;

/// The files.
#[derive(Debug, Clone)]
pub struct Disk {
    dir: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Line {
    m: Minute,
    s: Series,
    p: Point,
}

impl Disk {
    /// The files in that directory, which is there.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// Appends points, then lets go of days that are too old or too many.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn append<'p>(
        &self,
        points: impl IntoIterator<Item = (Minute, &'p Series, &'p Point)>,
    ) -> io::Result<()> {
        let mut by_day: std::collections::BTreeMap<i64, Vec<u8>> = Default::default();
        for (m, series, point) in points {
            let lines = by_day.entry(m.div_euclid(MINUTES_A_DAY)).or_default();
            serde_json::to_writer(&mut *lines, &Line { m, s: series.clone(), p: point.clone() })?;
            lines.push(b'\n');
        }
        for (day, lines) in &by_day {
            let mut file =
                OpenOptions::new().append(true).create(true).mode(0o600).open(self.path(*day))?;
            file.write_all(lines)?;
        }
        match by_day.keys().last() {
            Some(today) => self.bound(*today),
            None => Ok(()),
        }
    }

    fn bound(&self, today: i64) -> io::Result<()> {
        let mut left = BYTES;
        for day in self.days()?.into_iter().rev() {
            let path = self.path(day);
            let size = fs::metadata(&path)?.len();
            let keep = day > today - DAYS && (size <= left || day == today);
            left = left.saturating_sub(size);
            if !keep {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }

    /// Hands over all points of some minutes, the last not included. Blocks for the disk. Lines
    /// that a crash cut off are passed over.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read(
        &self,
        minutes: std::ops::Range<Minute>,
        mut take: impl FnMut(Minute, Series, Point),
    ) -> io::Result<()> {
        let (first, last) =
            (minutes.start.div_euclid(MINUTES_A_DAY), minutes.end.div_euclid(MINUTES_A_DAY));
        for day in self.days()?.into_iter().filter(|day| (first..=last).contains(day)) {
            let mut file = BufReader::new(fs::File::open(self.path(day))?);
            let mut line = Vec::new();
            while file.read_until(b'\n', &mut line)? > 0 {
                if let Ok(Line { m, s, p }) = serde_json::from_slice(&line)
                    && minutes.contains(&m)
                {
                    take(m, s, p);
                }
                line.clear();
            }
        }
        Ok(())
    }

    fn path(&self, day: i64) -> PathBuf {
        self.dir.join(format!("{day}.jsonl"))
    }

    fn days(&self) -> io::Result<Vec<i64>> {
        let day =
            |path: &Path| path.file_name()?.to_str()?.strip_suffix(".jsonl")?.parse::<i64>().ok();
        let mut days = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            days.extend(day(&entry?.path()));
        }
        days.sort_unstable();
        Ok(days)
    }
}
