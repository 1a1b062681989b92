//! Rule sets, as the text that `nft` takes. Pure.
//!
//! A packet of a sandbox passes two machines' worth of rules. In the hub, which only we use: where
//! it comes from, where it may go. On the host: nothing to the host itself, nothing to sandboxes
//! but replies. What is refused is answered, so that a function learns it at once: a connection is
//! reset, since one that is still being made does not hear of ICMP over such short ways; all else is
//! told by ICMP that it is administratively prohibited.

use std::net::{IpAddr, Ipv6Addr};

use fika_model::{Cidr, Egress};

use crate::addresses::Slice;

/// The hub's link to the host, and the name that a sandbox's link begins with there.
pub const UPLINK: &str = "uplink";
/// What the name of a sandbox's link in the hub begins with.
pub const SANDBOX: &str = "s";

/// Every table of ours on the host begins so, and the instance follows.
pub const TABLE: &str = "fika_";

/// Where a gateway of the operator's may turn the last 32 bits into an address of version 4
/// (NAT64, RFC 6052).
const NAT64: Ipv6Addr = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0);

const REFUSE: &str = "goto refuse";
/// Where all that is refused goes to.
const REFUSALS: &str = "chain refuse {
        meta l4proto tcp reject with tcp reset
        reject with icmpx admin-prohibited
    }";

/// Never reached, whatever a policy says: this network, loopback, link-local (with most metadata
/// services), multicast and broadcast; addresses of version 4 that hide in those of version 6
/// where they would be unpacked on this machine; metadata services elsewhere (Alibaba's, Azure's,
/// AWS's and Google's).
const NEVER: [&str; 14] = [
    "0.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "224.0.0.0/4",
    "255.255.255.255/32",
    "100.100.100.200/32",
    "168.63.129.16/32",
    "::/127",
    "::ffff:0:0/96",
    "2002::/16",
    "fe80::/10",
    "ff00::/8",
    "fd00:ec2::254/128",
    "fd20:ce::254/128",
];

/// Not the Internet: private, shared, reserved and benchmark ranges (RFC 6890 and its registry).
/// Those for documentation are left, since nobody has them.
const PRIVATE: [&str; 10] = [
    "10.0.0.0/8",
    "100.64.0.0/10",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "240.0.0.0/4",
    "64:ff9b:1::/48",
    "fc00::/7",
    "fec0::/10",
];

/// The host's rules for the link to one hub. Replaces what an earlier server left.
pub fn host(instance: &str, link: &str, slice: &Slice) -> String {
    let table = format!("{TABLE}{instance}");
    let [v4, v6] = slice.ranges();
    format!(
        r#"add table inet {table}
delete table inet {table}
table inet {table} {{
    {REFUSALS}
    # Before any translation of addresses: else a service of the host that is translated to, as
    # containers' ports are, would not look like the host's.
    chain arriving {{
        type filter hook prerouting priority dstnat - 10
        iifname "{link}" ip saddr != {v4} drop
        iifname "{link}" ip6 saddr != {v6} drop
        iifname "{link}" fib daddr type != unicast {REFUSE}
    }}
    chain to_host {{
        type filter hook input priority filter - 10
        iifname "{link}" {REFUSE}
    }}
    chain from_host {{
        type filter hook output priority filter - 10
        oifname "{link}" ct state established,related accept
        oifname "{link}" drop
    }}
    chain through {{
        type filter hook forward priority filter - 10
        iifname "{link}" tcp flags syn tcp option maxseg size set rt mtu
        oifname "{link}" ct state established,related accept
        oifname "{link}" drop
    }}
    chain leaving {{
        type nat hook postrouting priority srcnat
        oifname != "{link}" ip saddr {v4} masquerade
        oifname != "{link}" ip6 saddr {v6} masquerade
    }}
}}
"#
    )
}

/// Takes the host's rules away. Fine if there are none.
pub fn no_host(instance: &str) -> String {
    format!("add table inet {TABLE}{instance}\ndelete table inet {TABLE}{instance}\n")
}

