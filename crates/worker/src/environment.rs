//! The variables a runtime starts with, as reference "Defined runtime environment variables"
//! of AWS's documentation lists them.

use fika_model::{FunctionVersion, Runtime};

use crate::Initialization;
use crate::credentials::{self, CredentialSource};
use crate::slot::Coming;

/// Where the runtime finds its API, inside the sandbox's own network namespace.
pub(crate) const RUNTIME_API: &str = "127.0.0.1:9001";

/// Where functions find fika's own AWS endpoint, there as well: an SDK that is not configured
/// speaks to fika, with the credentials of the function's role, and needs no network for it.
pub const ENDPOINT: &str = "127.0.0.1:9002";

const INITIALIZATION: &str = "AWS_LAMBDA_INITIALIZATION_TYPE";
/// The log stream of this sandbox.
pub(crate) const LOG_STREAM: &str = "AWS_LAMBDA_LOG_STREAM_NAME";

/// The whole environment: nothing of the host's is passed on. The function's own variables
/// come first, so that they cannot replace the reserved ones.
pub(crate) fn variables(
    version: &FunctionVersion,
    coming: Coming,
    how: Initialization,
    log_stream: &str,
    source: &dyn CredentialSource,
) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> =
        version.environment.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    let credentials = credentials::variables(version, source);
    let reserved = reserved(version).into_iter().chain(of_the_start(coming, how, log_stream));
    for (name, value) in reserved.chain(credentials) {
        all.retain(|(k, _)| k != name);
        all.push((name.into(), value));
    }
    for (name, value) in defaults(version.runtime) {
        if !all.iter().any(|(k, _)| k == name) {
            all.push((name.into(), value));
        }
    }
    all
}

