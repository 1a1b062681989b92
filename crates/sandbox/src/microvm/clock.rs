//! How fast the processor's time stamp counter counts.

use std::sync::OnceLock;

#[cfg(target_arch = "x86_64")]
use std::time::{Duration, Instant};

/// How long to count, at least.
#[cfg(target_arch = "x86_64")]
const LONG_ENOUGH: Duration = Duration::from_millis(20);

/// Counts of the time stamp counter in a millisecond. The first call counts for twenty.
#[must_use]
pub fn tsc_khz() -> Option<u64> {
    static KHZ: OnceLock<Option<u64>> = OnceLock::new();
    *KHZ.get_or_init(measure)
}

#[cfg(not(target_arch = "x86_64"))]
fn measure() -> Option<u64> {
    None
}

/// The best of several readings: whoever is interrupted between its two halves reads worse.
#[cfg(target_arch = "x86_64")]
fn measure() -> Option<u64> {
    let ((from, start), (mut to, mut end)) = (reading(), reading());
    while end.duration_since(start) < LONG_ENOUGH {
        (to, end) = reading();
    }
    let nanoseconds = end.duration_since(start).as_nanos();
    u64::try_from(u128::from(to.checked_sub(from)?) * 1_000_000 / nanoseconds).ok()
}

/// Counter and clock, read as near to each other as can be had.
#[cfg(target_arch = "x86_64")]
fn reading() -> (u64, Instant) {
    let read = || {
        // SAFETY: reads a counter that every processor of this architecture has, and no memory.
        let before = unsafe { std::arch::x86_64::_rdtsc() };
        let now = Instant::now();
        // SAFETY: as above.
        let after = unsafe { std::arch::x86_64::_rdtsc() };
        (after - before, before + (after - before) / 2, now)
    };
    let (_, count, now) =
        (0..16).map(|_| read()).min_by_key(|&(apart, ..)| apart).unwrap_or_else(read);
    (count, now)
}
