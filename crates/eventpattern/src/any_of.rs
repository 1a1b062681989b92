//! Whether a value passes any of many tests: looked up, not asked one after the other. So a long list of values
//! costs an event hardly more than a short one, and a long array in the event is not asked a thousand times.

use std::collections::{BTreeSet, HashSet};
use std::net::IpAddr;
use std::ops::Bound::{Included, Unbounded};

use serde_json::{Number as Json, Value};

use crate::number::Number;
use crate::test::{Test, fold};

/// Tests of which a value is to pass any.
#[derive(Debug, Clone)]
pub(crate) enum AnyOf {
    /// Most often there is one.
    One(Test),
    Many(Box<Sorted>),
}

/// Tests by what they ask.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sorted {
    exact: Texts,
    /// For texts without their case.
    folded: Texts,
    addresses: HashSet<IpAddr>,
    numbers: Numbers,
    /// What cannot be looked up.
    rest: Vec<Test>,
}

/// Texts, and what texts may begin and end with.
#[derive(Debug, Clone, Default)]
struct Texts {
    whole: HashSet<String>,
    prefixes: Prefixes,
    /// Backwards.
    suffixes: Prefixes,
}

/// None of them begins with another: what does is asked for with that already.
#[derive(Debug, Clone, Default)]
struct Prefixes(BTreeSet<String>);

/// By how [`Number`]s are equal: integers exactly, and either to floats as a float.
#[derive(Debug, Clone, Default)]
struct Numbers {
    integers: HashSet<i128>,
    /// The integers, as the bits of floats.
    rounded: HashSet<u64>,
    floats: HashSet<u64>,
}

impl FromIterator<Test> for AnyOf {
    fn from_iter<I: IntoIterator<Item = Test>>(tests: I) -> Self {
        let mut tests: Vec<Test> = tests.into_iter().collect();
        if tests.len() == 1
            && let Some(one) = tests.pop()
        {
            return Self::One(one);
        }
        let mut sorted = Box::<Sorted>::default();
        tests.into_iter().for_each(|test| sorted.add(test));
        Self::Many(sorted)
    }
}

impl AnyOf {
    pub(crate) fn holds(&self, value: &Value) -> bool {
        match self {
            Self::One(test) => test.holds(value),
            Self::Many(sorted) => sorted.holds(value),
        }
    }
}

impl Sorted {
    fn add(&mut self, test: Test) {
        match test {
            Test::Exact(text) => drop(self.exact.whole.insert(text)),
            Test::Prefix(text) => self.exact.prefixes.add(text),
            Test::Suffix(text) => self.exact.suffixes.add(backwards(&text)),
            Test::Fold(text) => drop(self.folded.whole.insert(text)),
            Test::PrefixFold(text) => self.folded.prefixes.add(text),
            Test::SuffixFold(text) => self.folded.suffixes.add(backwards(&text)),
            Test::Address(address) => drop(self.addresses.insert(address)),
            Test::Number(number) => self.numbers.add(number),
            test => self.rest.push(test),
        }
    }

    fn holds(&self, value: &Value) -> bool {
        let found = match value {
            Value::String(text) => self.holds_text(text),
            Value::Number(number) => self.numbers.holds(number),
            _ => false,
        };
        found || self.rest.iter().any(|test| test.holds(value))
    }

    fn holds_text(&self, text: &str) -> bool {
        self.exact.holds(text)
            || (!self.folded.is_empty() && self.folded.holds(&fold(text)))
            || (!self.addresses.is_empty()
                && text.parse().is_ok_and(|address| self.addresses.contains(&address)))
    }
}

impl Texts {
    fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.prefixes.0.is_empty() && self.suffixes.0.is_empty()
    }

    fn holds(&self, text: &str) -> bool {
        self.whole.contains(text)
            || self.prefixes.begin(text)
            || (!self.suffixes.0.is_empty() && self.suffixes.begin(&backwards(text)))
    }
}

impl Prefixes {
    fn add(&mut self, text: String) {
        if !self.begin(&text) {
            let begun = |longer: &&String| longer.starts_with(&text);
            let longer = self.0.range(text.clone()..).take_while(begun).cloned();
            for longer in longer.collect::<Vec<_>>() {
                self.0.remove(&longer);
            }
            self.0.insert(text);
        }
    }

    /// Whether one of them is the beginning of a text. That could only be the last one that is not after the text
    /// in the order of texts: whatever stands between a prefix and its text begins with it too.
    fn begin(&self, text: &str) -> bool {
        let last = self.0.range::<str, _>((Unbounded, Included(text))).next_back();
        last.is_some_and(|last| text.starts_with(last.as_str()))
    }
}

impl Numbers {
    fn add(&mut self, number: Number) {
        match number {
            Number::Integer(number) => {
                self.integers.insert(number);
                self.rounded.insert(bits(rounded(number)));
            }
            Number::Float(number) => drop(self.floats.insert(bits(number))),
        }
    }

    fn holds(&self, number: &Json) -> bool {
        match Number::of(number) {
            Number::Integer(number) => {
                self.integers.contains(&number) || self.floats.contains(&bits(rounded(number)))
            }
            Number::Float(number) => {
                self.floats.contains(&bits(number)) || self.rounded.contains(&bits(number))
            }
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "a float is compared as one")]
fn rounded(number: i128) -> f64 {
    number as f64
}

/// The same for both zeros.
fn bits(number: f64) -> u64 {
    (number + 0.0).to_bits()
}

fn backwards(text: &str) -> String {
    text.chars().rev().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::expression;

    /// Values of which many are equal, or begin or end with each other, or differ in their case.
    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            "[aAbß.]{0,4}",
            "10[.]0[.]0[.][12]",
            Just("::1".to_owned()),
            Just("0::1".to_owned())
        ]
    }

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            text().prop_map(Value::from),
            (-2..3_i64).prop_map(Value::from),
            (-2..3_i32).prop_map(|n| json!(f64::from(n) / 2.0)),
            prop_oneof![Just(json!(-0.0)), Just(json!(u64::MAX)), Just(json!(u64::MAX - 1))],
            Just(json!(18_446_744_073_709_551_616.0)),
            any::<bool>().prop_map(Value::from),
            Just(Value::Null),
        ]
    }

    fn test() -> impl Strategy<Value = Value> {
        let named = |name: &'static str| text().prop_map(move |text| json!({ name: text }));
        let fold = |name: &'static str| {
            text().prop_map(move |text| json!({ name: { "equals-ignore-case": text } }))
        };
        prop_oneof![
            4 => value(),
            1 => prop_oneof![named("prefix"), named("suffix"), named("equals-ignore-case"), named("exactly")],
            1 => prop_oneof![fold("prefix"), fold("suffix")],
            1 => proptest::collection::vec(text(), 1..4).prop_map(|list| json!({ "anything-but": list })),
            1 => (-2..3_i64).prop_map(|n| json!({ "numeric": [">", n] })),
        ]
    }

    proptest! {
        #[test]
        fn what_is_looked_up_is_what_each_test_says(
            tests in proptest::collection::vec(test(), 0..8),
            values in proptest::collection::vec(value(), 1..8),
        ) {
            let read = tests.iter().map(expression::read).filter_map(Result::ok).flatten();
            let tests: Vec<Test> = read.collect();
            let sorted: AnyOf = tests.iter().cloned().collect();
            for value in values {
                let plain = tests.iter().any(|test| test.holds(&value));
                prop_assert_eq!(sorted.holds(&value), plain, "{} of {:?}", value, tests);
            }
        }
    }
}
