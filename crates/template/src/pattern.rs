//! `AllowedPattern`: Java's regular expressions, as far as ours go. What they cannot say is what looks around; of
//! that the usual, looking ahead from the beginning, is a match of its own.

use regex::{Regex, RegexBuilder};

/// The most memory that a pattern may take, bytes.
const SIZE: usize = 1 << 20;

/// How many lookaheads a pattern may have.
const AHEAD: usize = 16;
/// The longest pattern, bytes.
const LENGTH: usize = 4096;

/// A pattern that all of a text must match.
pub(crate) struct Pattern {
    all: Regex,
    /// What must, or must not, match at the beginning.
    ahead: Vec<(bool, Regex)>,
}

impl Pattern {
    /// Nothing for what is no pattern, or none that we can say.
    pub(crate) fn read(text: &str) -> Option<Self> {
        (text.len() <= LENGTH).then_some(())?;
        let mut rest = text.strip_prefix('^').unwrap_or(text);
        let mut ahead = Vec::new();
        loop {
            let (wanted, inside) = match (rest.strip_prefix("(?="), rest.strip_prefix("(?!")) {
                (Some(inside), _) => (true, inside),
                (_, Some(inside)) => (false, inside),
                _ => break,
            };
            let end = closing(inside).filter(|_| ahead.len() < AHEAD)?;
            ahead.push((wanted, compiled(&format!(r"\A(?:{})", &inside[..end]))?));
            rest = &inside[end + 1..];
        }
        // An alternative would be one of the whole pattern, not of what is left of it.
        let whole = if ahead.is_empty() { text } else { rest };
        Some(Self { all: compiled(&format!(r"\A(?:{whole})\z"))?, ahead })
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        self.all.is_match(text)
            && self.ahead.iter().all(|(wanted, pattern)| pattern.is_match(text) == *wanted)
    }
}

fn compiled(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(&ours(pattern)).size_limit(SIZE).dfa_size_limit(SIZE).build().ok()
}

/// Where the group ends that is open at the beginning.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut class, mut escaped) = (0_usize, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ']' => class = false,
            _ if class => {}
            '[' => class = true,
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Java's classes are of ASCII, and have some other names.
fn ours(pattern: &str) -> String {
    let mut made = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(at) = rest.find('\\') {
        made.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(escaped) = rest.chars().next() else {
            made.push('\\');
            break;
        };
        if let Some((name, class)) = POSIX.iter().find(|(name, _)| rest.starts_with(name)) {
            made.push_str(class);
            rest = &rest[name.len()..];
            continue;
        }
        match escaped {
            'd' => made.push_str("[0-9]"),
            'D' => made.push_str("[^0-9]"),
            'w' => made.push_str("[0-9A-Za-z_]"),
            'W' => made.push_str("[^0-9A-Za-z_]"),
            's' => made.push_str(r"[ \t\n\x0B\f\r]"),
            'S' => made.push_str(r"[^ \t\n\x0B\f\r]"),
            'b' => made.push_str(r"(?-u:\b)"),
            'Z' => made.push_str(r"\z"),
            other => made.extend(['\\', other]),
        }
        rest = &rest[escaped.len_utf8()..];
    }
    made.push_str(rest);
    made
}

const POSIX: [(&str, &str); 9] = [
    ("p{Alnum}", "[[:alnum:]]"),
    ("p{Alpha}", "[[:alpha:]]"),
    ("p{ASCII}", "[[:ascii:]]"),
    ("p{Digit}", "[[:digit:]]"),
    ("p{Lower}", "[[:lower:]]"),
    ("p{Punct}", "[[:punct:]]"),
    ("p{Space}", "[[:space:]]"),
    ("p{Upper}", "[[:upper:]]"),
    ("p{XDigit}", "[[:xdigit:]]"),
];
