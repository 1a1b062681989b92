//! What is kept of an address. Add members with a default.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The longest answer that is read, bytes, as on AWS.
const LONGEST: usize = 4_096;

/// What was put at an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// A text.
    Text(String),
    /// More than 4,096 bytes: nothing of it is kept.
    TooLong,
    /// Nobody will: who was to answer cannot be asked, and why.
    Unable(String),
}

impl Answer {
    pub(crate) fn of(body: &[u8]) -> Self {
        if body.len() > LONGEST {
            return Self::TooLong;
        }
        Self::Text(String::from_utf8_lossy(body).into_owned())
    }
}

/// An address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// What is in its path. Nobody can guess it.
    pub(crate) id: String,
    /// What is asked for there, as who waits describes it.
    pub(crate) purpose: String,
    /// The number of the request that goes with it.
    pub(crate) request: Uuid,
    /// Whether whoever is to answer was asked.
    #[serde(default)]
    pub(crate) asked: bool,
    /// How many answers are taken.
    pub(crate) most: usize,
    /// Those that came, in their order.
    #[serde(default)]
    pub(crate) answers: Vec<Answer>,
    /// Milliseconds since 1970.
    pub(crate) made_ms: u64,
}

impl Record {
    pub(crate) fn new(purpose: String, most: usize, now_ms: u64) -> Self {
        // Two random numbers: 244 bits.
        let id = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let request = Uuid::new_v4();
        Self { id, purpose, request, asked: false, most, answers: Vec::new(), made_ms: now_ms }
    }

    /// With one more answer; none where there is no room for it, or it came before.
    pub(crate) fn with(&self, answer: Answer) -> Option<Self> {
        let is_new = self.answers.len() < self.most && !self.answers.contains(&answer);
        is_new.then(|| {
            let mut next = self.clone();
            next.answers.push(answer);
            next
        })
    }
}
