//! A control plane on a directory of its own, above it a fake that prepares when told.

use std::collections::BTreeMap;
use std::sync::Mutex;

use fika_aws::generated::lambda::{
    CreateFunctionInput, DeleteFunctionInput, FunctionConfiguration, GetFunctionConfigurationInput,
    GetFunctionInput, PublishVersionInput, UpdateFunctionCodeInput,
    UpdateFunctionConfigurationInput,
};
use fika_aws::shape::{FromJson, Json};
use fika_model::{AccountId, FunctionArn, Region, VersionUid};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;

use super::super::*;
use crate::preparation::{Allocation, Prepared, Unprepared};

pub(super) const ROLE: &str = "arn:aws:iam::000000000001:role/r";

/// What the fake does with versions it is asked to prepare.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Verdict {
    Wait,
    Ready,
    Fail(&'static str),
    Panic,
}

#[derive(Debug)]
pub(super) struct Fake {
    verdict: watch::Sender<Verdict>,
    pub(super) retired: Mutex<Vec<VersionUid>>,
    /// What it was asked to prepare, in order.
    pub(super) asked: Mutex<Vec<Arc<FunctionVersion>>>,
    /// What it was told of concurrency, by function, and by version.
    pub(super) reserved: Mutex<BTreeMap<String, Option<u32>>>,
    pub(super) provisioned: Mutex<BTreeMap<String, u32>>,
    /// What it says there is of each version.
    pub(super) allocated: Mutex<Allocation>,
}

impl Preparation for Fake {
    fn prepare(&self, version: Arc<FunctionVersion>) -> Prepared {
        self.asked.lock().unwrap().push(version);
        let mut verdicts = self.verdict.subscribe();
        Box::pin(async move {
            let verdict = verdicts.wait_for(|v| *v != Verdict::Wait).await.unwrap().clone();
            match verdict {
                Verdict::Fail(reason) => {
                    Err(Unprepared { code: "InvalidRuntime".into(), reason: reason.into() })
                }
                Verdict::Panic => panic!("as told"),
                _ => Ok(()),
            }
        })
    }
}

impl VersionEvents for Fake {
    fn retired(&self, version: VersionUid) {
        self.retired.lock().unwrap().push(version);
    }

    fn reserved(&self, function: &FunctionArn, reserved: Option<u32>) {
        self.reserved.lock().unwrap().insert(function.name.clone(), reserved);
    }

    fn provisioned(&self, version: &Arc<FunctionVersion>, amount: u32) {
        self.provisioned.lock().unwrap().insert(version.version.clone(), amount);
    }

    fn allocation(&self, _: VersionUid) -> Allocation {
        self.allocated.lock().unwrap().clone()
    }
}

pub(super) struct Fixture {
    pub(super) control: Control,
    pub(super) fake: Arc<Fake>,
    pub(super) dir: TempDir,
}

pub(super) fn scope() -> Scope {
    scope_of("000000000001", "eu-north-1")
}

pub(super) fn scope_of(account: &str, region: &str) -> Scope {
    Scope { account: AccountId::new(account).unwrap(), region: Region::new(region).unwrap() }
}

fn open(dir: &TempDir, verdict: Verdict) -> (Control, Arc<Fake>) {
    open_on(Store::open(dir.path()).unwrap(), dir, verdict, crate::aliases::draw)
}

fn open_on(
    store: Store,
    dir: &TempDir,
    verdict: Verdict,
    draw: fn() -> f64,
) -> (Control, Arc<Fake>) {
    let blobs = Blobs::open(dir.path().join("blobs")).unwrap();
    let (retired, asked) = (Mutex::default(), Mutex::default());
    let (reserved, provisioned, allocated) = (Mutex::default(), Mutex::default(), Mutex::default());
    let verdict = watch::Sender::new(verdict);
    let fake = Arc::new(Fake { verdict, retired, asked, reserved, provisioned, allocated });
    let mut options = ControlOptions::new(Handle::current());
    options.code_storage_bytes = 100_000;
    options.draw = draw;
    let control = Control::open(store, blobs, options, fake.clone(), fake.clone()).unwrap();
    control.announce();
    (control, fake)
}

/// Lets the tasks run until something holds.
pub(super) async fn until(holds: impl Fn() -> bool) {
    while !holds() {
        tokio::task::yield_now().await;
    }
}