/// The rules of a hub whose way out is a program, which knows no rules: the hub keeps packets from
/// the machine's own addresses, and lets in only replies.
pub fn hub_of_user(
    operator: &Egress,
    resolvers: &[IpAddr],
    slice: &Slice,
    machines: &[Cidr],
) -> String {
    let more = format!(
        r#"table inet fika {{
    set own4 {{ type ipv4_addr; flags interval; auto-merge; }}
    set own6 {{ type ipv6_addr; flags interval; auto-merge; }}
    # Before the rules for sandboxes are asked.
    chain first {{
        type filter hook forward priority filter - 10
        ip daddr @own4 {REFUSE}
        ip6 daddr @own6 {REFUSE}
        iifname "{UPLINK}" ct state established,related accept
        iifname "{UPLINK}" drop
    }}
    chain leaving {{
        type nat hook postrouting priority srcnat
        oifname "{UPLINK}" masquerade
    }}
}}
"#
    );
    [hub(operator, resolvers, slice), more, own(machines)].concat()
}

/// Says which addresses are the machine's own, instead of what was said before.
pub fn own(machines: &[Cidr]) -> String {
    let add = |set: &str, v4: bool| {
        let of_family = machines.iter().filter(|range| range.address().is_ipv4() == v4);
        let list: Vec<String> = of_family.map(Cidr::to_string).collect();
        let add = format!("add element inet fika {set} {{ {} }}\n", list.join(", "));
        format!("flush set inet fika {set}\n{}", if list.is_empty() { "" } else { &add })
    };
    [add("own4", true), add("own6", false)].concat()
}

/// The hub's rules. What the operator allows is a ceiling over what each function is allowed.
/// Stateless: a packet out is judged by where it goes, and the host lets in only replies.
pub fn hub(operator: &Egress, resolvers: &[IpAddr], slice: &Slice) -> String {
    let mut never = with_translated(&NEVER);
    never.extend(slice.ranges().map(|range| range.to_string()));
    let private = with_translated(&PRIVATE);
    let ceiling = chain(operator, resolvers, "return").join("\n        ");
    format!(
        r#"table inet fika {{
    {never4}
    {never6}
    {private4}
    {private6}
    map policies {{
        type devgroup : verdict
    }}
    {REFUSALS}
    chain ceiling {{
        {ceiling}
    }}
    chain arriving {{
        type filter hook prerouting priority raw
        iifname "{SANDBOX}*" fib saddr . iif oif missing drop
        iifname "{SANDBOX}*" fib daddr type != unicast {REFUSE}
    }}
    chain to_hub {{
        type filter hook input priority filter; policy drop
    }}
    chain through {{
        type filter hook forward priority filter; policy drop
        iifname "{UPLINK}" oifname "{SANDBOX}*" accept
        oifname != "{UPLINK}" {REFUSE}
        jump ceiling
        iifgroup vmap @policies
        {REFUSE}
    }}
}}
"#,
        never4 = set("never4", false, &never),
        never6 = set("never6", true, &never),
        private4 = set("private4", false, &private),
        private6 = set("private6", true, &private),
    )
}

/// Adds a policy for a group of links.
pub fn policy(group: u32, egress: &Egress, resolvers: &[IpAddr]) -> String {
    let rules = chain(egress, resolvers, "accept");
    let rules = rules.iter().map(|rule| format!("add rule inet fika p{group} {rule}\n"));
    [format!("add chain inet fika p{group}\n")]
        .into_iter()
        .chain(rules)
        .chain([format!("add element inet fika policies {{ {group} : goto p{group} }}\n")])
        .collect()
}

/// Removes a policy that no link's group is any more.
pub fn no_policy(group: u32) -> String {
    format!(
        "delete element inet fika policies {{ {group} : goto p{group} }}\n\
         flush chain inet fika p{group}\ndelete chain inet fika p{group}\n"
    )
}

/// The rules of one policy: `pass` is said of what it allows, all else is refused. Resolvers may
/// be anywhere, and are asked under every policy that allows anything.
fn chain(egress: &Egress, resolvers: &[IpAddr], pass: &str) -> Vec<String> {
    let (open, ranges) = match egress {
        Egress::None => return vec![REFUSE.into()],
        Egress::Open => (true, &[][..]),
        Egress::Allow { open, ranges } => (*open, &ranges[..]),
    };
    let resolvers: Vec<_> = resolvers.iter().map(|&address| Cidr::around(address, 128)).collect();
    let mut rules = to(&resolvers, &format!("meta l4proto {{ tcp, udp }} th dport 53 {pass}"));
    rules.push(format!("ip daddr @never4 {REFUSE}"));
    rules.push(format!("ip6 daddr @never6 {REFUSE}"));
    rules.extend(to(&outermost(ranges), pass));
    if open {
        rules.push(format!("ip daddr @private4 {REFUSE}"));
        rules.push(format!("ip6 daddr @private6 {REFUSE}"));
        rules.push(pass.into());
    } else {
        rules.push(REFUSE.into());
    }
    rules
}

