//! What the tests share: function versions, and a worker that is a fake.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod fake;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use fika_model::{
    AccountId, CodeRef, FunctionArn, FunctionVersion, LogFormat, Region, Runtime, Scope, VersionUid,
};

/// A version of a function of its own, with that much memory, MB.
pub fn version(uid: u64, memory_mb: u32) -> Arc<FunctionVersion> {
    let name = format!("f{uid}");
    Arc::new(FunctionVersion {
        uid: VersionUid(uid),
        version: "$LATEST".into(),
        runtime: Runtime::parse("nodejs22.x").expect("a runtime"),
        handler: "index.handler".into(),
        memory_mb,
        ephemeral_mb: 512,
        timeout: Duration::from_secs(3),
        environment: BTreeMap::new(),
        layers: Vec::new(),
        code: CodeRef { sha256: "0".repeat(64), size: 0 },
        log_group: format!("/aws/lambda/{name}"),
        role: "arn:aws:iam::123456789012:role/r".into(),
        wall: None,
        egress: None,
        snap_start: false,
        log_format: LogFormat::Text,
        per_tenant: false,
        arn: FunctionArn { scope: scope(), name, qualifier: None },
    })
}

/// The account and region of them all.
pub fn scope() -> Scope {
    Scope {
        account: AccountId::new("123456789012").expect("twelve digits"),
        region: Region::new("eu-north-1").expect("a region"),
    }
}
