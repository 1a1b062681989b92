//! Which wall a function gets: what it asks for, what its account must have, what there is.

use fika_model::wall::{Strength, WallKind, WallPolicy, WallWish};
use fika_model::{AccountId, Egress, FunctionVersion};
use thiserror::Error;

/// The walls of a worker, and who gets which.
#[derive(Debug, Clone)]
pub struct WallChoice {
    /// Those it can build.
    pub available: Vec<WallKind>,
    /// The one for functions that ask for none.
    pub default: WallKind,
    /// What the operator requires.
    pub policy: WallPolicy,
    /// The only account whose functions may run without a wall.
    pub alone: AccountId,
}

/// No wall of the worker is right for a function.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoWall {
    /// It asks for one that is not there.
    #[error(
        "the function asks for fika:wall={0}, which this server does not build: change the tag, or start the server with {switch} (see `fika doctor`), then update the function",
        switch = switch(*.0)
    )]
    Wish(WallWish),
    /// What there is, or what it asks for, is too weak.
    #[error("account {account} must run behind a {required} or stronger: {why}")]
    TooWeak {
        /// Whose function it is.
        account: AccountId,
        /// What is required.
        required: Strength,
        /// What to do.
        why: &'static str,
    },
    /// Without a wall, accounts are not kept apart.
    #[error(
        "account {0} must have a wall around its functions, and this server has none: start it with --wall jail"
    )]
    NotAlone(AccountId),
    /// Without a wall, nobody is kept from calling out.
    #[error(
        "the function asks for fika:egress={0}, which cannot be kept without a wall: change the tag, or start the server with --wall jail"
    )]
    Egress(Egress),
}

/// What a server is started with that builds such a wall.
fn switch(wish: WallWish) -> &'static str {
    match wish {
        WallWish::Jail => "--wall jail",
        WallWish::MicroVm => "--wall qemu or --wall firecracker",
        WallWish::Qemu => "--wall qemu",
        WallWish::Firecracker => "--wall firecracker",
    }
}

impl WallChoice {
    /// The wall for a version: what it asks for, else the default, and the strongest there is
    /// where the default is not enough.
    ///
    /// # Errors
    /// [`NoWall`] when there is none; it never gets a weaker one.
    pub fn wall_for(&self, version: &FunctionVersion) -> Result<WallKind, NoWall> {
        match self.strong_enough(version)? {
            WallKind::None => self.without_wall(version).map(|()| WallKind::None),
            kind => Ok(kind),
        }
    }

    fn without_wall(&self, version: &FunctionVersion) -> Result<(), NoWall> {
        let account = &version.arn.scope.account;
        match &version.egress {
            _ if *account != self.alone => Err(NoWall::NotAlone(account.clone())),
            None | Some(Egress::Open) => Ok(()),
            Some(egress) => Err(NoWall::Egress(egress.clone())),
        }
    }

    fn strong_enough(&self, version: &FunctionVersion) -> Result<WallKind, NoWall> {
        let account = &version.arn.scope.account;
        let required = self.policy.required(account);
        let too_weak = |why| NoWall::TooWeak { account: account.clone(), required, why };
        let enough = |kind: &WallKind| kind.strength() >= required;
        match version.wall {
            Some(wish) => {
                let kind = self.strongest(|kind| wish.accepts(kind)).ok_or(NoWall::Wish(wish))?;
                Some(kind).filter(enough).ok_or_else(|| too_weak("remove its tag fika:wall"))
            }
            None if enough(&self.default) => Ok(self.default),
            None => self
                .strongest(|kind| enough(&kind))
                .ok_or_else(|| too_weak("this worker has none, see `fika doctor`")),
        }
    }

    /// The strongest that is right; of equals, the first named.
    fn strongest(&self, right: impl Fn(WallKind) -> bool) -> Option<WallKind> {
        let right = self.available.iter().rev().copied().filter(|kind| right(*kind));
        right.max_by_key(|kind| kind.strength())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::testing;

    fn choice(available: &[WallKind], require: &[&str]) -> WallChoice {
        let policy = require.iter().map(|item| item.parse().expect("a requirement")).collect();
        let alone = asking(None).arn.scope.account;
        let default = *available.first().expect("a wall");
        WallChoice { available: available.to_vec(), default, policy, alone }
    }

    fn asking(wish: Option<WallWish>) -> FunctionVersion {
        FunctionVersion { wall: wish, ..Arc::unwrap_or_clone(testing::version(Duration::MAX)) }
    }

    #[test]
    fn a_function_gets_what_it_asks_for_or_nothing() {
        use WallKind::{Firecracker, Jail, Qemu};
        let all = choice(&[Jail, Firecracker, Qemu], &[]);
        for (wish, kind) in [
            (None, Jail),
            (Some(WallWish::Jail), Jail),
            (Some(WallWish::MicroVm), Firecracker),
            (Some(WallWish::Qemu), Qemu),
        ] {
            assert_eq!(all.wall_for(&asking(wish)), Ok(kind));
        }
        let jail = choice(&[Jail], &[]);
        let refused = jail.wall_for(&asking(Some(WallWish::MicroVm)));
        assert_eq!(refused, Err(NoWall::Wish(WallWish::MicroVm)));
    }

    #[test]
    fn nobody_gets_less_than_is_required() {
        use WallKind::{Jail, Qemu};
        for require in ["microvm".into(), format!("{}=microvm", asking(None).arn.scope.account)] {
            let both = choice(&[Jail, Qemu], &[&require]);
            assert_eq!(both.wall_for(&asking(None)), Ok(Qemu), "stronger than the default");
            let weak = both.wall_for(&asking(Some(WallWish::Jail)));
            assert!(matches!(weak, Err(NoWall::TooWeak { .. })));
            let jail = choice(&[Jail], &[&require]);
            assert!(matches!(jail.wall_for(&asking(None)), Err(NoWall::TooWeak { .. })));
        }
        let others = choice(&[Jail], &["999999999999=microvm"]);
        assert_eq!(others.wall_for(&asking(None)), Ok(Jail));
    }

    #[test]
    fn without_a_wall_one_account_runs_what_needs_none() {
        let none = choice(&[WallKind::None], &[]);
        assert_eq!(none.wall_for(&asking(None)), Ok(WallKind::None));
        let wish = none.wall_for(&asking(Some(WallWish::Jail)));
        assert_eq!(wish, Err(NoWall::Wish(WallWish::Jail)));
        let mut other = asking(None);
        other.arn.scope.account = AccountId::new("999999999999").expect("twelve digits");
        assert!(matches!(none.wall_for(&other), Err(NoWall::NotAlone(_))));
        let calling = |egress| FunctionVersion { egress: Some(egress), ..asking(None) };
        assert_eq!(none.wall_for(&calling(Egress::Open)), Ok(WallKind::None));
        let quiet = none.wall_for(&calling(Egress::None));
        assert_eq!(quiet, Err(NoWall::Egress(Egress::None)));
        let walled = choice(&[WallKind::Jail], &[]);
        assert_eq!(walled.wall_for(&other), Ok(WallKind::Jail));
        let required =
            choice(&[WallKind::None], &[&format!("{}=jail", asking(None).arn.scope.account)]);
        assert!(matches!(required.wall_for(&asking(None)), Err(NoWall::TooWeak { .. })));
    }
}
