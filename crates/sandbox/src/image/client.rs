//! Our runtime clients: small programs inside an image that load the function and speak the
//! Runtime API for it. They are part of this binary, so an image fits the fika that made it.

use fika_model::Runtime;
use sha2::{Digest, Sha256};

use super::tree::Tree;
use super::{ImageError, index, python};

/// Where the clients are inside an image.
pub(super) const DIR: &str = "/var/runtime";

macro_rules! files {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../../../runtimes/", $folder, "/", $name)))),+]
    };
}

type Files = &'static [(&'static str, &'static str)];

const NODE: Files = files!["node":
    "index.js", "api.js", "reader.js", "invocation.js", "report.js", "loader.js", "esm.js",
    "exports.js",
];
const PYTHON: Files = files!["python":
    "bootstrap.py", "fika_runtime/__init__.py", "fika_runtime/api.py", "fika_runtime/codec.py",
    "fika_runtime/context.py", "fika_runtime/loader.py", "fika_runtime/log.py",
    "fika_runtime/main.py", "fika_runtime/report.py",
];

/// The client's files; a function on `provided` brings its own.
fn files(runtime: Runtime) -> Files {
    match runtime {
        Runtime::Node { .. } => NODE,
        Runtime::Python { .. } => PYTHON,
        Runtime::Provided { .. } => &[],
    }
}

/// Writes the client into a tree that has the runtime's own parts.
pub(super) fn install(tree: &Tree, runtime: Runtime) -> Result<(), ImageError> {
    tree.dir(DIR)?;
    for (name, text) in files(runtime) {
        tree.write(&format!("{DIR}/{name}"), text.as_bytes())?;
    }
    if let Runtime::Python { minor } = runtime {
        python::compile(tree, minor, DIR)?;
    }
    Ok(())
}

/// Names this build's client: an image with another one is out of date.
pub(super) fn stamp(runtime: Runtime) -> String {
    let mut hash = Sha256::new();
    for (name, text) in files(runtime) {
        hash.update(name);
        hash.update([0]);
        hash.update(text);
        hash.update([0]);
    }
    index::hex(&hash.finalize())
}
