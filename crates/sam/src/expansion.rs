//! One template's expansion: functions first, since their events write into APIs, then APIs, then the rest.

use std::collections::HashMap;

use serde_json::Value;

use crate::error::{Error, Failure, Result, not_served};
use crate::intrinsics::{Parameters, ref_or_self};
use crate::kinds::NOT_SERVED;
use crate::made::Made;
use crate::moved::Moved;
use crate::read::{self, serverless};
use crate::tree::{Dict, Node, Text};
use crate::{Context, function, globals, http, implicit, layer, rest, table};

/// What is known while it goes on.
pub(crate) struct Expansion<'a> {
    pub partition: &'a str,
    pub now: u64,
    /// Whether the order of things is Python 2.7's, since a digest depends on it.
    pub legacy: bool,
    pub parameters: Parameters,
    /// The template as it came, which events write into.
    pub document: Dict,
    /// What comes out.
    pub output: Dict,
    /// The names of the functions that a REST API has events of, by its logical id.
    pub function_names: HashMap<String, String>,
    moved: Moved,
}

pub(crate) fn expand(given: Value, context: &Context<'_>) -> Result<Value> {
    let mut document = read::template(given)?;
    let legacy = rest::is_wanted(&document);
    if legacy {
        rest::into_legacy(&mut document);
    }
    let parameters = read::parameters(&document, context, legacy)?;
    rest::default_bodies(&mut document);
    http::default_bodies(&mut document);
    implicit::rest(&mut document)?;
    implicit::http(&mut document)?;
    globals::merge(&mut document)?;
    let mut output = document.clone();
    output.remove("Transform");
    let partition = context.partition;
    let function_names = HashMap::new();
    let (now, moved) = (context.now, Moved::default());
    let expansion =
        Expansion { partition, now, legacy, parameters, document, output, function_names, moved };
    expansion.run()
}

