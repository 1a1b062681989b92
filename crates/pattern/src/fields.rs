//! Words of an event by their place: `[ip, user, ..., status = 4*, bytes > 1000]`.

use crate::NotAPattern;
use crate::condition::{Comparator, Condition};
use crate::scan::Scan;
use crate::value::Value;

/// A comparison of the field's own word.
#[derive(Debug, Clone)]
struct Comparison {
    comparator: Comparator,
    value: Value,
}

/// One field; any word fits one without a condition.
type Field = Option<Condition<Comparison>>;

/// The fields before and after the `...`; without one, all of them are before.
#[derive(Debug, Clone)]
pub(crate) struct Fields {
    before: Vec<Field>,
    after: Option<Vec<Field>>,
}

impl Fields {
    pub(crate) fn parse(scan: &mut Scan<'_>) -> Result<Self, NotAPattern> {
        scan.expect("[")?;
        let mut fields = Self { before: Vec::new(), after: None };
        loop {
            scan.blanks();
            match (scan.take("..."), &mut fields.after) {
                (true, after @ None) => *after = Some(Vec::new()),
                (true, Some(_)) => return Err(NotAPattern::Unexpected(scan.at())),
                (false, Some(after)) => after.push(field(scan)?),
                (false, None) => fields.before.push(field(scan)?),
            }
            scan.blanks();
            if !scan.take(",") {
                break;
            }
        }
        scan.expect("]")?;
        Ok(fields)
    }

    pub(crate) fn matches(&self, message: &str) -> bool {
        let words = words(message);
        let after = self.after.as_deref().unwrap_or_default();
        let named = self.before.len() + after.len();
        let counts = match self.after {
            Some(_) => words.len() >= named,
            None => words.len() == named,
        };
        counts && fit(&self.before, &words) && fit(after, &words[words.len() - after.len()..])
    }
}

fn fit(fields: &[Field], words: &[&str]) -> bool {
    let holds = |(field, word): (&Field, &&str)| {
        field.as_ref().is_none_or(|condition| condition.holds(&|c: &Comparison| c.holds(word)))
    };
    fields.iter().zip(words).all(holds)
}

/// A field: a condition, a name, or nothing at all.
fn field(scan: &mut Scan<'_>) -> Result<Field, NotAPattern> {
    let mut ahead = *scan;
    let named = !name(&mut ahead).is_empty();
    if Comparator::take(&mut ahead).is_some() || ahead.peek() == Some(b'(') {
        return Condition::parse(scan, &comparison).map(Some);
    }
    if named {
        *scan = ahead;
    }
    Ok(None)
}

fn comparison(scan: &mut Scan<'_>) -> Result<Comparison, NotAPattern> {
    if name(scan).is_empty() {
        return Err(scan.unexpected());
    }
    let comparator = Comparator::take(scan).ok_or_else(|| scan.unexpected())?;
    let value = Value::parse(scan, |c| ",])&|".contains(c))?;
    if comparator.orders() && value.number().is_none() {
        return Err(NotAPattern::Unexpected(scan.at()));
    }
    Ok(Comparison { comparator, value })
}

fn name<'p>(scan: &mut Scan<'p>) -> &'p str {
    scan.blanks();
    scan.take_while(|c| c.is_alphanumeric() || "_-".contains(c))
}

impl Comparison {
    fn holds(&self, word: &str) -> bool {
        let number = word.parse::<f64>().ok().filter(|number| number.is_finite());
        match (self.comparator, self.value.number(), number) {
            (Comparator::NotEqual, _, _) => !self.equals(word, number),
            (Comparator::Equal, _, _) => self.equals(word, number),
            (ordered, Some(value), Some(word)) => ordered.holds(word, value),
            _ => false,
        }
    }

    fn equals(&self, word: &str, number: Option<f64>) -> bool {
        match number {
            Some(number) => self.value.equals_number(number, || word.into()),
            None => self.value.equals_text(word),
        }
    }
}

/// The words of an event. What stands in `"…"` or `[…]` is one word, without them.
fn words(message: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = message.trim();
    while let Some(first) = rest.chars().next() {
        let closing = match first {
            '"' => Some('"'),
            '[' => Some(']'),
            _ => None,
        };
        let enclosed = closing.and_then(|closing| rest[1..].split_once(closing));
        let (word, after) = match enclosed {
            Some(split) => split,
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        words.push(word);
        rest = after.trim_start();
    }
    words
}
