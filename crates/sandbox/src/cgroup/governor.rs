//! Decides whether a function holds too much: pure.

use super::Held;

/// How far to let usage grow, at least, before looking again, in bytes.
const STEP: u64 = 4 << 20;

/// What to do about a function whose usage passed the level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It holds no more than it may. Look again at this level of usage.
    LookAgainAt(u64),
    /// It holds more than its memory: end it.
    Kill,
}

/// Judges what a function holds against its memory. `tmp` is what its `/tmp` holds. File cache is
/// no fault of its own: the kernel takes it back when it needs to.
#[must_use]
pub fn judge(held: Held, tmp: u64, memory: u64) -> Verdict {
    let own = held.anonymous + held.kernel + held.shared.saturating_sub(tmp);
    if own > memory {
        return Verdict::Kill;
    }
    Verdict::LookAgainAt(held.usage + (memory - own).max(STEP))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: u64 = 1 << 20;

    #[test]
    fn only_what_is_not_in_tmp_counts() {
        let held = |usage: u64, anonymous: u64, shared: u64| Held {
            usage: usage * MB,
            anonymous: anonymous * MB,
            shared: shared * MB,
            kernel: 0,
        };
        for (why, held, tmp, verdict) in [
            ("memory eaten", held(129, 129, 0), 0, Verdict::Kill),
            ("files in /tmp", held(129, 9, 120), 120, Verdict::LookAgainAt(248 * MB)),
            ("file cache", held(129, 29, 0), 0, Verdict::LookAgainAt(228 * MB)),
            ("shared memory that is no file", held(130, 0, 130), 0, Verdict::Kill),
            ("both, within", held(500, 100, 400), 400, Verdict::LookAgainAt(528 * MB)),
            ("both, beyond", held(540, 140, 400), 400, Verdict::Kill),
            ("just within", held(128, 128, 0), 0, Verdict::LookAgainAt(132 * MB)),
        ] {
            assert_eq!(judge(held, tmp * MB, 128 * MB), verdict, "{why}");
        }
    }
}
