//! The functions of a template, of SAM or of CloudFormation: those whose code is on this machine. What
//! is not literal in a template is taken from the defaults of its parameters, or left out.
//!
//! This is all there is of templates here: what a stack is made of is the business of CloudFormation.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::project::{Code, Function, Project};
use crate::failure::Failure;

const SERVERLESS: &str = "AWS::Serverless::Function";
const LAMBDA: &str = "AWS::Lambda::Function";
const NOTHING: &Value = &Value::Null;

/// Whether a file is a template: it has resources, and is what its ending says.
pub fn is_template(file: &Path) -> bool {
    let ending = file.extension().and_then(|ending| ending.to_str());
    if !matches!(ending, Some("yaml" | "yml" | "json")) {
        return false;
    }
    let Ok(text) = fs::read_to_string(file) else { return false };
    let is_yaml = ending != Some("json");
    match fika_template::read(&text) {
        Ok(value) => value["Resources"].is_object(),
        // One that is broken is still one, and is told of.
        Err(_) => is_yaml && text.lines().any(|line| line.starts_with("Resources:")),
    }
}

/// Reads a template.
///
/// # Errors
/// When it is none.
pub fn read(file: &Path) -> Result<Project, Failure> {
    let template = value_of(file)?;
    let folder = file.parent().unwrap_or(Path::new("."));
    let code =
        |resource: &Value, properties: &Resolved<'_>| local_code(resource, properties, folder);
    let mut project = functions(&template, &code);
    project.templates.push(file.into());
    Ok(project)
}

/// The template in a file.
///
/// # Errors
/// When it cannot be read, or is none.
pub fn value_of(file: &Path) -> Result<Value, Failure> {
    let fix = || format!("mend the template {}", file.display());
    let text = fs::read_to_string(file).map_err(|e| Failure::no_input(fix(), e))?;
    fika_template::read(&text).map_err(|e| Failure::no_input(fix(), e))
}

/// Where a function's code is, if it is on this machine.
pub type Codes<'a> = dyn Fn(&Value, &Resolved<'_>) -> Option<Code> + 'a;

/// The functions of a template, and what else is in it.
pub fn functions(template: &Value, code: &Codes<'_>) -> Project {
    let mut project = Project::default();
    let mut others: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (id, resource) in template["Resources"].as_object().into_iter().flatten() {
        let kind = resource["Type"].as_str().unwrap_or_default();
        let made = matches!(kind, SERVERLESS | LAMBDA)
            .then(|| function(template, id, kind, resource, code))
            .flatten();
        match made {
            Some(function) => project.functions.push(function),
            None => others.entry(kind).or_default().push(id),
        }
        let events = resource["Properties"]["Events"].as_object().into_iter().flatten();
        project.not_made.extend(events.map(|(event, _)| format!("the event {event} of {id}")));
    }
    let silent = |kind: &str| kind == "AWS::CDK::Metadata" || kind == "AWS::IAM::Role";
    let others = others.into_iter().filter(|(kind, _)| !silent(kind));
    project.not_made.extend(others.map(|(kind, ids)| format!("{kind} ({})", ids.join(", "))));
    project
}

fn function(
    template: &Value,
    id: &str,
    kind: &str,
    resource: &Value,
    code: &Codes<'_>,
) -> Option<Function> {
    let globals = if kind == SERVERLESS { &template["Globals"]["Function"] } else { NOTHING };
    let properties = Resolved { template, own: &resource["Properties"], globals };
    let number = |name| {
        let value = properties.get(name);
        let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
        u32::try_from(number).ok()
    };
    Some(Function {
        id: id.into(),
        name: properties.text("FunctionName").unwrap_or_else(|| id.into()),
        code: code(resource, &properties)?,
        runtime: properties.text("Runtime"),
        handler: properties.text("Handler"),
        memory: number("MemorySize"),
        timeout: number("Timeout"),
        env: properties.variables(),
    })
}

/// The properties of a function, with those of all functions, and parameters' defaults in them.
pub struct Resolved<'a> {
    template: &'a Value,
    own: &'a Value,
    globals: &'a Value,
}

impl Resolved<'_> {
    /// A property; null where it is not there or not literal.
    pub fn get(&self, name: &str) -> &Value {
        let own = &self.own[name];
        self.literal(if own.is_null() { &self.globals[name] } else { own })
    }

    /// A property that is a text.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).as_str().map(str::to_owned)
    }

    fn literal<'v>(&'v self, value: &'v Value) -> &'v Value {
        let Some(members) = value.as_object() else { return value };
        match members.get("Ref").and_then(Value::as_str) {
            Some(name) => &self.template["Parameters"][name]["Default"],
            None if is_intrinsic(members) => NOTHING,
            None => value,
        }
    }

    fn variables(&self) -> Option<BTreeMap<String, String>> {
        let of = |value: &Value| value["Variables"].as_object().cloned().unwrap_or_default();
        let mut all = of(&self.globals["Environment"]);
        all.extend(of(&self.own["Environment"]));
        let literal = |(name, value): (&String, &Value)| {
            let text = match self.literal(value) {
                Value::String(text) => text.clone(),
                number @ (Value::Number(_) | Value::Bool(_)) => number.to_string(),
                _ => return None,
            };
            Some((name.clone(), text))
        };
        let literals: BTreeMap<_, _> = all.iter().filter_map(literal).collect();
        (!all.is_empty()).then_some(literals)
    }
}

