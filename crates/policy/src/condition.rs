//! `Condition`: the circumstances in which a statement counts.

use crate::document::BadPolicy;
use crate::json::Json;
use crate::operator::{self, Wanted};
use crate::request::Context;

/// One operator with one key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    /// In lower case.
    key: String,
    test: Test,
    /// Whether it needs values that are written out, without wildcards or variables.
    fixed: bool,
}

/// Conditions on these make a policy not public, by the S3 user guide, "The meaning of public".
const NARROWING: [&str; 14] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];
/// The shortest prefix of addresses that are not everybody's.
const SHORTEST_PREFIX: u8 = 8;

#[derive(Debug, Clone, PartialEq)]
enum Test {
    /// `Null`: whether the key is to be absent; any of these.
    Absent(Vec<bool>),
    Compare {
        quantifier: Quantifier,
        if_exists: bool,
        not: bool,
        wanted: Vec<Wanted>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantifier {
    /// None: for keys that have one value.
    One,
    ForAny,
    ForAll,
}

/// Reads the whole element.
pub(crate) fn parse(json: &Json, variables: bool) -> Result<Vec<Condition>, BadPolicy> {
    let Json::Object(operators) = json else { return Err(BadPolicy::Syntax) };
    let mut conditions = Vec::new();
    for (operator, keys) in operators {
        let Json::Object(keys) = keys else { return Err(BadPolicy::Syntax) };
        for (key, values) in keys {
            conditions.push(Condition::parse(operator, key, values, variables)?);
        }
    }
    Ok(conditions)
}

impl Condition {
    fn parse(operator: &str, key: &str, values: &Json, variables: bool) -> Result<Self, BadPolicy> {
        let values: Option<Vec<String>> = values.many().iter().map(Json::scalar).collect();
        let values = values.filter(|_| !key.is_empty()).ok_or(BadPolicy::Syntax)?;
        let (quantifier, rest) = quantified(operator);
        let (name, if_exists) = match rest.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (rest, false),
        };
        let key = key.to_ascii_lowercase();
        if operator == "Null" {
            let absent: Option<Vec<bool>> = values.iter().map(|v| operator::boolean(v)).collect();
            let test = Test::Absent(absent.ok_or(BadPolicy::Syntax)?);
            return Ok(Self { key, test, fixed: false });
        }
        let unknown = || BadPolicy::Operator(operator.into());
        let (comparison, not) = operator::named(name).ok_or_else(unknown)?;
        let wanted = values
            .iter()
            .map(|value| {
                let wrong = || BadPolicy::Value { operator: operator.into(), value: value.clone() };
                comparison.read(value, variables).ok_or_else(wrong)
            })
            .collect::<Result<_, _>>()?;
        let fixed = !not && !if_exists && quantifier != Quantifier::ForAll;
        let fixed = fixed && values.iter().all(|value| is_fixed(&key, value));
        Ok(Self { key, test: Test::Compare { quantifier, if_exists, not, wanted }, fixed })
    }

    /// Whether it lets in only who it says, by where they are or whose.
    pub(crate) fn narrows(&self) -> bool {
        self.fixed && NARROWING.contains(&self.key.as_str())
    }

    /// Whether the circumstances are as it says.
    pub(crate) fn holds(&self, context: &Context) -> bool {
        let given = context.get(&self.key);
        let (quantifier, if_exists, not, wanted) = match &self.test {
            Test::Absent(absent) => return absent.contains(&given.is_none()),
            Test::Compare { quantifier, if_exists, not, wanted } => {
                (*quantifier, *if_exists, *not, wanted)
            }
        };
        let Some(given) = given else {
            // What must not be equal is not where it is nothing; "all of none" holds too.
            return match quantifier {
                Quantifier::One => if_exists || not,
                Quantifier::ForAny => if_exists,
                Quantifier::ForAll => true,
            };
        };
        let is = |given: &String| wanted.iter().any(|wanted| wanted.is(given, context));
        match quantifier {
            Quantifier::One => given.iter().any(is) != not,
            Quantifier::ForAny => given.iter().any(|given| is(given) != not),
            Quantifier::ForAll => given.iter().all(|given| is(given) != not),
        }
    }
}

fn is_fixed(key: &str, value: &str) -> bool {
    let prefix = value.rsplit_once('/').and_then(|(_, prefix)| prefix.parse::<u8>().ok());
    let wide = key == "aws:sourceip" && prefix.is_some_and(|prefix| prefix < SHORTEST_PREFIX);
    !wide && !value.contains(['*', '?']) && !value.contains("${")
}

fn quantified(operator: &str) -> (Quantifier, &str) {
    if let Some(rest) = operator.strip_prefix("ForAnyValue:") {
        (Quantifier::ForAny, rest)
    } else if let Some(rest) = operator.strip_prefix("ForAllValues:") {
        (Quantifier::ForAll, rest)
    } else {
        (Quantifier::One, operator)
    }
}
