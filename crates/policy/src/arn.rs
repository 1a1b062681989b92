//! ARNs with wildcards: a wildcard stays in its own field, but for the last one.

use crate::pattern::{Grammar, Pattern};
use crate::request::Context;

/// `arn:partition:service:region:account:resource`.
const FIELDS: usize = 6;

/// Which ARNs are meant.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ArnPattern(Vec<Pattern>);

impl ArnPattern {
    /// Reads `*` or an ARN; none for anything else. One with fewer fields ends with `*`.
    pub(crate) fn new(text: &str, variables: bool) -> Option<Self> {
        let grammar = Grammar { wildcards: true, variables };
        if text == "*" {
            return Some(Self(Vec::new()));
        }
        let fields = fields(text, variables);
        let whole = fields.len() == FIELDS || text.ends_with('*');
        (fields[0] == "arn" && fields.len() > 1 && whole)
            .then(|| Self(fields.into_iter().map(|field| Pattern::new(field, grammar)).collect()))
    }

    pub(crate) fn matches(&self, text: &str, context: &Context) -> bool {
        if self.0.is_empty() {
            return true;
        }
        // A request that is about everything is taken by `*` only.
        if !text.starts_with("arn:") {
            return false;
        }
        let mut given = text.splitn(FIELDS, ':');
        let fits = self
            .0
            .iter()
            .all(|field| given.next().is_some_and(|given| field.matches(given, context)));
        fits && (self.0.len() < FIELDS || given.next().is_none())
    }
}

/// The fields of an ARN; a colon inside `${…}` divides nothing.
fn fields(text: &str, variables: bool) -> Vec<&str> {
    let mut fields = Vec::with_capacity(FIELDS);
    let (mut start, mut inside) = (0, false);
    for (at, char) in text.char_indices() {
        match char {
            '{' if variables && text[..at].ends_with('$') => inside = true,
            '}' => inside = false,
            ':' if !inside && fields.len() < FIELDS - 1 => {
                fields.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    fields.push(&text[start..]);
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        let context = Context::new().with("aws:username", "ada");
        ArnPattern::new(pattern, true).expect(pattern).matches(text, &context)
    }

    #[test]
    fn a_wildcard_stays_in_its_field() {
        let function = "arn:aws:lambda:eu-north-1:111111111111:function:hello:live";
        for pattern in [
            "*",
            "arn:aws:lambda:*:*:function:hello:*",
            "arn:aws:lambda:eu-north-1:111111111111:function:*",
            "arn:aws:lambda:*",
            "arn:*:lambda:eu-*:1111????1111:*",
        ] {
            assert!(matches(pattern, function), "{pattern}");
        }
        for pattern in [
            "arn:aws:lambda:*:function:hello:live",
            "arn:aws:lambda:eu-north-1:111111111111:function:hello",
            "arn:aws:s3:::*",
        ] {
            assert!(!matches(pattern, function), "{pattern}");
        }
        assert!(matches("arn:aws:iam::1:user/${aws:username}", "arn:aws:iam::1:user/ada"));
        assert!(!matches("arn:aws:lambda:*:*:*", "*"));
    }

    #[test]
    fn other_texts_are_no_arns() {
        for text in [
            "",
            "hello",
            "arn",
            "arn:aws:lambda",
            "arn:aws:*:hello:live",
            "*:x",
            "a*",
            "arn:aws:iam::1",
        ] {
            assert_eq!(ArnPattern::new(text, true), None, "{text}");
        }
    }
}