/// A rule for what goes to these ranges, for each family there is.
fn to(ranges: &[Cidr], rest: &str) -> Vec<String> {
    [("ip", true), ("ip6", false)]
        .into_iter()
        .filter_map(|(family, v4)| {
            let of_family = ranges.iter().filter(|range| range.address().is_ipv4() == v4);
            let list: Vec<String> = of_family.map(Cidr::to_string).collect();
            (!list.is_empty()).then(|| format!("{family} daddr {{ {} }} {rest}", list.join(", ")))
        })
        .collect()
}

/// Ranges without those that lie in others, since `nft` refuses them in one list.
fn outermost(ranges: &[Cidr]) -> Vec<Cidr> {
    let inside = |range: &Cidr| {
        ranges.iter().any(|o| o != range && o.prefix() <= range.prefix() && o.overlaps(range))
    };
    ranges.iter().filter(|range| !inside(range)).copied().collect()
}

/// These ranges, and those of version 4 as they are spelled to a NAT64 gateway, which would else
/// lead to what is refused.
fn with_translated(ranges: &[&str]) -> Vec<String> {
    let translated = ranges.iter().filter_map(|range| translated(range));
    ranges.iter().map(|range| (*range).to_owned()).chain(translated).collect()
}

/// A range of version 4 behind [`NAT64`]; in hexadecimal, as `nft` takes no other form.
fn translated(range: &str) -> Option<String> {
    let range: Cidr = range.parse().ok()?;
    match range.address() {
        IpAddr::V4(address) => {
            let bits = NAT64.to_bits() | u128::from(address.to_bits());
            Some(format!("{}/{}", Ipv6Addr::from_bits(bits), range.prefix() + 96))
        }
        IpAddr::V6(_) => None,
    }
}

fn set(name: &str, v6: bool, ranges: &[String]) -> String {
    let ranges: Vec<&str> =
        ranges.iter().map(String::as_str).filter(|range| range.contains(':') == v6).collect();
    let kind = if v6 { "ipv6_addr" } else { "ipv4_addr" };
    format!(
        "set {name} {{ type {kind}; flags interval; auto-merge; elements = {{ {} }}; }}",
        ranges.join(", ")
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn rules_of(policy: &str) -> String {
        chain(&policy.parse().unwrap(), &["10.0.0.2".parse().unwrap()], "accept").join("\n")
    }

    #[test]
    fn nothing_passes_when_nothing_is_allowed() {
        assert_eq!(rules_of("none"), REFUSE);
    }

    #[test]
    fn the_last_word_is_a_refusal_unless_the_internet_is_open() {
        assert!(rules_of("open").ends_with("\naccept"));
        assert!(rules_of("allow=open,10.0.0.0/8").ends_with("\naccept"));
        assert!(rules_of("allow=10.0.0.0/8").ends_with(REFUSE));
    }

    #[test]
    fn what_is_never_reached_is_refused_before_a_range_is_allowed() {
        let rules = rules_of("allow=0.0.0.0/0,::/0");
        let at = |text: &str| rules.find(text).unwrap_or_else(|| panic!("{text} in {rules}"));
        assert!(at("10.0.0.2/32 } meta l4proto { tcp, udp } th dport 53") < at("@never4"));
        assert!(at("@never6") < at("0.0.0.0/0 } accept"));
        assert!(at("@never6") < at("::/0 } accept"));
    }

    #[test]
    fn what_is_refused_is_refused_by_nat64_too() {
        let ranges = with_translated(&["0.0.0.0/8", "100.100.100.200/32", "fc00::/7"]);
        assert_eq!(ranges[3..], ["64:ff9b::/104", "64:ff9b::6464:64c8/128"]);
    }

    #[test]
    fn what_is_the_machines_own_is_said_anew_each_time() {
        let said = own(&["192.0.2.2/32".parse().unwrap(), "127.0.0.0/8".parse().unwrap()]);
        let expected = "flush set inet fika own4\n\
            add element inet fika own4 { 192.0.2.2/32, 127.0.0.0/8 }\n\
            flush set inet fika own6\n";
        assert_eq!(said, expected);
    }

    #[test]
    fn ranges_in_others_are_left_out() {
        let rules = rules_of("allow=10.0.0.0/8,10.1.0.0/16,11.0.0.0/8");
        assert!(rules.contains("{ 10.0.0.0/8, 11.0.0.0/8 } accept"), "{rules}");
    }
}
