//! Our runtime clients: small programs inside an image that load the function and speak the
//! Runtime API for it. They are part of this binary, so an image fits the fika that made it.

use std::borrow::Cow;

use fika_model::Runtime;
use sha2::{Digest, Sha256};

use super::tree::Tree;
use super::{ImageError, index, python, sdk};

/// Where the clients are inside an image.
pub(super) const DIR: &str = "/var/runtime";

macro_rules! files {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../../../runtimes/", $folder, "/", $name)))),+]
    };
}

type Files = &'static [(&'static str, &'static str)];

const NODE_HEAD: &str = include_str!("../../../../runtimes/node/bundle.js");
const NODE: Files = files!["node":
    "index.js", "api.js", "reader.js", "invocation.js", "report.js", "loader.js", "esm.js",
    "exports.js", "parked.js", "random.js", "snapstart.js", "json_log.js", "awslambda.js",
    "stream.js", "chunks.js", "debug.js", "answers.js",
];
const PYTHON: Files = files!["python":
    "bootstrap.py", "fika_runtime/__init__.py", "fika_runtime/answers.py", "fika_runtime/api.py", "fika_runtime/codec.py",
    "fika_runtime/context.py", "fika_runtime/debug.py", "fika_runtime/json_log.py", "fika_runtime/loader.py",
    "fika_runtime/log.py", "fika_runtime/main.py", "fika_runtime/parked.py", "fika_runtime/report.py",
    "fika_runtime/snapstart.py", "snapshot_restore_py.py",
];

/// The client's files as an image has them; a function on `provided` brings its own.
fn files(runtime: Runtime) -> Vec<(&'static str, Cow<'static, str>)> {
    match runtime {
        Runtime::Node { .. } => vec![("index.js", bundle().into())],
        Runtime::Python { .. } => {
            PYTHON.iter().map(|(name, text)| (*name, Cow::Borrowed(*text))).collect()
        }
        Runtime::Provided { .. } => Vec::new(),
    }
}

/// The whole Node client in one file. Each of its parts keeps a scope of its own.
fn bundle() -> String {
    let mut all = String::from(NODE_HEAD);
    for (name, text) in NODE {
        all.push_str(&format!("files['./{name}'] = (module, require) => {{\n{text}}};\n\n"));
    }
    all.push_str("load('./index.js');\n");
    all
}

/// Writes the client into a tree that has the runtime's own parts.
pub(super) fn install(tree: &Tree, runtime: Runtime) -> Result<(), ImageError> {
    tree.dir(DIR)?;
    for (name, text) in files(runtime) {
        tree.write(&format!("{DIR}/{name}"), text.as_bytes())?;
    }
    if let Runtime::Python { minor } = runtime {
        python::compile(tree, minor, DIR)?;
    } else if tree.has(&format!("{}/node_modules", sdk::DIR)) {
        // `NODE_PATH` names this place.
        tree.link(&format!("{DIR}/node_modules"), "../lang/sdk/node_modules")?;
    }
    Ok(())
}

/// Names this build's client: an image with another one is out of date.
pub(super) fn stamp(runtime: Runtime) -> String {
    let mut hash = Sha256::new();
    for (name, text) in files(runtime) {
        hash.update(name);
        hash.update([0]);
        hash.update(text.as_bytes());
        hash.update([0]);
    }
    index::hex(&hash.finalize())
}
