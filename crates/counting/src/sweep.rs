//! When to look for entries that can be forgotten, so that memory follows what is in use and
//! not every name ever seen.

const LEAST: usize = 64;

/// Says when a map has doubled since the last look: the work is then a constant for each entry
/// added, and the map never holds more than twice what was in use, or a few.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sweep {
    at: usize,
}

impl Default for Sweep {
    fn default() -> Self {
        Self { at: LEAST }
    }
}

impl Sweep {
    pub(crate) fn is_due(self, len: usize) -> bool {
        len >= self.at
    }

    /// A look left that many.
    pub(crate) fn done(&mut self, left: usize) {
        self.at = LEAST.max(left * 2);
    }
}
