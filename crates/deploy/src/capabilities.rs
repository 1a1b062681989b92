//! What somebody must agree to before a template may have it.

use std::collections::BTreeSet;

use fika_aws::shape::AwsError;
use fika_template::Template;

/// Types that give rights, and the property that names one.
const IAM: [(&str, &str); 8] = [
    ("AWS::IAM::AccessKey", ""),
    ("AWS::IAM::Group", "GroupName"),
    ("AWS::IAM::InstanceProfile", "InstanceProfileName"),
    ("AWS::IAM::ManagedPolicy", "ManagedPolicyName"),
    ("AWS::IAM::Policy", ""),
    ("AWS::IAM::Role", "RoleName"),
    ("AWS::IAM::User", "UserName"),
    ("AWS::IAM::UserToGroupAddition", ""),
];

/// What a template needs, and the types that need it.
pub(crate) fn needed(template: &Template) -> Option<(&'static str, BTreeSet<String>)> {
    let mut kinds = BTreeSet::new();
    let mut named = false;
    for resource in template.resources.values() {
        let Some((_, name)) = IAM.iter().find(|(kind, _)| *kind == resource.kind) else { continue };
        kinds.insert(resource.kind.clone());
        named |= resource.properties.contains_key(*name);
    }
    let capability = if named { "CAPABILITY_NAMED_IAM" } else { "CAPABILITY_IAM" };
    (!kinds.is_empty()).then_some((capability, kinds))
}

/// Whether all was agreed to.
///
/// # Errors
/// 400 `InsufficientCapabilitiesException`.
pub(crate) fn check(template: &Template, given: &[String]) -> Result<(), AwsError> {
    let Some((capability, _)) = needed(template) else { return Ok(()) };
    let has = |name: &str| given.iter().any(|given| given == name);
    if has("CAPABILITY_NAMED_IAM") || has(capability) {
        return Ok(());
    }
    let text = format!("Requires capabilities : [{capability}]");
    Err(AwsError::new("InsufficientCapabilitiesException", 400, text))
}
