//! `AWS::ApiGatewayV2::Integration`.

use super::parts::{Part, as_it_was, create, delete, empty, no_entries, update};
use crate::kind::{Kind, Property};

/// Integrations.
pub static KIND: Kind = Kind {
    name: "AWS::ApiGatewayV2::Integration",
    properties: &[
        Property::must_fixed("ApiId"),
        Property::may("ConnectionId"),
        Property::may("ConnectionType"),
        Property::may("ContentHandlingStrategy"),
        Property::may("CredentialsArn"),
        Property::may("Description"),
        Property::may("IntegrationMethod"),
        Property::may("IntegrationSubtype"),
        Property::must("IntegrationType"),
        Property::may("IntegrationUri"),
        Property::may("PassthroughBehavior"),
        Property::may("PayloadFormatVersion"),
        Property::may("RequestParameters"),
        Property::may("RequestTemplates"),
        Property::may("ResponseParameters"),
        Property::may("TemplateSelectionExpression"),
        Property::may("TimeoutInMillis"),
        Property::may("TlsConfig"),
    ],
    open: false,
    attributes: &["IntegrationId"],
    create: |ask| Box::pin(async move { create(&PART, &ask).await }),
    update: |ask, was| Box::pin(async move { update(&PART, &ask, &was).await.map(|()| was.made) }),
    delete: |ask, was| Box::pin(async move { delete(&PART, &ask, &was).await }),
};

static PART: Part = Part {
    path: "integrations",
    id: "integrationId",
    members: &[
        ("ConnectionId", empty),
        ("ConnectionType", || "INTERNET".into()),
        ("ContentHandlingStrategy", empty),
        ("CredentialsArn", empty),
        ("Description", empty),
        ("IntegrationMethod", || "POST".into()),
        ("IntegrationSubtype", as_it_was),
        ("IntegrationType", as_it_was),
        ("IntegrationUri", as_it_was),
        ("PassthroughBehavior", as_it_was),
        ("PayloadFormatVersion", as_it_was),
        ("RequestParameters", no_entries),
        ("RequestTemplates", no_entries),
        ("ResponseParameters", no_entries),
        ("TemplateSelectionExpression", empty),
        ("TimeoutInMillis", || 30_000.into()),
        ("TlsConfig", no_entries),
    ],
};
