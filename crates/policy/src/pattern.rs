//! Texts with `*`, `?` and policy variables, and whether a text is one of theirs.

use crate::request::Context;

/// What of a text has a meaning beyond itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grammar {
    /// `*` and `?`.
    pub(crate) wildcards: bool,
    /// `${…}`: since version 2012-10-17 of the language.
    pub(crate) variables: bool,
}

/// One step of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Char(char),
    /// `?`: any one character.
    One,
    /// `*`: any characters, also none.
    Any,
}

/// A step, or what becomes steps once there is a request.
#[derive(Debug, Clone, PartialEq)]
enum Part {
    Step(Step),
    /// `${key}` or `${key, 'default'}`.
    Variable {
        key: Box<str>,
        default: Option<Box<str>>,
    },
}

#[derive(Debug, Clone, PartialEq)]
enum Form {
    /// `*` alone.
    All,
    /// Neither wildcard nor variable.
    Exact(Box<str>),
    Wild(Box<[Step]>),
    Variable(Box<[Part]>),
}

/// A text to compare with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pattern(Form);

impl Pattern {
    pub(crate) fn new(text: &str, grammar: Grammar) -> Self {
        let parts = parts(text, grammar);
        if parts == [Part::Step(Step::Any)] {
            return Self(Form::All);
        }
        let steps: Option<Vec<Step>> = parts.iter().map(step).collect();
        Self(match steps {
            None => Form::Variable(parts.into()),
            Some(steps) if steps.iter().all(|step| matches!(step, Step::Char(_))) => {
                Form::Exact(steps.iter().filter_map(|step| plain(*step)).collect())
            }
            Some(steps) => Form::Wild(steps.into()),
        })
    }

    /// Whether the text is one of its. A variable that the request says nothing of, and that
    /// has no default, matches nothing.
    pub(crate) fn matches(&self, text: &str, context: &Context) -> bool {
        match &self.0 {
            Form::All => true,
            Form::Exact(exact) => **exact == *text,
            Form::Wild(steps) => wild(steps, text),
            Form::Variable(parts) => expand(parts, context).is_some_and(|steps| wild(&steps, text)),
        }
    }
}

fn step(part: &Part) -> Option<Step> {
    if let Part::Step(step) = part { Some(*step) } else { None }
}

fn plain(step: Step) -> Option<char> {
    if let Step::Char(char) = step { Some(char) } else { None }
}

fn parts(text: &str, grammar: Grammar) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if let Some((part, after)) = grammar.variables.then(|| variable(rest)).flatten() {
            parts.push(part);
            rest = after;
            continue;
        }
        let step = match next {
            '*' if grammar.wildcards => Step::Any,
            '?' if grammar.wildcards => Step::One,
            other => Step::Char(other),
        };
        // Two stars are as good as one, and cost more.
        if step != Step::Any || parts.last() != Some(&Part::Step(Step::Any)) {
            parts.push(Part::Step(step));
        }
        rest = &rest[next.len_utf8()..];
    }
    parts
}

/// The variable a text begins with, and what follows it.
fn variable(text: &str) -> Option<(Part, &str)> {
    let (inside, after) = text.strip_prefix("${")?.split_once('}')?;
    let literal = |char| Some((Part::Step(Step::Char(char)), after));
    match inside {
        "*" => return literal('*'),
        "?" => return literal('?'),
        "$" => return literal('$'),
        _ => {}
    }
    let (key, default) = match inside.split_once(',') {
        Some((key, default)) => (key, Some(default.trim().trim_matches('\'').into())),
        None => (inside, None),
    };
    let key = key.trim().to_ascii_lowercase().into();
    Some((Part::Variable { key, default }, after))
}

/// The parts with the request's values in them, which mean only themselves.
fn expand(parts: &[Part], context: &Context) -> Option<Vec<Step>> {
    let mut steps = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Part::Step(step) => steps.push(*step),
            Part::Variable { key, default } => {
                let value = context.single(key).or(default.as_deref())?;
                steps.extend(value.chars().map(Step::Char));
            }
        }
    }
    Some(steps)
}

/// Goes back to the last star only, so it takes at most as many steps as the lengths multiplied.
fn wild(steps: &[Step], text: &str) -> bool {
    let (mut at, mut rest) = (0, text);
    let mut star: Option<(usize, &str)> = None;
    loop {
        let next = rest.chars().next();
        match (steps.get(at), next) {
            (Some(Step::Any), _) => {
                at += 1;
                star = Some((at, rest));
                continue;
            }
            (Some(Step::One), Some(char)) => {
                (at, rest) = (at + 1, &rest[char.len_utf8()..]);
                continue;
            }
            (Some(Step::Char(wanted)), Some(char)) if *wanted == char => {
                (at, rest) = (at + 1, &rest[char.len_utf8()..]);
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        // The last star takes one character more.
        let Some((after, from)) = star else { return false };
        let Some(skipped) = from.chars().next() else { return false };
        let from = &from[skipped.len_utf8()..];
        (at, rest, star) = (after, from, Some((after, from)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: Grammar = Grammar { wildcards: true, variables: true };

    fn matches(pattern: &str, text: &str) -> bool {
        let context = Context::new().with("aws:username", "ad*").with("aws:userid", "");
        Pattern::new(pattern, BOTH).matches(text, &context)
    }

    #[test]
    fn wildcards_and_variables() {
        for (pattern, text) in [
            ("", ""),
            ("*", ""),
            ("**", "abc"),
            ("a?c", "aöc"),
            ("a*b*c", "a-b-b-c"),
            ("*abc", "ababc"),
            ("home/${aws:username}/*", "home/ad*/x"),
            ("${AWS:UserName}", "ad*"),
            ("${aws:nothing, 'team'}", "team"),
            ("a${*}b${?}c${$}", "a*b?c$"),
            ("${", "${"),
        ] {
            assert!(matches(pattern, text), "{pattern} should take {text}");
        }
        for (pattern, text) in [
            ("", "a"),
            ("a", ""),
            ("?", ""),
            ("a?c", "ac"),
            ("a*b", "a-b-c"),
            ("A", "a"),
            // What a caller chose is no wildcard.
            ("home/${aws:username}/*", "home/adam/x"),
            ("${aws:nothing}*", "anything"),
            ("a${*}b", "axb"),
        ] {
            assert!(!matches(pattern, text), "{pattern} should not take {text}");
        }
    }

    #[test]
    fn before_variables_they_were_text() {
        let old = Pattern::new("${aws:username}", Grammar { wildcards: true, variables: false });
        assert!(old.matches("${aws:username}", &Context::new()));
    }

    #[test]
    fn many_stars_cost_little() {
        let pattern = "*a".repeat(2_000);
        // With a search for every star this would end after the sun.
        assert!(!matches(&pattern, &"a".repeat(1_999)));
        assert!(matches(&pattern, &"a".repeat(4_000)));
    }
}
