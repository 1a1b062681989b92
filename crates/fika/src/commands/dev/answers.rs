//! What invocations answered, until their REPORT line is shown: from a server of our own only.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use fika_model::RequestId;

use crate::node::Answers;

/// As much of an answer as is kept, bytes.
const HEAD: usize = 2_048;
/// How many wait at most; the oldest go.
const MOST: usize = 1_024;

/// The beginning of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its first bytes; none where it was streamed.
    pub head: String,
    /// Whether that is not all.
    pub cut: bool,
    /// Whether it is an error of the function.
    pub failed: bool,
}

/// The answers that wait.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<VecDeque<(String, Answer)>>);

impl Shelf {
    /// The answer to an invocation.
    pub fn take(&self, request_id: &str) -> Option<Answer> {
        let mut shelf = self.lock();
        let at = shelf.iter().rposition(|(id, _)| id == request_id)?;
        shelf.remove(at).map(|(_, answer)| answer)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(String, Answer)>> {
        // Only whole entries go in and out.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Answers for Shelf {
    fn answered(&self, id: RequestId, answer: &Bytes, failed: bool) {
        let head = &answer[..answer.len().min(HEAD)];
        let head = String::from_utf8_lossy(head).trim_end_matches('\u{fffd}').to_owned();
        let mut shelf = self.lock();
        if shelf.len() == MOST {
            shelf.pop_front();
        }
        shelf.push_back((id.to_string(), Answer { head, cut: answer.len() > HEAD, failed }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_wait_for_their_reports_but_not_for_ever() {
        let shelf = Shelf::default();
        let ids: Vec<RequestId> = (0..=MOST).map(|_| RequestId::random()).collect();
        for id in &ids {
            shelf.answered(*id, &Bytes::from_static(b"1"), false);
        }
        assert_eq!(shelf.take(&ids[0].to_string()), None);
        let last = ids[MOST].to_string();
        let expected = Answer { head: "1".into(), cut: false, failed: false };
        assert_eq!((shelf.take(&last), shelf.take(&last)), (Some(expected), None));
    }

    #[test]
    fn long_answers_are_cut_between_characters() {
        let (shelf, id) = (Shelf::default(), RequestId::random());
        let long = "xé".repeat(HEAD);
        shelf.answered(id, &Bytes::from(long.clone()), true);
        let answer = shelf.take(&id.to_string()).expect("there");
        assert!(answer.cut && answer.failed && long.starts_with(&answer.head));
    }
}
