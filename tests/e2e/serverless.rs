//! The Serverless Framework as it is published: two functions, an HTTP API, a schedule and a queue, from the first
//! deployment to the last word.

use std::os::unix::fs::symlink;
use std::process::Command;

use serde_json::{Value, json};

use crate::harness::project::Project;
use crate::harness::{tools, wait_for};

/// What of a stage's stack is asked for.
const STACK: &str = "tea-dev";

struct Service(Project);

impl Service {
    fn new() -> Self {
        let project = Project::of("serverless/service");
        let modules = tools::installed("serverless/node_modules");
        symlink(modules, project.path("node_modules")).expect("a link");
        Self(project)
    }

    fn command(&self, line: &str) -> Command {
        let tool = tools::installed("serverless/node_modules/.bin/serverless");
        let mut command = self.0.command(&tool, line);
        // The plugin is told where by the service's own file.
        command.env_remove("AWS_ENDPOINT_URL");
        command.env("FIKA_PORT", self.0.server.address.port().to_string());
        command.env("SLS_TELEMETRY_DISABLED", "1").env("SLS_NOTIFICATIONS_MODE", "off");
        command
    }

    fn run(&self, line: &str) -> String {
        tools::run(&mut self.command(line))
    }

    fn order(&self, of: &str) -> Value {
        let line = format!("invoke --function order --data {{\"of\":\"{of}\"}}");
        let said = self.run(&line);
        serde_json::from_str(&said).expect(&said)
    }

    /// Orders by the address that the stack has.
    fn order_by_http(&self, of: &str) -> Value {
        self.0.post(&self.0.output(STACK, "HttpApiId"), &format!("/orders/{of}"))
    }

    fn logs(&self, function: &str, part: &str) {
        wait_for(part, || {
            // As long as nothing ran there is nothing to show, which is an error.
            let said = tools::output(&mut self.command(&format!("logs --function {function}")));
            String::from_utf8_lossy(&said.stdout).contains(part).then_some(())
        });
    }
}

#[test]
fn a_service_from_the_first_deployment_to_its_removal() {
    let service = Service::new();
    service.run("deploy");
    assert_eq!(service.order("mate"), json!({"ordered": "mate", "strength": "weak"}));
    assert_eq!(service.order_by_http("oolong"), json!({"ordered": "oolong", "strength": "weak"}));
    let rules = service.0.aws("events list-rules")["Rules"].take();
    assert_eq!(rules[0]["ScheduleExpression"], "rate(1 day)", "{rules}");
    service.0.send(&service.0.output(STACK, "Orders"), "sencha");
    service.logs("brew", "brewed weak sencha");

    let again = service.run("deploy");
    assert!(!again.contains("failed"), "{again}");
    service.0.edit("handler.js", "'weak'", "'strong'");
    service.run("deploy");
    assert_eq!(service.order("mate")["strength"], "strong");
    service.0.send(&service.0.output(STACK, "Orders"), "pu-erh");
    service.logs("brew", "brewed strong pu-erh");

    service.0.edit("handler.js", "'strong'", "'bitter'");
    service.run("deploy function --function order");
    assert_eq!(service.order_by_http("mate")["strength"], "bitter");

    service.run("remove");
    service.0.assert_empty();
}
