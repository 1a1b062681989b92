//! What to send so that a function becomes what is wanted. Pure.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::guess::{Family, Guess, has_handler};
use crate::lambda::Configuration;

/// What the function is to be. What is `None` was not asked for and stays as it is.
#[derive(Debug, Default)]
pub struct Wanted {
    /// `--runtime`
    pub runtime: Option<String>,
    /// `--handler`
    pub handler: Option<String>,
    /// `--memory`, MB
    pub memory: Option<u32>,
    /// `--timeout`, seconds
    pub timeout: Option<u32>,
    /// `--env`, all of them
    pub env: Option<BTreeMap<String, String>>,
    /// `--role`
    pub role: Option<String>,
    /// What the package seems to be.
    pub guess: Option<Guess>,
}

impl Wanted {
    /// The body of `CreateFunction`, but for the code. `runtime_of` picks a family's runtime.
    ///
    /// # Errors
    /// When nothing tells runtime or handler.
    pub fn creation(
        &self,
        name: &str,
        account_id: Option<&str>,
        runtime_of: impl Fn(Family) -> Result<String, Failure>,
    ) -> Result<Map<String, Value>, Failure> {
        let runtime = match (&self.runtime, &self.guess) {
            (Some(runtime), _) => runtime.clone(),
            (None, Some(guess)) => runtime_of(guess.family)?,
            (None, None) => return Err(unclear("--runtime RUNTIME --handler FILE.FUNCTION")),
        };
        let handler = match (&self.handler, &self.guess) {
            (Some(handler), _) => handler.clone(),
            (None, Some(guess)) => guess.handler.clone(),
            (None, None) => return Err(unclear("--handler FILE.FUNCTION")),
        };
        let role = || {
            let account = account_id.unwrap_or("000000000000");
            format!("arn:aws:iam::{account}:role/fika")
        };
        let mut request = self.plain_settings();
        request.insert("FunctionName".into(), name.into());
        request.insert("Runtime".into(), runtime.into());
        request.insert("Handler".into(), handler.into());
        request.insert("Role".into(), self.role.clone().unwrap_or_else(role).into());
        Ok(request)
    }

    /// The body of `UpdateFunctionConfiguration`: only what differs. Runtime and handler stay
    /// unless asked for, or unless the package no longer fits them.
    ///
    /// # Errors
    /// When the package needs another runtime and none can be picked.
    pub fn changes(
        &self,
        now: &Configuration,
        has: impl Fn(&str) -> bool,
        runtime_of: impl Fn(Family) -> Result<String, Failure>,
    ) -> Result<Map<String, Value>, Failure> {
        let mut request = self.plain_settings();
        let family = now.runtime.as_deref().and_then(Family::of);
        let outgrown = self.guess.as_ref().filter(|guess| Some(guess.family) != family);
        let runtime = match (&self.runtime, outgrown) {
            (Some(runtime), _) => Some(runtime.clone()),
            (None, Some(guess)) => Some(runtime_of(guess.family)?),
            (None, None) => None,
        };
        request.extend(runtime.map(|runtime| ("Runtime".into(), runtime.into())));
        let fits = outgrown.is_none()
            && (family == Some(Family::Provided)
                || now.handler.as_deref().is_some_and(|handler| has_handler(handler, has)));
        let guessed = self.guess.as_ref().filter(|_| !fits).map(|guess| guess.handler.clone());
        let handler = self.handler.clone().or(guessed);
        request.extend(handler.map(|handler| ("Handler".into(), handler.into())));
        request.extend(self.role.clone().map(|role| ("Role".into(), role.into())));
        request.retain(|key, value| *value != current(now, key));
        Ok(request)
    }

    fn plain_settings(&self) -> Map<String, Value> {
        let mut settings = Map::new();
        settings.extend(self.memory.map(|mb| ("MemorySize".into(), mb.into())));
        settings.extend(self.timeout.map(|secs| ("Timeout".into(), secs.into())));
        let environment = self.env.as_ref().map(|variables| json!({"Variables": variables}));
        settings.extend(environment.map(|environment| ("Environment".into(), environment)));
        settings
    }
}

