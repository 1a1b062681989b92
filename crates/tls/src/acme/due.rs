//! When an issuer is asked, from what is known. Pure.
//!
//! A certificate is renewed when a third of its time is left, as issuers recommend. After a failure the
//! issuer is left alone for a while, twice as long after each, and across restarts: Let's Encrypt
//! refuses a name for an hour after five failures.

use super::validity::Validity;

/// How long an issuer is left alone after the first failure, seconds.
const FIRST_PAUSE: i64 = 120;
/// The longest, seconds.
const LONGEST_PAUSE: i64 = 60 * 60;

/// What is known.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Facts {
    /// Of the certificate there is, where it is what is wanted.
    pub certificate: Option<Validity>,
    /// How often in a row the issuer was asked for what is wanted and there was nothing.
    pub failures: u32,
    /// When that was last, Unix seconds.
    pub tried: i64,
}

/// When the issuer is to be asked, Unix seconds; the past is now.
pub(super) fn due(facts: &Facts, now: i64) -> i64 {
    let wanted = facts.certificate.map_or(0, |is| is.until - is.seconds() / 3);
    // A clock that was set back must not make it wait for longer.
    let tried = facts.tried.min(now);
    match facts.failures {
        0 => wanted,
        failures => wanted.max(tried + pause(failures)),
    }
}

fn pause(failures: u32) -> i64 {
    let doublings = (failures - 1).min(16);
    (FIRST_PAUSE << doublings).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 60 * 60;
    const NOW: i64 = 1_000 * DAY;

    #[test]
    fn a_certificate_is_renewed_with_a_third_of_its_time_left() {
        let of =
            |from, until| Facts { certificate: Some(Validity { from, until }), ..Facts::default() };
        assert_eq!(due(&of(NOW, NOW + 90 * DAY), NOW), NOW + 60 * DAY);
        assert_eq!(due(&of(NOW, NOW + 9), NOW), NOW + 6);
        assert!(due(&of(NOW - 90 * DAY, NOW), NOW) <= NOW, "it has ended");
        assert!(due(&Facts::default(), NOW) <= NOW, "there is none");
    }

    #[test]
    fn an_issuer_is_left_alone_longer_after_each_failure() {
        let after = |failures| due(&Facts { failures, tried: NOW, certificate: None }, NOW) - NOW;
        assert_eq!([1, 2, 3, 6, 7, u32::MAX].map(after), [120, 240, 480, 3_600, 3_600, 3_600]);
    }

    #[test]
    fn a_failed_renewal_waits_too_and_a_clock_set_back_does_not_prolong_it() {
        let certificate = Some(Validity { from: NOW - 80 * DAY, until: NOW + 10 * DAY });
        let facts = Facts { certificate, failures: 1, tried: NOW };
        assert_eq!(due(&facts, NOW), NOW + 120);
        assert_eq!(due(&facts, NOW - DAY), NOW - DAY + 120);
    }
}
