//! What a guest cannot know by itself: the time, and random numbers that no other guest has.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

use fika_init::message::Refresh;
use rustix::time::{ClockId, Timespec, clock_settime};

/// Most bytes of entropy that are taken.
const MOST: usize = 512;

/// Linux's `include/uapi/linux/random.h`: `_IOW('R', 0x03, int [2])`.
const RNDADDENTROPY: libc::Ioctl = 0x4008_5203;
/// As above: `_IO('R', 0x07)`.
const RNDRESEEDCRNG: libc::Ioctl = 0x5207;

/// `struct rand_pool_info`.
#[repr(C)]
struct Pool {
    entropy_bits: libc::c_int,
    size: libc::c_int,
    bytes: [u8; MOST],
}

/// Makes clock, random numbers and host name right.
pub fn refresh(random: &OwnedFd, new: &Refresh) -> io::Result<()> {
    let second = 1_000_000_000;
    let out_of_range = |_| io::Error::other("no such time");
    let time = Timespec {
        tv_sec: i64::try_from(new.unix_time_ns / second).map_err(out_of_range)?,
        tv_nsec: i64::try_from(new.unix_time_ns % second).map_err(out_of_range)?,
    };
    clock_settime(ClockId::Realtime, time)?;
    rustix::system::sethostname(new.hostname.as_bytes())?;
    reseed(random, &new.entropy)
}

/// Mixes the bytes in, and has every generator of the kernel begin anew with them.
fn reseed(random: &OwnedFd, entropy: &[u8]) -> io::Result<()> {
    let size = entropy.len().min(MOST);
    let short = libc::c_int::try_from(size).map_err(io::Error::other)?;
    let mut pool = Pool { entropy_bits: short * 8, size: short, bytes: [0; MOST] };
    pool.bytes[..size].copy_from_slice(&entropy[..size]);
    // SAFETY: the pool is laid out as the kernel's structure, its size says how many of its bytes
    // there are, and the kernel only reads it. The second request has no argument.
    let done = unsafe {
        match libc::ioctl(random.as_raw_fd(), RNDADDENTROPY, &raw const pool) {
            0 => libc::ioctl(random.as_raw_fd(), RNDRESEEDCRNG),
            failed => failed,
        }
    };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
