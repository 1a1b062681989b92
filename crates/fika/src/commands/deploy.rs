//! `fika deploy`: a folder or a file → a function that can be called.
//!
//! - [`bundle`]: the zip
//! - [`plan`]: what to send
//! - here: the sending, and the waiting until the server is done with it

pub mod bundle;
pub mod plan;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use self::bundle::Bundle;
use self::plan::Wanted;
use crate::cli::DeployArgs;
use crate::client::Client;
use crate::credentials;
use crate::failure::{Failure, Kind};
use crate::guess::{self, Family};
use crate::lambda::{Configuration, Lambda};
use crate::machine;
use crate::ui::{Progress, Ui};

/// How often the server is asked whether it is done: at first, and at most, as it takes longer.
const POLL: (Duration, Duration) = (Duration::from_millis(4), Duration::from_millis(50));
/// How long a runtime may take to be fetched before `deploy` gives up watching.
const PATIENCE: Duration = Duration::from_secs(900);

/// Creates the function, or sends what differs, and waits until it can be called.
///
/// # Errors
/// When there is no package, or the server cannot be asked, refuses or fails.
pub async fn run(args: DeployArgs, ui: &Ui) -> Result<ExitCode, Failure> {
    let bundle = Bundle::read(&args.path)?;
    let name = name(&args)?;
    let client = Client::new(credentials::find(&args.server).await?);
    let wanted = wanted(args, &bundle);
    let (function, changed) = deploy(&client, &name, &wanted, &bundle, ui.progress()).await?;
    report(&name, &function, &changed, ui)?;
    Ok(ExitCode::SUCCESS)
}

/// The function as it is afterwards, and what was sent for that, in AWS's words.
///
/// # Errors
/// When the server cannot be asked, refuses or fails.
pub async fn deploy(
    client: &Client,
    name: &str,
    wanted: &Wanted,
    bundle: &Bundle,
    progress: Progress,
) -> Result<(Configuration, Vec<String>), Failure> {
    let lambda = Lambda::new(client);
    let mut deployment = Deployment { lambda, name, progress, changed: Vec::new() };
    let function = match deployment.settled().await? {
        Some(now) => deployment.update(&now, wanted, bundle).await?,
        None => {
            let account = match wanted.role {
                Some(_) => None,
                None => Some(client.account().await?),
            };
            deployment.create(wanted, account.as_deref(), bundle).await?
        }
    };
    Ok((function, deployment.changed))
}

struct Deployment<'a> {
    lambda: Lambda<'a>,
    name: &'a str,
    progress: Progress,
    /// What was sent, in AWS's words.
    changed: Vec<String>,
}

impl Deployment<'_> {
    async fn create(
        &mut self,
        wanted: &Wanted,
        account: Option<&str>,
        bundle: &Bundle,
    ) -> Result<Configuration, Failure> {
        let mut request = wanted.creation(self.name, account, pick_runtime)?;
        request.insert("Code".into(), json!({"ZipFile": STANDARD.encode(&bundle.zip)}));
        self.progress.say("sending the code");
        self.lambda.create(&request.into()).await?;
        self.changed.push("Function".into());
        self.done().await
    }

    async fn update(
        &mut self,
        now: &Configuration,
        wanted: &Wanted,
        bundle: &Bundle,
    ) -> Result<Configuration, Failure> {
        let changes = wanted.changes(now, |file| bundle.has(file), pick_runtime)?;
        // A failed function is sent again as it is: what it lacked may be there by now.
        if now.code_sha256 != bundle.sha256 || (changes.is_empty() && has_failed(now)) {
            self.progress.say("sending the code");
            let request = json!({"ZipFile": STANDARD.encode(&bundle.zip)});
            self.lambda.update_code(self.name, &request).await?;
            self.changed.push("Code".into());
            // Whether it works is judged at the end, with the configuration it is meant for.
            self.settled().await?;
        }
        self.configure(changes).await?;
        self.done().await
    }

    async fn configure(&mut self, changes: Map<String, Value>) -> Result<(), Failure> {
        if changes.is_empty() {
            return Ok(());
        }
        self.changed.extend(changes.keys().cloned());
        self.lambda.update_configuration(self.name, &changes.into()).await?;
        Ok(())
    }

    /// Waits until no creation or update runs; `None` when there is no such function.
    async fn settled(&mut self) -> Result<Option<Configuration>, Failure> {
        let (since, mut pause) = (Instant::now(), POLL.0);
        loop {
            let now = self.lambda.configuration(self.name).await?;
            let Some(reason) = now.as_ref().and_then(under_way) else { return Ok(now) };
            if since.elapsed() > PATIENCE {
                let fix = "see the server's log, or deploy again to go on waiting";
                return Err(Failure::new(Kind::Failed, fix, reason));
            }
            self.progress.say(&format!("{}: {reason}", self.name));
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(POLL.1);
        }
    }

    async fn done(&mut self) -> Result<Configuration, Failure> {
        let function = self.settled().await?.ok_or_else(|| self.vanished())?;
        match failure_of(&function) {
            Some(reason) => {
                Err(Failure::new(Kind::Failed, reason, format!("{} cannot run", self.name)))
            }
            None => Ok(function),
        }
    }

    fn vanished(&self) -> Failure {
        let why = format!("{} was deleted meanwhile", self.name);
        Failure::new(Kind::Failed, "deploy again", why)
    }
}

