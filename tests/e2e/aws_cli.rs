//! The slice by the aws CLI, as a person types it.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::harness::{Function, Server, Zip, tools};

/// A person at a shell, in a folder of their own.
struct Shell {
    server: Server,
    folder: tempfile::TempDir,
}

impl Shell {
    fn new() -> Self {
        let folder = tempfile::tempdir_in(tools::scratch()).expect("a folder");
        Self { server: Server::start(), folder }
    }

    fn aws(&self, line: &str) -> Command {
        let mut command = Command::new(tools::installed("venv/bin/aws"));
        tools::point_at(&mut command, &self.server);
        command.env("AWS_PAGER", "").env("AWS_MAX_ATTEMPTS", "1");
        command.current_dir(self.folder.path()).args(line.split(' '));
        command
    }

    fn json(&self, line: &str) -> Value {
        serde_json::from_str(&tools::run(&mut self.aws(line))).expect(line)
    }

    fn fails(&self, line: &str, part: &str) {
        let output = tools::output(&mut self.aws(line));
        let complained = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && complained.contains(part), "{line}: {complained}");
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.folder.path().join(name), content).expect("a file");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).expect("a file")
    }
}

#[test]
fn the_slice_as_a_person_types_it() {
    let shell = Shell::new();
    shell.write("one.zip", Zip::of("index.js", "exports.handler = async (event) => event;"));
    shell.write("two.zip", Zip::of("index.js", "exports.handler = async () => 'two';"));
    let made = shell.json(&format!(
        "lambda create-function --function-name echo --runtime {} --handler index.handler \
         --role arn:aws:iam::123456789012:role/r --zip-file fileb://one.zip --timeout 5",
        tools::node_runtime()
    ));
    assert_eq!(made["State"], "Pending");
    tools::run(&mut shell.aws("lambda wait function-active-v2 --function-name echo"));

    let invoked = shell
        .json("lambda invoke --function-name echo --payload {\"tea\":1} --log-type Tail out.json");
    assert_eq!(
        (&invoked["StatusCode"], shell.read("out.json")),
        (&200.into(), "{\"tea\":1}".into())
    );
    assert!(invoked["LogResult"].is_string(), "{invoked}");

    shell.json("lambda update-function-code --function-name echo --zip-file fileb://two.zip");
    tools::run(&mut shell.aws("lambda wait function-updated-v2 --function-name echo"));
    shell.json("lambda invoke --function-name echo out.json");
    assert_eq!(shell.read("out.json"), "\"two\"");
    shell.json("lambda update-function-configuration --function-name echo --memory-size 256");
    tools::run(&mut shell.aws("lambda wait function-updated-v2 --function-name echo"));
    let configuration = shell.json("lambda get-function-configuration --function-name echo");
    assert_eq!(configuration["MemorySize"], 256);
    assert_eq!(
        shell.json("lambda get-function --function-name echo")["Configuration"]["State"],
        "Active"
    );
    assert_eq!(shell.json("lambda list-functions")["Functions"][0]["FunctionName"], "echo");
    assert_eq!(shell.json("lambda get-account-settings")["AccountUsage"]["FunctionCount"], 1);

    tools::run(&mut shell.aws("lambda delete-function --function-name echo"));
    shell.fails("lambda get-function --function-name echo", "ResourceNotFoundException");
}

#[test]
fn the_environment_of_fika_env_is_all_it_takes() {
    let shell = Shell::new();
    let exports = tools::run(&mut shell.server.fika(&["env"]));
    let aws = tools::installed("venv/bin/aws");
    let line = format!("{exports}\n'{}' lambda list-functions", aws.display());
    let mut sh = Command::new("sh");
    sh.args(["-euc", &line]).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    tools::run(sh.env("HOME", shell.folder.path()));
}

#[test]
fn the_cli_gets_whole_what_a_function_streams() {
    let shell = Shell::new();
    let source = "exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.write('one, ');
  if (event.fail) throw new RangeError('in the middle');
  stream.end('two');
});";
    shell.server.client().deploy(&Function::node("streams", source));
    shell.json("lambda invoke --function-name streams out.json");
    assert_eq!(shell.read("out.json"), "one, two");
    let failed =
        shell.json("lambda invoke --function-name streams --payload {\"fail\":true} out.json");
    assert_eq!(failed["FunctionError"], "Unhandled");
    assert!(shell.read("out.json").contains("RangeError"), "{}", shell.read("out.json"));
    // It has no command of its own for streams: they come whole or through another client.
    shell.fails("lambda invoke-with-response-stream --function-name streams", "nvalid choice");
}
