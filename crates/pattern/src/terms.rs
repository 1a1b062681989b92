//! Words and phrases that stand in an event, or do not.

use regex::bytes::Regex;

use crate::NotAPattern;
use crate::scan::Scan;
use crate::value::regex;

/// One word, phrase or regular expression.
#[derive(Debug, Clone)]
enum Term {
    Text(String),
    Regex(Regex),
}

/// Terms that have to be there, may not be, or of which one has to be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Terms {
    required: Vec<Term>,
    excluded: Vec<Term>,
    any: Vec<Term>,
}

impl Terms {
    pub(crate) fn parse(scan: &mut Scan<'_>) -> Result<Self, NotAPattern> {
        let mut terms = Self::default();
        while scan.peek().is_some() {
            let list = match () {
                () if scan.take("-") => &mut terms.excluded,
                () if scan.take("?") => &mut terms.any,
                () => &mut terms.required,
            };
            list.push(Term::parse(scan)?);
            scan.blanks();
        }
        if !terms.required.is_empty() || !terms.excluded.is_empty() {
            // As documented: beside other terms those with a question mark have no effect.
            terms.any.clear();
        }
        Ok(terms)
    }

    pub(crate) fn matches(&self, message: &str) -> bool {
        let is_in = |term: &Term| term.is_in(message);
        self.required.iter().all(is_in)
            && !self.excluded.iter().any(is_in)
            && (self.any.is_empty() || self.any.iter().any(is_in))
    }
}

impl Term {
    fn parse(scan: &mut Scan<'_>) -> Result<Self, NotAPattern> {
        match scan.peek() {
            Some(b'"') => scan.quoted().map(Self::Text),
            Some(b'%') => Ok(Self::Regex(regex(scan.between('%')?)?)),
            _ => match scan.take_while(|c| !c.is_whitespace() && c != '"') {
                "" => Err(scan.unexpected()),
                // The service asks for quotes around anything else than letters, digits and `_`.
                word if word.chars().all(|c| c.is_alphanumeric() || c == '_') => {
                    Ok(Self::Text(word.into()))
                }
                _ => Err(NotAPattern::Unexpected(scan.at())),
            },
        }
    }

    fn is_in(&self, message: &str) -> bool {
        match self {
            Self::Text(text) => message.contains(text.as_str()),
            Self::Regex(regex) => regex.is_match(message.as_bytes()),
        }
    }
}
