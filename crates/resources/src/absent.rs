//! Types of services that fika has, but without that part of them, and what a template means too much by to leave out.

use crate::kind::{Ask, Doing, Failure, Kind, Made, Was};

const fn absent(name: &'static str, attributes: &'static [&'static str]) -> Kind {
    Kind { name, properties: &[], open: true, attributes, create, update, delete }
}

/// All of them.
pub static ABSENT: &[Kind] = &[
    absent("AWS::ApiGateway::BasePathMapping", &[]),
    absent("AWS::ApiGateway::BasePathMappingV2", &["BasePathMappingArn"]),
    absent("AWS::ApiGateway::DomainName", DOMAIN),
    absent("AWS::ApiGateway::DomainNameAccessAssociation", &["DomainNameAccessAssociationArn"]),
    absent("AWS::ApiGateway::DomainNameV2", &["DomainNameArn", "DomainNameId"]),
    absent("AWS::ApiGateway::VpcLink", &["VpcLinkId"]),
    absent("AWS::ApiGatewayV2::ApiGatewayManagedOverrides", &["Id"]),
    absent("AWS::ApiGatewayV2::ApiMapping", &["ApiMappingId"]),
    absent("AWS::ApiGatewayV2::DomainName", DOMAIN),
    absent("AWS::ApiGatewayV2::IntegrationResponse", &["IntegrationResponseId"]),
    absent("AWS::ApiGatewayV2::Model", &["ModelId"]),
    absent("AWS::ApiGatewayV2::RouteResponse", &["RouteResponseId"]),
    absent("AWS::ApiGatewayV2::RoutingRule", &["RoutingRuleArn", "RoutingRuleId"]),
    absent("AWS::ApiGatewayV2::VpcLink", &["VpcLinkId"]),
    absent("AWS::Events::ApiDestination", &["Arn", "ArnForPolicy"]),
    absent("AWS::Events::Archive", &["Arn"]),
    absent("AWS::Events::Connection", &["Arn", "ArnForPolicy", "SecretArn"]),
    absent("AWS::Events::Endpoint", &["Arn", "EndpointId", "EndpointUrl", "State"]),
];

const DOMAIN: &[&str] = &[
    "DistributionDomainName",
    "DistributionHostedZoneId",
    "DomainNameArn",
    "RegionalDomainName",
    "RegionalHostedZoneId",
];

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
    let (_, name) = ask.kind.rsplit_once("::").unwrap_or_default();
    let what = match name {
        "ApiDestination" | "Connection" => "its rules send to functions, queues, topics and buses",
        "Archive" => "its buses keep no events",
        "Endpoint" => "it is one region of its own",
        "VpcLink" => "its APIs integrate functions only",
        name if name.contains("Domain") || name.contains("Mapping") || name == "RoutingRule" => {
            "its APIs have no domains of their own; a proxy in front of it can have them"
        }
        "ApiGatewayManagedOverrides" => "change the API's own stage and route instead",
        _ => "its HTTP APIs have neither models nor responses",
    };
    Failure::new(format!("{} is not supported by fika: {what}.", ask.kind))
}
