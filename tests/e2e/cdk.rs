//! The CDK, unmodified: the app of the document that fika implements, word for word, and a larger one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::harness::{Server, tools};

/// A CDK app in a folder of its own, beside the packages it imports.
struct App {
    folder: tempfile::TempDir,
}

impl App {
    fn of(source: &str) -> Self {
        let home = tools::installed("cdk/node_modules").with_file_name("");
        let folder = tempfile::Builder::new().prefix("app-").tempdir_in(home).expect("a folder");
        let app = Self { folder };
        fs::write(app.path("cdk.json"), r#"{ "app": "node app.mjs" }"#).expect("cdk.json");
        app.write(source);
        app
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, source: &str) {
        fs::write(self.path("app.mjs"), source).expect("the app");
    }

    /// Runs `cdk` to its end; what it said, on both of its streams.
    fn cdk(&self, server: &Server, args: &[&str]) -> String {
        let mut cdk = Command::new(tools::installed("cdk/node_modules/.bin/cdk"));
        tools::point_at(&mut cdk, server)
            .args(args)
            .arg("--no-color")
            .current_dir(self.folder.path())
            .env("CI", "true")
            .env("CDK_DISABLE_CLI_TELEMETRY", "true");
        let output = tools::output(&mut cdk);
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(output.status.success(), "{cdk:?}: {}\n{said}\n{}", output.status, server.log());
        said
    }
}

/// The app of the document, from its first block of code; none where the document is not beside this repository.
fn of_the_document() -> Option<String> {
    let folder = tools::repository().join("../shared/seed");
    let page = fs::read_dir(folder).ok()?.filter_map(Result::ok).find_map(|file| {
        let is_page = file.path().extension().is_some_and(|ending| ending == "md");
        is_page.then(|| fs::read_to_string(file.path()).ok()).flatten()
    })?;
    let (_, rest) = page.split_once("```typescript\n")?;
    Some(rest.split_once("```")?.0.to_owned())
}

/// Invokes through `@aws-sdk/client-lambda`.
fn invoke(server: &Server, function: &str) -> Value {
    let home = tools::installed("node/node_modules");
    let script = home.with_file_name("invoke.mjs");
    fs::copy(tools::script("cdk/invoke.mjs"), &script).expect("the script");
    let mut node = Command::new("node");
    tools::point_at(&mut node, server);
    let said = tools::run(node.arg(script).args([function, "{}"]));
    serde_json::from_str(&said).expect("JSON")
}

/// The only function there is.
fn only_function(server: &Server) -> String {
    let all = server.client().list();
    assert_eq!(all.len(), 1, "{all:?}");
    all[0]["FunctionName"].as_str().expect("a name").to_owned()
}

fn said(answer: &Value) -> Value {
    serde_json::from_str(answer["body"].as_str().expect("a body")).expect("JSON")
}

/// Bootstrap, deploy, invoke, change, deploy, hotswap, destroy: the words of the document's story.
fn story(source: &str, says: &str) {
    // The document asks for a runtime that no machine has any more: the server fetches it.
    let server = Server::start_bare(&[]);
    let app = App::of(source);
    app.cdk(&server, &["bootstrap"]);
    app.cdk(&server, &["deploy", "--require-approval", "never"]);
    let function = only_function(&server);
    assert_eq!(said(&invoke(&server, &function)), json!({ "message": says }));

    app.write(&source.replace(says, "changed"));
    app.cdk(&server, &["deploy", "--require-approval", "never"]);
    assert_eq!(said(&invoke(&server, &function)), json!({"message": "changed"}));
    let again = app.cdk(&server, &["deploy", "--require-approval", "never"]);
    assert!(again.contains("no changes"), "{again}");

    app.write(&source.replace(says, "swapped"));
    let swapped = app.cdk(&server, &["deploy", "--hotswap", "--require-approval", "never"]);
    assert!(swapped.contains("hotswap"), "{swapped}");
    assert_eq!(said(&invoke(&server, &function)), json!({"message": "swapped"}));

    app.cdk(&server, &["destroy", "--force"]);
    nothing_left(&server);
}

/// All that stands is what bootstrap made.
fn nothing_left(server: &Server) {
    let mut python = Command::new(tools::installed("venv/bin/python"));
    tools::point_at(&mut python, server);
    let said = tools::run(python.arg("-B").arg(tools::script("cdk/left.py")));
    assert_eq!(said, "nothing\n");
}

#[test]
fn the_app_of_the_document_runs_word_for_word() {
    let Some(source) = of_the_document() else {
        println!(
            "skipped: ../shared/seed is not beside this repository; the example is tested instead"
        );
        return;
    };
    story(&source, "Hello from Lambda using ES modules!");
}

#[test]
fn the_example_runs_word_for_word() {
    let folder = tools::repository().join("examples/cdk-hello");
    let source = read(&folder.join("app.mjs"));
    story(&source, "Hello from fika");
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn a_shop_is_deployed_used_and_destroyed() {
    // Its schedule ticks every second. The CDK's own functions bring no SDK.
    let mut server = Server::start_with_sdk(&[]);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    server.set_env("FIKA_SCHEDULES_CLOCK", &format!("{now}x60"));
    server.stop();
    server.restart();
    let shop = tools::script("cdk/shop");
    let app = App::of(&read(&shop.join("app.mjs")));
    tools::copy(&shop.join("src"), &app.path("src"));
    tools::copy(&shop.join("layer"), &app.path("layer"));
    let use_it = |when: &str| {
        let mut python = Command::new(tools::installed("venv/bin/python"));
        tools::point_at(&mut python, &server);
        tools::run(python.arg("-B").arg(tools::script("cdk/shop.py")).arg(when))
    };
    app.cdk(&server, &["bootstrap"]);
    app.cdk(&server, &["deploy", "--require-approval", "never"]);
    let first = use_it("first");
    let context = format!("first={first}");
    app.cdk(&server, &["deploy", "--require-approval", "never", "-c", &context]);
    assert_eq!(use_it("second"), "done");
    app.cdk(&server, &["destroy", "--force", "-c", &context]);
    nothing_left(&server);
}
