//! The OpenAPI document of an HTTP API while it is changed.

use crate::error::{Result, template};
use crate::globals::is_version_3;
use crate::openapi::{self};
use crate::shape;
use crate::tree::{Dict, Node, Text, dict, legacy, list, write};

pub(crate) const DEFAULT_PATH: &str = "$default";

/// The document, and parts of it that are put in when it is closed.
pub(crate) struct Document {
    pub(super) body: Dict,
    schemes: Node,
    tags: Node,
    info: Node,
}

impl Document {
    pub fn is_valid(body: &Dict) -> bool {
        body.get("paths").is_some_and(|paths| paths.as_dict().is_some())
            && body
                .get("openapi")
                .is_some_and(|version| version.is_truthy() && is_version_3(version))
    }

    /// # Errors
    /// It is no OpenAPI document.
    pub fn open(mut body: Dict) -> Result<Self> {
        if !Self::is_valid(&body) {
            return Err(template(
                "Invalid OpenApi document. Invalid values or missing keys for 'openapi' or 'paths' in \
                 'DefinitionBody'.",
            ));
        }
        body.settle();
        let truthy = |node: Option<&Node>| node.filter(|node| node.is_truthy()).cloned();
        let components = body.get("components").filter(|components| !components.is_null());
        if components.is_some_and(|components| components.as_dict().is_none()) {
            let message = "Invalid OpenApi document: The value of 'components' should be a map";
            return Err(template(message));
        }
        let schemes = truthy(components.and_then(|all| all.get("securitySchemes")));
        let tags = truthy(body.get("tags")).unwrap_or_else(|| list![]);
        let info = truthy(body.get("info")).unwrap_or_else(|| legacy! {});
        Ok(Document { schemes: schemes.unwrap_or_else(|| legacy! {}), tags, info, body })
    }

    pub fn paths(&mut self) -> &mut Dict {
        openapi_paths(&mut self.body)
    }

    pub fn close(mut self) -> Dict {
        if self.tags.is_truthy() {
            self.body.insert("tags", self.tags);
        }
        if self.schemes.is_truthy() {
            if self.body.truthy("components").is_none() {
                self.body.insert("components", Dict::legacy());
            }
            if let Some(components) = self.body.dict_mut("components") {
                components.insert("securitySchemes", self.schemes);
            }
        }
        if self.info.is_truthy() {
            self.body.insert("info", self.info);
        }
        self.body.settle();
        self.body
    }

    pub fn add_schemes(&mut self, schemes: &[(Text, Node)]) {
        if let Some(all) = self.schemes.as_dict_mut() {
            schemes.iter().for_each(|(name, scheme)| all.insert(name.clone(), scheme.clone()));
        }
    }

    /// Has an authorizer decide who may call a method.
    pub fn secure(&mut self, path: &str, method: &Text, name: &Node, scopes: Node) -> Result<()> {
        let one = dict! { name.as_str().unwrap_or_default() => scopes };
        openapi::each_definition(self.paths(), path, method, |definition| {
            let mut all = match definition.get("security") {
                None => Vec::new(),
                Some(Node::List(all)) => all.clone(),
                Some(_) => {
                    return Err(template(format!(
                        "Type of security for path {path} method {} must be a list",
                        method.text
                    )));
                }
            };
            all.push(one.clone());
            definition.insert("security", all);
            Ok(())
        })
    }

    /// Has it decide so for all methods of which nothing is said.
    pub fn secure_all(&mut self, name: &str, scopes: &Node) -> Result<()> {
        let paths = self.paths();
        for path in paths.names() {
            openapi::each_item(paths, &path, |item| all_named(item, &path))?;
            openapi::each_method(paths, &path, &["parameters"], |method, definition| {
                if method != "options" && definition.truthy("security").is_none() {
                    definition.insert("security", list![dict! { name => scopes }]);
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    pub fn add_tags(&mut self, tags: &Dict) -> Result<()> {
        const VALUE: &str = "x-amazon-apigateway-tag-value";
        let Node::List(all) = &mut self.tags else {
            return Err(template(format!(
                "Tags in OpenApi DefinitionBody needs to be a list. {} is a {} not a list.",
                write::python(&self.tags),
                write::type_name(&self.tags)
            )));
        };
        for (name, value) in tags.iter() {
            let there = all
                .iter_mut()
                .filter_map(Node::as_dict_mut)
                .find(|tag| tag.text("name") == Some(name));
            match there {
                Some(tag) => tag.insert(VALUE, value.clone()),
                None => all.push(legacy! { "name" => name.clone(), VALUE => value }),
            }
        }
        Ok(())
    }

    /// Whether the address that API Gateway gives is switched off.
    pub fn disable_endpoint(&mut self, disabled: &Node) -> Result<()> {
        const CONFIG: &str = "x-amazon-apigateway-endpoint-configuration";
        let servers = self.body.or_insert("servers", list![legacy! {}]);
        for server in servers.as_list_mut().into_iter().flatten() {
            let server = server.as_dict_mut().ok_or_else(|| {
                template("Value of 'servers' item must be a dictionary according to Swagger spec.")
            })?;
            if let Some(config) = server.or_insert(CONFIG, Dict::new()).as_dict_mut() {
                config.insert("disableExecuteApiEndpoint", disabled.clone());
            }
        }
        Ok(())
    }

    /// Sets its title and its description.
    pub fn set_info(&mut self, name: &str, value: &Node) {
        if let Some(info) = self.info.as_dict_mut() {
            info.insert(name, value.clone());
        }
    }
}

fn openapi_paths(body: &mut Dict) -> &mut Dict {
    if !body.get("paths").is_some_and(|paths| shape::Shape::Map.fits(paths)) {
        body.insert("paths", Dict::legacy());
    }
    match body.get_mut("paths") {
        Some(Node::Dict(paths)) => paths,
        _ => unreachable!("put there above"),
    }
}

/// Whether all methods of a path have the names that documents have for them.
fn all_named(item: &mut Dict, path: &str) -> Result<()> {
    let renamed = |name: &Text| !item.has(&openapi::method_name(name));
    match item.keys().find(|name| &***name != "parameters" && renamed(name)) {
        None => Ok(()),
        Some(name) => Err(template(format!(
            "Could not find {} in {path} within DefinitionBody.",
            openapi::method_name(name).text
        ))),
    }
}