fn is_intrinsic(members: &Map<String, Value>) -> bool {
    members.len() == 1 && members.keys().all(|name| name.starts_with("Fn::") || name == "Ref")
}

fn local_code(resource: &Value, properties: &Resolved<'_>, folder: &Path) -> Option<Code> {
    if properties.text("PackageType").is_some_and(|kind| kind == "Image") {
        return None;
    }
    let inline = properties.text("InlineCode");
    if let Some(text) = inline.or_else(|| zip_file(properties)) {
        return Some(inline_code(properties, text));
    }
    // A function of SAM without CodeUri has its code beside the template.
    let here = (resource["Type"] == SERVERLESS).then_some(".");
    let uri = match (properties.get("CodeUri"), properties.get("Code")) {
        (Value::String(uri), _) | (_, Value::String(uri)) => uri,
        (Value::Null, _) => here?,
        _ => return None,
    };
    let path: PathBuf = folder.join(uri);
    (!uri.contains("://")).then(|| Code::Path(path.canonicalize().unwrap_or(path)))
}

/// The code of a function whose template has it.
pub fn zip_file(properties: &Resolved<'_>) -> Option<String> {
    Some(properties.get("Code")["ZipFile"].as_str()?.to_owned())
}

/// As CloudFormation names the file.
pub fn inline_code(properties: &Resolved<'_>, text: String) -> Code {
    let python = properties.text("Runtime").is_some_and(|runtime| runtime.starts_with("python"));
    Code::Inline { file: if python { "index.py" } else { "index.js" }.into(), text }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: test}
Globals:
  Function: {Runtime: nodejs22.x, Timeout: 7, Environment: {Variables: {ALL: '1', STAGE: none}}}
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: hello/
      Handler: app.handler
      MemorySize: 256
      Environment: {Variables: {STAGE: !Ref Stage, TABLE: !Ref Table, PORT: 80}}
      Events: {Api: {Type: HttpApi}}
  Inline:
    Type: AWS::Serverless::Function
    Properties: {InlineCode: 'def handler(e, c): return 1', Handler: index.handler, Runtime: python3.12, FunctionName: named}
  Image:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image}
  Away:
    Type: AWS::Lambda::Function
    Properties: {Code: {S3Bucket: b, S3Key: k}}
  Table: {Type: AWS::DynamoDB::Table}
";

    #[test]
    fn the_functions_of_a_template_are_found_with_what_is_literal() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("a path");
        let file = root.join("template.yaml");
        fs::write(&file, TEMPLATE).expect("written");
        fs::create_dir(root.join("hello")).expect("made");
        assert!(is_template(&file));
        let project = read(&file).expect("read");
        let [hello, inline] = &project.functions[..] else { panic!("{:?}", project.functions) };
        assert_eq!(hello.code, Code::Path(root.join("hello")));
        assert_eq!((hello.name.as_str(), hello.handler.as_deref()), ("Hello", Some("app.handler")));
        assert_eq!((hello.memory, hello.timeout), (Some(256), Some(7)));
        assert_eq!(hello.runtime.as_deref(), Some("nodejs22.x"));
        let env = [("ALL", "1"), ("PORT", "80"), ("STAGE", "test")];
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(hello.env, Some(BTreeMap::from(env)));
        assert_eq!(inline.name, "named");
        let text = "def handler(e, c): return 1".into();
        assert_eq!(inline.code, Code::Inline { file: "index.py".into(), text });
        assert_eq!(
            project.not_made,
            [
                "the event Api of Hello",
                "AWS::DynamoDB::Table (Table)",
                "AWS::Lambda::Function (Away)",
                "AWS::Serverless::Function (Image)",
            ]
        );
    }

    #[test]
    fn what_has_no_resources_is_no_template() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text, expected) in [
            ("a.yaml", "a: b", false),
            ("b.json", "{}", false),
            ("c.json", r#"{"Resources":{}}"#, true),
            ("d.yaml", "Resources:\n  a: [", true),
            ("e.js", "Resources:", false),
        ] {
            let file = folder.path().join(name);
            fs::write(&file, text).expect("written");
            assert_eq!(is_template(&file), expected, "{name}");
        }
    }
}
