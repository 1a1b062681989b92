//! The section `Parameters`.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::resolve::scalar;
use crate::{Invalid, check};

/// Parameters by name, in the order that they are written in.
pub type Parameters = IndexMap<String, Parameter>;

/// What a template says of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// As it is written: `String`, `List<Number>`, `AWS::SSM::Parameter::Value<String>`.
    pub kind: String,
    /// What it is for.
    pub description: Option<String>,
    /// What it is where nothing is given.
    pub default: Option<String>,
    /// What it may be; anything where this is empty.
    pub allowed_values: Vec<String>,
    /// A regular expression that all of it must match.
    pub allowed_pattern: Option<String>,
    /// What is said in place of the constraint that a value breaks.
    pub constraint_description: Option<String>,
    /// Characters.
    pub min_length: Option<f64>,
    /// Characters.
    pub max_length: Option<f64>,
    /// For numbers.
    pub min_value: Option<f64>,
    /// For numbers.
    pub max_value: Option<f64>,
    /// It is never shown.
    pub no_echo: bool,
}

/// How a parameter's text becomes its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Number,
    Texts,
    Numbers,
}

const ATTRIBUTES: [&str; 11] = [
    "Type",
    "Description",
    "Default",
    "AllowedValues",
    "AllowedPattern",
    "ConstraintDescription",
    "MinLength",
    "MaxLength",
    "MinValue",
    "MaxValue",
    "NoEcho",
];
/// How many a template may have.
const PARAMETERS: usize = 200;

pub(crate) fn all(section: Option<&Map<String, Value>>) -> Result<Parameters, Invalid> {
    let Some(section) = section else { return Ok(Parameters::new()) };
    check::at_most(section, "parameters", PARAMETERS)?;
    section
        .iter()
        .map(|(name, value)| {
            check::alphanumeric("Parameter", name)?;
            Ok((name.clone(), of(value)?))
        })
        .collect()
}

fn of(value: &Value) -> Result<Parameter, Invalid> {
    let untyped = || Invalid::format("Every Parameters object must contain a Type member.");
    let parts = value.as_object().ok_or_else(untyped)?;
    if let Some(strange) = parts.keys().find(|name| !ATTRIBUTES.contains(&name.as_str())) {
        return Err(Invalid(format!("Invalid template parameter property '{strange}'")));
    }
    let kind = parts.get("Type").and_then(Value::as_str).ok_or_else(untyped)?;
    if form(kind).is_none() {
        return Err(Invalid::format(format_args!("Unrecognized parameter type: {kind}")));
    }
    let allowed_values = match parts.get("AllowedValues") {
        None => Vec::new(),
        Some(Value::Array(values)) => {
            let texts = values.iter().cloned().map(scalar).collect::<Option<_>>();
            texts.ok_or_else(|| Invalid::format("Every AllowedValues value must be a string."))?
        }
        Some(_) => return Err(Invalid::format("Every AllowedValues member must be a list.")),
    };
    Ok(Parameter {
        kind: kind.to_owned(),
        description: text(parts, "Description")?,
        default: text(parts, "Default")?,
        allowed_values,
        allowed_pattern: text(parts, "AllowedPattern")?,
        constraint_description: text(parts, "ConstraintDescription")?,
        min_length: number(parts, "MinLength")?,
        max_length: number(parts, "MaxLength")?,
        min_value: number(parts, "MinValue")?,
        max_value: number(parts, "MaxValue")?,
        no_echo: match text(parts, "NoEcho")?.as_deref() {
            None => false,
            Some(said) if said.eq_ignore_ascii_case("true") => true,
            Some(said) if said.eq_ignore_ascii_case("false") => false,
            Some(_) => return Err(Invalid::format("Every NoEcho member must be a boolean.")),
        },
    })
}

fn text(parts: &Map<String, Value>, name: &str) -> Result<Option<String>, Invalid> {
    let wrong = || Invalid::format(format_args!("Every {name} member must be a string."));
    parts.get(name).cloned().map(|value| scalar(value).ok_or_else(wrong)).transpose()
}

fn number(parts: &Map<String, Value>, name: &str) -> Result<Option<f64>, Invalid> {
    let wrong = || Invalid::format(format_args!("Every {name} member must be a number."));
    text(parts, name)?.map(|text| text.trim().parse().map_err(|_| wrong())).transpose()
}

/// What the parameter store has it looked up for: the type inside.
fn looked_up(kind: &str) -> Option<&str> {
    kind.strip_prefix("AWS::SSM::Parameter::Value<")?.strip_suffix('>')
}

impl Parameter {
    /// Whether what is given is the name of a parameter in the parameter store.
    #[must_use]
    pub fn is_looked_up(&self) -> bool {
        looked_up(&self.kind).is_some()
    }

    pub(crate) fn form(&self) -> Form {
        form(&self.kind).unwrap_or(Form::Text)
    }
}

fn form(kind: &str) -> Option<Form> {
    match looked_up(kind).unwrap_or(kind) {
        "String" => Some(Form::Text),
        "Number" => Some(Form::Number),
        "CommaDelimitedList" | "List<String>" => Some(Form::Texts),
        "List<Number>" => Some(Form::Numbers),
        other => match other.strip_prefix("List<").map(|inside| inside.strip_suffix('>')) {
            None => of_aws(other).then_some(Form::Text),
            Some(inside) => of_aws(inside?).then_some(Form::Texts),
        },
    }
}

/// `AWS::EC2::VPC::Id`, `AWS::SSM::Parameter::Name`.
fn of_aws(kind: &str) -> bool {
    let parts: Vec<_> = kind.split("::").collect();
    let plain = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric());
    parts.first() == Some(&"AWS") && parts.len() >= 3 && parts.iter().all(plain)
}
