//! `AWS::Serverless::Api`: a REST API, a deployment that changes its id with its document, and a stage.

mod auth;
mod cors;
mod legacy;
mod modern;
mod policy;
mod requests;
mod responses;
mod security;
mod stage;
pub(crate) mod swagger;

use crate::error::{Failure, Result, not_served, resource};
use crate::expansion::Expansion;
use crate::globals::is_version;
use crate::http;
use crate::kinds::API;
use crate::made::{Given, Made};
use crate::read::check_id;
use crate::tree::{Dict, Node, dict, list};
use crate::{openapi, shape};
pub(crate) use legacy::{into_legacy, is_wanted};
use swagger::Swagger;

const KIND: &str = "AWS::Serverless::Api";

pub(crate) fn skeleton() -> Node {
    openapi::skeleton("swagger", "2.0")
}

pub(crate) fn default_bodies(document: &mut Dict) {
    openapi::default_bodies(document, KIND, skeleton);
}

/// An API while it is expanded.
struct Api<'a> {
    given: Given,
    body: Option<Dict>,
    partition: &'a str,
}

pub(crate) fn expand(expansion: &mut Expansion<'_>, id: &str, given: &Dict) -> Result<Vec<Made>> {
    check_id(id)?;
    let mut given = Given::new(id, given);
    shape::check(id, KIND, &given.properties, API)?;
    for name in ["BinaryMediaTypes", "Auth"] {
        expansion.parameters.inline(&mut given.properties, name)?;
    }
    if given.get("Domain").is_some() {
        return Err(not_served(id, "Domain of an AWS::Serverless::Api"));
    }
    let body = given.truthy("DefinitionBody").and_then(Node::as_dict).cloned();
    let mut api = Api { given, body, partition: expansion.partition };
    let made = api.made()?;
    let mut deployment = api.deployment();
    let described = made.properties.truthy("Body").or(made.properties.truthy("BodyS3Location"));
    if let Some(described) = described {
        api.name_deployment(expansion, &mut deployment, described);
    }
    let mut all = vec![api.stage(&deployment), deployment, made];
    if let Some(Node::Dict(auth)) = api.given.truthy("Auth") {
        all.extend(auth::permissions(id, auth, &api.given.passed_on, api.partition)?);
    }
    if let (Some(Node::Dict(tags)), Some(_)) =
        (api.given.truthy("Tags"), api.given.truthy("PropagateTags"))
    {
        all.iter_mut().for_each(|one| one.tag(tags));
    }
    Ok(all)
}

