//! Types that are only a record: what describes an API, or belongs to parts of API Gateway that fika does not have.
//! A method that would need one of them to be safe (a key, a validator) is refused by the service itself.

use crate::kind::{Ask, Doing, Kind, Made, Was};
use crate::names::random;

const fn record(name: &'static str, attributes: &'static [&'static str]) -> Kind {
    Kind { name, properties: &[], open: true, attributes, create, update, delete }
}

/// As which role API Gateway would write its own logs.
pub static ACCOUNT: Kind = record("AWS::ApiGateway::Account", &["Id"]);
/// Keys, which no method can ask for.
pub static API_KEY: Kind = record("AWS::ApiGateway::ApiKey", &["APIKeyId"]);
/// What a gateway would show to servers behind it.
pub static CLIENT_CERTIFICATE: Kind =
    record("AWS::ApiGateway::ClientCertificate", &["ClientCertificateId"]);
/// Descriptions.
pub static DOCUMENTATION_PART: Kind =
    record("AWS::ApiGateway::DocumentationPart", &["DocumentationPartId"]);
/// Descriptions.
pub static DOCUMENTATION_VERSION: Kind = record("AWS::ApiGateway::DocumentationVersion", &[]);
/// How the gateway's own errors would look.
pub static GATEWAY_RESPONSE: Kind = record("AWS::ApiGateway::GatewayResponse", &["Id"]);
/// Schemas, by which nothing is validated.
pub static MODEL: Kind = record("AWS::ApiGateway::Model", &[]);
/// Validators, which no method can ask for.
pub static REQUEST_VALIDATOR: Kind =
    record("AWS::ApiGateway::RequestValidator", &["RequestValidatorId"]);
/// Limits of keys.
pub static USAGE_PLAN: Kind = record("AWS::ApiGateway::UsagePlan", &["Id"]);
/// Keys of plans.
pub static USAGE_PLAN_KEY: Kind = record("AWS::ApiGateway::UsagePlanKey", &["Id"]);

fn create(ask: Ask) -> Doing<Made> {
    Box::pin(async move {
        tracing::warn!(kind = ask.kind, resource = ask.logical, "is kept as a record only");
        Ok(made(&ask))
    })
}

fn update(ask: Ask, was: Was) -> Doing<Made> {
    // Names are what a reference says of a few: they follow.
    Box::pin(async move { Ok(Made { reference: made(&ask).reference, ..was.made }) })
}

fn delete(_: Ask, _: Was) -> Doing<()> {
    Box::pin(async { Ok(()) })
}

fn made(ask: &Ask) -> Made {
    let id = random(&ask.token).to_ascii_lowercase();
    let id = &id[..10];
    let named = |property: &str| {
        let name = ask.text(property).map(str::to_owned);
        let mut made = Made::new(name.clone().unwrap_or_else(|| id.to_owned()));
        made.reference = name;
        made
    };
    match ask.kind.as_str() {
        "AWS::ApiGateway::Model" => named("Name"),
        "AWS::ApiGateway::DocumentationVersion" => named("DocumentationVersion"),
        "AWS::ApiGateway::ApiKey" => Made::new(id).with("APIKeyId", id),
        "AWS::ApiGateway::ClientCertificate" => Made::new(id).with("ClientCertificateId", id),
        "AWS::ApiGateway::DocumentationPart" => Made::new(id).with("DocumentationPartId", id),
        "AWS::ApiGateway::RequestValidator" => Made::new(id).with("RequestValidatorId", id),
        _ => Made::new(id).with("Id", id),
    }
}
