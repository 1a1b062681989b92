//! `Cors` of a REST API: an `OPTIONS` method for each path, answered without a function.

use super::swagger::Swagger;
use crate::error::{Result, resource};
use crate::intrinsics::is_function;
use crate::openapi::{ANY, INTEGRATION, each_item};
use crate::tree::{Dict, Node, Text, dict, legacy, list};

const MEMBERS: &[&str] =
    &["AllowMethods", "AllowHeaders", "AllowOrigin", "MaxAge", "AllowCredentials"];
const ANYBODY: &str = "'*'";
const METHODS: &str = "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT";

/// What is answered.
struct Cors {
    origin: Node,
    headers: Option<Node>,
    methods: Option<Node>,
    age: Option<Node>,
    credentials: bool,
}

impl Cors {
    fn of(id: &str, given: &Node) -> Result<Cors> {
        let mut cors = Cors {
            origin: given.clone(),
            headers: None,
            methods: None,
            age: None,
            credentials: false,
        };
        let members = match given {
            Node::Text(_) => return Ok(cors),
            other if is_function(other) => return Ok(cors),
            Node::Dict(members) => members,
            _ => return Err(resource(id, "Invalid value for 'Cors' property")),
        };
        if let Some(key) = members.keys().find(|key| !MEMBERS.contains(&&***key)) {
            return Err(resource(id, format!("Invalid key '{}' for 'Cors' property.", key.text)));
        }
        let member = |name: &str| members.get(name).cloned();
        cors.origin = member("AllowOrigin").unwrap_or_else(|| ANYBODY.into());
        cors.headers = member("AllowHeaders").filter(Node::is_truthy);
        cors.methods = member("AllowMethods").filter(Node::is_truthy);
        cors.age = member("MaxAge").filter(|age| !age.is_null());
        cors.credentials = member("AllowCredentials").is_some_and(|given| given.is_true());
        if cors.credentials && &cors.origin == ANYBODY {
            return Err(resource(
                id,
                "Unable to add Cors configuration because 'AllowCredentials' can not be true when \
                 'AllowOrigin' is \"'*'\" or not set",
            ));
        }
        Ok(cors)
    }

    /// The method that answers so, beside these others.
    fn method(&self, others: &Dict) -> Node {
        let (mut values, mut headers) = (Dict::legacy(), Dict::legacy());
        let methods =
            self.methods.clone().unwrap_or_else(|| format!("'{}'", methods(others)).into());
        let credentials = self.credentials.then(|| Node::from("'true'"));
        for (name, value, kind) in [
            ("Access-Control-Allow-Origin", Some(self.origin.clone()), "string"),
            ("Access-Control-Allow-Headers", self.headers.clone(), "string"),
            ("Access-Control-Allow-Methods", Some(methods), "string"),
            ("Access-Control-Max-Age", self.age.clone(), "integer"),
            ("Access-Control-Allow-Credentials", credentials, "string"),
        ] {
            if let Some(value) = value {
                values.insert(format!("method.response.header.{name}"), value);
                headers.insert(name, dict! { "type" => kind });
            }
        }
        let answer = legacy! {
            "statusCode" => "200",
            "responseParameters" => values,
            "responseTemplates" => dict! { "application/json" => "{}\n" },
        };
        let request = dict! { "application/json" => "{\n  \"statusCode\" : 200\n}\n" };
        let integration = legacy! {
            "type" => "mock",
            "requestTemplates" => request,
            "responses" => legacy! { "default" => answer },
        };
        let described = legacy! {
            "description" => "Default response for CORS method", "headers" => headers
        };
        legacy! {
            "summary" => "CORS support",
            "consumes" => list!["application/json"],
            "produces" => list!["application/json"],
            INTEGRATION => integration,
            "responses" => legacy! { "200" => described },
        }
    }
}

/// The methods of a path, and the one that is added.
fn methods(item: &Dict) -> String {
    if item.has(ANY) {
        return METHODS.to_owned();
    }
    let mut all: Vec<String> = item.keys().map(|key| key.to_uppercase()).collect();
    all.push("OPTIONS".to_owned());
    all.sort();
    all.dedup();
    all.join(",")
}

pub(super) fn add(id: &str, given: &Node, body: Option<Dict>) -> Result<Dict> {
    let Some(body) = body else {
        return Err(resource(
            id,
            "Cors works only with inline Swagger specified in 'DefinitionBody' property.",
        ));
    };
    let cors = Cors::of(id, given)?;
    if !Swagger::is_valid(&body) {
        return Err(resource(
            id,
            "Unable to add Cors configuration because 'DefinitionBody' does not contain a valid Swagger \
             definition.",
        ));
    }
    let mut swagger = Swagger::open(body)?;
    let mut seen: Vec<Text> = Vec::new();
    for path in swagger.paths().names() {
        let short = if &*path == "/" { "/" } else { path.trim_end_matches('/') };
        if seen.iter().any(|there| &**there == short) {
            continue;
        }
        seen.push(short.into());
        each_item(swagger.paths(), &path, |item| {
            if item.has("options") {
                return Ok(());
            }
            if !cors.origin.is_truthy() {
                let error = crate::Error::Template(
                    "Invalid input. Value for AllowedOrigins is required".into(),
                );
                return Err(resource(id, error.to_string()));
            }
            let method = cors.method(item);
            item.insert("options", method);
            Ok(())
        })?;
    }
    Ok(swagger.close())
}
