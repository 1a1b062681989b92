//! What `cdk synth` leaves in `cdk.out`: templates whose functions have their code in folders beside
//! them.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::project::{Code, Project};
use super::sam::{self, Resolved};
use crate::failure::Failure;

/// Whether a file lists what CDK has made.
pub fn is_manifest(file: &Path) -> bool {
    let named = file.file_name().is_some_and(|name| name == "manifest.json");
    named && json(file).is_some_and(|value| value["artifacts"].is_object())
}

/// Reads the functions of all stacks.
///
/// # Errors
/// When one of their templates cannot be read.
pub fn read(manifest: &Path) -> Result<Project, Failure> {
    let folder = manifest.parent().unwrap_or(Path::new("."));
    let artifacts = json(manifest).unwrap_or_default();
    let mut project = Project { templates: vec![manifest.into()], ..Project::default() };
    for artifact in artifacts["artifacts"].as_object().into_iter().flat_map(|all| all.values()) {
        let file = artifact["properties"]["templateFile"].as_str();
        let (Some(file), true) = (file, artifact["type"] == "aws:cloudformation:stack") else {
            continue;
        };
        let file = folder.join(file);
        let assets = json(&file.with_extension("").with_extension("assets.json"));
        let assets = assets.unwrap_or_default();
        let code = |resource: &Value, properties: &Resolved<'_>| {
            sam::zip_file(properties)
                .map(|text| sam::inline_code(properties, text))
                .or_else(|| asset(folder, resource, &assets))
        };
        let found = sam::functions(&sam::value_of(&file)?, &code);
        project.functions.extend(found.functions);
        project.not_made.extend(found.not_made);
        project.templates.push(file);
    }
    Ok(project)
}

/// The folder or file of a function's code: CDK notes it at the resource, or by the asset's digest.
fn asset(folder: &Path, resource: &Value, assets: &Value) -> Option<Code> {
    let noted = resource["Metadata"]["aws:asset:path"].as_str();
    let key = resource["Properties"]["Code"]["S3Key"].as_str().unwrap_or_default();
    let digest = key.split('.').next().unwrap_or_default();
    let listed = assets["files"][digest]["source"]["path"].as_str();
    let path = folder.join(noted.or(listed)?);
    path.exists().then_some(Code::Path(path))
}

fn json(file: &Path) -> Option<Value> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn functions_have_their_code_in_assets() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, value: &Value| {
            fs::write(folder.path().join(name), value.to_string()).expect("written");
        };
        fs::create_dir(folder.path().join("asset.abc")).expect("made");
        fs::create_dir(folder.path().join("asset.def")).expect("made");
        let stack = json!({"type": "aws:cloudformation:stack", "properties": {"templateFile": "App.template.json"}});
        write("manifest.json", &json!({"artifacts": {"App": stack, "Tree": {"type": "cdk:tree"}}}));
        let code = |key: &str| json!({"S3Bucket": {"Fn::Sub": "b"}, "S3Key": key});
        let function = |code: Value| json!({"Type": "AWS::Lambda::Function", "Properties": {"Code": code, "Handler": "index.handler", "Runtime": "nodejs22.x"}});
        let mut noted = function(code("abc.zip"));
        noted["Metadata"] = json!({"aws:asset:path": "asset.abc"});
        let resources = json!({
            "Noted": noted, "Listed": function(code("def.zip")),
            "Inline": function(json!({"ZipFile": "exports.handler = 1"})),
            "Lost": function(code("xyz.zip")), "Role": {"Type": "AWS::IAM::Role"},
        });
        write("App.template.json", &json!({ "Resources": resources }));
        let source = json!({"source": {"path": "asset.def", "packaging": "zip"}});
        write("App.assets.json", &json!({"files": {"def": source}}));
        let manifest = folder.path().join("manifest.json");
        assert!(is_manifest(&manifest));
        let project = read(&manifest).expect("read");
        let names: Vec<_> = project.functions.iter().map(|f| (&*f.name, f.path())).collect();
        let (abc, def) = (folder.path().join("asset.abc"), folder.path().join("asset.def"));
        assert_eq!(names, [("Noted", Some(&*abc)), ("Listed", Some(&*def)), ("Inline", None)]);
        assert_eq!(project.not_made, ["AWS::Lambda::Function (Lost)"]);
        assert_eq!(project.templates.len(), 2);
    }
}
