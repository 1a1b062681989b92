//! CloudFormation templates: read, checked, and resolved. Nothing here does anything: what is not in the
//! template is asked of whoever makes the stack ([`Known`]).
//!
//! - [`read`]: JSON or YAML to a value (`json`, `yaml`, `scalar`, `tag`)
//! - [`transforms`], [`extend`]: which transforms it names, and the one that is ours, `AWS::LanguageExtensions`
//! - [`Template::of`]: its sections, checked (`parameter`, `resource`, `output`; `check` for what refers to nothing,
//!   `graph` for circles, `reference` for finding what a value names)
//! - [`parameters`]: what its parameters are (`values`, `pattern`)
//! - [`Scope`]: a template with those, its conditions (`condition`, `facts`) and rules (`rule`)
//! - [`resolve`]: a value without intrinsic functions (`function`, one of them each), and then without
//!   dynamic references (`dynamic`)
//!
//! From *AWS CloudFormation User Guide* and from answers of the service that people have told of. Whoever writes templates
//! may be hostile: text, depth, nodes, and what is made of them all have bounds.
#![forbid(unsafe_code)]

mod budget;
mod check;
mod condition;
mod dynamic;
mod extend;
mod facts;
mod function;
mod graph;
mod json;
mod output;
mod parameter;
mod pattern;
mod pseudo;
mod read;
mod reference;
mod resolve;
mod resource;
mod rule;
mod scalar;
mod scope;
mod tag;
mod template;
mod transform;
mod values;
mod yaml;

pub use dynamic::{Dynamic, dynamic_references};
pub use extend::extend;
pub use output::Output;
pub use parameter::{Parameter, Parameters};
pub use pseudo::Pseudo;
pub use read::{TEMPLATE_BYTES, read};
pub use resolve::{Known, Nothing, Unresolved, resolve};
pub use resource::{DeletionPolicy, Resource};
pub use scope::Scope;
pub use template::Template;
pub use transform::transforms;
pub use values::{Shown, parameters, shown, ssm_names};

/// What cannot be: why, in CloudFormation's words. It answers with a `ValidationError` (400) of this text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub(crate) String);

impl Invalid {
    /// Of a text that is the caller's.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// `Template format error: …`.
    pub(crate) fn format(text: impl std::fmt::Display) -> Self {
        Self(format!("Template format error: {text}"))
    }

    /// `Template error: …`.
    pub(crate) fn error(text: impl std::fmt::Display) -> Self {
        Self(format!("Template error: {text}"))
    }
}

/// Names in a message: the first of them.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().take(100).collect::<Vec<_>>().join(", ")
}

/// How deep values may be nested, theirs and what is made of them.
pub const DEPTH: usize = 100;
