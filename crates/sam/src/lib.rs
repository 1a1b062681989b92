//! Serverless templates (`Transform: AWS::Serverless-2016-10-31`) expanded into plain CloudFormation, as AWS's own
//! translator does it, to the digests in logical ids. Pure: nothing is read but the template and its parameters.
//!
//! - [`expand`]: all of it (`read`: what must be so of any template; `expansion`: resource by resource; `moved`: what
//!   refers to them)
//! - `globals`: what all resources of a type share
//! - `implicit`: the APIs that events of functions ask for without there being one (`conditions`)
//! - `function`: functions, with their roles, versions, aliases, addresses and destinations
//! - `policies`: roles and what they may (`templates`, AWS's policy templates, a table)
//! - `events`: what has a function run, a file each
//! - `rest`, `http`: the two kinds of APIs, and the documents that describe them (`openapi`)
//! - `layer`, `table`: layers and simple tables
//! - `kinds`, `shape`: which types there are, and what each may have
//! - `intrinsics`, `names`, `made`: functions of CloudFormation, logical ids, resources being made
//! - `tree`: JSON that remembers what its digest depends on (`order`, `write`)
//!
//! What AWS expands and fika has no service for is refused by name ([`Error::NotServed`]). Whoever writes templates may be
//! hostile: depth, events and what is merged have bounds.
#![forbid(unsafe_code)]

mod error;
mod events;
mod expansion;
mod function;
mod globals;
mod http;
mod implicit;
mod intrinsics;
mod kinds;
mod layer;
mod made;
mod moved;
mod names;
mod openapi;
mod policies;
mod read;
mod rest;
mod shape;
mod table;
mod tree;

use serde_json::{Map, Value};

pub use error::Error;

/// The transform's name.
const TRANSFORM: &str = "AWS::Serverless-2016-10-31";

/// What is known beside the template.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The stack's region, as in `us-east-1`.
    pub region: &'a str,
    /// Its partition: `aws`.
    pub partition: &'a str,
    /// The values of the template's parameters; one that is missing has its default.
    pub parameters: &'a Map<String, Value>,
    /// Seconds since 1970. A REST API with `AlwaysDeploy` has another deployment at each.
    pub now: u64,
}

/// Whether a template names the transform.
#[must_use]
pub fn is_sam(template: &Value) -> bool {
    match &template["Transform"] {
        Value::String(one) => one == TRANSFORM,
        Value::Array(all) => all.iter().any(|one| one == TRANSFORM),
        _ => false,
    }
}

/// The template without Serverless resources, `Globals` and `Transform`.
///
/// # Errors
/// All that is wrong with it, each in the translator's words.
pub fn expand(template: Value, context: &Context<'_>) -> Result<Value, Vec<Error>> {
    expansion::expand(template, context).map_err(|failure| match failure {
        error::Failure::One(error) => vec![error],
        error::Failure::All(errors) => errors,
    })
}
