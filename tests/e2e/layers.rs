//! Layers: what functions find under `/opt`, and how long they keep it.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::harness::{Client, Function, Request, Server, Zip, tools};
use crate::walls::{has_microvms, microvm};

/// Publishes a layer and says its version's ARN.
fn publish(client: &Client, name: &str, zip: Zip) -> String {
    let body = json!({ "Content": { "ZipFile": BASE64.encode(zip.finish()) } });
    let target = format!("/2018-10-31/layers/{name}/versions");
    let version = client.call("POST", &target, body.to_string()).expect(201).json();
    version["LayerVersionArn"].as_str().expect("an ARN").to_owned()
}

fn delete(client: &Client, name: &str, version: u32) {
    let target = format!("/2018-10-31/layers/{name}/versions/{version}");
    client.call("DELETE", &target, "").expect(204);
}

fn answer(client: &Client, function: &Function) -> Value {
    client.deploy(function);
    client.invoke(&function.name, "{}").ok()
}

/// A package for Node and one for Python, each of which says `word`.
fn words(word: &str) -> Zip {
    Zip::new()
        .file("nodejs/node_modules/word/index.js", format!("module.exports = '{word}';"))
        .file("python/word.py", format!("word = '{word}'\n"))
        .file("say", word)
}

const NODE: &str = "const fs = require('fs'); exports.handler = async () => \
                    [require('word'), fs.readFileSync('/opt/say', 'utf8'), fs.readdirSync('/opt')];";
const PYTHON: &str = "import os\nfrom word import word\n\
                      def handler(event, context):\n    return [word, open('/opt/say').read(), sorted(os.listdir('/opt'))]\n";

#[test]
fn functions_share_layers_and_the_last_one_wins() {
    let mut server = Server::start();
    let client = server.client();
    let (one, two) = (publish(&client, "one", words("one")), publish(&client, "two", words("two")));
    let extra = publish(&client, "extra", Zip::new().file("extra", ""));
    let of = |function: Function, layers: Value| slow(function).with("Layers", layers);
    let (node, python) = (|| Function::node("n", NODE), || Function::python("p", PYTHON));
    let found = |word: &str, files: Value| json!([word, word, files]);
    let (plain, more) =
        (json!(["nodejs", "python", "say"]), json!(["extra", "nodejs", "python", "say"]));
    for (function, layers, wanted) in [
        (node(), json!([one, extra, two]), found("two", more.clone())),
        (python(), json!([two, extra, one]), found("one", more)),
        (Function::python("q", PYTHON), json!([two]), found("two", plain.clone())),
    ] {
        assert_eq!(answer(&client, &of(function, layers.clone())), wanted, "{layers}");
    }
    // What is deleted stays for those who have it; a start sweeps what nobody has any more.
    delete(&client, "one", 1);
    delete(&client, "extra", 1);
    client.delete("p").expect(204);
    let trees = || fs::read_dir(server.data().join("code")).expect("code").count();
    // Two zips of code, three of layers, two orders of them.
    assert_eq!(trees(), 7);
    assert!(server.stop().success());
    server.restart();
    let trees = fs::read_dir(server.data().join("code")).expect("code").count();
    assert_eq!(trees, 6, "one order of layers is gone");
    let client = server.client();
    assert_eq!(client.invoke("n", "{}").ok()[0], "two");
    assert_eq!(client.invoke("q", "{}").ok(), found("two", plain));
}

fn slow(function: Function) -> Function {
    function.with("Timeout", 60)
}

#[test]
fn a_layer_wraps_the_runtime_or_is_it() {
    let server = Server::start();
    let client = server.client();
    let script = "#!/bin/bash\nexport WRAPPED=\"$#\"\nexec \"$@\"\n";
    let wrapper = publish(&client, "wrapper", Zip::new().program("wrapper", script.as_bytes()));
    let variables = json!({ "Variables": { "AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper" } });
    let source = "exports.handler = async () => process.env.WRAPPED;";
    let node = Function::node("n", source).with("Environment", variables.clone());
    let wrapped = answer(&client, &node.with("Layers", json!([wrapper])));
    assert!(wrapped.as_str().is_some_and(|count| count != "0"), "{wrapped}");
    let source = "import os\ndef handler(event, context):\n    return os.environ['WRAPPED']\n";
    let python = Function::python("p", source).with("Environment", variables);
    let wrapped = answer(&client, &python.with("Layers", json!([wrapper])));
    assert!(wrapped.as_str().is_some_and(|count| count != "0"), "{wrapped}");

    let source = include_str!("../../bench/functions/bootstrap.c");
    let program = tools::compile(source, &["-static", "-D_GNU_SOURCE"]);
    let runtime = publish(&client, "runtime", Zip::new().program("bootstrap", &program));
    let code = Zip::new().file("data", "nothing to run").finish();
    let own = Function::new("o", "provided.al2023", "any", code).with("Layers", json!([runtime]));
    client.deploy(&own);
    client.invoke("o", "{}").ok();
}

/// A guest has its layers as a disk, also when it is restored.
#[test]
fn guests_have_layers() {
    let wall = microvm();
    if !has_microvms(wall) {
        return;
    }
    let server = Server::start_with(&["--wall", wall, "--stock-memory", "0"]);
    let client = server.client();
    let (one, two) = (publish(&client, "one", words("one")), publish(&client, "two", words("two")));
    let function = |name: &str, layers| slow(Function::node(name, NODE)).with("Layers", layers);
    assert_eq!(answer(&client, &function("a", json!([two, one])))[0], "one");
    assert_eq!(answer(&client, &function("b", json!([one, two])))[0], "two");
    assert_eq!(answer(&client, &function("c", json!([two])))[0], "two");
}

#[test]
fn zips_of_layers_are_where_answers_say() {
    let server = Server::start();
    let client = server.client();
    let zip = words("one").finish();
    let body = json!({ "Content": { "ZipFile": BASE64.encode(&zip) } });
    let target = "/2018-10-31/layers/one/versions";
    let answer = client.call("POST", target, body.to_string()).expect(201).json();
    let location = answer["Content"]["Location"].as_str().expect("an address");
    let path = location.strip_prefix(&server.endpoint()).expect("ours");
    let request = Request::new("GET", path, "").header("host", &server.address.to_string());
    let loaded = client.send(&request).expect(200);
    assert_eq!(loaded.body, zip);
}
