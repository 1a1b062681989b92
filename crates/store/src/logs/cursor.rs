//! A place in a log.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A place in a group's log, good across restarts and rotation. Its text is opaque to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    pub(crate) segment: u64,
    pub(crate) offset: u64,
}

/// A text that is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this is no place in a log; take the one an earlier answer gave")]
pub struct NotACursor;

impl Cursor {
    /// Before everything that is kept.
    pub const START: Self = Self { segment: 0, offset: 0 };
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{:x}", self.segment, self.offset)
    }
}

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let (segment, offset) = text.split_once('-').ok_or(NotACursor)?;
        let number = |digits| u64::from_str_radix(digits, 16).map_err(|_| NotACursor);
        Ok(Self { segment: number(segment)?, offset: number(offset)? })
    }
}
