//! Who answers names for sandboxes.

use std::net::{IpAddr, UdpSocket};

/// Files that name resolvers: what systemd's resolver asks itself, then what everybody asks.
const FILES: [&str; 2] = ["/run/systemd/resolve/resolv.conf", "/etc/resolv.conf"];
/// Asked where the machine's own resolver answers the machine only: Cloudflare's and Google's.
const PUBLIC: [&str; 4] = ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "2001:4860:4860::8888"];
/// The C library asks no more.
const MOST: usize = 3;

/// The machine's resolvers, as far as sandboxes can reach them; else public ones.
pub fn find() -> Vec<IpAddr> {
    let files = FILES.iter().filter_map(|file| std::fs::read_to_string(file).ok());
    let found = files.map(|text| named_in(&text, is_ours)).find(|found| !found.is_empty());
    found.unwrap_or_else(|| PUBLIC.iter().filter_map(|text| text.parse().ok()).take(MOST).collect())
}

/// The resolvers that a `resolv.conf` names, but for those on the machine itself.
fn named_in(text: &str, is_ours: impl Fn(IpAddr) -> bool) -> Vec<IpAddr> {
    let lines = text.lines().filter_map(|line| line.trim().strip_prefix("nameserver"));
    // One with a link behind it (`fe80::1%eth0`) is a neighbour's that sandboxes do not see.
    let addresses = lines.filter_map(|rest| rest.split_whitespace().next()?.parse().ok());
    addresses.filter(|&address| !is_ours(address)).take(MOST).collect()
}

/// Whether an address is this machine's: then it can be bound to.
fn is_ours(address: IpAddr) -> bool {
    address.is_loopback() || UdpSocket::bind((address, 0)).is_ok()
}

/// What belongs into a sandbox's `/etc/resolv.conf`.
pub fn file(resolvers: &[IpAddr]) -> String {
    let lines = resolvers.iter().map(|address| format!("nameserver {address}\n"));
    lines.chain(["options timeout:2 attempts:2\n".into()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolvers_of_the_machine_itself_are_left_out() {
        let text = "# nameserver 9.9.9.9\nnameserver 127.0.0.53\nnameserver 10.0.0.2\n\
            nameserver\t2001:db8::53 \nnameserver fe80::1%eth0\nsearch example.com\n\
            nameserver 10.0.0.3\nnameserver 10.0.0.4\n";
        let seen =
            named_in(text, |address| address.is_loopback() || address.to_string() == "10.0.0.3");
        let seen: Vec<String> = seen.iter().map(IpAddr::to_string).collect();
        assert_eq!(seen, ["10.0.0.2", "2001:db8::53", "10.0.0.4"]);
    }

    #[test]
    fn somebody_always_answers() {
        let found = find();
        assert!(!found.is_empty() && found.len() <= MOST, "{found:?}");
        assert!(file(&found).starts_with("nameserver "));
    }
}
