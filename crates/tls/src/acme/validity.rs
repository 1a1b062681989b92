//! How long a certificate is good: the two times in it (RFC 5280, 4.1.2.5), and nothing else of it.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// DER tags.
const INTEGER: u8 = 0x02;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// From when until when, Unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Validity {
    /// The first second.
    pub from: i64,
    /// The last.
    pub until: i64,
}

impl Validity {
    /// Of a certificate in DER; none where that is none.
    pub(super) fn of(certificate: &[u8]) -> Option<Self> {
        let (mut body, _) = expect(SEQUENCE, expect(SEQUENCE, certificate)?.0)?;
        if body.first() == Some(&VERSION) {
            body = expect(VERSION, body)?.1;
        }
        let (_serial, rest) = expect(INTEGER, body)?;
        let (_algorithm, rest) = expect(SEQUENCE, rest)?;
        let (_issuer, rest) = expect(SEQUENCE, rest)?;
        let (times, _) = expect(SEQUENCE, rest)?;
        let (from, rest) = time(times)?;
        let (until, _) = time(rest)?;
        Some(Self { from, until })
    }

    /// Whether it is good at that time.
    pub(super) fn contains(self, at: i64) -> bool {
        (self.from..=self.until).contains(&at)
    }

    /// How long that is.
    pub(super) fn seconds(self) -> i64 {
        self.until.saturating_sub(self.from)
    }
}

/// What is in the element at the beginning, which must be of that tag, and what is behind it.
fn expect(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = element(bytes)?;
    (found == tag).then_some((content, rest))
}

/// The element at the beginning: its tag, its content, and what is behind it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, length], rest) = bytes.split_first_chunk()?;
    let (length, rest) = match length {
        short @ 0..=0x7f => (usize::from(short), rest),
        // The length of the length: four bytes are more than any certificate has.
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
            (digits.iter().fold(0, |length, &digit| length << 8 | usize::from(digit)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// The time at the beginning, and what is behind it.
fn time(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let (tag, text, rest) = element(bytes)?;
    let text = str::from_utf8(text).ok()?;
    let whole = match tag {
        // Two digits of the year: the last century from 50 on.
        UTC_TIME if text.get(..2)? >= "50" => format!("19{text}"),
        UTC_TIME => format!("20{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let civil = DateTime::strptime("%Y%m%d%H%M%SZ", whole).ok()?;
    let at = TimeZone::UTC.to_timestamp(civil).ok()?;
    Some((at.as_second(), rest))
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    fn certificate(from: i32, until: i32) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["a.example".to_owned()]).expect("a name");
        params.not_before = date_time_ymd(from, 3, 4);
        params.not_after = date_time_ymd(until, 5, 6);
        let key = KeyPair::generate().expect("a key");
        params.self_signed(&key).expect("a certificate").der().to_vec()
    }

    #[test]
    fn both_forms_of_time_are_read() {
        let at = |year: i16, month, day| {
            let civil = jiff::civil::date(year, month, day).at(0, 0, 0, 0);
            TimeZone::UTC.to_timestamp(civil).expect("in range").as_second()
        };
        for (from, until) in [(2026_i16, 2027_i16), (1999, 2049), (2026, 2051)] {
            let found = Validity::of(&certificate(from.into(), until.into()));
            let wanted = Validity { from: at(from, 3, 4), until: at(until, 5, 6) };
            assert_eq!(found, Some(wanted), "{from} to {until}");
        }
    }

    #[test]
    fn what_is_no_certificate_has_none() {
        let whole = certificate(2026, 2027);
        for length in 0..whole.len() {
            assert_eq!(Validity::of(&whole[..length]), None, "the first {length} bytes");
        }
        for odd in [&[0x30, 0x80][..], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &[0x30, 0xff, 1]] {
            assert_eq!(Validity::of(odd), None, "{odd:?}");
        }
    }
}
