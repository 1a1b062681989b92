//! Who is logged in: a plain state machine. Times are since any fixed point, and never go back.
//!
//! What a browser shows is known here only by its SHA-256, and what it opens is no more than the name of an access
//! key: who that is, and what they may do, is asked of `iam` at each request.

use std::collections::HashMap;
use std::time::Duration;

use fika_model::AccountId;
use sha2::{Digest, Sha256};

/// How long a session lasts that nobody uses.
pub const IDLE: Duration = Duration::from_secs(60 * 60);
/// How long it lasts at most.
pub const LONGEST: Duration = Duration::from_secs(12 * 60 * 60);
/// How many an account has at once: one more ends the one that was used least lately.
const OF_ACCOUNT: usize = 64;
/// How many there are at once.
const ALL: usize = 4_096;

/// What stands for a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ticket([u8; 32]);

impl Ticket {
    /// Of what the cookie holds.
    #[must_use]
    pub fn of(cookie: &str) -> Self {
        Self(Sha256::digest(cookie.as_bytes()).into())
    }
}

/// What somebody has logged in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// Whose key it was.
    pub account: AccountId,
    /// The access key.
    pub access_key_id: String,
    /// The token, of a key that is a role's for a while.
    pub token: Option<String>,
}

#[derive(Debug)]
struct Session {
    login: Login,
    began: Duration,
    used: Duration,
}

impl Session {
    fn is_over(&self, now: Duration) -> bool {
        now >= self.used + IDLE || now >= self.began + LONGEST
    }
}

/// Too many are logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

/// The sessions there are.
#[derive(Debug, Default)]
pub struct Sessions(HashMap<Ticket, Session>);

impl Sessions {
    /// Somebody logged in.
    ///
    /// # Errors
    /// [`Full`], of other accounts' sessions.
    pub fn begin(&mut self, now: Duration, ticket: Ticket, login: Login) -> Result<(), Full> {
        self.0.retain(|_, session| !session.is_over(now));
        let own = |session: &Session| session.login.account == login.account;
        if self.0.values().filter(|session| own(session)).count() >= OF_ACCOUNT {
            let of_account = self.0.iter().filter(|(_, session)| own(session));
            let oldest = of_account.min_by_key(|(_, session)| session.used).map(|(&one, _)| one);
            oldest.map(|oldest| self.0.remove(&oldest));
        }
        if self.0.len() >= ALL {
            return Err(Full);
        }
        self.0.insert(ticket, Session { login, began: now, used: now });
        Ok(())
    }

    /// Who shows that ticket. They have used it by that.
    pub fn show(&mut self, now: Duration, ticket: &Ticket) -> Option<Login> {
        let session = self.0.get_mut(ticket)?;
        if session.is_over(now) {
            self.0.remove(ticket);
            return None;
        }
        session.used = now;
        Some(session.login.clone())
    }

    /// Somebody logged out, or is nobody any more.
    pub fn end(&mut self, ticket: &Ticket) {
        self.0.remove(ticket);
    }

    /// How many there are, with those that are over and were not looked for.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn login(account: u64) -> Login {
        let account = AccountId::new(&format!("{account:012}")).expect("an account");
        Login { account, access_key_id: "AKIA".into(), token: None }
    }

    fn ticket(number: u32) -> Ticket {
        Ticket::of(&number.to_string())
    }

    #[test]
    fn one_that_nobody_uses_ends_and_one_that_is_used_does_later() {
        let (mut sessions, second) = (Sessions::default(), Duration::from_secs(1));
        sessions.begin(second, ticket(1), login(1)).expect("room");
        assert_eq!(sessions.show(IDLE, &ticket(1)), Some(login(1)));
        let mut now = IDLE;
        while now + IDLE - second < LONGEST + second {
            now += IDLE - second;
            assert!(sessions.show(now, &ticket(1)).is_some(), "used at {now:?}");
        }
        assert_eq!(sessions.show(LONGEST + second, &ticket(1)), None);
        assert!(sessions.is_empty());
        sessions.begin(now, ticket(2), login(1)).expect("room");
        assert_eq!(sessions.show(now + IDLE, &ticket(2)), None, "idle");
    }

    #[test]
    fn a_ticket_that_was_never_given_opens_nothing() {
        let mut sessions = Sessions::default();
        sessions.begin(Duration::ZERO, ticket(1), login(1)).expect("room");
        assert_eq!(sessions.show(Duration::ZERO, &ticket(2)), None);
        sessions.end(&ticket(1));
        assert_eq!(sessions.show(Duration::ZERO, &ticket(1)), None);
    }

    #[test]
    fn an_account_takes_no_other_ones_place() {
        let mut sessions = Sessions::default();
        sessions.begin(Duration::ZERO, ticket(0), login(7)).expect("room");
        for number in 1..=200 {
            sessions.begin(Duration::from_secs(1), ticket(number), login(1)).expect("room");
        }
        assert_eq!(sessions.len(), OF_ACCOUNT + 1);
        assert!(sessions.show(Duration::from_secs(1), &ticket(0)).is_some());
    }

    #[derive(Debug, Clone)]
    enum Step {
        Begin(u32, u64),
        Show(u32),
        End(u32),
        Pass(u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0..40u32, 0..400u64).prop_map(|(ticket, account)| Step::Begin(ticket, account)),
            (0..40u32).prop_map(Step::Show),
            (0..40u32).prop_map(Step::End),
            (0..2 * IDLE.as_secs()).prop_map(Step::Pass),
        ]
    }

    proptest! {
        /// Whatever happens, what opens was begun, not ended since, used lately, and not too old.
        #[test]
        fn only_what_is_alive_opens(steps in prop::collection::vec(step(), 1..200)) {
            let (mut sessions, mut now) = (Sessions::default(), Duration::ZERO);
            let mut expected: HashMap<u32, (u64, Duration, Duration)> = HashMap::new();
            for step in steps {
                match step {
                    Step::Begin(number, account) => {
                        sessions.begin(now, ticket(number), login(account)).expect("room");
                        expected.insert(number, (account, now, now));
                    }
                    Step::Show(number) => {
                        let alive = expected.get_mut(&number).filter(|(_, began, used)| {
                            now < *used + IDLE && now < *began + LONGEST
                        });
                        let expected = alive.map(|one| { one.2 = now; login(one.0) });
                        prop_assert_eq!(sessions.show(now, &ticket(number)), expected);
                    }
                    Step::End(number) => {
                        sessions.end(&ticket(number));
                        expected.remove(&number);
                    }
                    Step::Pass(seconds) => now += Duration::from_secs(seconds),
                }
                prop_assert!(sessions.len() <= ALL);
            }
        }
    }
}
