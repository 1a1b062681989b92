//! Walls: what separates a function from its neighbours, which one a function asks for, and
//! which one an operator insists on.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::ids::{AccountId, IdError};

/// The tag by which a function asks for its wall, as in `fika:wall=microvm`.
pub const WALL_TAG: &str = "fika:wall";

/// How strong a wall is, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Strength {
    /// Plain processes.
    None,
    /// A kernel shared with the host, behind namespaces and filters.
    Jail,
    /// A kernel of its own.
    MicroVm,
}

/// One kind of wall, as a worker builds it. Their order says nothing of their strength.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WallKind {
    /// No wall at all.
    None,
    /// Namespaces.
    Jail,
    /// A microVM run by QEMU.
    Qemu,
    /// A microVM run by Firecracker.
    Firecracker,
}

/// The wall a function asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WallWish {
    /// A jail, and no microVM.
    Jail,
    /// Either microVM.
    MicroVm,
    /// QEMU's.
    Qemu,
    /// Firecracker's.
    Firecracker,
}

/// A text that names none of the values there are.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{given:?} is not one of {valid}")]
pub struct UnknownWall {
    /// What was given.
    pub given: String,
    /// What would be right, with commas.
    pub valid: &'static str,
}

impl WallKind {
    /// Its place in the order of strength.
    #[must_use]
    pub fn strength(self) -> Strength {
        match self {
            Self::None => Strength::None,
            Self::Jail => Strength::Jail,
            Self::Qemu | Self::Firecracker => Strength::MicroVm,
        }
    }
}

impl WallWish {
    /// What the tag may say, with commas.
    pub const VALID: &'static str = "jail, microvm, qemu, firecracker";

    /// Whether a wall of that kind is what was asked for.
    #[must_use]
    pub fn accepts(self, kind: WallKind) -> bool {
        match self {
            Self::Jail => kind == WallKind::Jail,
            Self::MicroVm => kind.strength() == Strength::MicroVm,
            Self::Qemu => kind == WallKind::Qemu,
            Self::Firecracker => kind == WallKind::Firecracker,
        }
    }
}

impl fmt::Display for Strength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Jail => "jail",
            Self::MicroVm => "microvm",
        })
    }
}

impl fmt::Display for WallKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Jail => "jail",
            Self::Qemu => "qemu",
            Self::Firecracker => "firecracker",
        })
    }
}

impl fmt::Display for WallWish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jail => "jail",
            Self::MicroVm => "microvm",
            Self::Qemu => "qemu",
            Self::Firecracker => "firecracker",
        })
    }
}

impl FromStr for Strength {
    type Err = UnknownWall;

    fn from_str(text: &str) -> Result<Self, UnknownWall> {
        let all = [Self::None, Self::Jail, Self::MicroVm];
        find(&all, text, "none, jail, microvm")
    }
}

impl FromStr for WallKind {
    type Err = UnknownWall;

    fn from_str(text: &str) -> Result<Self, UnknownWall> {
        let all = [Self::None, Self::Jail, Self::Qemu, Self::Firecracker];
        find(&all, text, "none, jail, qemu, firecracker")
    }
}

impl FromStr for WallWish {
    type Err = UnknownWall;

    fn from_str(text: &str) -> Result<Self, UnknownWall> {
        find(&[Self::Jail, Self::MicroVm, Self::Qemu, Self::Firecracker], text, Self::VALID)
    }
}

fn find<T: Copy + fmt::Display>(
    all: &[T],
    text: &str,
    valid: &'static str,
) -> Result<T, UnknownWall> {
    let found = all.iter().find(|one| one.to_string() == text).copied();
    found.ok_or_else(|| UnknownWall { given: text.into(), valid })
}

/// The weakest walls an operator lets functions run behind. Nothing is required at first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WallPolicy {
    /// What everybody's functions need.
    pub everyone: Option<Strength>,
    /// What some accounts' functions need; where it is less than everyone's, everyone's counts.
    pub accounts: BTreeMap<AccountId, Strength>,
}

/// One item of a [`WallPolicy`]: `microvm` for everyone, `123456789012=microvm` for an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WallRequirement {
    /// Whose functions; none for everybody's.
    pub account: Option<AccountId>,
    /// What they need.
    pub strength: Strength,
}

