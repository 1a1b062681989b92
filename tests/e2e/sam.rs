//! AWS SAM's CLI as it is published: built, deployed, called, watched, synchronised and deleted.

use std::fs::{self, File};
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::project::Project;
use crate::harness::{tools, wait_for};

struct App(Project);

impl App {
    fn command(&self, line: &str) -> Command {
        let mut command = self.0.command(&tools::installed("sam/bin/sam"), line);
        command.env("SAM_CLI_TELEMETRY", "0");
        command
    }

    fn run(&self, line: &str) -> String {
        tools::run(&mut self.command(line))
    }

    fn build(&self) {
        self.run(&format!("build --parameter-overrides Runtime={}", tools::python_runtime()));
    }

    fn deploy(&self) -> Command {
        self.command(&format!(
            "deploy --stack-name shop --resolve-s3 --capabilities CAPABILITY_IAM \
             --no-progressbar --parameter-overrides Runtime={}",
            tools::python_runtime()
        ))
    }

    /// Sends the code on its own. It asks whether this is no stack that others depend on.
    fn sync(&self) {
        fs::write(self.0.path("yes"), "y\n").expect("an answer");
        let runtime = tools::python_runtime();
        let line = format!("sync --code --stack-name shop --parameter-overrides Runtime={runtime}");
        let mut command = self.command(&line);
        tools::run(command.stdin(File::open(self.0.path("yes")).expect("an answer")));
    }

    fn order(&self, of: &str) -> Value {
        let line = format!("remote invoke Shop --stack-name shop --event {{\"of\":\"{of}\"}}");
        let said = self.run(&line);
        serde_json::from_str(&said).expect(&said)
    }

    fn order_by_http(&self, of: &str) -> Value {
        self.0.post(&self.0.output("shop", "Api"), &format!("/orders/{of}"))
    }

    fn logs(&self, part: &str) {
        wait_for(part, || {
            let said = tools::output(&mut self.command("logs --stack-name shop --name Shop"));
            String::from_utf8_lossy(&said.stdout).contains(part).then_some(())
        });
    }
}

#[test]
fn an_application_from_its_build_to_its_deletion() {
    let app = App(Project::of("sam"));
    app.build();
    tools::run(&mut app.deploy());
    let mate = json!({"ordered": "mate", "strength": "weak", "minutes": 7});
    assert_eq!((app.order("mate"), app.order_by_http("mate")), (mate.clone(), mate));
    app.0.send(&app.0.output("shop", "Orders"), "sencha");
    app.logs("brewed weak sencha");

    app.0.edit("shop/shop.py", "'weak'", "'strong'");
    app.sync();
    assert_eq!(app.order("oolong")["strength"], "strong");

    app.0.edit("recipes/python/recipes.py", "'mate': 7", "'mate': 8");
    app.build();
    tools::run(&mut app.deploy());
    let mate = json!({"ordered": "mate", "strength": "strong", "minutes": 8});
    assert_eq!(app.order("mate"), mate);

    app.run("delete --stack-name shop --no-prompts");
    app.0.assert_empty();
}

#[test]
fn what_is_wrong_with_a_template_is_told() {
    let app = App(Project::of("sam"));
    app.0.edit("template.yaml", "      Handler: shop.handler\n", "");
    let said = tools::output(&mut app.deploy());
    let complained = String::from_utf8_lossy(&said.stderr);
    let expected = "Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application \
                    Specification document. Number of errors found: 1. Resource with id [Shop] is invalid.";
    assert!(!said.status.success() && complained.contains(expected), "{complained}");
}
