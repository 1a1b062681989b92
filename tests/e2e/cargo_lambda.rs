//! `cargo lambda` as it is published: a Rust function is deployed, called, changed and called again.

use std::process::Command;

use serde_json::{Value, json};

use crate::harness::project::Project;
use crate::harness::tools;

struct Crate(Project);

impl Crate {
    fn command(&self, line: &str) -> Command {
        let line = format!("lambda {line} --endpoint-url {}", self.0.server.endpoint());
        let mut command = self.0.command(&tools::installed("cargo-lambda/bin/cargo-lambda"), &line);
        command.env_remove("AWS_ENDPOINT_URL");
        // It asks cargo about the crate, which is not at home where the test is.
        for name in ["HOME", "CARGO_HOME", "RUSTUP_HOME"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
    }

    fn deploy(&self, flags: &str) {
        let program = tools::hello_rust();
        let line = format!("deploy --binary-path {} {flags} hello", program.display());
        tools::run(&mut self.command(&line));
        self.0.aws("lambda wait function-active-v2 --function-name hello");
        self.0.aws("lambda wait function-updated-v2 --function-name hello");
    }

    fn invoke(&self, flags: &str) -> Value {
        let line = format!("invoke --remote --data-ascii {{\"name\":\"Ada\"}} {flags} hello");
        let said = tools::run(&mut self.command(&line));
        serde_json::from_str(&said).expect(&said)
    }
}

#[test]
fn a_crate_is_deployed_and_invoked() {
    let hello = Crate(Project::of("../../examples/hello-rust"));
    // The role that functions of it have is made by the way.
    hello.deploy("--memory 256 --tag of=tea --alias live");
    let said = hello.invoke("").to_string();
    assert!(said.contains("Ada"), "{said}");
    let role = hello.0.aws("lambda get-function --function-name hello");
    assert_eq!(role["Tags"]["of"], "tea", "{role}");
    let role = role["Configuration"]["Role"].as_str().unwrap_or_default().to_owned();
    assert!(role.contains(":role/cargo-lambda-role-"), "{role}");

    hello.deploy("--memory 512 --env-var CUPS=2 --alias live --enable-function-url");
    let alias = hello.0.aws("lambda get-alias --function-name hello --name live");
    assert_eq!(alias["FunctionVersion"], "2", "{alias}");
    let now = hello.0.aws("lambda get-function-configuration --function-name hello");
    assert_eq!((&now["MemorySize"], &now["Role"]), (&json!(512), &json!(role)), "{now}");
    assert_eq!(now["Environment"]["Variables"]["CUPS"], "2");
    assert!(hello.invoke("--alias live").to_string().contains("Ada"));
}
