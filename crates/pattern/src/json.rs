//! Properties of events that are JSON: `{ $.status >= 500 && $.user.id NOT EXISTS }`.

use serde_json::Value as Event;

use crate::NotAPattern;
use crate::condition::{Comparator, Condition};
use crate::scan::Scan;
use crate::value::Value;

/// The most steps of a selector.
const STEPS: usize = 32;

/// A condition on the properties of an event.
#[derive(Debug, Clone)]
pub(crate) struct Json(Condition<Comparison>);

#[derive(Debug, Clone)]
struct Comparison {
    selector: Vec<Step>,
    test: Test,
}

/// From a value to one within it.
#[derive(Debug, Clone)]
enum Step {
    Property(String),
    Element(usize),
    /// Any element of an array, or any property of an object.
    Any,
}

#[derive(Debug, Clone)]
enum Test {
    Compare(Comparator, Value),
    IsNull,
    Is(bool),
    NotExists,
}

impl Json {
    pub(crate) fn parse(scan: &mut Scan<'_>) -> Result<Self, NotAPattern> {
        scan.expect("{")?;
        let condition = Condition::parse(scan, &comparison)?;
        scan.expect("}")?;
        Ok(Self(condition))
    }

    pub(crate) fn matches(&self, message: &str) -> bool {
        // Its nesting is bounded by the reader's own limit.
        let event: Result<Event, _> = serde_json::from_str(message);
        event.is_ok_and(|event| self.0.holds(&|comparison: &Comparison| comparison.holds(&event)))
    }
}

fn comparison(scan: &mut Scan<'_>) -> Result<Comparison, NotAPattern> {
    let selector = selector(scan)?;
    Ok(Comparison { selector, test: test(scan)? })
}

fn selector(scan: &mut Scan<'_>) -> Result<Vec<Step>, NotAPattern> {
    scan.expect("$")?;
    let mut steps = Vec::new();
    loop {
        let step = match () {
            () if scan.take(".[") || scan.take("[") => in_brackets(scan)?,
            () if scan.take(".") => after_dot(scan)?,
            () => break,
        };
        steps.push(step);
        if steps.len() > STEPS {
            return Err(NotAPattern::TooLarge);
        }
    }
    if steps.is_empty() { Err(scan.unexpected()) } else { Ok(steps) }
}

fn after_dot(scan: &mut Scan<'_>) -> Result<Step, NotAPattern> {
    if scan.take("*") {
        return Ok(Step::Any);
    }
    match scan.take_while(|c| c.is_alphanumeric() || "_-@:".contains(c)) {
        "" => Err(scan.unexpected()),
        name => Ok(Step::Property(name.into())),
    }
}

fn in_brackets(scan: &mut Scan<'_>) -> Result<Step, NotAPattern> {
    scan.blanks();
    let step = match scan.peek() {
        Some(b'\'') => Step::Property(scan.between('\'')?.into()),
        Some(b'"') => Step::Property(scan.quoted()?),
        Some(b'*') if scan.take("*") => Step::Any,
        _ => {
            let digits = scan.take_while(|c| c.is_ascii_digit());
            Step::Element(digits.parse().map_err(|_| scan.unexpected())?)
        }
    };
    scan.expect("]")?;
    Ok(step)
}

fn test(scan: &mut Scan<'_>) -> Result<Test, NotAPattern> {
    if let Some(comparator) = Comparator::take(scan) {
        let value = Value::parse(scan, |c| ")}&|".contains(c))?;
        if comparator.orders() && value.number().is_none() {
            return Err(NotAPattern::Unexpected(scan.at()));
        }
        return Ok(Test::Compare(comparator, value));
    }
    if scan.take_word("NOT") {
        scan.blanks();
        return if scan.take_word("EXISTS") { Ok(Test::NotExists) } else { Err(scan.unexpected()) };
    }
    if !scan.take_word("IS") {
        return Err(scan.unexpected());
    }
    scan.blanks();
    match () {
        () if scan.take_word("NULL") => Ok(Test::IsNull),
        () if scan.take_word("TRUE") => Ok(Test::Is(true)),
        () if scan.take_word("FALSE") => Ok(Test::Is(false)),
        () => Err(scan.unexpected()),
    }
}

impl Comparison {
    fn holds(&self, event: &Event) -> bool {
        match &self.test {
            Test::NotExists => !any(event, &self.selector, &|_| true),
            test => any(event, &self.selector, &|found| test.holds(found)),
        }
    }
}

/// Whether any value a selector leads to is as asked.
fn any(value: &Event, steps: &[Step], is: &impl Fn(&Event) -> bool) -> bool {
    let Some((step, rest)) = steps.split_first() else { return is(value) };
    match (step, value) {
        (Step::Property(name), Event::Object(object)) => {
            object.get(name).is_some_and(|inner| any(inner, rest, is))
        }
        (Step::Element(at), Event::Array(array)) => {
            array.get(*at).is_some_and(|inner| any(inner, rest, is))
        }
        (Step::Any, Event::Array(array)) => array.iter().any(|inner| any(inner, rest, is)),
        (Step::Any, Event::Object(object)) => object.values().any(|inner| any(inner, rest, is)),
        _ => false,
    }
}

impl Test {
    fn holds(&self, found: &Event) -> bool {
        match self {
            Self::IsNull => found.is_null(),
            Self::Is(wanted) => found.as_bool() == Some(*wanted),
            Self::NotExists => false,
            Self::Compare(Comparator::Equal, value) => equals(value, found),
            Self::Compare(Comparator::NotEqual, value) => !equals(value, found),
            Self::Compare(ordered, value) => match (found.as_f64(), value.number()) {
                (Some(found), Some(value)) => ordered.holds(found, value),
                _ => false,
            },
        }
    }
}

fn equals(value: &Value, found: &Event) -> bool {
    match found {
        Event::String(text) => value.equals_text(text),
        Event::Number(number) => {
            let text = || number.to_string();
            number.as_f64().is_some_and(|found| value.equals_number(found, text))
        }
        Event::Bool(flag) => value.equals_text(if *flag { "true" } else { "false" }),
        // What is nothing or has parts exists, and no more: only `*` is equal to that.
        Event::Null | Event::Array(_) | Event::Object(_) => value.is_anything(),
    }
}
