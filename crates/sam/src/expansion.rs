//! One template's expansion: functions first, since their events write into APIs, then APIs, then the rest.

use std::collections::HashMap;

use serde_json::Value;

use crate::error::{Error, Failure, Result, not_served, resource, template};
use crate::intrinsics::{Moved, Parameters, ref_or_self};
use crate::kinds::NOT_SERVED;
use crate::made::Made;
use crate::tree::{Dict, Node, Text};
use crate::{Context, function, globals, http, implicit, layer, rest, table};

/// How deep a template may be.
const DEEPEST: usize = 100;
/// How many resources and events it may have. CloudFormation takes 500 resources, and each event makes one at
/// least.
const MOST: usize = 2000;
/// The longest value of a parameter that CloudFormation takes, in bytes.
const LONGEST: usize = 4096;

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
    if deeper(&given, DEEPEST) {
        return Err(template("It is nested too deeply."));
    }
    let mut document = read(Node::plain(given))?;
    let legacy = rest::is_wanted(&document);
    if legacy {
        rest::into_legacy(&mut document);
    }
    let parameters = parameters(&document, context, legacy)?;
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

fn deeper(value: &Value, than: usize) -> bool {
    let Some(than) = than.checked_sub(1) else { return true };
    match value {
        Value::Array(items) => items.iter().any(|item| deeper(item, than)),
        Value::Object(map) => map.values().any(|value| deeper(value, than)),
        _ => false,
    }
}

/// Checks what must be so of any template.
fn read(document: Node) -> Result<Dict> {
    let Node::Dict(document) = document else {
        return Err(template("'Resources' section is required"));
    };
    let resources = document.dict("Resources").filter(|all| !all.is_empty());
    let resources = resources.ok_or_else(|| template("'Resources' section is required"))?;
    if resources.values().any(|one| one.as_dict().is_none()) {
        return Err(template(
            "All 'Resources' must be Objects. If you're using YAML, this may be an indentation issue.",
        ));
    }
    let mut count = resources.len();
    for (id, one) in resources.iter().filter_map(|(id, one)| Some((id, one.as_dict()?))) {
        if one.truthy("Condition").is_some_and(|condition| condition.as_str().is_none()) {
            return Err(template("Every Condition member must be a string."));
        }
        if serverless(one).is_some_and(|kind| !matches!(kind, "Connector" | "GraphQLApi"))
            && one.get("Properties").is_some_and(|properties| properties.as_dict().is_none())
        {
            return Err(resource(id, "Attribute 'Properties' should be a map."));
        }
        let events = one.dict("Properties").and_then(|properties| properties.dict("Events"));
        count += events.map_or(0, Dict::len);
    }
    if count > MOST {
        return Err(template(format!("It has more than {MOST} resources and events.")));
    }
    Ok(document)
}

/// The end of a Serverless resource's type.
pub(crate) fn serverless(one: &Dict) -> Option<&str> {
    one.text("Type")?.strip_prefix("AWS::Serverless::")
}

/// The parameters' values, with those of two pseudo parameters.
fn parameters(document: &Dict, context: &Context<'_>, legacy: bool) -> Result<Parameters> {
    let mut values = Dict::new();
    for (name, value) in context.parameters {
        let value = Node::plain(value.clone());
        values.insert(name.as_str(), if legacy { value.into_legacy() } else { value });
    }
    for (name, definition) in document.dict("Parameters").into_iter().flat_map(Dict::iter) {
        if let Some(default) = definition.get("Default") {
            values.or_insert(&**name, default.clone());
        }
    }
    values.or_insert("AWS::Region", context.region);
    values.or_insert("AWS::Partition", context.partition);
    if let Some((name, _)) = values.iter().find(|(_, value)| value.weight() > LONGEST + 4) {
        return Err(template(format!("The value of parameter '{}' is too long.", name.text)));
    }
    Ok(Parameters(values))
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

/// Whether a resource's id and properties are such.
pub(crate) fn check_id(id: &str) -> Result<()> {
    if crate::names::is_logical_id(id) {
        return Ok(());
    }
    Err(resource(id, "Logical ids must be alphanumeric."))
}
