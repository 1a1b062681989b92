//! The host's side: one link to the hub, a rule set for it, and leave to forward.

use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};

use fika_model::{Cidr, Egress};
use fika_netlink::{Setup, Socket};

use crate::addresses::{self, BITS, Slice};
use crate::links::{self, Near};
use crate::rules::{self, TABLE, UPLINK};
use crate::{leftovers, namespace, nft};

const FORWARD_V6: &str = "net/ipv6/conf/all/forwarding";

/// Something that somebody who looks after this machine should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What there is.
    pub found: String,
    /// What to do about it, if it keeps functions from calling out.
    pub fix: Option<String>,
}

/// What we changed on the host. Undone when dropped.
#[derive(Debug)]
pub struct Host {
    instance: String,
    namespace: OwnedFd,
    /// Settings that were another's, and what they were.
    before: Vec<(String, String)>,
}

impl Host {
    /// In this thread's network namespace: removes what an earlier server of this instance, and
    /// any that was killed, left; and chooses addresses.
    pub fn prepare(instance: &str) -> io::Result<(Self, Slice)> {
        let namespace = namespace::of_this_thread()?;
        remove(instance)?;
        if let Err(error) = leftovers::remove() {
            tracing::debug!(%error, "network rules of a killed server may have stayed");
        }
        let slice = slice(instance)?;
        Ok((Self { instance: instance.into(), namespace, before: Vec::new() }, slice))
    }

    /// Makes the link to the hub and loads the rules for it, and lets packets through. None comes
    /// before the hub's end is up, and so none before there are rules; but the link comes first, for
    /// rules without a link are a dead server's ([`leftovers`]).
    pub fn connect(&mut self, slice: &Slice, egress: &Egress, hub: impl AsFd) -> io::Result<()> {
        let (name, socket) = (link(&self.instance), Socket::open()?);
        let routes = routes()?;
        let index = index(&self.instance);
        links::pair(&socket, &Near { name: &name, index, group: 0 }, UPLINK, hub)?;
        nft::apply(&rules::host(&self.instance, &name, slice))?;
        Setup::default().routes(index, slice.first(), BITS).done(&socket)?;
        let mut ways = ways_out(&routes, egress);
        ways.push(name);
        self.forward(&ways)
    }

    /// Lets packets through from these links. Both families know that of one link alone (version
    /// 6 since Linux 6.17); the whole machine is changed only where there is no other way.
    fn forward(&mut self, links: &[String]) -> io::Result<()> {
        for link in links {
            self.set(&format!("net/ipv4/conf/{link}/forwarding"), "1")?;
        }
        let alone = |link: &String| format!("net/ipv6/conf/{link}/force_forwarding");
        if !links.iter().any(|link| fs::exists(setting(&alone(link))).unwrap_or(false)) {
            return self.forward_all_v6();
        }
        for link in links.iter().filter(|link| fs::exists(setting(&alone(link))).unwrap_or(false)) {
            self.set(&alone(link), "1")?;
        }
        Ok(())
    }

    /// A machine that forwards stops listening to routers, from whom it may have its own
    /// addresses, unless it is told not to.
    fn forward_all_v6(&mut self) -> io::Result<()> {
        if !fs::exists(setting(FORWARD_V6))? || get(FORWARD_V6)? != "0" {
            return Ok(());
        }
        for entry in fs::read_dir(setting("net/ipv6/conf"))? {
            let name = entry?.file_name();
            let listens = format!("net/ipv6/conf/{}/accept_ra", name.to_string_lossy());
            if get(&listens).is_ok_and(|value| value == "1") {
                self.set(&listens, "2")?;
            }
        }
        self.set(FORWARD_V6, "1")
    }

    fn set(&mut self, name: &str, value: &str) -> io::Result<()> {
        let before = get(name)?;
        if before != value {
            fs::write(setting(name), value).map_err(|error| {
                let why = format!("cannot set {} to {value}: {error}", name.replace('/', "."));
                io::Error::new(error.kind(), why)
            })?;
            self.before.push((name.into(), before));
        }
        Ok(())
    }

    /// What was changed, and what stands in the way.
    pub fn notes(&self) -> Vec<Note> {
        let changed: Vec<String> = self
            .before
            .iter()
            .filter(|(name, _)| !name.contains(&link(&self.instance)))
            .map(|(name, _)| name.replace('/', "."))
            .collect();
        let mut notes = Vec::new();
        if !changed.is_empty() {
            let found = format!("switched on for as long as fika runs: {}", changed.join(", "));
            notes.push(Note { found, fix: None });
        }
        if nft::list(&["chains"]).is_ok_and(|chains| others_drop_forwarded(&chains)) {
            let fix = format!(
                "let it forward from and to {} (with Docker: iptables -I DOCKER-USER -i {0} -j \
                 ACCEPT, and the same with -o)",
                link(&self.instance)
            );
            let found = "another firewall of this machine drops what it does not know".into();
            notes.push(Note { found, fix: Some(fix) });
        }
        notes
    }

