//! IAM: roles, policies.

pub(crate) mod role;

/// The version of IAM's forms.
const VERSION: &str = "2010-05-08";
