//! Cron expressions of AWS: minutes, hours, day of month, month, day of week (1 is Sunday), year.
//!
//! One of the two fields of days must be `?`. `L` is the last day of a month, or with a number before it the last
//! such weekday; `15W` the weekday nearest the 15th within its month, `LW` the last weekday; `3#2` the second
//! Tuesday.

use jiff::civil::{Date, DateTime, Weekday};

/// Years that a schedule can name.
const YEARS: (i16, i16) = (1970, 2199);
const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// A set of small numbers, by bit.
type Set = u64;

/// The minutes that an expression means.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cron {
    minutes: Set,
    hours: Set,
    days: Days,
    months: Set,
    /// From the first of [`YEARS`]; none for all.
    years: Option<Vec<i16>>,
}

#[derive(Debug, Clone, PartialEq)]
enum Days {
    /// Of a month, by number.
    OfMonth(Set),
    LastOfMonth,
    LastWeekday,
    NearestWeekday(i8),
    /// Of a week, by number, Sunday being 1.
    OfWeek(Set),
    LastOfWeek(i8),
    Nth(i8, i8),
}

impl Cron {
    /// Reads the six fields; none where they are none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.split(' ').filter(|field| !field.is_empty()).collect();
        let [minutes, hours, of_month, months, of_week, years] = fields[..] else { return None };
        let days = match (of_month, of_week) {
            ("?", "?") => return None,
            (of_month, "?") => days_of_month(of_month)?,
            ("?", of_week) => days_of_week(of_week)?,
            _ => return None,
        };
        Some(Self {
            minutes: set(minutes, 0, 59, &[])?,
            hours: set(hours, 0, 23, &[])?,
            days,
            months: set(months, 1, 12, &MONTHS)?,
            years: if years == "*" { None } else { Some(list(years, YEARS.0, YEARS.1, &[])?) },
        })
    }

    /// The first minute after that time; none where there is no more.
    pub(crate) fn next(&self, after: DateTime) -> Option<DateTime> {
        let mut date = after.date();
        if let Some(found) = self.on(date, Some((after.hour(), after.minute()))) {
            return Some(found);
        }
        loop {
            date = self.skip(date.tomorrow().ok()?)?;
            if let Some(found) = self.on(date, None) {
                return Some(found);
            }
        }
    }

    /// Over months and years that are not meant.
    fn skip(&self, mut date: Date) -> Option<Date> {
        loop {
            if date.year() > YEARS.1 {
                return None;
            }
            let (year, month) = (date.year(), date.month());
            if self.years.as_ref().is_some_and(|years| !years.contains(&year)) {
                date = Date::new(year + 1, 1, 1).ok()?;
            } else if !has(self.months, month) {
                date = date.last_of_month().tomorrow().ok()?;
            } else {
                return Some(date);
            }
        }
    }

    /// The first minute of a day, after that one.
    fn on(&self, date: Date, after: Option<(i8, i8)>) -> Option<DateTime> {
        let year = self.years.as_ref().is_none_or(|years| years.contains(&date.year()));
        if !(year && has(self.months, date.month()) && self.days.hold(date)) {
            return None;
        }
        let (from_hour, from_minute) = after.map_or((0, 0), |(hour, minute)| (hour, minute + 1));
        for hour in (from_hour..24).filter(|hour| has(self.hours, *hour)) {
            let from = if after.is_some() && hour == from_hour { from_minute } else { 0 };
            if let Some(minute) = (from..60).find(|minute| has(self.minutes, *minute)) {
                return Some(date.at(hour, minute, 0, 0));
            }
        }
        None
    }
}

impl Days {
    fn hold(&self, date: Date) -> bool {
        let (day, last) = (date.day(), date.days_in_month());
        match *self {
            Self::OfMonth(days) => has(days, day),
            Self::LastOfMonth => day == last,
            Self::LastWeekday => day == nearest(date, last),
            Self::NearestWeekday(wanted) => wanted <= last && day == nearest(date, wanted),
            Self::OfWeek(days) => has(days, of_week(date)),
            Self::LastOfWeek(wanted) => of_week(date) == wanted && day + 7 > last,
            Self::Nth(wanted, nth) => of_week(date) == wanted && (day - 1) / 7 + 1 == nth,
        }
    }
}

/// The weekday nearest to a day, in its month.
fn nearest(date: Date, day: i8) -> i8 {
    let last = date.days_in_month();
    let Ok(at) = Date::new(date.year(), date.month(), day) else { return 0 };
    match at.weekday() {
        Weekday::Saturday if day == 1 => 3,
        Weekday::Saturday => day - 1,
        Weekday::Sunday if day == last => day - 2,
        Weekday::Sunday => day + 1,
        _ => day,
    }
}

fn of_week(date: Date) -> i8 {
    date.weekday().to_sunday_one_offset()
}

fn days_of_month(text: &str) -> Option<Days> {
    Some(match text {
        "L" => Days::LastOfMonth,
        "LW" => Days::LastWeekday,
        _ => match text.strip_suffix('W') {
            Some(day) => Days::NearestWeekday(number(day, 1, 31, &[])?.try_into().ok()?),
            None => Days::OfMonth(set(text, 1, 31, &[])?),
        },
    })
}

fn days_of_week(text: &str) -> Option<Days> {
    if text == "L" {
        return Some(Days::OfWeek(1 << 7));
    }
    if let Some((day, nth)) = text.split_once('#') {
        let (day, nth) = (number(day, 1, 7, &DAYS)?, number(nth, 1, 5, &[])?);
        return Some(Days::Nth(day.try_into().ok()?, nth.try_into().ok()?));
    }
    match text.strip_suffix('L') {
        Some(day) => Some(Days::LastOfWeek(number(day, 1, 7, &DAYS)?.try_into().ok()?)),
        None => set(text, 1, 7, &DAYS).map(Days::OfWeek),
    }
}

fn has(set: Set, number: i8) -> bool {
    u32::try_from(number).is_ok_and(|number| set >> number & 1 == 1)
}

fn set(text: &str, least: i16, most: i16, names: &[&str]) -> Option<Set> {
    Some(list(text, least, most, names)?.into_iter().fold(0, |set, number| set | 1 << number))
}

/// The numbers of a field: `*`, `5`, `1-5`, `0/15`, `1-31/2`, and several with commas.
fn list(text: &str, least: i16, most: i16, names: &[&str]) -> Option<Vec<i16>> {
    let mut all = Vec::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(number(step, 1, most.max(1), &[])?)),
            None => (part, None),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (least, most),
            Some((from, to)) => {
                (number(from, least, most, names)?, number(to, least, most, names)?)
            }
            None => {
                let from = number(range, least, most, names)?;
                (from, if step.is_some() { most } else { from })
            }
        };
        let step = usize::try_from(step.unwrap_or(1)).ok()?;
        if from <= to {
            all.extend((from..=to).step_by(step));
        } else {
            // Around the end, as in FRI-MON.
            all.extend((from..=most).chain(least..=to).step_by(step));
        }
    }
    Some(all)
}

fn number(text: &str, least: i16, most: i16, names: &[&str]) -> Option<i16> {
    if let Some(at) = names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
        return i16::try_from(at).ok().map(|at| at + 1);
    }
    let digits = !text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit());
    let value = digits.then(|| text.parse().ok()).flatten()?;
    (least..=most).contains(&value).then_some(value)
}
