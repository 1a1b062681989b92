//! HTTP APIs and REST APIs: made through boto3, called over HTTP.

use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Client, Server, tools};

fn walk(theme: &str) {
    let server = Server::start();
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, &server);
    python.arg("-B").arg(tools::script("python/apis.py")).arg(theme);
    let said = tools::run(&mut python);
    assert!(said.ends_with("done\n"), "{said}");
}

#[test]
fn an_api_is_made_in_one_call() {
    walk("quick");
}

#[test]
fn routes_and_stages_are_chosen_and_deployed() {
    walk("routes");
}

#[test]
fn other_origins_are_answered_by_the_api() {
    walk("cors");
}

#[test]
fn functions_and_signatures_decide_who_may_call() {
    walk("authorizers");
}

#[test]
fn tokens_of_an_issuer_are_believed() {
    walk("tokens");
}

#[test]
fn stages_bound_and_note_what_is_called() {
    walk("stages");
}

#[test]
fn a_rest_api_hands_requests_to_functions() {
    walk("rest");
}

#[test]
fn an_api_is_made_of_a_document() {
    walk("openapi");
}

#[test]
fn what_is_wrong_is_refused() {
    walk("refusals");
}

/// What was answered is there after the server was killed.
#[test]
fn apis_outlive_their_server() {
    let mut server = Server::start();
    let run = |server: &Server, theme: &str| {
        let mut python = Command::new(tools::installed("venv/bin/python"));
        tools::point_at(&mut python, server);
        python.arg("-B").arg(tools::script("python/apis.py")).arg(theme);
        tools::run(&mut python)
    };
    let made = run(&server, "make");
    let id = made.split_whitespace().next().expect("an id").to_owned();
    server.kill();
    server.restart();
    assert!(run(&server, &format!("again:{id}")).ends_with("done\n"));
}

fn signed_for(mut client: Client, service: &str) -> Client {
    client.keys = client.keys.service(service);
    client
}

/// All that can be asked of one API of each service. `ID` stands for the API's id.
const OF_HTTP: [(&str, &str, &str); 20] = [
    ("GET", "/v2/apis/ID", ""),
    ("PATCH", "/v2/apis/ID", r#"{"name":"mine"}"#),
    ("PUT", "/v2/apis/ID", r#"{"body":"{\"openapi\":\"3.0.1\",\"info\":{\"title\":\"mine\"}}"}"#),
    ("DELETE", "/v2/apis/ID", ""),
    ("DELETE", "/v2/apis/ID/cors", ""),
    ("GET", "/v2/apis/ID/routes", ""),
    ("POST", "/v2/apis/ID/routes", r#"{"routeKey":"GET /mine"}"#),
    ("GET", "/v2/apis/ID/routes/x", ""),
    ("DELETE", "/v2/apis/ID/routes/x", ""),
    ("GET", "/v2/apis/ID/integrations", ""),
    ("POST", "/v2/apis/ID/integrations", r#"{"integrationType":"AWS_PROXY"}"#),
    ("GET", "/v2/apis/ID/authorizers", ""),
    ("POST", "/v2/apis/ID/authorizers", r#"{"name":"mine"}"#),
    ("POST", "/v2/apis/ID/stages", r#"{"stageName":"mine"}"#),
    ("PATCH", "/v2/apis/ID/stages/$default", r#"{"description":"mine"}"#),
    ("DELETE", "/v2/apis/ID/stages/$default", ""),
    ("POST", "/v2/apis/ID/deployments", "{}"),
    ("GET", "/v2/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Fapis%2FID", ""),
    (
        "POST",
        "/v2/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Fapis%2FID",
        r#"{"tags":{"a":"b"}}"#,
    ),
    ("DELETE", "/v2/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Fapis%2FID?tagKeys=a", ""),
];
const OF_REST: [(&str, &str, &str); 13] = [
    ("GET", "/restapis/ID", ""),
    (
        "PATCH",
        "/restapis/ID",
        r#"{"patchOperations":[{"op":"replace","path":"/name","value":"mine"}]}"#,
    ),
    ("DELETE", "/restapis/ID", ""),
    ("GET", "/restapis/ID/resources", ""),
    ("POST", "/restapis/ID/resources/x", r#"{"pathPart":"mine"}"#),
    ("DELETE", "/restapis/ID/resources/x", ""),
    ("PUT", "/restapis/ID/resources/x/methods/GET", r#"{"authorizationType":"NONE"}"#),
    ("POST", "/restapis/ID/deployments", r#"{"stageName":"mine"}"#),
    ("GET", "/restapis/ID/stages", ""),
    ("GET", "/restapis/ID/authorizers", ""),
    ("GET", "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2FID", ""),
    (
        "PUT",
        "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2FID",
        r#"{"tags":{"a":"b"}}"#,
    ),
    ("DELETE", "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2FID?tagKeys=a", ""),
];

/// What is another account's is not there, and looks like what is nowhere.
#[test]
fn strangers_find_nothing() {
    const NOWHERE: &str = "zzzzzzzzzz";
    let mut server = Server::start_bare(&[]);
    let stranger = signed_for(server.another_account(), "apigateway");
    let owner = signed_for(server.client(), "apigateway");
    let make = |target: &str, about: Value| {
        owner.call("POST", target, about.to_string()).expect(201).json()
    };
    let function = "arn:aws:lambda:us-east-1:123456789012:function:f";
    let http = make("/v2/apis", json!({"name": "a", "protocolType": "HTTP", "target": function}));
    let http = http["apiId"].as_str().expect("an id").to_owned();
    let route = json!({"routeKey": "GET /signed", "authorizationType": "AWS_IAM"});
    make(&format!("/v2/apis/{http}/routes"), route);
    let rest = make("/restapis", json!({"name": "a"}))["id"].as_str().expect("an id").to_owned();
    let shown = || {
        let api = owner.call("GET", &format!("/v2/apis/{http}"), "").expect(200);
        let routes = owner.call("GET", &format!("/v2/apis/{http}/routes"), "").expect(200);
        let rest = owner.call("GET", &format!("/restapis/{rest}"), "").expect(200);
        [api, routes, rest].map(|answer| answer.json())
    };
    let before = shown();
    for (id, all) in [(&http, &OF_HTTP[..]), (&rest, &OF_REST[..])] {
        for (method, target, body) in all {
            let ask = |id: &str| stranger.call(method, &target.replace("ID", id), *body);
            let (there, nowhere) = (ask(id), ask(NOWHERE));
            there.expect_error(404, "NotFoundException", "");
            assert_eq!(
                there.text().replace(id.as_str(), NOWHERE),
                nowhere.text(),
                "{method} {target}"
            );
            assert_eq!(nowhere.status, 404, "{method} {target}");
        }
    }
    assert_eq!(shown(), before);
    let listed = stranger.call("GET", "/v2/apis", "").expect(200).json();
    assert_eq!(listed["items"], json!([]));
    // Who signs may be anybody of the owner's, and nobody else's.
    let stranger = signed_for(stranger, "execute-api");
    let target = format!("/_api/{http}/$default/signed");
    let refused = stranger.call("GET", &target, "").expect(403);
    assert_eq!(refused.json(), json!({"message": "Forbidden"}));
}
