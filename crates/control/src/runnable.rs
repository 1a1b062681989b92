//! Versions as workers see them, made when they are first asked for: of a large catalogue most are
//! never called, and what a worker needs of one takes as much memory as its record.

use std::sync::{Arc, OnceLock};

use fika_model::arn::LATEST;
use fika_model::{FunctionArn, FunctionVersion, Runtime, VersionUid};

use crate::lifecycle::Uids;
use crate::record::Build;
use crate::reference::Which;

/// A build whose runtime this program does not know: a newer one wrote it.
#[derive(Debug)]
pub(crate) struct UnknownRuntime;

/// One version to be.
#[derive(Debug)]
pub(crate) struct Runnable {
    pub(crate) uid: VersionUid,
    runtime: Runtime,
    made: OnceLock<Arc<FunctionVersion>>,
}

impl Runnable {
    /// A version of that build.
    pub(crate) fn new(build: &Build, uids: &Uids) -> Result<Arc<Self>, UnknownRuntime> {
        let runtime = build.settings.runtime().ok_or(UnknownRuntime)?;
        Ok(Arc::new(Self { uid: uids.next(), runtime, made: OnceLock::new() }))
    }

    /// The version, which must always be asked for with the same build and name.
    pub(crate) fn version(
        &self,
        arn: &FunctionArn,
        which: Which,
        build: &Build,
    ) -> Arc<FunctionVersion> {
        Arc::clone(self.made.get_or_init(|| Arc::new(self.make(arn, which, build))))
    }

    /// The same, and nothing is kept of it.
    pub(crate) fn make(&self, arn: &FunctionArn, which: Which, build: &Build) -> FunctionVersion {
        let Build { settings, code, wishes, .. } = build;
        let (version, snap_start) = match which {
            Which::Latest => (LATEST.to_owned(), false),
            Which::Published(number) => (number.to_string(), settings.snap_start),
        };
        FunctionVersion {
            uid: self.uid,
            arn: arn.clone(),
            version,
            runtime: self.runtime,
            handler: settings.handler.clone(),
            memory_mb: settings.memory_mb,
            ephemeral_mb: settings.ephemeral_mb,
            timeout: settings.timeout(),
            environment: settings.environment.clone().unwrap_or_default(),
            code: code.clone(),
            layers: settings.layers.iter().map(|layer| layer.code.clone()).collect(),
            log_group: settings.log_group(&arn.name),
            role: settings.role.clone(),
            wall: wishes.wall,
            egress: wishes.egress.clone(),
            snap_start,
            log_format: settings.log_format,
            per_tenant: settings.per_tenant,
        }
    }
}
