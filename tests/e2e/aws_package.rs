//! The aws CLI's `cloudformation package` and `deploy`: code in a folder, and a nested template.

use std::process::Command;

use serde_json::{Value, json};

use crate::harness::project::Project;
use crate::harness::{tools, wait_for};

const DEPLOY: &str = "cloudformation deploy --stack-name shop --template-file packed.yaml --capabilities CAPABILITY_IAM";

fn aws(project: &Project, line: &str) -> Command {
    project.command(&tools::installed("venv/bin/aws"), line)
}

/// Uploads what the template names, and deploys it, as one would.
fn deploy(project: &Project, parameters: &str) {
    let pack = "cloudformation package --template-file template.yaml --s3-bucket code --output-template-file packed.yaml";
    tools::run(&mut aws(project, pack));
    let runtime = tools::node_runtime();
    let line = format!("{DEPLOY} --parameter-overrides Runtime={runtime} {parameters}");
    let said = tools::run(&mut aws(project, &line));
    assert!(said.contains("Successfully created/updated stack - shop"), "{said}");
}

fn greet(project: &Project) -> Value {
    let function = project.output("shop", "Greeter");
    project.server.client().invoke(&function, r#"{"name":"Ada"}"#).ok()
}

#[test]
fn a_folder_and_a_nested_template_are_packed_and_deployed() {
    let project = Project::of("aws_package");
    project.aws("s3api create-bucket --bucket code");
    deploy(&project, "Greeting=hei");
    let queue = project.output("shop", "Queue");
    assert_eq!(greet(&project), json!(format!("hei, Ada, from beside {queue}")));

    // Once more, and nothing is to be done: which is no failure when one says so.
    let parameters = format!("--parameter-overrides Runtime={}", tools::node_runtime());
    let line = format!("{DEPLOY} --no-fail-on-empty-changeset {parameters}");
    let said = tools::run(&mut aws(&project, &line));
    assert!(said.contains("No changes to deploy. Stack shop is up to date"), "{said}");

    project.edit("code/greeter.js", "beside", "next to");
    project.edit("queues.yaml", "DelaySeconds: !Ref Delay", "VisibilityTimeout: 9");
    deploy(&project, "");
    assert_eq!(greet(&project), json!(format!("hei, Ada, from next to {queue}")));

    project.aws("cloudformation delete-stack --stack-name shop");
    // `wait` looks every thirty seconds only.
    let mut describe = aws(&project, "cloudformation describe-stacks --stack-name shop");
    wait_for("the stack's end", || (!tools::output(&mut describe).status.success()).then_some(()));
    project.assert_empty();
}