/// What the environment of an extension's process does not have of its function's: what is for the
/// runtime alone, as AWS's documentation of extensions lists it.
const OF_THE_RUNTIME: [&str; 6] = [
    "_HANDLER",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    LOG_STREAM,
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

/// The environment of extensions' processes.
pub(crate) fn of_extensions(function: &[(String, String)]) -> Vec<(String, String)> {
    let kept = |(name, _): &&(String, String)| !OF_THE_RUNTIME.contains(&name.as_str());
    function.iter().filter(kept).cloned().collect()
}

/// Variables a function cannot change.
fn reserved(version: &FunctionVersion) -> Vec<(&'static str, String)> {
    let region = version.arn.scope.region.as_str().to_owned();
    let mut all = vec![
        ("_HANDLER", version.handler.clone()),
        ("AWS_LAMBDA_RUNTIME_API", RUNTIME_API.into()),
        ("AWS_LAMBDA_FUNCTION_NAME", version.arn.name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", version.version.clone()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", version.memory_mb.to_string()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", version.log_group.clone()),
        ("AWS_LAMBDA_LOG_FORMAT", version.log_format.as_str().into()),
        ("AWS_EXECUTION_ENV", format!("AWS_Lambda_{}", version.runtime)),
        ("AWS_REGION", region.clone()),
        ("AWS_DEFAULT_REGION", region),
        ("LAMBDA_TASK_ROOT", "/var/task".into()),
        ("LAMBDA_RUNTIME_DIR", "/var/runtime".into()),
    ];
    if let Some(levels) = version.log_format.levels() {
        all.push(("AWS_LAMBDA_LOG_LEVEL", levels.application.as_str().into()));
    }
    all
}

/// What the way it starts makes of them. A runtime that is told of `snap-start` waits to be
/// restored, and gets the name of its log stream then.
fn of_the_start(
    coming: Coming,
    how: Initialization,
    log_stream: &str,
) -> Vec<(&'static str, String)> {
    match coming {
        Coming::Checkpoint => vec![(INITIALIZATION, initialization(coming, how).into())],
        Coming::Init(_) | Coming::Restore { .. } => {
            let how = initialization(Coming::Init(how), how);
            vec![(INITIALIZATION, how.into()), (LOG_STREAM, log_stream.into())]
        }
    }
}

/// How it starts, as AWS names that.
pub(crate) fn initialization(coming: Coming, how: Initialization) -> &'static str {
    match (coming, how) {
        (Coming::Init(Initialization::OnDemand), _) => "on-demand",
        (Coming::Init(Initialization::Ahead), _) => "provisioned-concurrency",
        (Coming::Checkpoint | Coming::Restore { .. }, _) => "snap-start",
    }
}

/// Variables a function may set itself.
pub(crate) fn defaults(runtime: Runtime) -> Vec<(&'static str, String)> {
    let mut all = vec![
        ("TZ", ":UTC".into()),
        ("AWS_ENDPOINT_URL", format!("http://{ENDPOINT}")),
        ("LANG", "en_US.UTF-8".into()),
        ("PATH", "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin".into()),
        (
            "LD_LIBRARY_PATH",
            "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"
                .into(),
        ),
    ];
    match runtime {
        Runtime::Node { major } => all.push((
            "NODE_PATH",
            format!(
                "/opt/nodejs/node{major}/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task"
            ),
        )),
        Runtime::Python { .. } => all.push(("PYTHONPATH", "/var/runtime".into())),
        Runtime::Provided { .. } => {}
    }
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::*;
    use crate::testing;

    #[test]
    fn reserved_names_win_and_defaults_yield() {
        let mut version = FunctionVersion::clone(&testing::version(Duration::from_secs(3)));
        version.environment = BTreeMap::from([
            ("MINE".into(), "1".into()),
            ("PATH".into(), "/mine".into()),
            ("AWS_REGION".into(), "elsewhere".into()),
            ("AWS_ENDPOINT_URL".into(), "http://mine".into()),
        ]);
        let all = variables(
            &version,
            Coming::Init(Initialization::OnDemand),
            Initialization::OnDemand,
            "stream",
            &testing::Role,
        );
        let get = |name: &str| {
            let found: Vec<_> = all.iter().filter(|(k, _)| k == name).collect();
            assert_eq!(found.len(), 1, "{name} once");
            found[0].1.as_str()
        };
        assert_eq!(get("MINE"), "1");
        assert_eq!(get("PATH"), "/mine");
        assert_eq!(get("AWS_REGION"), "eu-north-1");
        assert_eq!(get("_HANDLER"), "index.handler");
        assert_eq!(get("AWS_EXECUTION_ENV"), "AWS_Lambda_nodejs22.x");
        assert_eq!(get("AWS_LAMBDA_INITIALIZATION_TYPE"), "on-demand");
        assert_eq!(get("AWS_ACCESS_KEY_ID"), "ASIAOFTHETESTS");
        assert_eq!(get("AWS_SECRET_ACCESS_KEY"), "secret");
        assert_eq!(get("AWS_SESSION_TOKEN"), "token");
        assert_eq!(get("AWS_ENDPOINT_URL"), "http://mine");
    }

    #[test]
    fn what_may_be_restored_holds_no_credentials() {
        let version = FunctionVersion::clone(&testing::version(Duration::from_secs(3)));
        let version = FunctionVersion { snap_start: true, ..version };
        let all = BTreeMap::from_iter(variables(
            &version,
            Coming::Checkpoint,
            Initialization::OnDemand,
            "stream",
            &testing::Role,
        ));
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
            assert!(!all.contains_key(name), "{name}");
        }
        let uri = "http://127.0.0.1:9001/2021-04-23/credentials";
        assert_eq!(all["AWS_CONTAINER_CREDENTIALS_FULL_URI"], uri);
        assert_eq!(all["AWS_CONTAINER_AUTHORIZATION_TOKEN"], "container");
        assert_eq!(all[INITIALIZATION], "snap-start");
        assert!(!all.contains_key(LOG_STREAM));
    }
}
