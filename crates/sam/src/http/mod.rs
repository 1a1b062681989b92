//! `AWS::Serverless::HttpApi`.

pub(crate) mod auth;
mod cors;
pub(crate) mod document;
mod edit;
mod integration;

use crate::error::{Failure, Result, not_served, resource};
use crate::expansion::Expansion;
use crate::function::code;
use crate::kinds::HTTP_API;
use crate::made::{Given, Made};
use crate::read::check_id;
use crate::tree::{Dict, Node};
use crate::{names, openapi, shape};
use auth::Authorizer;

const KIND: &str = "AWS::Serverless::HttpApi";
const DEFAULT_STAGE: &str = "$default";
const TITLE: &str = "AWS::StackName";

pub(crate) fn skeleton() -> Node {
    openapi::skeleton("openapi", "3.0.1")
}

pub(crate) fn default_bodies(document: &mut Dict) {
    openapi::default_bodies(document, KIND, skeleton);
}

/// An API while it is expanded.
struct Api<'a> {
    given: Given,
    body: Option<Dict>,
    tags: Option<Dict>,
    authorizers: Vec<Authorizer>,
    partition: &'a str,
}

pub(crate) fn expand(expansion: &mut Expansion<'_>, id: &str, given: &Dict) -> Result<Vec<Made>> {
    check_id(id)?;
    let mut given = Given::new(id, given);
    shape::check(id, KIND, &given.properties, HTTP_API)?;
    expansion.parameters.inline(&mut given.properties, "CorsConfiguration")?;
    if given.get("Domain").is_some() {
        return Err(not_served(id, "Domain of an AWS::Serverless::HttpApi"));
    }
    let body = given.truthy("DefinitionBody").and_then(Node::as_dict).cloned();
    let tags = given.get("Tags").and_then(Node::as_dict).cloned();
    let authorizers = Vec::new();
    let mut api = Api { given, body, tags, authorizers, partition: expansion.partition };
    let made = api.made()?;
    let mut all: Vec<Made> = api
        .authorizers
        .iter()
        .filter_map(|one| one.permission(id, &api.given.passed_on, "${AWS::Partition}"))
        .collect();
    all.extend(api.stage());
    all.insert(0, made);
    Ok(all)
}

impl Api<'_> {
    fn id(&self) -> &str {
        &self.given.id
    }

    fn made(&mut self) -> Result<Made> {
        let mut made = Made::new(self.id(), "AWS::ApiGatewayV2::Api", &self.given.kept);
        made.depends_on = self.given.depends_on.clone();
        if self.given.truthy("DefinitionUri").is_some() && self.body.is_some() {
            let message =
                "Specify either 'DefinitionUri' or 'DefinitionBody' property and not both.";
            return Err(self.wrong(message));
        }
        self.add_cors()?;
        self.add_auth()?;
        self.add_tags()?;
        made.set(
            "FailOnWarnings",
            self.given.truthy("FailOnWarnings").cloned().unwrap_or_default(),
        );
        self.disable_endpoint()?;
        self.add_info()?;
        self.rename_default_path();
        if let Some(uri) = self.given.truthy("DefinitionUri") {
            made.set("BodyS3Location", location(self.id(), uri)?);
        } else if let Some(body) = self.body.take() {
            made.set("Body", body);
        } else {
            return Err(self.wrong(
                "'DefinitionUri' or 'DefinitionBody' are required properties of an \
                 'AWS::Serverless::HttpApi'. Add a value for one of these properties or add a 'HttpApi' event \
                 to an 'AWS::Serverless::Function'.",
            ));
        }
        Ok(made)
    }

    fn wrong(&self, message: impl Into<String>) -> Failure {
        resource(self.id(), message)
    }

    fn stage(&self) -> Option<Made> {
        let given = &self.given;
        let name = given.truthy("StageName").cloned().unwrap_or_else(|| DEFAULT_STAGE.into());
        let text = name.as_str().unwrap_or_default();
        let id = match text {
            DEFAULT_STAGE => format!("{}ApiGatewayDefaultStage", self.id()),
            text if names::is_alphanumeric(text) => format!("{}{text}Stage", self.id()),
            text => names::with_text(&format!("{}Stage", self.id()), text),
        };
        let mut made = Made::new(id, "AWS::ApiGatewayV2::Stage", &given.passed_on);
        made.set("ApiId", names::reference(self.id()));
        made.set("StageName", name);
        made.take(
            &["StageVariables", "AccessLogSettings", "DefaultRouteSettings", "RouteSettings"],
            &given.properties,
        );
        if let Some(tags) = &self.tags {
            made.set("Tags", tags.clone());
        }
        made.set("AutoDeploy", true);
        Some(made)
    }
}

/// Where a document in S3 is.
pub(crate) fn location(id: &str, uri: &Node) -> Result<Node> {
    let unicode = uri.as_text().is_some_and(|uri| uri.unicode);
    let parts = match uri {
        Node::Dict(parts) => {
            if parts.truthy("Bucket").is_none() || parts.truthy("Key").is_none() {
                let message = "'DefinitionUri' requires Bucket and Key properties to be specified.";
                return Err(resource(id, message));
            }
            parts.clone()
        }
        other => other.as_str().and_then(code::parse).ok_or_else(|| {
            resource(
                id,
                "'DefinitionUri' is not a valid S3 Uri of the form 's3://bucket/key' with optional versionId \
                 query parameter.",
            )
        })?,
    };
    let mut made = Dict::legacy();
    for part in ["Bucket", "Key", "Version"] {
        if let Some(value) = parts.get(part) {
            let value = value.clone();
            made.insert(part, if unicode { value.into_legacy() } else { value });
        }
    }
    Ok(Node::Dict(made))
}
