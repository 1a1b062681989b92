//! The AWS SDK that runtimes bring on Lambda: `fika runtime add --sdk`.

use serde_json::{Value, json};

use crate::harness::{Client, Function, Server, Zip, tools};

const IMPORT: &str = "
import { LambdaClient, GetFunctionCommand } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
export const handler = async (name) => {
  const command = new GetFunctionCommand({ FunctionName: name });
  const found = await new LambdaClient({}).send(command).catch((error) => error.name);
  return [typeof DynamoDBDocumentClient, found];
};";
const REQUIRE: &str = "
const { S3Client } = require('@aws-sdk/client-s3');
exports.handler = async () => [typeof S3Client, require('@aws-sdk/client-sqs').mine];";
const BOTO3: &str = "
import boto3
def handler(name, context):
    client = boto3.client('lambda')
    try:
        client.get_function(FunctionName=name)
    except client.exceptions.ClientError as error:
        return error.response['Error']['Code']
";

fn call(client: &Client, function: &Function) -> Value {
    client.deploy(function);
    client.invoke(&function.name, "\"none\"").ok()
}

fn node(name: &str, zip: Zip) -> Function {
    Function::new(name, tools::node_runtime(), "index.handler", zip.finish())
}

#[test]
fn functions_that_bring_no_sdk_find_that_of_the_runtime() {
    let server = Server::start_with_sdk(&[]);
    let client = server.client();
    let imports = call(&client, &node("imports", Zip::new().file("index.mjs", IMPORT)));
    // It signs with its role, which may not.
    assert_eq!(imports, json!(["function", "AccessDeniedException"]));

    let zip = Zip::new().file("index.js", REQUIRE);
    let zip = zip.file("node_modules/@aws-sdk/client-sqs/index.js", "exports.mine = 'mine';");
    let requires = call(&client, &node("requires", zip));
    assert_eq!(requires, json!(["function", "mine"]), "what a function brings goes first");

    assert_eq!(call(&client, &Function::python("boto3", BOTO3)), json!("AccessDeniedException"));
}

#[test]
fn a_runtime_without_says_how_to_get_one() {
    let server = Server::start();
    let client = server.client();
    for function in [
        node("import", Zip::new().file("index.mjs", IMPORT)),
        node("require", Zip::new().file("index.js", REQUIRE)),
        Function::python("boto3", BOTO3),
    ] {
        client.deploy(&function);
        let invoked = client.invoke(&function.name, "1");
        let (kind, text) = invoked.failed();
        let log = invoked.log();
        assert!(log.contains("--sdk"), "{}: {kind} {text}\n{log}", function.name);
    }
}