fn current(now: &Configuration, key: &str) -> Value {
    match key {
        "Runtime" => json!(now.runtime),
        "Handler" => json!(now.handler),
        "Role" => json!(now.role),
        "MemorySize" => json!(now.memory_size),
        "Timeout" => json!(now.timeout),
        "Environment" => {
            let variables = now.environment.as_ref().map(|environment| &environment.variables);
            json!({"Variables": variables.unwrap_or(&BTreeMap::new())})
        }
        _ => Value::Null,
    }
}

fn unclear(flags: &str) -> Failure {
    Failure::no_input(
        format!("say what it is: {flags}"),
        "there is no index.js, index.mjs, lambda_function.py, bootstrap or single source file",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node() -> Option<Guess> {
        Some(Guess { family: Family::Node, handler: "index.handler".into() })
    }

    fn runtime_of(family: Family) -> Result<String, Failure> {
        Ok(match family {
            Family::Node => "nodejs22.x",
            Family::Python => "python3.11",
            Family::Provided => "provided.al2023",
        }
        .into())
    }

    fn hello() -> Configuration {
        Configuration {
            runtime: Some("nodejs20.x".into()),
            handler: Some("index.handler".into()),
            memory_size: 128,
            timeout: 3,
            role: "r".into(),
            ..Configuration::default()
        }
    }

    fn changes(wanted: &Wanted, now: &Configuration, files: &[&str]) -> Value {
        wanted.changes(now, |file| files.contains(&file), runtime_of).expect("a plan").into()
    }

    #[test]
    fn a_new_function_gets_what_was_guessed_and_asked_for() {
        let env = Some(BTreeMap::from([("A".to_owned(), "b".to_owned())]));
        let wanted = Wanted { guess: node(), memory: Some(256), env, ..Wanted::default() };
        let request = wanted.creation("hello", Some("123456789012"), runtime_of).expect("a plan");
        assert_eq!(
            Value::from(request),
            json!({
                "FunctionName": "hello", "Runtime": "nodejs22.x", "Handler": "index.handler",
                "Role": "arn:aws:iam::123456789012:role/fika", "MemorySize": 256,
                "Environment": {"Variables": {"A": "b"}},
            })
        );
        let nothing = Wanted::default().creation("hello", None, runtime_of).expect_err("unclear");
        assert!(nothing.fix.contains("--runtime") && nothing.fix.contains("--handler"));
        let half = Wanted { runtime: Some("nodejs22.x".into()), ..Wanted::default() };
        assert!(half.creation("hello", None, runtime_of).is_err());
    }

    #[test]
    fn deploying_again_changes_nothing() {
        let wanted = Wanted { guess: node(), ..Wanted::default() };
        assert_eq!(changes(&wanted, &hello(), &["index.js"]), json!({}));
        let same = Wanted {
            runtime: Some("nodejs20.x".into()),
            memory: Some(128),
            timeout: Some(3),
            env: Some(BTreeMap::new()),
            role: Some("r".into()),
            ..wanted
        };
        assert_eq!(changes(&same, &hello(), &["index.js"]), json!({}));
    }

    #[test]
    fn only_what_differs_is_sent() {
        let wanted =
            Wanted { guess: node(), timeout: Some(9), memory: Some(128), ..Wanted::default() };
        assert_eq!(changes(&wanted, &hello(), &["index.js"]), json!({"Timeout": 9}));
    }

    #[test]
    fn runtime_and_handler_follow_the_package() {
        let custom = Configuration { handler: Some("src/app.main".into()), ..hello() };
        let wanted = Wanted { guess: node(), ..Wanted::default() };
        assert_eq!(changes(&wanted, &custom, &["src/app.mjs", "index.js"]), json!({}));
        assert_eq!(changes(&wanted, &custom, &["index.js"]), json!({"Handler": "index.handler"}));
        let python = Guess { family: Family::Python, handler: "app.handler".into() };
        let rewritten = Wanted { guess: Some(python), ..Wanted::default() };
        assert_eq!(
            changes(&rewritten, &hello(), &["app.py"]),
            json!({"Runtime": "python3.11", "Handler": "app.handler"})
        );
    }
}