/// A text that is no [`WallRequirement`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotARequirement {
    /// Its wall has no such name.
    #[error(transparent)]
    Wall(#[from] UnknownWall),
    /// Before the `=` is no account.
    #[error(transparent)]
    Account(#[from] IdError),
}

impl FromStr for WallRequirement {
    type Err = NotARequirement;

    fn from_str(text: &str) -> Result<Self, NotARequirement> {
        Ok(match text.split_once('=') {
            Some((account, wall)) => {
                Self { account: Some(AccountId::new(account)?), strength: wall.parse()? }
            }
            None => Self { account: None, strength: text.parse()? },
        })
    }
}

impl FromIterator<WallRequirement> for WallPolicy {
    /// Of several requirements for the same functions the strongest counts.
    fn from_iter<I: IntoIterator<Item = WallRequirement>>(items: I) -> Self {
        let mut policy = Self::default();
        for WallRequirement { account, strength } in items {
            match account {
                Some(account) => {
                    let known = policy.accounts.entry(account).or_insert(strength);
                    *known = strength.max(*known);
                }
                None => policy.everyone = policy.everyone.max(Some(strength)),
            }
        }
        policy
    }
}

impl WallPolicy {
    /// The weakest wall that account's functions may run behind.
    #[must_use]
    pub fn required(&self, account: &AccountId) -> Strength {
        let own = self.accounts.get(account).copied();
        self.everyone.max(own).unwrap_or(Strength::None)
    }

    /// Whether that account's functions may run behind a wall of that kind.
    #[must_use]
    pub fn allows(&self, account: &AccountId, kind: WallKind) -> bool {
        kind.strength() >= self.required(account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [WallKind; 4] =
        [WallKind::None, WallKind::Jail, WallKind::Qemu, WallKind::Firecracker];

    fn policy(items: &[&str]) -> WallPolicy {
        items.iter().map(|item| item.parse::<WallRequirement>().expect(item)).collect()
    }

    fn allowed(policy: &WallPolicy, account: &str) -> Vec<WallKind> {
        let account = AccountId::new(account).expect("an account");
        KINDS.into_iter().filter(|kind| policy.allows(&account, *kind)).collect()
    }

    #[test]
    fn names_read_back_as_written() {
        for kind in KINDS {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        for name in WallWish::VALID.split(", ") {
            let wish: WallWish = name.parse().expect(name);
            assert_eq!(wish.to_string(), name);
        }
        for name in ["none", "jail", "microvm"] {
            assert_eq!(name.parse::<Strength>().expect(name).to_string(), name);
        }
        let error = "vm".parse::<WallWish>().expect_err("no wall");
        assert_eq!(error.to_string(), "\"vm\" is not one of jail, microvm, qemu, firecracker");
    }

    #[test]
    fn a_wish_accepts_what_it_names() {
        let accepted = |wish: WallWish| KINDS.map(|kind| wish.accepts(kind));
        assert_eq!(accepted(WallWish::Jail), [false, true, false, false]);
        assert_eq!(accepted(WallWish::MicroVm), [false, false, true, true]);
        assert_eq!(accepted(WallWish::Qemu), [false, false, true, false]);
        assert_eq!(accepted(WallWish::Firecracker), [false, false, false, true]);
    }

    #[test]
    fn the_strongest_requirement_counts() {
        let (one, other) = ("000000000001", "000000000002");
        assert_eq!(allowed(&WallPolicy::default(), one), KINDS);
        assert_eq!(allowed(&policy(&["jail"]), one), KINDS[1..]);
        let own = policy(&["000000000001=microvm", "000000000001=none", "jail"]);
        assert_eq!(allowed(&own, one), KINDS[2..]);
        assert_eq!(allowed(&own, other), KINDS[1..]);
        assert_eq!(allowed(&policy(&["microvm", "000000000001=jail"]), one), KINDS[2..]);
    }

    #[test]
    fn what_is_no_requirement_is_refused() {
        for text in ["", "strong", "=jail", "12=jail", "000000000001=", "000000000001"] {
            assert!(text.parse::<WallRequirement>().is_err(), "{text}");
        }
    }
}
