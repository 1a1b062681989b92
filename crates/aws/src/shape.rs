//! What the generated shapes stand on.
//!
//! - [`json`]: reads a body member by member, with AWS's texts for wrong types
//! - [`constraint`]: checks members, with AWS's texts for broken constraints
//! - [`error`]: an error on its way to the client
//! - `text_enum`: texts of which the service lists the values

pub mod constraint;
pub mod error;
pub mod json;
mod text_enum;

pub use constraint::{Check, Constraint, Pattern, Rule, Violations};
pub use error::{AwsError, Fault};
pub(crate) use json::blob;
pub use json::{FromJson, FromText, Json, Malformed};
pub(crate) use text_enum::text_enum;