impl Api<'_> {
    fn id(&self) -> &str {
        &self.given.id
    }

    fn wrong(&self, message: impl Into<String>) -> Failure {
        resource(self.id(), message)
    }

    /// The version that the document is to have.
    fn version(&self) -> Option<&Node> {
        self.given.get("OpenApiVersion")
    }

    fn made(&mut self) -> Result<Made> {
        self.check()?;
        let mut made = Made::new(self.id(), "AWS::ApiGateway::RestApi", &self.given.kept);
        made.depends_on = self.given.depends_on.clone();
        made.take(&["BinaryMediaTypes", "MinimumCompressionSize"], &self.given.properties);
        self.set_endpoint(&mut made)?;
        self.edit()?;
        if let Some(uri) = self.given.truthy("DefinitionUri") {
            made.set("BodyS3Location", http::location(self.id(), uri)?);
        } else if let Some(mut body) = self.body.take() {
            modern::modernise(&mut body, self.version())?;
            made.set("Body", body);
        }
        for name in [
            "FailOnWarnings",
            "Name",
            "Description",
            "Mode",
            "ApiKeySourceType",
            "Policy",
            "SecurityPolicy",
            "EndpointAccessMode",
        ] {
            made.set(name, self.given.truthy(name).cloned().unwrap_or_default());
        }
        Ok(made)
    }

    fn check(&self) -> Result<()> {
        let has = |name: &str| self.given.truthy(name).is_some();
        if has("DefinitionUri") && self.body.is_some() {
            return Err(self.wrong(
                "Specify either 'DefinitionUri' or 'DefinitionBody' property and not both.",
            ));
        }
        if has("DefinitionUri") && has("MergeDefinitions") {
            return Err(
                self.wrong("Cannot set 'MergeDefinitions' to True when using `DefinitionUri`.")
            );
        }
        match self.given.truthy("OpenApiVersion") {
            Some(version) if !is_version(version, "23") => {
                Err(self.wrong("The OpenApiVersion value must be of the format '3.0.0'."))
            }
            _ => Ok(()),
        }
    }

    fn set_endpoint(&self, made: &mut Made) -> Result<()> {
        let Some(given) = self.given.truthy("EndpointConfiguration") else { return Ok(()) };
        let Some(kind) = given.get("Type").filter(|kind| kind.is_truthy()) else {
            made.set("EndpointConfiguration", dict! { "Types" => list![given] });
            made.set("Parameters", dict! { "endpointConfigurationTypes" => given });
            return Ok(());
        };
        let mut config = Dict::new();
        config.insert("Types", list![kind]);
        let part = |name: &str| given.get(name).cloned();
        match (part("VPCEndpointIds"), part("VpcEndpointIds")) {
            (Some(_), Some(_)) => {
                return Err(self.wrong(
                    "'VPCEndpointIds' and 'VpcEndpointIds' cannot be used together in \
                     EndpointConfiguration.",
                ));
            }
            (one, other) => {
                one.or(other).into_iter().for_each(|ids| config.insert("VpcEndpointIds", ids));
            }
        }
        part("IpAddressType").into_iter().for_each(|kind| config.insert("IpAddressType", kind));
        made.set("Parameters", dict! { "endpointConfigurationTypes" => kind });
        made.set("EndpointConfiguration", config);
        Ok(())
    }

    /// Writes into the document what the properties say.
    fn edit(&mut self) -> Result<()> {
        let id = self.id().to_owned();
        let property = |api: &Self, name: &str| api.given.truthy(name).cloned();
        if let Some(given) = property(self, "Cors") {
            self.bounded(&given)?;
            self.body = Some(cors::add(&id, &given, self.body.take())?);
        }
        if let Some(Node::Dict(given)) = property(self, "Auth") {
            self.bounded(&Node::Dict(given.clone()))?;
            let stage = self.given.any("StageName");
            let mut body = auth::add(&id, &given, self.body.take(), &stage, self.partition)?;
            modern::modernise(&mut body, self.version())?;
            self.body = Some(body);
        }
        if let Some(Node::Dict(given)) = property(self, "GatewayResponses") {
            self.body = Some(responses::add(&id, &given, self.body.take())?);
        }
        if let Some(types) = property(self, "BinaryMediaTypes")
            && let Some(body) = self.body.take()
        {
            let mut swagger = Swagger::open(body)?;
            swagger.add_binary_types(&types);
            self.body = Some(swagger.close());
        }
        self.add_models()?;
        self.disable_endpoint()
    }

    /// What is said once, and written for each path, must not make a huge document.
    fn bounded(&self, given: &Node) -> Result<()> {
        let paths = self.body.as_ref().and_then(|body| body.dict("paths")).map_or(0, Dict::len);
        match paths.saturating_mul(given.weight()) > MOST {
            true => Err(crate::globals::too_large()),
            false => Ok(()),
        }
    }

    fn add_models(&mut self) -> Result<()> {
        let Some(Node::Dict(models)) = self.given.truthy("Models").cloned() else { return Ok(()) };
        let Some(body) = self.body.take() else {
            return Err(self.wrong(
                "Models works only with inline Swagger specified in 'DefinitionBody' property.",
            ));
        };
        if !Swagger::is_valid(&body) {
            return Err(self.wrong(
                "Unable to add Models definitions because 'DefinitionBody' does not contain a valid Swagger \
                 definition.",
            ));
        }
        if models.values().any(|model| model.as_dict().is_none()) {
            return Err(self.wrong("Invalid value for 'Models' property"));
        }
        let mut swagger = Swagger::open(body)?;
        swagger.add_models(&models)?;
        let mut body = swagger.close();
        modern::modernise(&mut body, self.version())?;
        self.body = Some(body);
        Ok(())
    }

    fn disable_endpoint(&mut self) -> Result<()> {
        let Some(disabled) = self.given.get("DisableExecuteApiEndpoint").cloned() else {
            return Ok(());
        };
        let Some(body) = self.body.take() else {
            return Err(self
                .wrong("DisableExecuteApiEndpoint works only within 'DefinitionBody' property."));
        };
        let mut swagger = Swagger::open(body)?;
        swagger.disable_endpoint(&disabled)?;
        self.body = Some(swagger.close());
        Ok(())
    }
}

/// How many bytes may be written into a document, about.
const MOST: usize = 16 << 20;