    fn undo(&self) -> io::Result<()> {
        remove(&self.instance)?;
        nft::apply(&rules::no_host(&self.instance))?;
        // Another instance lives on what was switched on.
        if nft::list(&["tables"])?.contains(&format!(" {TABLE}")) {
            return Ok(());
        }
        for (name, before) in self.before.iter().rev() {
            // The link may be gone, and its settings with it.
            if fs::exists(setting(name)).unwrap_or(false) {
                fs::write(setting(name), before)?;
            }
        }
        Ok(())
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if let Err(error) = namespace::visit(self.namespace.as_fd(), || self.undo()) {
            tracing::warn!(%error, "network rules stay behind: the next start removes them");
        }
    }
}

/// Addresses for an instance's sandboxes that are nobody else's in this thread's network namespace.
pub fn slice(instance: &str) -> io::Result<Slice> {
    let known: Vec<Cidr> = routes()?.into_iter().map(|(_, range)| range).collect();
    Slice::choose(instance, &known)
        .ok_or_else(|| io::Error::other("all of 100.64.0.0/10 is routed elsewhere on this machine"))
}

/// The name of an instance's link on the host.
fn link(instance: &str) -> String {
    format!("fk{instance}")
}

/// Its index: beyond all that the kernel gives.
fn index(instance: &str) -> u32 {
    0x4000_0000 | u32::from_str_radix(instance, 16).unwrap_or_default() & 0x3fff_ffff
}

/// Removes an instance's link, if there is one.
fn remove(instance: &str) -> io::Result<()> {
    if !is_linked(instance)? {
        return Ok(());
    }
    links::remove(&Socket::open()?, index(instance))
}

/// Whether an instance has a link.
pub fn is_linked(instance: &str) -> io::Result<bool> {
    fs::exists(setting(&format!("net/ipv4/conf/{}", link(instance))))
}

/// Removes what an earlier server of this instance left, where there is to be nothing. Blocks for
/// some milliseconds.
pub fn sweep(instance: &str) {
    let swept = remove(instance).and_then(|()| {
        match nft::list(&["tables"])?
            .lines()
            .any(|table| table.ends_with(&format!("{TABLE}{instance}")))
        {
            true => nft::apply(&rules::no_host(instance)),
            false => Ok(()),
        }
    });
    if let Err(error) = swept {
        tracing::debug!(%error, "rules of an earlier server may have stayed");
    }
}

fn routes() -> io::Result<Vec<(String, Cidr)>> {
    let read = |name| fs::read_to_string(format!("/proc/thread-self/net/{name}"));
    // A machine may have no version 6.
    Ok(addresses::routes(&read("route")?, &read("ipv6_route").unwrap_or_default()))
}

/// The links that packets may leave by: those with a route to everywhere, and those that lead
/// to a range that is allowed.
fn ways_out(routes: &[(String, Cidr)], egress: &Egress) -> Vec<String> {
    let allowed = match egress {
        Egress::Allow { ranges, .. } => &ranges[..],
        Egress::Open | Egress::None => &[],
    };
    let leads = |to: &Cidr| to.prefix() == 0 || allowed.iter().any(|range| range.overlaps(to));
    let mut links: Vec<String> =
        routes.iter().filter(|(_, to)| leads(to)).map(|(link, _)| link.clone()).collect();
    links.retain(|link| link != "lo");
    links.sort_unstable();
    links.dedup();
    links
}

/// Whether `nft list chains` shows a chain of others that drops forwarded packets by default.
fn others_drop_forwarded(chains: &str) -> bool {
    chains.lines().any(|line| line.contains("hook forward") && line.contains("policy drop"))
}

fn setting(name: &str) -> String {
    format!("/proc/sys/{name}")
}

fn get(name: &str) -> io::Result<String> {
    Ok(fs::read_to_string(setting(name))?.trim().into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn packets_leave_by_what_leads_everywhere_or_where_they_may_go() {
        let routes = [
            ("eth0", "0.0.0.0/0"),
            ("eth0", "192.0.2.0/24"),
            ("eth1", "10.0.0.0/8"),
            ("lo", "::/0"),
            ("eth2", "172.16.0.0/12"),
        ]
        .map(|(link, range)| (link.to_owned(), range.parse().unwrap()));
        assert_eq!(ways_out(&routes, &Egress::Open), ["eth0"]);
        let allowed = "allow=10.9.0.0/16".parse().unwrap();
        assert_eq!(ways_out(&routes, &allowed), ["eth0", "eth1"]);
    }

    #[test]
    fn anothers_firewall_is_seen() {
        let chains = "table ip filter {\n\tchain FORWARD {\n\t\ttype filter hook forward \
            priority filter; policy drop;\n\t}\n}\n";
        assert!(others_drop_forwarded(chains));
        assert!(!others_drop_forwarded(&chains.replace("policy drop", "policy accept")));
    }
}
