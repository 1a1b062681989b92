//! Whether functions can call out, and what it changes on this machine that they can.

use fika_network::{Mode, Networks, Note};

use super::check::Check;

const NAME: &str = "egress";

/// What these networks are, made as a server makes them.
pub async fn checks(networks: &Networks) -> Vec<Check> {
    judge(networks.mode().await, &networks.notes().await)
}

fn judge(mode: Mode, notes: &[Note]) -> Vec<Check> {
    let first = match mode {
        Mode::Veth => Check::fine(NAME, "links and nftables: functions can call out"),
        Mode::Pasta => Check::fine(NAME, "links and nftables, then pasta: functions can call out"),
        Mode::Loopback { why } => Check::worse(
            NAME,
            format!("functions cannot call out: {why}"),
            "install nftables, and run fika as root; or passt as well, for an ordinary user who may \
             open /dev/net/tun",
        ),
    };
    let notes = notes.iter().map(|Note { found, fix }| match fix {
        Some(fix) => Check::worse(NAME, found, fix),
        None => Check::fine(NAME, found),
    });
    [first].into_iter().chain(notes).collect()
}

#[cfg(test)]
mod tests {
    use super::super::check::State;
    use super::*;

    #[test]
    fn functions_run_where_they_cannot_call_out() {
        let checks = judge(Mode::Loopback { why: "nft is not installed".into() }, &[]);
        assert_eq!(checks[0].state, State::Worse);
        assert_eq!(checks[0].found, "functions cannot call out: nft is not installed");
    }

    #[test]
    fn what_another_must_mend_is_told_apart_from_what_was_changed() {
        let changed = Note { found: "a setting is on".into(), fix: None };
        let other = Note { found: "a firewall drops".into(), fix: Some("let it forward".into()) };
        let states: Vec<_> =
            judge(Mode::Veth, &[changed, other]).iter().map(|check| check.state).collect();
        assert_eq!(states, [State::Fine, State::Fine, State::Worse]);
    }
}
