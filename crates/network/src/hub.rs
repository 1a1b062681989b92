//! The hub: a network namespace of ours, between the host and all sandboxes.
//!
//! So the host sees one link however many sandboxes there are, the hub's settings are ours alone,
//! and all of it goes when the server does, however it ends.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use fika_model::{Cidr, Egress};
use fika_netlink::{Addresses, LOOPBACK, Setup, Socket, wait_for_address, wait_for_link};
use nix::sched::{CloneFlags, setns};

use crate::addresses::{self, Slice};
use crate::links::{self, FAR, Near};
use crate::rules::{self, SANDBOX};
use crate::{namespace, nft, tap};

/// The group of links that reach nothing.
const NOWHERE: u32 = 0;
/// The index of a sandbox's link is its number and this.
const FIRST_INDEX: u32 = 10_000;
/// Policies that are kept, in the hope that they are wanted again.
const MOST_POLICIES: usize = 256;
/// The name of its link in a sandbox.
const INSIDE: &str = "eth0";

/// Set in the hub: it forwards, its links have no addresses that nobody gave, refusals are
/// never held back.
const SETTINGS: [(&str, &str); 5] = [
    ("net/ipv4/ip_forward", "1"),
    ("net/ipv6/conf/all/forwarding", "1"),
    ("net/ipv6/conf/default/addr_gen_mode", "1"),
    ("net/ipv4/icmp_ratelimit", "0"),
    ("net/ipv6/icmp/ratelimit", "0"),
];

/// The namespace between the host and the sandboxes.
#[derive(Debug)]
pub struct Hub {
    namespace: OwnedFd,
    slice: Slice,
    resolvers: Vec<IpAddr>,
    /// The number last given to a sandbox.
    last: AtomicU16,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    socket: Socket,
    policies: HashMap<Egress, Policy>,
    last_group: u32,
}

#[derive(Debug)]
struct Policy {
    group: u32,
    users: Weak<u32>,
}

impl Hub {
    /// Makes the namespace, not yet connected to the host.
    pub fn new(slice: Slice, egress: &Egress, resolvers: &[IpAddr]) -> io::Result<Self> {
        namespace::apart(|| {
            namespace::make()?;
            Self::here(slice, &rules::hub(egress, resolvers, &slice), resolvers)
        })
    }

    /// Makes this thread's namespace the hub.
    pub fn here(slice: Slice, rules: &str, resolvers: &[IpAddr]) -> io::Result<Self> {
        for (name, value) in SETTINGS {
            fs::write(format!("/proc/sys/{name}"), value)?;
        }
        nft::apply(rules)?;
        let (namespace, socket) = (namespace::of_this_thread()?, Socket::open()?);
        Setup::default().up(LOOPBACK).addresses(LOOPBACK, slice.hub()).done(&socket)?;
        let inner = Inner { socket, policies: HashMap::new(), last_group: NOWHERE };
        let resolvers = resolvers.to_vec();
        let last = AtomicU16::new(0);
        Ok(Self { namespace, slice, resolvers, last, inner: Mutex::new(inner) })
    }

