//! All types there are.

use crate::kind::Kind;
use crate::{apis, events, iam, inert, lambda, s3, scheduler, sns, sqs};

/// By service.
static ALL: &[&Kind] = &[
    &apis::http::api::KIND,
    &apis::http::authorizer::KIND,
    &apis::http::deployment::KIND,
    &apis::http::integration::KIND,
    &apis::http::route::KIND,
    &apis::http::stage::KIND,
    &events::bus::KIND,
    &events::bus_policy::KIND,
    &events::rule::KIND,
    &iam::access_key::KIND,
    &iam::inline_policy::ROLE,
    &iam::inline_policy::USER,
    &iam::managed_policy::KIND,
    &iam::missing::GROUP,
    &iam::missing::GROUP_POLICY,
    &iam::missing::INSTANCE_PROFILE,
    &iam::missing::USER_TO_GROUP,
    &iam::policy::KIND,
    &iam::role::KIND,
    &iam::user::KIND,
    &lambda::alias::KIND,
    &lambda::code_signing::KIND,
    &lambda::event_invoke::KIND,
    &lambda::function::KIND,
    &lambda::layer::KIND,
    &lambda::layer_permission::KIND,
    &lambda::mapping::KIND,
    &lambda::permission::KIND,
    &lambda::url::KIND,
    &lambda::version::KIND,
    &s3::bucket::KIND,
    &s3::bucket_policy::KIND,
    &scheduler::group::KIND,
    &scheduler::schedule::KIND,
    &sns::policy::KIND,
    &sns::subscription::KIND,
    &sns::topic::KIND,
    &sqs::KIND,
    &sqs::policy::KIND,
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
