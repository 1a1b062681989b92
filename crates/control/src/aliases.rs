//! Aliases: names of a function's versions, which callers use instead of numbers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::reference::Which;

/// Aliases of one function, by name.
pub(crate) type Aliases = BTreeMap<String, Alias>;

/// Where an alias leads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Alias {
    /// The version it is of.
    pub(crate) version: Which,
    /// Another published version that takes part of the calls, and which part: 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) additional: Option<(u64, f64)>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) description: String,
    /// Another with every change.
    pub(crate) revision_id: Uuid,
}

impl Alias {
    /// The state that one call runs; `draw` is at random from 0 up to, not including, 1.
    pub(crate) fn pick(&self, draw: f64) -> Which {
        match self.additional {
            Some((number, weight)) if draw < weight => Which::Published(number),
            _ => self.version,
        }
    }

    /// Whether some calls of it run that published version, or can.
    pub(crate) fn leads_to(&self, number: u64) -> bool {
        self.version == Which::Published(number)
            || self.additional.is_some_and(|(additional, _)| additional == number)
    }
}

/// Whether a qualifier can be an alias: a word that is no number.
pub(crate) fn is_name(qualifier: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    qualifier.bytes().all(word) && !qualifier.bytes().all(|b| b.is_ascii_digit())
}

/// A draw for [`Alias::pick`]. Its quality is that of the process's random ids.
pub(crate) fn draw() -> f64 {
    // Of a random UUID the low 62 bits are all random; 53 fill a double's fraction.
    let bits = Uuid::new_v4().as_u128() & ((1 << 53) - 1);
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    let draw = bits as f64 / (1_u64 << 53) as f64;
    draw
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alias(additional: Option<(u64, f64)>) -> Alias {
        let (version, description) = (Which::Published(1), String::new());
        Alias { version, additional, description, revision_id: Uuid::nil() }
    }

    #[test]
    fn calls_are_shared_out_by_weight() {
        // Draws that are spread evenly: each weight takes its part to the last one.
        for (weight, part) in [(0.0, 0), (0.1, 100), (0.5, 500), (0.999, 999), (1.0, 1000)] {
            let alias = alias(Some((2, weight)));
            let draws = (0..1000).map(|i| (f64::from(i) + 0.5) / 1000.0);
            let taken = draws.filter(|draw| alias.pick(*draw) == Which::Published(2)).count();
            assert_eq!(taken, part, "{weight}");
        }
        assert_eq!(alias(None).pick(0.0), Which::Published(1));
    }

    #[test]
    fn draws_are_spread_over_all_there_is() {
        let mut tenths = [0; 10];
        for _ in 0..10_000 {
            let draw = draw();
            assert!((0.0..1.0).contains(&draw), "{draw}");
            tenths[(draw * 10.0) as usize] += 1;
        }
        // 1,000 each, give or take ten standard deviations.
        assert!(tenths.iter().all(|n| (700..1300).contains(n)), "{tenths:?}");
    }

    #[test]
    fn names_are_words_and_no_numbers() {
        for name in ["live", "2024-01-02", "1x", "-", "_"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "1", "007", "$LATEST", "$latest", "a b", "a.b"] {
            assert!(!is_name(name), "{name}");
        }
    }
}
