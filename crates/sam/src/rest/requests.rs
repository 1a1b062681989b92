//! What a document says of what requests are like: models, validators, media types.

use super::swagger::{Place, Swagger};
use crate::error::{Result, template};
use crate::globals::is_version_3;
use crate::tree::{Dict, Node, Text, dict, legacy};

const VALIDATORS: &str = "x-amazon-apigateway-request-validators";

impl Swagger {
    pub fn add_models(&mut self, models: &Dict) -> Result<()> {
        if !self.definitions.is_truthy() {
            self.definitions = legacy! {};
        }
        let Some(all) = self.definitions.as_dict_mut() else { return Ok(()) };
        for (name, schema) in models.iter() {
            if !schema.get("type").is_some_and(Node::is_truthy) {
                return Err(template("'Models' schema is missing 'type'."));
            }
            let name = Text { text: name.to_lowercase(), unicode: name.unicode };
            all.insert(name, schema.clone());
        }
        Ok(())
    }

    /// What a method's body must be.
    pub fn add_model(
        &mut self,
        place: Place<'_>,
        model: &Text,
        required: Option<&Node>,
    ) -> Result<()> {
        let model = Text { text: model.to_lowercase(), unicode: model.unicode };
        let swagger = self.body.get("swagger").is_some_and(|version| !version.is_null());
        let openapi = self.body.truthy("openapi").is_some_and(is_version_3);
        let required = required.filter(|required| !required.is_null());
        self.each(place, |definition| {
            if swagger {
                let mut one = Dict::legacy();
                one.insert("in", "body");
                one.insert("name", model.clone());
                one.insert("schema", dict! { "$ref" => format!("#/definitions/{}", model.text) });
                if let Some(required) = required {
                    one.insert("required", required.clone());
                }
                let mut all = definition
                    .get("parameters")
                    .and_then(Node::as_list)
                    .cloned()
                    .unwrap_or_default();
                all.push(Node::Dict(one));
                definition.insert("parameters", all);
            } else if openapi {
                let schema = dict! { "$ref" => format!("#/components/schemas/{}", model.text) };
                let content = dict! { "application/json" => dict! { "schema" => schema } };
                let mut body = Dict::new();
                body.insert("content", content);
                if let Some(required) = required {
                    body.insert("required", required.clone());
                }
                definition.insert("requestBody", body);
            }
            Ok(())
        })
    }

    /// What of a method's requests is looked at before the function is called.
    pub fn add_validator(&mut self, place: Place<'_>, body: bool, parameters: bool) -> Result<()> {
        let name = match (body, parameters) {
            (true, true) => "body-and-params",
            (true, false) => "body-only",
            (false, true) => "params-only",
            (false, false) => "no-validation",
        };
        if self.body.truthy(VALIDATORS).is_none() {
            self.body.insert(VALIDATORS, legacy! {});
        }
        if let Some(all) = self.body.dict_mut(VALIDATORS)
            && all.truthy(name).is_none()
        {
            let one = legacy! {
                "validateRequestBody" => body, "validateRequestParameters" => parameters
            };
            if let Node::Dict(one) = legacy! { name => one } {
                all.update(&one);
            }
        }
        let set = legacy! { "x-amazon-apigateway-request-validator" => name };
        self.each(place, |definition| {
            if let Node::Dict(set) = &set {
                definition.update(set);
            }
            Ok(())
        })
    }

    pub fn add_binary_types(&mut self, types: &Node) {
        self.body.insert("x-amazon-apigateway-binary-media-types", slashes(types));
    }
}

/// Media types may have their slash written `~1`.
fn slashes(node: &Node) -> Node {
    let text = |text: &str| Text { text: text.replace("~1", "/"), unicode: true };
    match node {
        Node::Text(one) => text(one).into(),
        Node::List(items) => Node::List(items.iter().map(slashes).collect()),
        Node::Dict(dict) => {
            let mut made = Dict::legacy();
            dict.iter().for_each(|(key, value)| made.insert(text(key), slashes(value)));
            Node::Dict(made)
        }
        other => other.clone(),
    }
}
