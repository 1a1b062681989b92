//! What the parameters of a stack are.

use std::collections::{BTreeMap, BTreeSet};

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
    let broken = if text.chars().count() > VALUE {
        Some(format!("must contain at most {VALUE} characters"))
    } else if parameter.is_looked_up() {
        // The name is what is given, whatever is found there.
        one(name, parameter, Form::Text, text)?
    } else {
        match parameter.form() {
            form @ (Form::Text | Form::Number) => one(name, parameter, form, text)?,
            Form::Texts => each(name, parameter, Form::Text, text)?,
            Form::Numbers => each(name, parameter, Form::Number, text)?,
        }
    };
    match (broken, &parameter.constraint_description) {
        (None, _) => Ok(()),
        (Some(_), Some(instead)) => {
            Err(Invalid(format!("Parameter '{name}' failed to satisfy constraint: {instead}")))
        }
        (Some(why), None) => Err(Invalid(format!("Parameter '{name}' {why}"))),
    }
}

fn each(
    name: &str,
    parameter: &Parameter,
    form: Form,
    text: &str,
) -> Result<Option<String>, Invalid> {
    for item in items(text) {
        if let Some(why) = one(name, parameter, form, item)? {
            return Ok(Some(why));
        }
    }
    Ok(None)
}

/// The constraint that a value breaks, if there is one.
fn one(
    name: &str,
    parameter: &Parameter,
    form: Form,
    text: &str,
) -> Result<Option<String>, Invalid> {
    if form == Form::Number {
        let Some(number) = text.trim().parse::<f64>().ok().filter(|number| number.is_finite())
        else {
            return Err(Invalid(format!("Parameter '{name}' must be a number")));
        };
        if let Some(least) = parameter.min_value.filter(|least| number < *least) {
            return Ok(Some(format!("must be a number not less than {least}")));
        }
        if let Some(most) = parameter.max_value.filter(|most| number > *most) {
            return Ok(Some(format!("must be a number not greater than {most}")));
        }
    }
    let allowed = &parameter.allowed_values;
    if !allowed.is_empty() && !allowed.iter().any(|one| one == text) {
        return Ok(Some("must be one of AllowedValues".to_owned()));
    }
    #[allow(clippy::cast_precision_loss, reason = "at most 4,096")]
    let length = text.chars().count() as f64;
    if let Some(least) = parameter.min_length.filter(|least| length < *least) {
        return Ok(Some(format!("must contain at least {least} characters")));
    }
    if let Some(most) = parameter.max_length.filter(|most| length > *most) {
        return Ok(Some(format!("must contain at most {most} characters")));
    }
    let Some(pattern) = &parameter.allowed_pattern else { return Ok(None) };
    let matches = Pattern::read(pattern)
        .ok_or_else(|| {
            Invalid::format(format_args!(
                "AllowedPattern of parameter {name} cannot be read: {pattern}"
            ))
        })?
        .matches(text);
    Ok((!matches).then(|| format!("must match pattern {pattern}")))
}
