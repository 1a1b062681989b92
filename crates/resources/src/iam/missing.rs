//! What fika's IAM does not have, and what a template means too much by to leave out.

use crate::kind::{Ask, Doing, Failure, Kind, Made, Was};

const fn missing(name: &'static str, attributes: &'static [&'static str]) -> Kind {
    Kind { name, properties: &[], open: true, attributes, create, update, delete }
}

/// Groups of users.
pub static GROUP: Kind = missing("AWS::IAM::Group", &["Arn"]);
/// Their policies.
pub static GROUP_POLICY: Kind = missing("AWS::IAM::GroupPolicy", &[]);
/// Who is in them.
pub static USER_TO_GROUP: Kind = missing("AWS::IAM::UserToGroupAddition", &["Id"]);
/// Roles of machines.
pub static INSTANCE_PROFILE: Kind = missing("AWS::IAM::InstanceProfile", &["Arn"]);

fn create(ask: Ask) -> Doing<Made> {
    Box::pin(async move { Err(why(&ask)) })
}

fn update(ask: Ask, _: Was) -> Doing<Made> {
    Box::pin(async move { Err(why(&ask)) })
}

fn delete(_: Ask, _: Was) -> Doing<()> {
    Box::pin(async { Ok(()) })
}

fn why(ask: &Ask) -> Failure {
    let what = match ask.kind.as_str() {
        "AWS::IAM::InstanceProfile" => "fika runs functions, and has no instances",
        _ => "fika's IAM has no groups; give roles or users the policies",
    };
    Failure::new(format!("{} is not supported: {what}.", ask.kind))
}
