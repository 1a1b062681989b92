//! Texts with `*` for any text.

use crate::NotAPattern;
use crate::read::bad;

/// So many `*` before the same character are refused, as the service does: it counts how many states of
/// its automaton are alive at once.
const MOST_ALIKE: usize = 5;

/// A text with wildcards: what is between them.
#[derive(Debug, Clone)]
pub(crate) struct Glob {
    first: String,
    /// After the first `*`, one for each.
    rest: Vec<String>,
}

impl Glob {
    pub(crate) fn parse(text: &str) -> Result<Self, NotAPattern> {
        let mut parts = vec![String::new()];
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            // The service counts the quote before the text.
            let (at, next) = (at + 1, chars.peek().map(|(_, next)| *next));
            match (c, next) {
                ('*', Some('*')) => {
                    return bad(format!("Consecutive wildcard characters at pos {at}"));
                }
                ('*', _) => parts.push(String::new()),
                ('\\', Some(next @ ('*' | '\\'))) => {
                    chars.next();
                    parts.last_mut().into_iter().for_each(|part| part.push(next));
                }
                ('\\', _) => return bad(format!("Invalid escape character at pos {at}")),
                _ => parts.last_mut().into_iter().for_each(|part| part.push(c)),
            }
        }
        let glob = Self { first: parts.remove(0), rest: parts };
        if glob.is_complex() {
            return bad(
                "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character",
            );
        }
        Ok(glob)
    }

    fn is_complex(&self) -> bool {
        let starts = || self.rest.iter().filter_map(|part| part.chars().next());
        starts().any(|c| starts().filter(|other| *other == c).count() >= MOST_ALIKE)
    }

    /// Each part is looked for where it comes first, which leaves most for those after it.
    pub(crate) fn holds(&self, text: &str) -> bool {
        let Some((last, middle)) = self.rest.split_last() else { return text == self.first };
        let Some(mut left) = text.strip_prefix(self.first.as_str()) else { return false };
        for part in middle {
            let Some(at) = left.find(part.as_str()) else { return false };
            left = &left[at + part.len()..];
        }
        left.ends_with(last.as_str())
    }
}
