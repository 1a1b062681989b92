//! `AWS::Serverless::HttpApi`.

pub(crate) mod auth;
pub(crate) mod document;

use crate::error::{Failure, Result, not_served, resource};
use crate::expansion::{Expansion, check_id};
use crate::function::code;
use crate::intrinsics::{is_function, is_no_value};
use crate::kinds::HTTP_API;
use crate::made::{Given, Made};
use crate::tree::{Dict, Node, dict, list};
use crate::{names, openapi, shape};
use auth::Authorizer;
use document::{DEFAULT_PATH, Document, NAMES};

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

    /// Changes the document, which must be one that is written in the template.
    fn edit(
        &mut self,
        none: &str,
        invalid: Option<&str>,
        change: impl FnOnce(&mut Document) -> Result<()>,
    ) -> Result<()> {
        let Some(body) = self.body.clone() else { return Err(self.wrong(none)) };
        if let Some(invalid) = invalid
            && !Document::is_valid(&Node::Dict(body.clone()))
        {
            return Err(self.wrong(invalid));
        }
        let mut document = Document::open(body)?;
        change(&mut document)?;
        self.body = Some(document.close());
        Ok(())
    }

    fn add_cors(&mut self) -> Result<()> {
        let Some(given) = self.given.truthy("CorsConfiguration").cloned() else { return Ok(()) };
        let none = "Cors works only with inline OpenApi specified in 'DefinitionBody' property.";
        if self.body.is_none() {
            return Err(self.wrong(none));
        }
        let config = match &given {
            Node::Bool(_) => dict! { "AllowOrigins" => list!["*"] },
            other if is_function(other) => other.clone(),
            Node::Dict(config) => {
                let unknown =
                    |key: &&crate::tree::Text| NAMES.iter().all(|(name, _)| *name != &***key);
                if let Some(key) = config.keys().find(unknown) {
                    return Err(
                        self.wrong(format!("Invalid key '{}' for 'Cors' property.", key.text))
                    );
                }
                given
            }
            _ => return Err(self.wrong("Invalid value for 'Cors' property.")),
        };
        let anybody = list!["*"];
        let credentials = config.get("AllowCredentials").is_some_and(Node::is_true);
        let invalid = "Unable to add Cors configuration because 'DefinitionBody' does not contain a valid \
                       OpenApi definition.";
        if credentials && config.get("AllowOrigins") == Some(&anybody) {
            return Err(self.wrong(
                "Unable to add Cors configuration because 'AllowCredentials' can not be true when \
                 'AllowOrigin' is \"'*'\" or not set.",
            ));
        }
        self.edit(none, Some(invalid), |document| document.add_cors(&config))
    }

    fn add_auth(&mut self) -> Result<()> {
        let Some(Node::Dict(auth)) = self.given.truthy("Auth").cloned() else { return Ok(()) };
        let none =
            "Auth works only with inline OpenApi specified in the 'DefinitionBody' property.";
        if self.body.is_none() {
            return Err(self.wrong(none));
        }
        let known = ["Authorizers", "DefaultAuthorizer", "EnableIamAuthorizer"];
        if auth.keys().any(|key| !known.contains(&&**key)) {
            return Err(self.wrong("Invalid value for 'Auth' property"));
        }
        let id = self.id().to_owned();
        self.authorizers = auth::all(&id, &auth)?;
        let mut schemes = Vec::new();
        for one in &self.authorizers {
            schemes.push((one.name.clone(), one.scheme(&id, self.partition)?));
        }
        let default = match auth.truthy("DefaultAuthorizer").filter(|name| !is_no_value(name)) {
            None => None,
            Some(name) => Some(self.default_authorizer(name)?),
        };
        let invalid = "Unable to add Auth configuration because 'DefinitionBody' does not contain a valid \
                       OpenApi definition.";
        self.edit(none, Some(invalid), |document| {
            document.add_schemes(&schemes);
            default.map_or(Ok(()), |(name, scopes)| document.secure_all(&name, &scopes))
        })
    }

    fn default_authorizer(&self, name: &Node) -> Result<(String, Node)> {
        let Some(name) = name.as_str() else {
            return Err(shape::wrong_type(self.id(), "Auth.DefaultAuthorizer", "string"));
        };
        match self.authorizers.iter().find(|one| &*one.name == name) {
            Some(one) => Ok((name.to_owned(), one.scopes())),
            None => Err(self.wrong(format!(
                "Unable to set DefaultAuthorizer because '{name}' was not defined in 'Authorizers'."
            ))),
        }
    }

    fn add_tags(&mut self) -> Result<()> {
        let given = self.tags.as_ref().is_some_and(|tags| !tags.is_empty());
        let valid = self.body.clone().is_some_and(|body| Document::is_valid(&Node::Dict(body)));
        if given && self.body.is_none() {
            return Err(self.wrong(
                "Tags works only with inline OpenApi specified in the 'DefinitionBody' property.",
            ));
        }
        if given && !valid {
            return Err(self.wrong(
                "Unable to add `Tags` because 'DefinitionBody' does not contain a valid OpenApi definition.",
            ));
        }
        if !valid {
            return Ok(());
        }
        let mut tags = self.tags.take().unwrap_or_default();
        tags.insert("httpapi:createdBy", "SAM");
        self.tags = Some(tags.clone());
        self.edit("", None, |document| document.add_tags(&tags))
    }

    fn disable_endpoint(&mut self) -> Result<()> {
        let Some(disabled) = self.given.get("DisableExecuteApiEndpoint").cloned() else {
            return Ok(());
        };
        let none = "DisableExecuteApiEndpoint works only within 'DefinitionBody' property.";
        self.edit(none, None, |document| document.disable_endpoint(&disabled))
    }

    fn add_info(&mut self) -> Result<()> {
        let info = |api: &Self, part: &str| {
            let info = api.body.as_ref().and_then(|body| body.get("info"))?;
            info.get(part).cloned()
        };
        if let Some(name) = self.given.truthy("Name").cloned() {
            let none =
                "Name works only with inline OpenApi specified in the 'DefinitionBody' property.";
            if self.body.is_some() && info(self, "title") != Some(names::reference(TITLE)) {
                return Err(self.wrong(
                    "Unable to set Name because it is already defined within inline OpenAPI specified in the \
                     'DefinitionBody' property.",
                ));
            }
            self.edit(none, None, |document| {
                document.set_info("title", &name);
                Ok(())
            })?;
        }
        let Some(description) = self.given.truthy("Description").cloned() else { return Ok(()) };
        let none = "Description works only with inline OpenApi specified in the 'DefinitionBody' property.";
        if info(self, "description").is_some_and(|there| there.is_truthy()) {
            return Err(self.wrong(
                "Unable to set Description because it is already defined within inline OpenAPI specified in \
                 the 'DefinitionBody' property.",
            ));
        }
        self.edit(none, None, |document| {
            document.set_info("description", &description);
            Ok(())
        })
    }

    /// Where warnings count, the default path is named as other paths are.
    fn rename_default_path(&mut self) {
        if self.given.truthy("FailOnWarnings").is_none() {
            return;
        }
        let paths = self.body.as_mut().and_then(|body| body.dict_mut("paths"));
        if let Some(paths) = paths
            && let Some(default) = paths.remove(DEFAULT_PATH)
        {
            paths.insert(format!("/{DEFAULT_PATH}"), default);
        }
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
