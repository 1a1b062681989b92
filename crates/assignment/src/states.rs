//! What a sandbox can be, and every way from one state to another.

/// What a sandbox is to the Assignment Service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// It is being placed, built or initialised.
    Starting,
    /// It waits for an invocation.
    Idle,
    /// It is leased to an invocation.
    Busy,
    /// It is of no more use. It is forgotten, and its memory given back, when the worker says
    /// that it is gone.
    Dead,
}

/// What happens to a sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    /// The worker has built it and its runtime asks for work.
    Ready,
    /// No worker could place or build it.
    Failed,
    /// It is handed to an invocation.
    Granted,
    /// The worker says that it can take another invocation.
    Returned,
    /// The worker is told to end it.
    Retired,
    /// The worker says that it is gone, or the worker itself is gone.
    Gone,
}

impl State {
    /// The table: the state after a signal. A pair that is not in it is a bug; the sandbox is
    /// then treated as dead.
    #[must_use]
    pub const fn after(self, signal: Signal) -> Option<Self> {
        match (self, signal) {
            (Self::Starting, Signal::Ready) => Some(Self::Idle),
            (Self::Starting, Signal::Failed | Signal::Gone) => Some(Self::Dead),
            (Self::Idle, Signal::Granted) => Some(Self::Busy),
            (Self::Idle, Signal::Retired | Signal::Gone) => Some(Self::Dead),
            (Self::Busy, Signal::Returned) => Some(Self::Idle),
            (Self::Busy, Signal::Gone) => Some(Self::Dead),
            // The worker confirms, or the answer of a create comes after the death.
            (Self::Dead, Signal::Gone | Signal::Ready | Signal::Failed) => Some(Self::Dead),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole table as one would draw it: a row a state, a column a signal.
    #[test]
    fn the_table_is_this_one_and_no_other() {
        use Signal::{Failed, Gone, Granted, Ready, Retired, Returned};
        use State::{Busy, Dead, Idle, Starting};
        const SIGNALS: [Signal; 6] = [Ready, Failed, Granted, Returned, Retired, Gone];
        const BUG: Option<State> = None;
        let (idle, busy, dead) = (Some(Idle), Some(Busy), Some(Dead));
        for (state, row) in [
            (Starting, [idle, dead, BUG, BUG, BUG, dead]),
            (Idle, [BUG, BUG, busy, BUG, dead, dead]),
            (Busy, [BUG, BUG, BUG, idle, BUG, dead]),
            (Dead, [dead, dead, BUG, BUG, BUG, dead]),
        ] {
            for (signal, next) in SIGNALS.into_iter().zip(row) {
                assert_eq!(state.after(signal), next, "{state:?} after {signal:?}");
            }
        }
    }
}