impl Fixture {
    pub(super) fn new(verdict: Verdict) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (control, fake) = open(&dir, verdict);
        Self { control, fake, dir }
    }

    /// A stop and a start, with nothing under way.
    pub(super) async fn reopen(self, verdict: Verdict) -> Self {
        self.again(verdict, crate::aliases::draw).await
    }

    /// The same after a restart, with aliases that share out calls by these draws.
    pub(super) async fn drawing(self, draw: fn() -> f64) -> Self {
        self.again(Verdict::Ready, draw).await
    }

    async fn again(self, verdict: Verdict, draw: fn() -> f64) -> Self {
        let Self { control, fake, dir } = self;
        drop((control, fake));
        // Whichever task lets go of it last, the store is closed when its lock is free.
        let store = loop {
            match Store::open(dir.path()) {
                Err(StoreError::Locked { .. }) => tokio::task::yield_now().await,
                store => break store.unwrap(),
            }
        };
        let (control, fake) = open_on(store, &dir, verdict, draw);
        Self { control, fake, dir }
    }

    /// As after a kill -9 in the middle of preparations: the store as it is on the disk, opened
    /// by another server, whose preparations wait.
    pub(super) async fn reopen_cut_off(self) -> Self {
        let dir = tempfile::tempdir().unwrap();
        copy(self.dir.path(), dir.path());
        let (control, fake) = open(&dir, Verdict::Wait);
        Self { control, fake, dir }
    }

    /// The version of `hello` once it is ready.
    pub(super) async fn resolve_settled(&self) -> Arc<FunctionVersion> {
        self.settled("hello").await;
        self.resolve("hello").unwrap()
    }

    pub(super) fn tell(&self, verdict: Verdict) {
        self.fake.verdict.send_replace(verdict);
    }

    pub(super) async fn create(&self, changes: Value) -> Result<FunctionConfiguration, AwsError> {
        self.create_in(&scope(), changes).await
    }

    pub(super) async fn create_in(
        &self,
        scope: &Scope,
        changes: Value,
    ) -> Result<FunctionConfiguration, AwsError> {
        self.control.create_function(scope, creation(changes)).await
    }

    /// A function that is ready.
    pub(super) async fn active(&self, name: &str) -> FunctionConfiguration {
        self.tell(Verdict::Ready);
        self.create(json!({ "FunctionName": name })).await.unwrap();
        self.settled(name).await
    }

    /// The function once no change is under way.
    pub(super) async fn settled(&self, name: &str) -> FunctionConfiguration {
        let busy = |c: &FunctionConfiguration| {
            let update = c.last_update_status.as_ref().map(|s| s.as_str().to_owned());
            c.state.as_ref().unwrap().as_str() == "Pending"
                || update.as_deref() == Some("InProgress")
        };
        until(|| !busy(&self.configuration(name).unwrap())).await;
        self.configuration(name).unwrap()
    }

    pub(super) fn configuration(&self, name: &str) -> Result<FunctionConfiguration, AwsError> {
        let input = GetFunctionConfigurationInput {
            function_name: Some(name.into()),
            ..Default::default()
        };
        self.control.get_function_configuration(&scope(), &input)
    }

    pub(super) fn function(&self, name: &str) -> Result<crate::FunctionAnswer, AwsError> {
        let input = GetFunctionInput { function_name: Some(name.into()), ..Default::default() };
        self.control.get_function(&scope(), &input)
    }

    pub(super) async fn configure(
        &self,
        name: &str,
        changes: Value,
    ) -> Result<FunctionConfiguration, AwsError> {
        let mut input: UpdateFunctionConfigurationInput = read(&changes);
        input.function_name = Some(name.into());
        self.control.update_function_configuration(&scope(), input).await
    }

    pub(super) async fn upload(
        &self,
        name: &str,
        text: &str,
        changes: Value,
    ) -> Result<FunctionConfiguration, AwsError> {
        let mut input: UpdateFunctionCodeInput = read(&changes);
        input.function_name = Some(name.into());
        input.zip_file = Some(zip(text).into());
        self.control.update_function_code(&scope(), input).await
    }

    pub(super) async fn publish(
        &self,
        name: &str,
        changes: Value,
    ) -> Result<FunctionConfiguration, AwsError> {
        let mut input: PublishVersionInput = read(&changes);
        input.function_name = Some(name.into());
        self.control.publish_version(&scope(), input).await
    }

    pub(super) async fn delete(&self, name: &str) -> Result<(), AwsError> {
        let input = DeleteFunctionInput { function_name: Some(name.into()), qualifier: None };
        self.control.delete_function(&scope(), &input).await.map(drop)
    }

    pub(super) fn resolved(&self, name: &str) -> Result<Resolved, AwsError> {
        self.control.resolve(&scope(), &FunctionRef::parse(name).unwrap(), None)
    }

    pub(super) fn resolve(&self, name: &str) -> Result<Arc<FunctionVersion>, AwsError> {
        self.resolved(name).map(|resolved| resolved.version)
    }

    /// How many blobs are on the disk.
    pub(super) fn blobs(&self) -> usize {
        let shelves = std::fs::read_dir(self.dir.path().join("blobs")).unwrap();
        shelves.map(|shelf| std::fs::read_dir(shelf.unwrap().path()).unwrap().count()).sum()
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// What a request body becomes.
pub(super) fn read<T: FromJson>(body: &Value) -> T {
    T::from_json(Json::document(body.to_string().as_bytes()).unwrap()).unwrap()
}

/// CreateFunction of `hello`, with members changed; `null` takes one away.
pub(super) fn creation(changes: Value) -> CreateFunctionInput {
    let mut body = json!({
        "FunctionName": "hello",
        "Runtime": "nodejs22.x",
        "Handler": "index.handler",
        "Role": ROLE,
    });
    body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    body.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let mut input: CreateFunctionInput = read(&body);
    if input.code.is_none() && changes.get("Code").is_none() {
        input.code = Some(Default::default());
        input.code.as_mut().unwrap().zip_file = Some(zip("exports.handler = 1").into());
    }
    input
}

pub(super) fn zip(text: &str) -> Vec<u8> {
    fika_package::single_file("index.js", text.as_bytes()).unwrap()
}

pub(super) fn variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}
