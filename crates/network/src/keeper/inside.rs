//! In a user namespace of its own: is the hub, and makes networks when asked.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use fika_model::Cidr;
use fika_netlink::{Setup, Socket, wait_for_link, wait_for_name};
use nix::sched::{CloneFlags, unshare};
use rustix::process::{getegid, geteuid};

use super::line::Line;
use super::tie_to;
use super::words::{Aside, Ask, Plan, Said};
use crate::addresses::Slice;
use crate::hub::{Hub, Maker};
use crate::rules::{self, UPLINK};

/// The policies that networks have, each by the network's number.
type Groups = Arc<Mutex<HashMap<u16, Arc<u32>>>>;

/// Lives as long as the outside does.
pub fn run(parent: &str, plan: &str) -> io::Result<()> {
    let make = Line::at(rustix::stdio::stdin())?;
    let tell = Line::at(rustix::stdio::stdout())?;
    let outside = Line::at(rustix::stdio::stderr())?;
    let plan: Plan = serde_json::from_str(plan)?;
    enter_namespaces().map_err(|error| named("this user may not make user namespaces", &error))?;
    // The kernel forgets this when a process gains rights, so it comes late.
    tie_to(parent)?;
    let hub = Arc::new(hub(&plan, &outside)?);
    outside.send(&Aside::Ready, &[])?;
    connect()?;
    make.send(&Said::Stands, &[File::open("/proc/self/ns/user")?.as_fd()])?;
    let groups = Groups::default();
    let outside = Arc::new(outside);
    for line in [make, tell] {
        let (hub, groups, outside) = (hub.clone(), groups.clone(), outside.clone());
        thread::Builder::new().spawn(move || {
            let served = serve(&line, &hub, &groups);
            outside.hang_up();
            served
        })?;
    }
    // What is not refused any more could be the machine: then nobody must reach anything.
    while let Some(own) = own(&outside)? {
        hub.keep_from(&own)?;
    }
    Ok(())
}

/// Becomes root in a user namespace where nobody else is, with a network namespace of its.
fn enter_namespaces() -> io::Result<()> {
    let (user, group) = (geteuid().as_raw(), getegid().as_raw());
    unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNET)?;
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("0 {user} 1\n"))?;
    fs::write("/proc/self/gid_map", format!("0 {group} 1\n"))
}

fn named(what: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}

/// This process's network namespace becomes the hub.
fn hub(plan: &Plan, outside: &Line) -> io::Result<Hub> {
    let slice = Slice::beginning(plan.first);
    let own = own(outside)?.ok_or(io::ErrorKind::NotConnected)?;
    let rules = rules::hub_of_user(&plan.egress, &plan.resolvers, &slice, &own);
    Hub::here(slice, &rules, &plan.resolvers)
}

/// What is the machine's own, when that is said next; `None` when nobody is left to say it.
fn own(outside: &Line) -> io::Result<Option<Vec<Cidr>>> {
    match outside.receive()? {
        Some((Aside::Own(own), _)) => {
            Ok(Some(own.into_iter().map(|(address, bits)| Cidr::around(address, bits)).collect()))
        }
        Some((Aside::Ready, _)) => Err(io::ErrorKind::InvalidData.into()),
        None => Ok(None),
    }
}

/// Waits for the link that pasta makes, and sends out by it what is for nobody here.
fn connect() -> io::Result<()> {
    let socket = Socket::open()?;
    let link = wait_for_name(&socket, UPLINK)?;
    Setup::default().up_without_arp(link).default_routes(link).done(&socket)?;
    wait_for_link(&socket, link)
}

/// Does what is asked for on one line, until nobody is left to ask.
fn serve(line: &Line, hub: &Arc<Hub>, groups: &Groups) -> io::Result<()> {
    let maker = Maker::new(hub.clone())?;
    while let Some((ask, _)) = line.receive()? {
        match ask {
            Ask::Make => match maker.make() {
                Ok(made) => {
                    let (number, addresses) = (made.number, made.addresses);
                    let said = Said::Made { number, addresses: (addresses.v4, addresses.v6) };
                    line.send(&said, &[made.namespace.as_fd()])?;
                }
                Err(error) => line.send(&Said::Failed(error.to_string()), &[])?,
            },
            Ask::Regroup { number, egress } => {
                let said = match hub.regroup(number, &egress) {
                    Ok(group) => {
                        held(groups).insert(number, group);
                        Said::Done
                    }
                    Err(error) => Said::Failed(error.to_string()),
                };
                line.send(&said, &[])?;
            }
            Ask::Release { number } => drop(held(groups).remove(&number)),
        }
    }
    Ok(())
}

fn held(groups: &Groups) -> std::sync::MutexGuard<'_, HashMap<u16, Arc<u32>>> {
    groups.lock().unwrap_or_else(PoisonError::into_inner)
}
