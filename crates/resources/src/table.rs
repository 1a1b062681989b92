//! All types there are.

use crate::kind::Kind;
use crate::{iam, inert, lambda, sqs};

/// By service.
static ALL: &[&Kind] = &[
    &iam::role::KIND,
    &lambda::function::KIND,
    &sqs::KIND,
    &inert::CDK_METADATA,
    &inert::ECR_REPOSITORY,
    &inert::KMS_KEY,
    &inert::KMS_ALIAS,
];

/// All of them.
#[must_use]
pub fn all() -> &'static [&'static Kind] {
    ALL
}

/// The type of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Kind> {
    ALL.iter().find(|kind| kind.name == name).copied()
}