impl Expansion<'_> {
    fn run(mut self) -> Result<Value> {
        let mut errors = Vec::new();
        for (id, kind) in self.ordered() {
            match self.resource(&id, &kind) {
                Ok(()) => {}
                Err(Failure::One(error)) => errors.push(error),
                Err(Failure::All(errors)) => return Err(Failure::All(errors)),
            }
        }
        if !errors.is_empty() {
            let mut once = Vec::new();
            errors.into_iter().for_each(|error| {
                if !once.contains(&error) {
                    once.push(error);
                }
            });
            return Err(Failure::All(once));
        }
        let mut output = Node::Dict(self.output);
        self.moved.apply(&mut output);
        Ok(output.into_value())
    }

    /// The Serverless resources, in the order in which they are expanded.
    fn ordered(&self) -> Vec<(Text, String)> {
        let all = self.document.dict("Resources").into_iter().flat_map(Dict::iter);
        let mut some: Vec<_> = all
            .filter_map(|(id, one)| {
                let one = one.as_dict()?;
                let kind = if one.has("Connectors") { "Connector" } else { serverless(one)? };
                Some((id.clone(), kind.to_owned()))
            })
            .collect();
        some.sort_by_key(|(_, kind)| match kind.as_str() {
            "Function" => 0,
            "Api" | "HttpApi" => 1,
            _ => 2,
        });
        some
    }

    fn resource(&mut self, id: &Text, kind: &str) -> Result<()> {
        if NOT_SERVED.contains(&kind) {
            return Err(not_served(id, format!("AWS::Serverless::{kind}")));
        }
        let Some(given) = self.resources().dict(id).cloned() else { return Ok(()) };
        self.note_function_names(&given)?;
        let made = match kind {
            "Function" => function::expand(self, id, &given)?,
            "Api" => rest::expand(self, id, &given)?,
            "HttpApi" => http::expand(self, id, &given)?,
            "LayerVersion" => layer::expand(self, id, &given)?,
            "SimpleTable" => table::expand(id, &given)?,
            _ => return Ok(()),
        };
        self.put(id, kind, made)
    }

    /// The resources of the template as it came.
    pub fn resources(&self) -> &Dict {
        static NONE: std::sync::LazyLock<Dict> = std::sync::LazyLock::new(Dict::new);
        self.document.dict("Resources").unwrap_or(&NONE)
    }

    pub fn resource_mut(&mut self, id: &str) -> Option<&mut Dict> {
        self.document.dict_mut("Resources")?.dict_mut(id)
    }

    /// The properties of a resource, to write into.
    pub fn properties_mut(&mut self, id: &str) -> Option<&mut Dict> {
        self.resource_mut(id)?.or_insert("Properties", Dict::new()).as_dict_mut()
    }

    /// Adds a condition to what comes out.
    pub fn condition(&mut self, name: String, definition: Node) {
        if let Some(all) = self.output.or_insert("Conditions", Dict::new()).as_dict_mut() {
            all.insert(name, definition);
        }
    }

    /// The names of functions with events of a REST API are part of its deployment's digest.
    fn note_function_names(&mut self, given: &Dict) -> Result<()> {
        let (Some("Function"), Some(properties)) = (serverless(given), given.dict("Properties"))
        else {
            return Ok(());
        };
        for event in properties.dict("Events").into_iter().flat_map(Dict::values) {
            let wanted = event.get("Properties").and_then(|all| all.get("RestApiId"));
            let api = wanted.map(ref_or_self).and_then(Node::as_str);
            let (Some("Api"), Some(api)) = (event.get("Type").and_then(Node::as_str), api) else {
                continue;
            };
            let mut name = properties.get("FunctionName").cloned().unwrap_or_default();
            let name = self.parameters.resolve(&mut name)?;
            if !api.is_empty() && name.is_truthy() {
                let names = self.function_names.entry(api.to_owned()).or_default();
                names.push_str(&globals::python_text(&name));
            }
        }
        Ok(())
    }

    /// Puts what was made of a resource in its place.
    fn put(&mut self, id: &str, kind: &str, made: Vec<Made>) -> Result<()> {
        for part in parts(kind) {
            let one = made.iter().rev().find(|one| one.kind == part.1);
            if let Some(one) = one {
                let key = (id.to_owned(), part.0.to_owned());
                self.moved.parts.insert(key, one.id.clone());
            }
        }
        if kind == "LayerVersion"
            && let Some(layer) = made.first()
        {
            self.moved.ids.insert(id.to_owned(), layer.id.clone());
        }
        let duplicate = made.iter().find(|one| !self.is_free(one)).map(|one| Error::Duplicate {
            id: id.to_owned(),
            made: one.id.clone(),
            kind: one.kind.to_owned(),
        });
        if let Some(all) = self.output.dict_mut("Resources") {
            all.remove(id);
            for one in made {
                all.insert(one.id.clone(), one.into_node());
            }
        }
        duplicate.map_or(Ok(()), |error| Err(error.into()))
    }

    /// Whether nothing else in the template has this id.
    fn is_free(&self, made: &Made) -> bool {
        let there = self.resources().dict(&made.id).map(|one| one.text("Type").unwrap_or_default());
        there.is_none_or(|there| {
            matches!(
                (made.kind, there),
                ("AWS::Lambda::Function", "AWS::Serverless::Function")
                    | ("AWS::Lambda::LayerVersion", "AWS::Serverless::LayerVersion")
                    | ("AWS::ApiGateway::RestApi", "AWS::Serverless::Api")
                    | ("AWS::ApiGatewayV2::Api", "AWS::Serverless::HttpApi")
                    | ("AWS::DynamoDB::Table", "AWS::Serverless::SimpleTable")
                    | ("AWS::S3::Bucket", "AWS::S3::Bucket")
                    | ("AWS::SNS::Topic", "AWS::SNS::Topic")
            )
        })
    }
}

/// What may be referred to as parts of a resource (`Function.Alias`), and the types of those.
fn parts(kind: &str) -> &'static [(&'static str, &'static str)] {
    match kind {
        "Function" => &[
            ("Alias", "AWS::Lambda::Alias"),
            ("Version", "AWS::Lambda::Version"),
            ("DestinationTopic", "AWS::SNS::Topic"),
            ("DestinationQueue", "AWS::SQS::Queue"),
        ],
        "Api" => {
            &[("Stage", "AWS::ApiGateway::Stage"), ("Deployment", "AWS::ApiGateway::Deployment")]
        }
        "HttpApi" => &[("Stage", "AWS::ApiGatewayV2::Stage")],
        _ => &[],
    }
}