/// What is going on with the function; `None` when nothing is.
fn under_way(now: &Configuration) -> Option<String> {
    let reason = |text: &Option<String>, otherwise: &str| {
        text.clone().filter(|text| !text.is_empty()).unwrap_or_else(|| otherwise.to_owned())
    };
    if now.state.as_deref() == Some("Pending") {
        Some(reason(&now.state_reason, "the function is being created"))
    } else if now.last_update_status.as_deref() == Some("InProgress") {
        Some(reason(&now.last_update_status_reason, "the function is being updated"))
    } else {
        None
    }
}

fn has_failed(now: &Configuration) -> bool {
    failure_of(now).is_some()
}

/// Why the function cannot run; `None` when it can.
fn failure_of(now: &Configuration) -> Option<String> {
    let failed = |status: &Option<String>| status.as_deref() == Some("Failed");
    let reason = if failed(&now.state) {
        &now.state_reason
    } else if failed(&now.last_update_status) {
        &now.last_update_status_reason
    } else {
        return None;
    };
    Some(reason.clone().unwrap_or_else(|| "see the server's log".into()))
}

fn name(args: &DeployArgs) -> Result<String, Failure> {
    if let Some(name) = &args.name {
        return Ok(name.clone());
    }
    // `fika deploy .` is named after the folder it is run in.
    let path = args.path.canonicalize().unwrap_or_else(|_| args.path.clone());
    guess::name(&path).ok_or_else(|| {
        Failure::no_input("name the function: --name NAME", "the path makes no name")
    })
}

fn wanted(args: DeployArgs, bundle: &Bundle) -> Wanted {
    let DeployArgs { runtime, handler, memory, timeout, env, role, .. } = args;
    let env = (!env.is_empty()).then(|| env.into_iter().collect());
    Wanted { runtime, handler, memory, timeout, env, role, guess: bundle.guess.clone() }
}

fn pick_runtime(family: Family) -> Result<String, Failure> {
    let runtime = family.runtime(machine::node_major, machine::python_minor);
    runtime.map(|runtime| runtime.to_string()).ok_or_else(|| {
        Failure::no_input("choose the runtime: --runtime python3.12", "no python3 on this machine")
    })
}

