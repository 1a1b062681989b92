#![allow(clippy::unwrap_used)]

use super::*;

/// A service of two operations, with the shapes in the given order.
fn model(reversed: bool) -> Model {
    let operations = [
        r#""Put": {"http": {"method": "PUT", "requestUri": "/v1/things/{Name}", "responseCode": 201},
            "input": {"shape": "PutRequest"}, "output": {"shape": "PutResponse"}}"#,
        r#""Find": {"http": {"method": "GET", "requestUri": "/v1/things/{Name}?find=All", "responseCode": 200},
            "input": {"shape": "FindRequest"}}"#,
    ];
    let shapes = [
        r#""PutRequest": {"type": "structure", "required": ["Name"], "members": {
            "Name": {"shape": "Name", "location": "uri", "locationName": "Name"},
            "Zulu": {"shape": "Names"}, "Alpha": {"shape": "Color"}}}"#,
        r#""PutResponse": {"type": "structure", "members": {"Name": {"shape": "Name"}}}"#,
        r#""FindRequest": {"type": "structure", "members": {"Name": {"shape": "Name", "location": "uri", "locationName": "Name"}}}"#,
        r#""Name": {"type": "string", "min": 1, "max": 8, "pattern": "[^\\s]+\\d"}"#,
        r#""Names": {"type": "list", "member": {"shape": "Name"}, "max": 2}"#,
        r#""Color": {"type": "string", "enum": ["Red", "DEEP_BLUE"]}"#,
        r#""LostException": {"type": "structure", "exception": true, "error": {"httpStatusCode": 404},
            "members": {"Type": {"shape": "Name"}, "Message": {"shape": "Name"}}}"#,
    ];
    let joined = |parts: &[&str]| {
        let mut parts = parts.to_vec();
        if reversed {
            parts.reverse();
        }
        parts.join(",")
    };
    let text = format!(
        r#"{{"operations": {{{}}}, "shapes": {{{}}}}}"#,
        joined(&operations),
        joined(&shapes)
    );
    Model::read(&text).unwrap()
}

fn file(files: &[(&str, String)], name: &str) -> String {
    files.iter().find(|(n, _)| *n == name).unwrap().1.clone()
}

#[test]
fn the_order_of_the_model_does_not_matter() {
    let one = generate(&model(false), &["Put", "Find"]).unwrap();
    let other = generate(&model(true), &["Find", "Put"]).unwrap();
    assert_eq!(one, other);
}

#[test]
fn members_keep_the_models_order() {
    let inputs = file(&generate(&model(false), &["Put"]).unwrap(), "lambda/inputs.rs");
    let at = |text: &str| inputs.find(text).unwrap();
    assert!(at("pub name:") < at("pub zulu:") && at("pub zulu:") < at("pub alpha:"));
}

#[test]
fn only_served_operations_get_shapes_but_all_get_routes() {
    let files = generate(&model(false), &["Find"]).unwrap();
    assert!(file(&files, "lambda/inputs.rs").contains("pub struct FindInput"));
    assert!(!file(&files, "lambda/inputs.rs").contains("PutInput"));
    assert!(!file(&files, "lambda/enums.rs").contains("Color"));
    let routes = file(&files, "lambda/operation.rs");
    assert!(routes.contains("Operation::Put") && routes.contains("Operation::Find"));
}

#[test]
fn a_route_with_a_query_is_tried_before_the_same_path_without() {
    let routes = file(&generate(&model(false), &[]).unwrap(), "lambda/operation.rs");
    let guarded = r#"("GET", ["v1", "things", a]) if rest::query(query, "find")"#;
    assert!(routes.contains(guarded), "{routes}");
}

#[test]
fn java_classes_become_ascii_and_whole_matches() {
    let constraints = file(&generate(&model(false), &["Put"]).unwrap(), "lambda/constraints.rs");
    let pattern = r#"Pattern::new("[^\\s]+\\d", "^(?:[^[ \\t\\n\\x0B\\f\\r]]+[0-9])$")"#;
    assert!(constraints.contains(pattern), "{constraints}");
}

#[test]
fn what_it_cannot_write_is_an_error_that_names_it() {
    let mut model = model(false);
    assert!(generate(&model, &["Lose"]).unwrap_err().to_string().contains("Lose"));
    model.shapes.get_mut("Name").unwrap().pattern = Some("(?!x).*".into());
    let error = generate(&model, &["Put"]).unwrap_err().to_string();
    assert!(error.contains("Name") && error.contains("served.rs"), "{error}");
    model.shapes.get_mut("Names").unwrap().eventstream = true;
    assert!(generate(&model, &["Put"]).unwrap_err().to_string().contains("event stream"));
}
