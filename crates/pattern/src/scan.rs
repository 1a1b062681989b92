//! Reading a pattern from its begin to its end.

use crate::NotAPattern;

/// A pattern and how far it has been read. Stops between characters only.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scan<'p> {
    text: &'p str,
    at: usize,
}

impl<'p> Scan<'p> {
    pub(crate) fn new(text: &'p str) -> Self {
        Self { text, at: 0 }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'p str {
        &self.text[self.at..]
    }

    /// The next byte; none at the end.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest().bytes().next()
    }

    pub(crate) fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// Passes that text, if it comes next.
    pub(crate) fn take(&mut self, expected: &str) -> bool {
        let comes = self.rest().starts_with(expected);
        if comes {
            self.at += expected.len();
        }
        comes
    }

    /// Passes blanks and that text.
    ///
    /// # Errors
    /// When something else comes.
    pub(crate) fn expect(&mut self, expected: &str) -> Result<(), NotAPattern> {
        self.blanks();
        if self.take(expected) { Ok(()) } else { Err(self.unexpected()) }
    }

    /// Passes a word of letters, whatever their case, if it comes next as a whole.
    pub(crate) fn take_word(&mut self, word: &str) -> bool {
        let rest = self.rest();
        let next = rest.get(..word.len());
        let ends = !rest[next.map_or(0, str::len)..].starts_with(|c: char| c.is_alphanumeric());
        let comes = ends && next.is_some_and(|next| next.eq_ignore_ascii_case(word));
        if comes {
            self.at += word.len();
        }
        comes
    }

    /// What comes next, as long as its characters are of that kind; maybe nothing.
    pub(crate) fn take_while(&mut self, is: impl Fn(char) -> bool) -> &'p str {
        let rest = self.rest();
        let end = rest.find(|c| !is(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// A text in double quotes, which comes next. `\"` and `\\` stand for what follows the `\`.
    pub(crate) fn quoted(&mut self) -> Result<String, NotAPattern> {
        self.expect("\"")?;
        let mut text = String::new();
        let mut chars = self.rest().char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += at + 1;
                    return Ok(text);
                }
                '\\' => match chars.next() {
                    Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                    Some((_, other)) => text.extend(['\\', other]),
                    None => break,
                },
                c => text.push(c),
            }
        }
        Err(NotAPattern::Ended)
    }

    /// What stands between two of that delimiter, the first of which comes next.
    pub(crate) fn between(&mut self, delimiter: char) -> Result<&'p str, NotAPattern> {
        let inner = self.rest().strip_prefix(delimiter).ok_or_else(|| self.unexpected())?;
        let end = inner.find(delimiter).ok_or(NotAPattern::Ended)?;
        self.at += end + 2 * delimiter.len_utf8();
        Ok(&inner[..end])
    }

    /// That what comes next is not what may come.
    pub(crate) fn unexpected(&self) -> NotAPattern {
        if self.rest().is_empty() { NotAPattern::Ended } else { NotAPattern::Unexpected(self.at) }
    }
}
