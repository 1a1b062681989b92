//! Very many functions in one catalogue: nothing is prepared anew, and each takes little memory.
//!
//! A process of its own: what it measures is what this process holds.
#![allow(clippy::unwrap_used)]

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fika_aws::generated::lambda::{
    CreateFunctionInput, Environment, FunctionCode, GetFunctionConfigurationInput,
    ListFunctionsInput,
};
use fika_control::{Control, ControlOptions, Preparation, Prepared, VersionEvents};
use fika_model::{AccountId, FunctionVersion, Region, Scope, VersionUid};
use fika_store::{Batch, Blobs, Store, StoreError};
use tokio::runtime::Handle;

const FUNCTIONS: usize = 20_000;
/// Bytes that a function may take in memory beyond its JSON in the store.
const ABOVE_JSON: usize = 2_048;

/// Has everything ready at once, and counts how often it was asked.
#[derive(Default)]
struct Ready(AtomicUsize);

impl Preparation for Ready {
    fn prepare(&self, _: Arc<FunctionVersion>) -> Prepared {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { Ok(()) })
    }
}

impl VersionEvents for Ready {
    fn retired(&self, _: VersionUid) {}
}

fn open(store: Store, dir: &std::path::Path) -> (Control, Arc<Ready>) {
    let blobs = Blobs::open(dir.join("blobs")).unwrap();
    let ready = Arc::new(Ready::default());
    let options = ControlOptions::new(Handle::current());
    (Control::open(store, blobs, options, ready.clone(), ready.clone()).unwrap(), ready)
}

fn creation() -> CreateFunctionInput {
    let variables = ["TABLE", "BUCKET", "QUEUE"].map(|name| (name.into(), format!("a {name}")));
    let zip = fika_package::single_file("index.js", b"exports.handler = 1").unwrap();
    CreateFunctionInput {
        function_name: Some("model".into()),
        runtime: Some("nodejs22.x".into()),
        handler: Some("index.handler".into()),
        role: Some("arn:aws:iam::000000000001:role/r".into()),
        description: Some("One of very many".into()),
        environment: Some(Environment { variables: Some(variables.into()) }),
        code: Some(FunctionCode { zip_file: Some(zip.into()), ..Default::default() }),
        ..Default::default()
    }
}

/// Makes one function through the API, and all others its copies in the store. Gives the length
/// of its JSON.
async fn fill(dir: &std::path::Path, scope: &Scope) -> usize {
    let store = Store::open(dir).unwrap();
    let (control, _) = open(store.clone(), dir);
    control.create_function(scope, creation()).await.unwrap();
    let function_name = Some("model".to_owned());
    let asked = GetFunctionConfigurationInput { function_name, ..Default::default() };
    let state = || control.get_function_configuration(scope, &asked).unwrap().state.unwrap();
    while state().as_str() != "Active" {
        tokio::task::yield_now().await;
    }
    let model = store.scan(b"function/").unwrap().remove(0);
    let key = |number| format!("function/000000000001/eu-north-1/f{number:05}");
    let copies = (1..FUNCTIONS).map(key);
    let batch = copies.fold(Batch::new(), |batch, key| batch.put(key, model.value.to_vec()));
    store.commit(batch).await.unwrap();
    model.value.len()
}

/// The store once whoever had it open has let go of it.
async fn reopened(dir: &std::path::Path) -> Store {
    loop {
        match Store::open(dir) {
            Err(StoreError::Locked { .. }) => tokio::task::yield_now().await,
            store => return store.unwrap(),
        }
    }
}

/// Bytes of anonymous memory in use.
fn memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_thousand_functions() {
    let dir = tempfile::tempdir().unwrap();
    let region = Region::new("eu-north-1").unwrap();
    let scope = Scope { account: AccountId::new("000000000001").unwrap(), region };
    let json = fill(dir.path(), &scope).await;
    let store = reopened(dir.path()).await;
    let before = memory();
    let (control, ready) = open(store, dir.path());
    let each = memory().saturating_sub(before) / FUNCTIONS;
    assert!(each <= ABOVE_JSON + json, "{each} bytes a function, {json} of JSON");

    let mut input = ListFunctionsInput::default();
    let mut names = HashSet::new();
    loop {
        let page = control.list_functions(&scope, &input).unwrap();
        names.extend(page.functions.unwrap().into_iter().map(|f| f.function_name.unwrap()));
        input.marker = page.next_marker;
        if input.marker.is_none() {
            break;
        }
    }
    assert_eq!(names.len(), FUNCTIONS);
    for name in ["f00001", "f19999", "model"] {
        let resolved = control.resolve_in(&scope, name, None).unwrap();
        assert_eq!(resolved.version.arn.name, name);
    }
    // All were ready when the server stopped.
    assert_eq!(ready.0.load(Ordering::Relaxed), 0);
}
