//! Who waits for a batch, and how all who waited for a group are told.

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::batch::{EntryId, JournalError};

/// What becomes of a batch.
pub(crate) type Answer = Result<Vec<EntryId>, JournalError>;

/// Who waits, and on which event loop; on none outside of any.
#[derive(Debug)]
pub(crate) struct Asker {
    answer: oneshot::Sender<Answer>,
    home: Option<Handle>,
}

/// Those of one event loop, with their answers.
type Told = Vec<(oneshot::Sender<Answer>, Answer)>;

impl Asker {
    /// Whoever calls this, and where the answer comes.
    pub(crate) fn new() -> (Self, oneshot::Receiver<Answer>) {
        let (answer, answered) = oneshot::channel();
        (Self { answer, home: Handle::try_current().ok() }, answered)
    }
}

/// Tells everybody. To wake a task of another thread's event loop is a system call; so each loop is woken once,
/// whoever of it waits, and they are told there.
pub(crate) fn tell(answers: impl IntoIterator<Item = (Asker, Answer)>) {
    let mut loops: Vec<(Handle, Told)> = Vec::new();
    for (Asker { answer: to, home }, answer) in answers {
        let Some(home) = home else {
            tell_each(vec![(to, answer)]);
            continue;
        };
        match loops.iter_mut().find(|(known, _)| known.id() == home.id()) {
            Some((_, told)) => told.push((to, answer)),
            None => loops.push((home, vec![(to, answer)])),
        }
    }
    for (home, told) in loops {
        if told.len() == 1 {
            tell_each(told);
        } else {
            home.spawn(async move { tell_each(told) });
        }
    }
}

fn tell_each(told: Told) {
    for (to, answer) in told {
        // Who asked may have gone; the change stays.
        let _ = to.send(answer);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tokio::runtime::{Builder, Runtime};

    use super::*;

    #[test]
    fn everybody_is_told_their_own_answer_wherever_they_wait() {
        let loops: [Runtime; 2] =
            std::array::from_fn(|_| Builder::new_current_thread().build().unwrap());
        let ask = |n: usize| {
            let _inside = loops.get(n % 3).map(Runtime::enter);
            Asker::new()
        };
        let (askers, answers): (Vec<_>, Vec<_>) = (0..9).map(ask).unzip();
        tell(askers.into_iter().zip((0..9).map(|n| Ok(vec![EntryId(n)]))));
        for (n, answer) in answers.into_iter().enumerate() {
            let told = match loops.get(n % 3) {
                Some(home) => home.block_on(answer),
                None => answer.blocking_recv(),
            };
            assert_eq!(told.unwrap(), Ok(vec![EntryId(n as u64)]));
        }
    }
}
