//! The escape battery: every way out that we know of, tried from inside, each expected to fail in
//! a stated way, behind every wall and without one. What was seen is the table of
//! `docs/isolation.md`, which `FIKA_WRITE_DOCS=1` writes anew (one test at a time: `-j1`).
#![allow(clippy::unwrap_used, clippy::print_stderr)]

#[path = "../common/mod.rs"]
mod common;
#[path = "../guests/mod.rs"]
mod guests;
mod page;
mod place;
mod table;

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};

use common::{House, as_root_and_user, is_root};
use fika_sandbox::Jail;
use page::Column;
use place::{Place, Wall};
use rustix::process::{Resource, Rlimit};
use table::{Attempt, BOMBS, QUIET, REMAINS};

/// What each attempt saw.
type Seen = BTreeMap<String, String>;

#[test]
fn nobody_gets_out_of_the_jail() {
    as_root_and_user("nobody_gets_out_of_the_jail", async {
        let _bait = bait();
        let house = House::new();
        let wall = Wall::Jail(house.jail());
        let place = Place::new(house, wall);
        let seen = place.all().await;
        place.clear().await;
        conclude(if is_root() { Column::Root } else { Column::User }, &seen);
    });
}

#[test]
fn nobody_gets_out_of_a_microvm() {
    as_root_and_user("nobody_gets_out_of_a_microvm", async {
        let house = House::new();
        let Some(vms) = guests::microvms(&house) else { return };
        let snapshot = place::snapshot(&vms, &house).await;
        let place = Place::new(house, Wall::Guests(Box::new(vms), snapshot));
        let seen = place.all().await;
        place.clear().await;
        conclude(Column::MicroVm, &seen);
    });
}

/// Nothing that would harm this machine if it came to pass, which it may.
#[test]
fn some_is_stopped_without_a_wall() {
    as_root_and_user("some_is_stopped_without_a_wall", async {
        let _bait = bait();
        let house = House::new();
        let wall = Wall::Plain(Jail::without_walls(house.options()).unwrap());
        let place = Place::new(house, wall);
        let ids: Vec<_> =
            all().filter(|attempt| attempt.is_tried(Column::None)).map(|one| one.id).collect();
        let seen = place.quiet(&ids).await;
        place.clear().await;
        conclude(Column::None, &seen);
    });
}

/// What a function must not reach of the server's, or have as it does.
struct Bait {
    /// Another run may have the name.
    _listener: Option<UnixListener>,
    /// It stays open in whatever the server starts.
    _inherited: OwnedFd,
}

fn bait() -> Bait {
    if is_root() {
        let limit = Rlimit { current: Some(1 << 30), maximum: Some(1 << 30) };
        for what in [Resource::Rtprio, Resource::Nice, Resource::Memlock] {
            // Not every root may.
            let _bait_or_none = rustix::process::setrlimit(what, limit);
        }
    }
    let address = SocketAddr::from_abstract_name("fika-escape-host").unwrap();
    Bait {
        _listener: UnixListener::bind_addr(&address).ok(),
        _inherited: rustix::io::dup(std::io::stdin()).unwrap(),
    }
}

/// Every attempt must have seen what is expected of it.
fn conclude(column: Column, seen: &Seen) {
    let wrong: Vec<_> = all()
        .filter(|attempt| attempt.is_tried(column))
        .filter(|attempt| !seen.get(attempt.id).is_some_and(|saw| attempt.is_right(column, saw)))
        .map(|attempt| (attempt.id, attempt.expected(column), seen.get(attempt.id)))
        .collect();
    assert!(wrong.is_empty(), "{column:?} (attempt, expected, seen): {wrong:#?}");
    // The page tells what can be done without a wall to a server that is root.
    if column != Column::None || is_root() {
        page::check(column, seen);
    }
}

/// All attempts.
pub fn all() -> impl Iterator<Item = &'static Attempt> {
    let quiet = QUIET.iter().flat_map(|(_, attempts)| attempts.iter());
    quiet.chain(BOMBS).chain(REMAINS)
}
