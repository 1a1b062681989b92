//! Types that are only a record: fika has no such service, and what a template wants of it is kept as it is.

use serde_json::Value;

use crate::kind::{Ask, Doing, Kind, Made, Was};
use crate::names::random;

/// What `--allow-inert` makes of a type that nobody knows.
pub static INERT: Kind = inert("fika::Inert", &[]);

const fn inert(name: &'static str, attributes: &'static [&'static str]) -> Kind {
    Kind { name, properties: &[], open: true, attributes, create, update, delete }
}

/// Of the CDK: which constructs an app has.
pub static CDK_METADATA: Kind = inert("AWS::CDK::Metadata", &[]);
/// Of the CDK's bootstrap: where images of containers would go.
pub static ECR_REPOSITORY: Kind = inert("AWS::ECR::Repository", &["Arn", "RepositoryUri"]);
/// Keys: nothing is encrypted with them.
pub static KMS_KEY: Kind = inert("AWS::KMS::Key", &["Arn", "KeyId"]);
/// And their names.
pub static KMS_ALIAS: Kind = inert("AWS::KMS::Alias", &[]);

fn create(ask: Ask) -> Doing<Made> {
    Box::pin(async move { Ok(made(&ask)) })
}

fn update(_: Ask, was: Was) -> Doing<Made> {
    Box::pin(async move { Ok(was.made) })
}

fn delete(_: Ask, _: Was) -> Doing<()> {
    Box::pin(async { Ok(()) })
}

fn made(ask: &Ask) -> Made {
    let scope = &ask.stack.scope;
    let (region, account) = (&scope.region, &scope.account);
    match ask.kind.as_str() {
        "AWS::ECR::Repository" => {
            let name = ask.name("RepositoryName", 256).to_ascii_lowercase();
            let uri = format!("{account}.dkr.ecr.{region}.amazonaws.com/{name}");
            let arn = format!("arn:aws:ecr:{region}:{account}:repository/{name}");
            Made::new(name).with("Arn", arn).with("RepositoryUri", uri)
        }
        "AWS::KMS::Key" => {
            let id = ask.token.clone();
            let arn = format!("arn:aws:kms:{region}:{account}:key/{id}");
            Made::new(id.clone()).with("Arn", arn).with("KeyId", id)
        }
        "AWS::KMS::Alias" => Made::new(ask.name("AliasName", 256)),
        _ => {
            let name = ask.properties.values().find_map(Value::as_str).unwrap_or_default();
            let id = format!("{}-{}", ask.logical, random(&format!("{}{name}", ask.token)));
            Made::new(id)
        }
    }
}
