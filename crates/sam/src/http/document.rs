//! The OpenAPI document of an HTTP API while it is changed.

use crate::error::{Result, template};
use crate::globals::is_version_3;
use crate::intrinsics::is_function;
use crate::openapi::{self, ANY, INTEGRATION};
use crate::tree::{Dict, Node, Text, dict, legacy, list, write};
use crate::{names, shape};

pub(crate) const DEFAULT_PATH: &str = "$default";

/// The document, and parts of it that are put in when it is closed.
pub(crate) struct Document {
    body: Dict,
    schemes: Node,
    tags: Node,
    info: Node,
}

impl Document {
    pub fn is_valid(body: &Node) -> bool {
        body.get("paths").is_some_and(|paths| paths.as_dict().is_some())
            && body
                .get("openapi")
                .is_some_and(|version| version.is_truthy() && is_version_3(version))
    }

    /// # Errors
    /// It is no OpenAPI document.
    pub fn open(mut body: Dict) -> Result<Self> {
        if !Self::is_valid(&Node::Dict(body.clone())) {
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

    /// Has a method of a path call a function.
    pub fn add_integration(
        &mut self,
        path: &Text,
        method: &Text,
        uri: Node,
        condition: Option<&Node>,
    ) -> Result<()> {
        let name = openapi::method_name(method);
        let paths = self.paths();
        if openapi::has_integration(paths, path, method)? {
            return Ok(());
        }
        openapi::add_path(paths, path, method)?;
        let uri = match condition {
            Some(condition) => names::conditional(condition, uri),
            None => uri,
        };
        openapi::each_item(paths, path, |item| {
            if item.get(&name).is_some_and(Node::is_null) {
                item.insert(name.clone(), Dict::legacy());
            }
            let Some(method) = item.get_mut(&name) else { return Ok(()) };
            let Some(one) = method.as_dict_mut() else { return Ok(()) };
            let integration = legacy! {
                "type" => "aws_proxy",
                "httpMethod" => "POST",
                "payloadFormatVersion" => "2.0",
                "uri" => uri.clone(),
            };
            one.insert(INTEGRATION, integration);
            if &**path == DEFAULT_PATH && &*name == ANY {
                one.insert("isDefaultRoute", true);
            }
            one.or_insert("responses", Dict::legacy());
            if let Some(condition) = condition {
                *method = names::conditional(condition, method.clone());
            }
            Ok(())
        })
    }

    /// Whether the method of a path calls just this function, under whatever condition.
    pub fn calls(&mut self, path: &str, method: &str, function: &str) -> Result<bool> {
        let method = Text::from(method);
        if !openapi::has_integration(self.paths(), path, &method)? {
            return Ok(false);
        }
        let mut same = true;
        openapi::each_definition(self.paths(), path, &method, |one| {
            let uri = one.dict(INTEGRATION).and_then(|integration| integration.get("uri"));
            let Some(uri @ Node::Dict(_)) = uri else {
                same = false;
                return Ok(());
            };
            for uri in openapi::contents(uri)? {
                let arn = uri.get("Fn::Sub").and_then(Node::as_str).unwrap_or_default();
                same &= named(arn) == Some(function);
            }
            Ok(())
        })?;
        Ok(same)
    }

    /// Tells of a path's parameters, and of an integration's version and time.
    pub fn describe(&mut self, path: &str, method: &Text, event: &Dict) -> Result<()> {
        let parameters: Vec<&str> = path
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
            .collect();
        openapi::each_definition(self.paths(), path, method, |one| {
            if let Some(integration) = one.dict_mut(INTEGRATION) {
                for (key, name) in [
                    ("timeoutInMillis", "TimeoutInMillis"),
                    ("payloadFormatVersion", "PayloadFormatVersion"),
                ] {
                    if let Some(value) = event.truthy(name) {
                        integration.insert(key, value.clone());
                    }
                }
            }
            if parameters.is_empty() {
                return Ok(());
            }
            let all = one.or_insert("parameters", list![]);
            parameters.iter().for_each(|name| describe_parameter(all, name));
            Ok(())
        })
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

    pub fn add_cors(&mut self, given: &Node) -> Result<()> {
        const CORS: &str = "x-amazon-apigateway-cors";
        let mut config = self.body.get(CORS).cloned().unwrap_or_else(|| dict! {});
        let Some(all) = config.as_dict_mut() else {
            return Err(template(format!(
                "Value of '{CORS}' must be a dictionary according to Swagger spec."
            )));
        };
        if is_function(given) {
            if let Some(given) = with_small_names(given).as_dict() {
                all.update(given);
            }
        } else {
            for (name, key) in NAMES {
                let value = given.get(name).filter(|value| match *name {
                    "MaxAge" => !value.is_null(),
                    "AllowCredentials" => value.is_true(),
                    _ => value.is_truthy(),
                });
                if let Some(value) = value {
                    all.insert(*key, value.clone());
                }
            }
        }
        self.body.insert(CORS, config);
        Ok(())
    }

    /// Sets its title and its description.
    pub fn set_info(&mut self, name: &str, value: &Node) {
        if let Some(info) = self.info.as_dict_mut() {
            info.insert(name, value.clone());
        }
    }
}

/// The members of a configuration for CORS, here and in the document.
pub(super) const NAMES: &[(&str, &str)] = &[
    ("AllowOrigins", "allowOrigins"),
    ("AllowHeaders", "allowHeaders"),
    ("AllowMethods", "allowMethods"),
    ("ExposeHeaders", "exposeHeaders"),
    ("MaxAge", "maxAge"),
    ("AllowCredentials", "allowCredentials"),
];

/// A configuration that a function chooses, with the document's names: wherever they are, in whatever text.
fn with_small_names(node: &Node) -> Node {
    let small = |text: &str| {
        NAMES.iter().fold(text.to_owned(), |text, (name, key)| text.replace(name, key))
    };
    match node {
        Node::Text(text) => small(text).into(),
        Node::List(items) => Node::List(items.iter().map(with_small_names).collect()),
        Node::Dict(dict) => {
            let mut made = Dict::new();
            dict.iter().for_each(|(key, value)| made.insert(small(key), with_small_names(value)));
            Node::Dict(made)
        }
        other => other.clone(),
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

/// The function that an integration's address names.
fn named(arn: &str) -> Option<&str> {
    let before = &arn[..arn.find(".Arn")?];
    let start = before.rfind(|one: char| !one.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
    Some(&before[start..])
}

fn describe_parameter(all: &mut Node, name: &str) {
    let Some(all) = all.as_list_mut() else { return };
    let there =
        all.iter_mut().filter_map(Node::as_dict_mut).find(|one| one.text("name") == Some(name));
    match there {
        Some(there) => {
            there.insert("in", "path");
            there.insert("required", true);
        }
        None => {
            let name = Text { text: name.to_owned(), unicode: true };
            all.push(legacy! { "name" => name, "in" => "path", "required" => true });
        }
    }
}
