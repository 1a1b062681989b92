//! The escape battery: every way out that we know of, tried from inside, each expected to fail in
//! a stated way. What was seen is the table of `docs/isolation.md`, which `FIKA_WRITE_DOCS=1` writes anew.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

#[path = "../common/mod.rs"]
mod common;
mod page;
mod table;

use std::collections::BTreeMap;
use std::fs;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::time::Duration;

use common::{House, Running, as_root_and_user, compiled, is_root};
use fika_sandbox::{Bind, Event, Jail, Start, WallSpec};
use table::{Attempt, BOMBS, QUIET, REMAINS};

/// What each attempt saw.
type Seen = BTreeMap<String, String>;

#[test]
fn nobody_gets_out_of_the_jail() {
    as_root_and_user("nobody_gets_out_of_the_jail", async {
        let place = Place::new();
        // A listener of the host's that a function must not reach. Another run may have the name.
        let address = SocketAddr::from_abstract_name("fika-escape-host").unwrap();
        let _listener = UnixListener::bind_addr(&address).ok();
        let jail = place.house.jail();
        let mut seen = place.quiet(&jail).await;
        place.bombs(&jail, &mut seen).await;
        place.remains(&jail, &mut seen).await;
        jail.close().await;
        judge(&seen);
        page::check(if is_root() { page::Column::Root } else { page::Column::User }, &seen);
    });
}

/// Every attempt must have seen what is expected of it.
fn judge(seen: &Seen) {
    let right = |attempt: &Attempt| {
        seen.get(attempt.id).is_some_and(|saw| attempt.expected.split('|').any(|one| one == saw))
    };
    let wrong: Vec<_> = all()
        .filter(|attempt| !right(attempt))
        .map(|attempt| (attempt.id, attempt.expected, seen.get(attempt.id)))
        .collect();
    assert!(wrong.is_empty(), "(attempt, expected, seen): {wrong:#?}");
}

/// All attempts.
pub fn all() -> impl Iterator<Item = &'static Attempt> {
    let quiet = QUIET.iter().flat_map(|(_, attempts)| attempts.iter());
    quiet.chain(BOMBS).chain(REMAINS)
}

/// A house whose code is the program that tries.
struct Place {
    house: House,
}

impl Place {
    fn new() -> Self {
        let house = House::new();
        fs::copy(compiled("escape/escape.c"), house.path("code/tree/escape")).unwrap();
        Self { house }
    }

    async fn start(&self, jail: &Jail, sandbox: u64, ids: &[&str]) -> Running {
        let spec = WallSpec { ephemeral_mb: 64, ..self.house.spec(sandbox) };
        let bind = Bind { ephemeral_mb: 64, ..self.house.bind() };
        let argv = ["/var/task/escape"].iter().chain(ids).map(ToString::to_string).collect();
        let start = Start { argv, env: Vec::new(), cwd: "/var/task".into() };
        Running::start_in(jail, spec, bind, start).await
    }

    async fn quiet(&self, jail: &Jail) -> Seen {
        let ids: Vec<_> =
            QUIET.iter().flat_map(|(_, attempts)| *attempts).map(|attempt| attempt.id).collect();
        let mut running = self.start(jail, 1, &ids).await;
        let (text, _) = running.finish().await;
        running.sandbox.destroy(Duration::ZERO).await;
        lines(&text)
    }

    async fn bombs(&self, jail: &Jail, seen: &mut Seen) {
        let bystander = self.start(jail, 2, &[]).await;
        for bomb in BOMBS {
            let mut running = self.start(jail, 1, &[bomb.id]).await;
            let (text, end) = running.finish().await;
            let killed = matches!(end, Event::Exited { out_of_memory: true, .. });
            // A flood stands between the name and the outcome.
            let last = text.lines().last().and_then(|line| line.split(' ').next_back());
            let saw = if killed { "killed" } else { last.unwrap_or("nothing") };
            seen.insert(bomb.id.into(), saw.into());
            // While its processes are still there, the host and a neighbour go about their work.
            bystander.sandbox.reset().await.unwrap();
            let argv = vec!["/var/task/escape".into(), "shadow".into()];
            let again = Start { argv, env: Vec::new(), cwd: "/var/task".into() };
            bystander.sandbox.start(again).await.unwrap();
            bystander.read_until("shadow ENOENT\n").await;
            running.sandbox.destroy(Duration::ZERO).await;
        }
        bystander.sandbox.destroy(Duration::ZERO).await;
    }

    async fn remains(&self, jail: &Jail, seen: &mut Seen) {
        let mut one = self.start(jail, 1, &["leave_file", "leave_fifo"]).await;
        assert_eq!(one.finish().await.0, "leave_file ok\nleave_fifo ok\n");
        let ids: Vec<_> = REMAINS.iter().map(|attempt| attempt.id).collect();
        let mut neighbour = self.start(jail, 2, &ids).await;
        let beside = neighbour.finish().await.0;
        one.sandbox.destroy(Duration::ZERO).await;
        let mut next = self.start(jail, 1, &ids).await;
        assert_eq!(next.finish().await.0, beside, "the next one sees what its neighbour saw");
        next.sandbox.destroy(Duration::ZERO).await;
        neighbour.sandbox.destroy(Duration::ZERO).await;
        seen.extend(lines(&beside));
    }
}

/// `ID OUTCOME` lines.
fn lines(text: &str) -> Seen {
    let pairs = text.lines().filter_map(|line| line.split_once(' '));
    pairs.map(|(id, outcome)| (id.into(), outcome.into())).collect()
}
