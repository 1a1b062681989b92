//! A folder that somebody deploys from with a tool as it is published, and the server it goes to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::http::Request;
use super::server::REGION;
use super::{Server, tools};

/// A copy of a test's fixture, and a server of its own.
pub struct Project {
    pub server: Server,
    folder: tempfile::TempDir,
}

impl Project {
    /// Copies `tests/e2e/FIXTURE`, and starts a server.
    pub fn of(fixture: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("e2e-").tempdir_in(tools::scratch());
        let folder = folder.expect("a folder");
        tools::copy(&tools::script(fixture), folder.path());
        Self { server: Server::start(), folder }
    }

    /// Where a file of it is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A tool with its arguments, which no blank may be in, pointed at the server, at home in this folder.
    pub fn command(&self, tool: &Path, line: &str) -> Command {
        let mut command = Command::new(tool);
        tools::point_at(&mut command, &self.server);
        command.env("HOME", self.folder.path()).env("AWS_PAGER", "");
        command.current_dir(self.folder.path()).args(line.split_whitespace());
        command
    }

    /// What the aws CLI answers, as JSON; null where it says nothing.
    pub fn aws(&self, line: &str) -> Value {
        // Its version 1 does not heed `AWS_ENDPOINT_URL` for queues.
        let full = format!("{line} --endpoint-url {}", self.server.endpoint());
        let said = tools::run(&mut self.command(&tools::installed("venv/bin/aws"), &full));
        if said.trim().is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("aws {line}: {error}: {said}"))
    }

    /// What a stack's outputs say, by name.
    pub fn output(&self, stack: &str, name: &str) -> String {
        let line = format!("cloudformation describe-stacks --stack-name {stack}");
        let stack = self.aws(&line)["Stacks"][0].take();
        let outputs = stack["Outputs"].as_array().cloned().unwrap_or_default();
        let value = outputs.iter().find(|output| output["OutputKey"] == name);
        let value = value.and_then(|output| output["OutputValue"].as_str());
        value.unwrap_or_else(|| panic!("no output {name}: {stack}")).to_owned()
    }

    /// Sends a message to a queue.
    pub fn send(&self, queue: &str, body: &str) {
        self.aws(&format!("sqs send-message --queue-url {queue} --message-body {body}"));
    }

    /// What an HTTP API answers to a POST.
    pub fn post(&self, api: &str, path: &str) -> Value {
        let address = self.server.address;
        let host = format!("{api}.execute-api.{REGION}.localhost:{}", address.port());
        let request = Request::new("POST", path, "").header("host", &host);
        self.server.client().send(&request).expect(200).json()
    }

    /// Edits a file as a person does.
    ///
    /// # Panics
    /// When what is to be replaced is not there.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let path = self.path(name);
        let text = fs::read_to_string(&path).expect(name);
        assert!(text.contains(from), "no {from} in {name}");
        fs::write(path, text.replace(from, to)).expect(name);
    }

    /// Nothing of what stacks make is left: no function, role, mapping, queue, API, rule or layer.
    pub fn assert_empty(&self) {
        for (line, list) in [
            ("lambda list-functions", "Functions"),
            ("lambda list-layers", "Layers"),
            ("lambda list-event-source-mappings", "EventSourceMappings"),
            ("apigatewayv2 get-apis", "Items"),
            ("events list-rules", "Rules"),
            ("sqs list-queues", "QueueUrls"),
            ("iam list-roles", "Roles"),
        ] {
            let left = self.aws(line)[list].take();
            assert!(left.as_array().is_none_or(Vec::is_empty), "{line}: {left}");
        }
    }
}
