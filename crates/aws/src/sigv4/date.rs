//! ISO 8601 basic dates (`20150830T123600Z`), to and from Unix seconds. UTC, without leap seconds.

const DAY: i64 = 86_400;

/// The Unix seconds of `YYYYMMDDTHHMMSSZ`; `None` for anything else, such as the 31st of June.
pub(super) fn parse(text: &str) -> Option<i64> {
    let b = text.as_bytes();
    if b.len() != 16 || b[8] != b'T' || b[15] != b'Z' {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        b[range]
            .iter()
            .try_fold(0i64, |n, c| c.is_ascii_digit().then(|| n * 10 + i64::from(c - b'0')))
    };
    let days = days_from_civil(number(0..4)?, number(4..6)?, number(6..8)?);
    let unix = days * DAY + number(9..11)? * 3600 + number(11..13)? * 60 + number(13..15)?;
    // Whatever was out of range comes back as another date.
    (format(unix).as_str() == text).then_some(unix)
}

/// A formatted date, on the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Basic([u8; 16]);

impl Basic {
    /// `YYYYMMDDTHHMMSSZ`.
    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// `YYYYMMDD`.
    pub(super) fn day(&self) -> &str {
        &self.as_str()[..8]
    }
}

impl std::fmt::Display for Basic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The date of those Unix seconds; years outside 0 to 9999 are held at the nearest date in them.
pub(super) fn format(unix: i64) -> Basic {
    // 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z.
    let unix = unix.clamp(-62_167_219_200, 253_402_300_799);
    let (year, month, day) = civil_from_days(unix.div_euclid(DAY));
    let second = unix.rem_euclid(DAY);
    let mut out = *b"00000000T000000Z";
    let mut put = |at: usize, width: usize, mut n: i64| {
        for i in (at..at + width).rev() {
            out[i] = b'0' + (n % 10) as u8;
            n /= 10;
        }
    };
    put(0, 4, year);
    put(4, 2, month);
    put(6, 2, day);
    put(9, 2, second / 3600);
    put(11, 2, second / 60 % 60);
    put(13, 2, second % 60);
    Basic(out)
}

// Both conversions are Howard Hinnant's, "chrono-compatible low-level date algorithms": years
// start in March, so that the leap day is the last of its year.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_dates_both_ways() {
        for (text, unix) in [
            ("19700101T000000Z", 0),
            ("20150830T123600Z", 1_440_938_160),
            ("20240229T235959Z", 1_709_251_199),
            ("99991231T235959Z", 253_402_300_799),
            ("00000101T000000Z", -62_167_219_200),
        ] {
            assert_eq!(parse(text), Some(unix), "{text}");
            assert_eq!(format(unix).as_str(), text);
        }
    }

    #[test]
    fn no_date_is_none() {
        for text in [
            "",
            "20150830",
            "20150231T000000Z",
            "20151301T000000Z",
            "20150001T000000Z",
            "20150830T240000Z",
            "20150830T126000Z",
            "20150830T123600z",
            "+0150830T123600Z",
            "２015083T12360Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_second_comes_back(unix in -62_167_219_200i64..=253_402_300_799) {
            proptest::prop_assert_eq!(parse(format(unix).as_str()), Some(unix));
        }

        #[test]
        fn no_text_panics(text in ".{0,20}", unix in proptest::num::i64::ANY) {
            let _ = parse(&text);
            format(unix);
        }
    }
}
