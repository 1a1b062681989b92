//! All types there are.

use crate::cloudformation::{custom, stack, wait};
use crate::kind::Kind;
use crate::{absent, apis, events, iam, inert, lambda, logs, s3, scheduler, sns, sqs, ssm};

/// By service.
static ALL: &[&Kind] = &[
    &apis::http::api::KIND,
    &apis::http::authorizer::KIND,
    &apis::http::deployment::KIND,
    &apis::http::integration::KIND,
    &apis::http::route::KIND,
    &apis::http::stage::KIND,
    &apis::rest::api::KIND,
    &apis::rest::authorizer::KIND,
    &apis::rest::deployment::KIND,
    &apis::rest::method::KIND,
    &apis::rest::records::ACCOUNT,
    &apis::rest::records::API_KEY,
    &apis::rest::records::CLIENT_CERTIFICATE,
    &apis::rest::records::DOCUMENTATION_PART,
    &apis::rest::records::DOCUMENTATION_VERSION,
    &apis::rest::records::GATEWAY_RESPONSE,
    &apis::rest::records::MODEL,
    &apis::rest::records::REQUEST_VALIDATOR,
    &apis::rest::records::USAGE_PLAN,
    &apis::rest::records::USAGE_PLAN_KEY,
    &apis::rest::resource::KIND,
    &apis::rest::stage::KIND,
    &events::bus::KIND,
    &events::bus_policy::KIND,
    &events::rule::KIND,
    &custom::KIND,
    &stack::KIND,
    &wait::CONDITION,
    &wait::HANDLE,
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
    &logs::group::KIND,
    &logs::stream::KIND,
    &s3::bucket::KIND,
    &s3::bucket_policy::KIND,
    &scheduler::group::KIND,
    &scheduler::schedule::KIND,
    &sns::policy::KIND,
    &sns::subscription::KIND,
    &sns::topic::KIND,
    &sqs::KIND,
    &sqs::policy::KIND,
    &ssm::KIND,
    &inert::CDK_METADATA,
    &inert::ECR_REPOSITORY,
    &inert::KMS_KEY,
    &inert::KMS_ALIAS,
];

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Kind> {
    ALL.iter().copied().chain(absent::ABSENT)
}

/// The type of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Kind> {
    let own = all().find(|kind| kind.name == name);
    own.or_else(|| name.starts_with(custom::PREFIX).then_some(&custom::KIND))
}
