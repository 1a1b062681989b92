//! A REST API's deployment, whose id has a digest of the document, and its stage.

use super::Api;
use crate::expansion::Expansion;
use crate::globals::python_text;
use crate::made::{Made, tag_list};
use crate::names;
use crate::tree::{Node, write};

impl Api<'_> {
    pub(super) fn deployment(&self) -> Made {
        let id = format!("{}Deployment", self.id());
        let mut made = Made::new(id, "AWS::ApiGateway::Deployment", &self.given.passed_on);
        made.set("RestApiId", names::reference(self.id()));
        if self.given.truthy("OpenApiVersion").is_none() {
            made.set("StageName", "Stage");
        }
        made
    }

    /// Gives the deployment an id by what it deploys.
    pub(super) fn name_deployment(
        &self,
        expansion: &Expansion<'_>,
        deployment: &mut Made,
        body: &Node,
    ) {
        let mut hashed = write::python(body);
        if let Some(version) = self.given.truthy("OpenApiVersion") {
            hashed = format!("{hashed}||{}", python_text(version));
        }
        if let Some(functions) = expansion.function_names.get(self.id()) {
            hashed = format!("{hashed}||{functions}");
        }
        if self.given.truthy("AlwaysDeploy").is_some() {
            hashed = expansion.now.to_string();
        }
        deployment.id = names::with_text(&deployment.id, &hashed);
        deployment.set("Description", format!("RestApi deployment id: {}", names::sha1(&hashed)));
    }

    pub(super) fn stage(&self, deployment: &Made) -> Made {
        let name = self.given.any("StageName");
        let text = name.as_str().unwrap_or_default();
        let id = match names::is_alphanumeric(text) {
            true => format!("{}{text}Stage", self.id()),
            false => names::with_text(&format!("{}Stage", self.id()), text),
        };
        let mut made = Made::new(id, "AWS::ApiGateway::Stage", &self.given.passed_on);
        made.set("RestApiId", names::reference(self.id()));
        made.set("DeploymentId", deployment.reference());
        let same = [
            "StageName",
            "CacheClusterEnabled",
            "CacheClusterSize",
            "Variables",
            "MethodSettings",
            "AccessLogSetting",
            "CanarySetting",
            "TracingEnabled",
        ];
        made.take(&same, &self.given.properties);
        if let Some(Node::Dict(tags)) = self.given.get("Tags") {
            made.set("Tags", tag_list(tags));
        }
        made
    }
}