    pub fn namespace(&self) -> impl AsFd + use<'_> {
        self.namespace.as_fd()
    }

    /// Once the link to the host is there, all that is not for a sandbox goes there.
    pub fn connected(&self) -> io::Result<()> {
        Setup::default().up(FAR).default_routes(FAR).done(&self.inner().socket)
    }

    /// Lets a sandbox reach what a policy allows (within the operator's). Blocks: a millisecond,
    /// or some more when the policy is new.
    pub fn regroup(&self, number: u16, egress: &Egress) -> io::Result<Arc<u32>> {
        let mut inner = self.inner();
        let group = self.group(&mut inner, egress)?;
        links::regroup(&inner.socket, index(number), *group)?;
        Ok(group)
    }

    /// The group whose links a policy holds for. It stays while the answer is held.
    fn group(&self, inner: &mut Inner, egress: &Egress) -> io::Result<Arc<u32>> {
        if let Some(policy) = inner.policies.get_mut(egress) {
            return Ok(policy.users.upgrade().unwrap_or_else(|| {
                let users = Arc::new(policy.group);
                policy.users = Arc::downgrade(&users);
                users
            }));
        }
        if inner.policies.len() >= MOST_POLICIES {
            self.forget(inner)?;
        }
        // A number is not used again: links of sandboxes that are ending may still bear it.
        inner.last_group += 1;
        let group = inner.last_group;
        self.apply(&rules::policy(group, egress, &self.resolvers))?;
        let users = Arc::new(group);
        let policy = Policy { group, users: Arc::downgrade(&users) };
        inner.policies.insert(egress.clone(), policy);
        Ok(users)
    }

    /// Removes every policy that nobody has.
    fn forget(&self, inner: &mut Inner) -> io::Result<()> {
        let unused = |policy: &Policy| policy.users.strong_count() == 0;
        let groups = inner.policies.values().filter(|p| unused(p)).map(|p| p.group);
        self.apply(&groups.map(rules::no_policy).collect::<String>())?;
        inner.policies.retain(|_, policy| !unused(policy));
        Ok(())
    }

    /// Refuses what is the machine's own, where only the hub's rules do, and only that: it
    /// replaces what was said before.
    pub fn keep_from(&self, own: &[Cidr]) -> io::Result<()> {
        self.apply(&rules::own(own))
    }

    fn next_number(&self) -> u16 {
        let next = |last| Some(addresses::after(last));
        let last = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
        addresses::after(last.unwrap_or_else(|last| last))
    }

    fn apply(&self, commands: &str) -> io::Result<()> {
        namespace::visit(self.namespace.as_fd(), || nft::apply(commands))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A sandbox's network namespace, joined to the hub, reaching nothing yet.
#[derive(Debug)]
pub struct Made {
    pub namespace: OwnedFd,
    pub number: u16,
    pub addresses: Addresses,
}

/// Makes namespaces for sandboxes. The thread it is on is its own.
pub struct Maker {
    hub: Arc<Hub>,
    socket: Socket,
}

impl Maker {
    /// Moves this thread into the hub.
    pub fn new(hub: Arc<Hub>) -> io::Result<Self> {
        setns(&hub.namespace, CloneFlags::CLONE_NEWNET)?;
        Ok(Self { hub, socket: Socket::open()? })
    }

    /// Makes one whose processes have the addresses.
    pub fn make(&self) -> io::Result<Made> {
        self.away(|made, inside| {
            let far = Setup::default().up(LOOPBACK).up(FAR).addresses(FAR, made.addresses);
            far.default_routes(FAR).done(inside)?;
            wait_for_link(inside, FAR)?;
            wait_for_address(inside, made.addresses.v6)
        })
    }

    /// Makes one whose guest, behind a tap, has the addresses. Nobody else in it has any.
    pub fn make_for_guest(&self) -> io::Result<Made> {
        self.away(|made, inside| {
            for name in ["net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding"] {
                fs::write(format!("/proc/sys/{name}"), "1")?;
            }
            let tap = tap::make()?;
            let near = Setup::default().up(LOOPBACK).up(FAR).default_routes(FAR);
            near.hardware(tap)
                .up_without_arp(tap)
                .routes(tap, made.addresses, (32, 128))
                .done(inside)?;
            wait_for_link(inside, FAR)
        })
    }

    /// Makes a namespace, joins it to the hub, and has the rest done in it.
    fn away(&self, rest: impl FnOnce(&Made, &Socket) -> io::Result<()>) -> io::Result<Made> {
        let made = self.joined().and_then(|made| {
            rest(&made, &Socket::open()?)?;
            wait_for_link(&self.socket, index(made.number))?;
            Ok(made)
        });
        // Else this thread would keep the sandbox's namespace.
        setns(&self.hub.namespace, CloneFlags::CLONE_NEWNET)?;
        made
    }

    fn joined(&self) -> io::Result<Made> {
        let namespace = namespace::make()?;
        fs::write("/proc/sys/net/ipv6/conf/default/addr_gen_mode", "1")?;
        let number = self.pair(&namespace)?;
        let addresses = self.hub.slice.number(number);
        Setup::default().routes(index(number), addresses, (32, 128)).done(&self.socket)?;
        Ok(Made { namespace, number, addresses })
    }

    /// Takes the next number that no sandbox has.
    fn pair(&self, namespace: &OwnedFd) -> io::Result<u16> {
        loop {
            let number = self.hub.next_number();
            let name = format!("{SANDBOX}{number}");
            let near = Near { name: &name, index: index(number), group: NOWHERE };
            match links::pair(&self.socket, &near, INSIDE, namespace) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                done => return done.map(|()| number),
            }
        }
    }
}

fn index(number: u16) -> u32 {
    FIRST_INDEX + u32::from(number)
}
