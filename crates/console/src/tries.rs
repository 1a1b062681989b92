//! How often somebody has tried in vain: a plain state machine.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

/// How many vain tries an address has in a while.
const TRIES: u32 = 10;
/// How long that while is.
const WHILE: Duration = Duration::from_secs(60);
/// How many addresses are remembered: of more, those that tried first are forgotten.
const ADDRESSES: usize = 4_096;

/// Vain tries, by address.
#[derive(Debug, Default)]
pub struct Tries(HashMap<IpAddr, (u32, Duration)>);

impl Tries {
    /// Whether one from there may try now.
    ///
    /// # Errors
    /// How long it has to wait.
    pub fn may(&self, now: Duration, from: IpAddr) -> Result<(), Duration> {
        match self.0.get(&block(from)) {
            Some((tries, since)) if *tries >= TRIES && now < *since + WHILE => {
                Err(*since + WHILE - now)
            }
            _ => Ok(()),
        }
    }

    /// One from there tried in vain.
    pub fn failed(&mut self, now: Duration, from: IpAddr) {
        self.0.retain(|_, (_, since)| now < *since + WHILE);
        if self.0.len() >= ADDRESSES {
            let oldest = self.0.iter().min_by_key(|(_, (_, since))| *since).map(|(&ip, _)| ip);
            oldest.map(|oldest| self.0.remove(&oldest));
        }
        self.0.entry(block(from)).or_insert((0, now)).0 += 1;
    }
}

/// Who has one address of IPv6 has 2⁶⁴ of them.
fn block(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(ip) => IpAddr::V6((u128::from(ip) >> 64 << 64).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_vain_tries_a_minute_and_no_more() {
        let (mut tries, second) = (Tries::default(), Duration::from_secs(1));
        let (one, neighbour, other) = ("2001:db8::1", "2001:db8::2", "192.0.2.1");
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        for _ in 0..TRIES {
            assert_eq!(tries.may(second, ip(one)), Ok(()));
            tries.failed(second, ip(one));
        }
        assert_eq!(tries.may(2 * second, ip(neighbour)), Err(WHILE - second));
        assert_eq!(tries.may(2 * second, ip(other)), Ok(()));
        assert_eq!(tries.may(second + WHILE, ip(one)), Ok(()));
    }

    #[test]
    fn it_does_not_grow_without_end() {
        let mut tries = Tries::default();
        for number in 0..2 * ADDRESSES as u32 {
            tries.failed(Duration::ZERO, IpAddr::V4(number.into()));
        }
        assert_eq!(tries.0.len(), ADDRESSES);
    }
}
