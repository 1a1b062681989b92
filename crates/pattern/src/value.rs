//! What is compared with.

use regex::bytes::{Regex, RegexBuilder};

use crate::NotAPattern;
use crate::scan::Scan;

/// What a compiled regular expression may take, bytes.
const REGEX_BYTES: usize = 256 << 10;

/// The right-hand side of a comparison.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// A number, and how it was written.
    Number(f64, Glob),
    /// A text, in which `*` stands for anything.
    Text(Glob),
    /// A regular expression, found anywhere.
    Regex(Regex),
}

impl Value {
    /// Reads one that ends where `ends` says, unless it is in quotes or between `%`.
    pub(crate) fn parse(
        scan: &mut Scan<'_>,
        ends: impl Fn(char) -> bool,
    ) -> Result<Self, NotAPattern> {
        scan.blanks();
        match scan.peek() {
            Some(b'"') => Ok(Self::Text(Glob::new(&scan.quoted()?))),
            Some(b'%') => Ok(Self::Regex(regex(scan.between('%')?)?)),
            _ => match scan.take_while(|c| !c.is_whitespace() && !ends(c)) {
                "" => Err(scan.unexpected()),
                word => Ok(Self::bare(word)),
            },
        }
    }

    fn bare(word: &str) -> Self {
        // Only what looks like a number: `inf` and `nan` are words.
        let digits = word.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
        match word.parse::<f64>() {
            Ok(number) if digits && number.is_finite() => Self::Number(number, Glob::new(word)),
            _ => Self::Text(Glob::new(word)),
        }
    }

    /// The number it is, if it is one.
    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number, _) => Some(*number),
            Self::Text(_) | Self::Regex(_) => None,
        }
    }

    /// Whether a text is equal to it.
    pub(crate) fn equals_text(&self, text: &str) -> bool {
        match self {
            Self::Number(_, glob) | Self::Text(glob) => glob.matches(text),
            Self::Regex(regex) => regex.is_match(text.as_bytes()),
        }
    }

    /// Whether it is `*` alone, which everything that is there is equal to.
    pub(crate) fn is_anything(&self) -> bool {
        matches!(self, Self::Text(glob) if glob.parts.iter().all(String::is_empty) && glob.parts.len() > 1)
    }

    /// Whether a number, written like this, is equal to it.
    pub(crate) fn equals_number(&self, number: f64, text: impl FnOnce() -> String) -> bool {
        self.number().is_some_and(|wanted| wanted == number) || self.equals_text(&text())
    }
}

/// A regular expression as the service takes them: no groups, and ASCII only.
pub(crate) fn regex(text: &str) -> Result<Regex, NotAPattern> {
    let supported = |c: char| c.is_ascii_alphanumeric() || " :_#=@/;,-^$?[]{}|\\*+.".contains(c);
    let mut escaped = false;
    let fits = text.chars().all(|c| {
        // `\.` and the like: any character of ASCII may be taken literally.
        let fits = supported(c) || (escaped && c.is_ascii_punctuation());
        escaped = c == '\\' && !escaped;
        fits
    });
    if !fits {
        return Err(NotAPattern::Regex);
    }
    let mut builder = RegexBuilder::new(text);
    builder.unicode(false).size_limit(REGEX_BYTES).dfa_size_limit(REGEX_BYTES).nest_limit(16);
    builder.build().map_err(|_| NotAPattern::Regex)
}

/// A text in which `*` stands for anything.
#[derive(Debug, Clone)]
pub(crate) struct Glob {
    /// What stands between the stars; one without any star.
    parts: Vec<String>,
}

impl Glob {
    pub(crate) fn new(text: &str) -> Self {
        Self { parts: text.split('*').map(Into::into).collect() }
    }

    /// Whether it is all of that text. Each part is found once, from left to right: linear.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let [first, middle @ .., last] = self.parts.as_slice() else {
            return self.parts.first().is_some_and(|whole| whole == text);
        };
        let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
        for part in middle {
            match rest.find(part.as_str()) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        rest.ends_with(last.as_str())
    }
}
