//! `CorsConfiguration` of an HTTP API, in its document.

use super::document::Document;
use crate::error::{Result, template};
use crate::intrinsics::is_function;
use crate::tree::{Dict, Node, dict};

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

impl Document {
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
}
