//! What an HTTP API's properties write into its document.

use super::auth::{self};
use super::cors::NAMES;
use super::document::{DEFAULT_PATH, Document};
use super::{Api, TITLE};
use crate::error::Result;
use crate::intrinsics::{is_function, is_no_value};
use crate::names;
use crate::shape;
use crate::tree::{Node, dict, list};

impl Api<'_> {
    /// Changes the document, which must be one that is written in the template.
    fn edit(
        &mut self,
        none: &str,
        invalid: Option<&str>,
        change: impl FnOnce(&mut Document) -> Result<()>,
    ) -> Result<()> {
        let Some(body) = self.body.clone() else { return Err(self.wrong(none)) };
        if let Some(invalid) = invalid
            && !Document::is_valid(&body)
        {
            return Err(self.wrong(invalid));
        }
        let mut document = Document::open(body)?;
        change(&mut document)?;
        self.body = Some(document.close());
        Ok(())
    }

    pub(super) fn add_cors(&mut self) -> Result<()> {
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

    pub(super) fn add_auth(&mut self) -> Result<()> {
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

    pub(super) fn add_tags(&mut self) -> Result<()> {
        let given = self.tags.as_ref().is_some_and(|tags| !tags.is_empty());
        let valid = self.body.as_ref().is_some_and(Document::is_valid);
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

    pub(super) fn disable_endpoint(&mut self) -> Result<()> {
        let Some(disabled) = self.given.get("DisableExecuteApiEndpoint").cloned() else {
            return Ok(());
        };
        let none = "DisableExecuteApiEndpoint works only within 'DefinitionBody' property.";
        self.edit(none, None, |document| document.disable_endpoint(&disabled))
    }

    pub(super) fn add_info(&mut self) -> Result<()> {
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
    pub(super) fn rename_default_path(&mut self) {
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
}
