//! What the parameters of a stack are.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::{Map, Value};

use crate::parameter::{Form, Parameters};
use crate::pattern::Pattern;
use crate::{Invalid, Parameter};

/// The most characters that a value may have.
const VALUE: usize = 4096;

/// What `Ref` gives of each parameter: what is given, or else its default. `looked_up` has what the parameter store
/// holds, by the names that [`ssm_names`] tells.
///
/// # Errors
/// [`Invalid`] for what is missing, what is none of them, and for values that break a constraint.
pub fn parameters(
    declared: &Parameters,
    given: &BTreeMap<String, String>,
    looked_up: &BTreeMap<String, String>,
) -> Result<Map<String, Value>, Invalid> {
    complete(declared, given)?;
    let mut values = Map::new();
    let mut absent = Vec::new();
    for (name, parameter, text) in texts(declared, given) {
        constrained(name, parameter, text)?;
        let text = match parameter.is_looked_up() {
            false => text,
            true => match looked_up.get(text) {
                Some(found) => found,
                None => {
                    absent.push(text);
                    continue;
                }
            },
        };
        values.insert(name.clone(), value(parameter.form(), text));
    }
    match absent[..] {
        [] => Ok(values),
        _ => Err(Invalid(format!(
            "Unable to fetch parameters [{}] from parameter store for this account.",
            absent.join(",")
        ))),
    }
}

/// The names in the parameter store that parameters stand for.
#[must_use]
pub fn ssm_names(declared: &Parameters, given: &BTreeMap<String, String>) -> BTreeSet<String> {
    let looked_up = texts(declared, given).filter(|(_, parameter, _)| parameter.is_looked_up());
    looked_up.map(|(_, _, text)| text.to_owned()).collect()
}

/// A parameter of a stack, as it is described.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// `ParameterKey`.
    pub key: String,
    /// `ParameterValue`: `****` for what is never shown.
    pub value: String,
    /// `ResolvedValue`: what the parameter store has, where it was asked.
    pub resolved: Option<String>,
}

/// The parameters as `DescribeStacks` shows them.
#[must_use]
pub fn shown(
    declared: &Parameters,
    given: &BTreeMap<String, String>,
    looked_up: &BTreeMap<String, String>,
) -> Vec<Shown> {
    let hidden = |parameter: &Parameter, text: &str| match parameter.no_echo {
        true => "****".to_owned(),
        false => text.to_owned(),
    };
    texts(declared, given)
        .map(|(name, parameter, text)| {
            let found = looked_up.get(text).filter(|_| parameter.is_looked_up());
            Shown {
                key: name.clone(),
                value: hidden(parameter, text),
                resolved: found.map(|found| hidden(parameter, found)),
            }
        })
        .collect()
}

/// Each parameter that has one, with its text.
fn texts<'a>(
    declared: &'a Parameters,
    given: &'a BTreeMap<String, String>,
) -> impl Iterator<Item = (&'a String, &'a Parameter, &'a str)> {
    declared.iter().filter_map(|(name, parameter)| {
        let text = given.get(name).or(parameter.default.as_ref())?;
        Some((name, parameter, text.as_str()))
    })
}

fn complete(declared: &Parameters, given: &BTreeMap<String, String>) -> Result<(), Invalid> {
    let strange: Vec<_> =
        given.keys().filter(|name| !declared.contains_key(*name)).map(String::as_str).collect();
    if !strange.is_empty() {
        return Err(Invalid(format!(
            "Parameters: [{}] do not exist in the template",
            strange.join(", ")
        )));
    }
    let missing = declared.iter().filter(|(name, parameter)| {
        parameter.default.is_none() && !given.contains_key(name.as_str())
    });
    let missing: Vec<_> = missing.map(|(name, _)| name.as_str()).collect();
    match missing[..] {
        [] => Ok(()),
        _ => Err(Invalid(format!("Parameters: [{}] must have values", missing.join(", ")))),
    }
}

fn value(form: Form, text: &str) -> Value {
    match form {
        Form::Text => text.into(),
        Form::Number => text.trim().into(),
        Form::Texts | Form::Numbers => items(text).map(Value::from).collect(),
    }
}

/// The items of a list: none of an empty text.
fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(move |_| !text.is_empty())
}

fn constrained(name: &str, parameter: &Parameter, text: &str) -> Result<(), Invalid> {
    let judge = Judge::of(name, parameter)?;
    let broken = if text.chars().count() > VALUE {
        Some(format!("must contain at most {VALUE} characters"))
    } else if parameter.is_looked_up() {
        // The name is what is given, whatever is found there.
        judge.text(text)
    } else {
        match parameter.form() {
            Form::Text => judge.text(text),
            Form::Number => judge.number(text),
            Form::Texts => items(text).find_map(|item| judge.text(item)),
            Form::Numbers => items(text).find_map(|item| judge.number(item)),
        }
    };
    match (broken, &parameter.constraint_description) {
        (None, _) => Ok(()),
        (Some(_), Some(instead)) => {
            Err(Invalid(format!("Parameter {name} failed to satisfy constraint: {instead}")))
        }
        (Some(why), None) => Err(Invalid(format!("Parameter '{name}' {why}"))),
    }
}

/// What a parameter's values are held against.
struct Judge<'a> {
    of: &'a Parameter,
    allowed: HashSet<&'a str>,
    pattern: Option<(&'a str, Pattern)>,
}

impl<'a> Judge<'a> {
    fn of(name: &str, of: &'a Parameter) -> Result<Self, Invalid> {
        let pattern = of.allowed_pattern.as_deref().map(|text| {
            let pattern = Pattern::read(text).ok_or_else(|| {
                Invalid::format(format_args!(
                    "AllowedPattern of parameter {name} is no regular expression that can be used here"
                ))
            })?;
            Ok((text, pattern))
        });
        let allowed = of.allowed_values.iter().map(String::as_str).collect();
        Ok(Self { of, allowed, pattern: pattern.transpose()? })
    }

    /// The constraint that a text breaks, if there is one.
    fn text(&self, text: &str) -> Option<String> {
        if !self.allowed.is_empty() && !self.allowed.contains(text) {
            return Some("must be one of AllowedValues".to_owned());
        }
        #[allow(clippy::cast_precision_loss, reason = "at most 4,096")]
        let length = text.chars().count() as f64;
        if let Some(least) = self.of.min_length.filter(|least| length < *least) {
            return Some(format!("must contain at least {least} characters"));
        }
        if let Some(most) = self.of.max_length.filter(|most| length > *most) {
            return Some(format!("must contain at most {most} characters"));
        }
        let broken = self.pattern.as_ref().filter(|(_, pattern)| !pattern.matches(text));
        broken.map(|(pattern, _)| format!("must match pattern {pattern}"))
    }

    /// The same for a number.
    fn number(&self, text: &str) -> Option<String> {
        let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        let Some(number) = number else { return Some("must be a number".to_owned()) };
        if let Some(least) = self.of.min_value.filter(|least| number < *least) {
            return Some(format!("must be a number not less than {least}"));
        }
        if let Some(most) = self.of.max_value.filter(|most| number > *most) {
            return Some(format!("must be a number not greater than {most}"));
        }
        self.text(text)
    }
}
