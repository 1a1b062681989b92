//! What a document says of who may call: the ways in which somebody shows who they are, and which a method requires.

use super::swagger::{NO_METHODS, Place, Swagger};
use crate::error::{Error, Result, template};
use crate::globals::python_text;
use crate::openapi;
use crate::tree::{Dict, Node, Text, legacy, list};

impl Swagger {
    /// Adds something that a method's caller must be; whether it was the first, and is so of IAM.
    pub fn require(&mut self, place: Place<'_>, name: &Text, scopes: &Node) -> Result<()> {
        let one = legacy! { name.clone() => scopes };
        let mut iam = false;
        self.each(place, |definition| {
            let mut all = security(definition, place.path, place.method)?;
            all.push(one.clone());
            iam |= all.first().is_some_and(|first| first.get("AWS_IAM").is_some());
            definition.insert("security", all);
            Ok(())
        })?;
        if iam {
            self.define_iam();
        }
        Ok(())
    }

    /// Has all methods of which nothing is said require the default authorizer.
    pub fn require_default(
        &mut self,
        name: &Text,
        scopes: &Node,
        authorizers: &[Text],
        preflights: bool,
    ) -> Result<()> {
        let mut iam = false;
        let paths = self.paths();
        for path in paths.names() {
            openapi::each_method(paths, &path, NO_METHODS, |method, definition| {
                if !preflights && method == "options" {
                    return Ok(());
                }
                let given = maps(security(definition, &path, method)?, &path, method)?;
                let is_authorizer = |one: &Node| {
                    let one = one.as_dict();
                    one.is_some_and(|one| {
                        one.has("AWS_IAM") || authorizers.iter().any(|name| one.has(name))
                    })
                };
                let (authorized, mut all): (Vec<Node>, Vec<Node>) =
                    given.into_iter().partition(is_authorizer);
                match all.iter().position(|one| one.get("NONE").is_some()) {
                    Some(none) => drop(all.remove(none)),
                    None if authorized.is_empty() => all.push(legacy! { name.clone() => scopes }),
                    None => all.extend(authorized),
                }
                if let Some(first) = all.first() {
                    iam |= first.get("AWS_IAM").is_some();
                    definition.insert("security", all);
                }
                Ok(())
            })?;
        }
        if iam {
            self.define_iam();
        }
        Ok(())
    }

    /// Has all methods require an API key that do not say otherwise.
    pub fn require_keys(&mut self, preflights: bool) -> Result<()> {
        let paths = self.paths();
        for path in paths.names() {
            openapi::each_method(paths, &path, NO_METHODS, |method, definition| {
                let given = maps(security(definition, &path, method)?, &path, method)?;
                let is_key =
                    |one: &Node| one.get("api_key").is_some() || one.get("api_key_false").is_some();
                let refused = given.iter().any(|one| one.get("api_key_false").is_some());
                let mut all: Vec<Node> = given.iter().filter(|one| !is_key(one)).cloned().collect();
                if !refused && (method != "options" || preflights) {
                    all.push(legacy! { "api_key" => list![] });
                }
                if all != given {
                    definition.insert("security", all);
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    fn define_iam(&mut self) {
        self.define(&"AWS_IAM".into(), false, || {
            legacy! {
                "x-amazon-apigateway-authtype" => "awsSigv4",
                "type" => "apiKey",
                "name" => "Authorization",
                "in" => "header",
            }
        });
    }

    /// # Errors
    /// What the document has of such descriptions is no map.
    pub fn define_key(&mut self) -> Result<()> {
        self.check_definitions()?;
        self.define(&"api_key".into(), false, || {
            legacy! { "type" => "apiKey", "name" => "x-api-key", "in" => "header" }
        });
        Ok(())
    }

    /// # Errors
    /// What the document has of descriptions of who may call is no map.
    pub fn check_definitions(&self) -> Result<()> {
        if self.security.is_truthy() && self.security.as_dict().is_none() {
            return Err(Error::Template("securityDefinitions must be a dictionary.".into()).into());
        }
        Ok(())
    }

    /// Describes how somebody shows who they are.
    pub fn define(&mut self, name: &Text, again: bool, scheme: impl FnOnce() -> Node) {
        if !self.security.is_truthy() {
            self.security = legacy! {};
        }
        let Some(all) = self.security.as_dict_mut() else { return };
        if again {
            all.insert(name.clone(), scheme());
        } else if !all.has(name) {
            let mut one = Dict::legacy();
            one.insert(name.clone(), scheme());
            all.update(&one);
        }
    }
}

/// What is asked of a method's caller so far.
fn security(definition: &Dict, path: &str, method: &str) -> Result<Vec<Node>> {
    match definition.get("security") {
        None => Ok(Vec::new()),
        Some(Node::List(all)) => Ok(all.clone()),
        Some(_) => Err(template(format!(
            "Type of security for path {path} method {method} must be a list"
        ))),
    }
}

fn maps(all: Vec<Node>, path: &str, method: &str) -> Result<Vec<Node>> {
    match all.iter().find(|one| one.as_dict().is_none()) {
        None => Ok(all),
        Some(other) => Err(template(format!(
            "{} in Security for path {path} method {method} is not a valid dictionary.",
            python_text(other)
        ))),
    }
}