fn report(
    name: &str,
    function: &Configuration,
    changed: &[String],
    ui: &Ui,
) -> Result<(), Failure> {
    let arn = &function.function_arn;
    let what = match changed {
        [] => format!("{arn} is up to date"),
        [one] if one == "Function" => format!("{arn} is created"),
        some => format!("{arn} is updated ({})", some.join(", ")),
    };
    let value = json!({
        "FunctionArn": arn,
        "Runtime": function.runtime,
        "Handler": function.handler,
        "CodeSha256": function.code_sha256,
        "Changed": changed,
    });
    ui.answer(&value, &format!("{what}\ncall it: fika invoke {name} --tail"))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::cli::Output;
    use crate::fake;

    /// A function as AWS keeps one: each change takes a few looks to be done.
    #[derive(Default)]
    struct FakeFunction {
        settings: Option<Value>,
        busy: u32,
    }

    impl FakeFunction {
        fn answer(&mut self, line: &str, body: &Value) -> (u16, Value) {
            assert!(self.busy == 0 || line.starts_with("GET"), "409 {line}");
            match (line, &mut self.settings) {
                ("POST /2015-03-31/functions", settings) => {
                    *settings = Some(body.clone());
                    self.busy = 2;
                }
                (_, None) => return (404, json!({"message": "Function not found"})),
                (line, Some(settings)) if line.starts_with("PUT") => {
                    let new = body.as_object().expect("an object").clone();
                    settings.as_object_mut().expect("an object").extend(new);
                    self.busy = 2;
                }
                _ => self.busy = self.busy.saturating_sub(1),
            }
            (200, self.described())
        }

        fn described(&self) -> Value {
            let mut all = self.settings.clone().expect("created");
            let zip = all["ZipFile"].as_str().or(all["Code"]["ZipFile"].as_str());
            let zip = STANDARD.decode(zip.expect("code")).expect("base64");
            let sha256 = fika_package::inspect(&zip).expect("a zip").sha256_base64;
            all["CodeSha256"] = sha256.into();
            all["State"] = if self.busy > 0 { "Pending" } else { "Active" }.into();
            all
        }
    }

    fn package(source: &str) -> Bundle {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("index.mjs");
        std::fs::write(&file, source).expect("written");
        Bundle::read(&file).expect("packed")
    }

    #[tokio::test]
    async fn a_function_is_created_once_and_then_only_changed() {
        let function = Mutex::new(FakeFunction::default());
        let (client, _) = fake::server(move |_, request| {
            function.lock().expect("whole").answer(&request.line, &request.body)
        })
        .await;
        let run = async |source: &str, timeout| {
            let bundle = package(source);
            let runtime = Some("nodejs22.x".into());
            let wanted =
                Wanted { runtime, timeout, guess: bundle.guess.clone(), ..Wanted::default() };
            let progress = Ui::new(Output::Text).progress();
            deploy(&client, "hello", &wanted, &bundle, progress).await.expect("deployed")
        };
        let (made, changed) = run("1", Some(3)).await;
        assert_eq!(changed, ["Function"]);
        assert_eq!(made.role, "arn:aws:iam::123456789012:role/fika");
        assert_eq!(run("1", Some(3)).await.1, [""; 0]);
        assert_eq!(run("1", None).await.1, [""; 0]);
        assert_eq!(run("1", Some(9)).await.1, ["Timeout"]);
        let (now, changed) = run("2", Some(10)).await;
        assert_eq!(changed, ["Code", "Timeout"]);
        assert_eq!((now.timeout, now.code_sha256), (10, package("2").sha256));
    }

    #[tokio::test]
    async fn a_failed_function_is_sent_again_and_says_why() {
        let bundle = package("1");
        let sha256 = bundle.sha256.clone();
        let (client, seen) = fake::server(move |_, _| {
            let failed = json!({
                "State": "Failed", "StateReason": "go online", "CodeSha256": sha256,
                "Runtime": "nodejs22.x", "Handler": "index.handler",
            });
            (200, failed)
        })
        .await;
        let wanted = Wanted { guess: bundle.guess.clone(), ..Wanted::default() };
        let progress = Ui::new(Output::Text).progress();
        let failure =
            deploy(&client, "hello", &wanted, &bundle, progress).await.expect_err("failed");
        assert_eq!((failure.fix.as_str(), failure.code()), ("go online", 1));
        let sent = seen.lock().expect("list").iter().any(|request| request.line.ends_with("/code"));
        assert!(sent, "it was not tried again");
    }

    fn function(state: &str, update: &str, reason: Option<&str>) -> Configuration {
        Configuration {
            state: Some(state.into()),
            state_reason: reason.map(Into::into),
            last_update_status: Some(update.into()),
            last_update_status_reason: reason.map(Into::into),
            ..Configuration::default()
        }
    }

    #[test]
    fn waiting_ends_when_nothing_runs_any_more() {
        for (state, update, reason, expected) in [
            ("Pending", "InProgress", Some("fetching"), Some("fetching")),
            ("Pending", "Successful", None, Some("the function is being created")),
            ("Active", "InProgress", None, Some("the function is being updated")),
            ("Active", "Successful", None, None),
            ("Failed", "Failed", Some("x"), None),
        ] {
            let now = function(state, update, reason);
            assert_eq!(under_way(&now).as_deref(), expected, "{state} {update}");
        }
    }

    #[test]
    fn a_failure_says_its_reason() {
        assert_eq!(failure_of(&function("Active", "Successful", Some("x"))), None);
        for (state, update) in [("Failed", "Successful"), ("Active", "Failed")] {
            let now = function(state, update, Some("go online"));
            assert_eq!(failure_of(&now).as_deref(), Some("go online"));
            assert!(failure_of(&function(state, update, None)).is_some());
        }
    }
}
