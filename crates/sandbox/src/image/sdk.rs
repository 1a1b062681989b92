//! The AWS SDK that Lambda's own runtimes bring, for functions that bring none: fetched by npm and pip, on demand
//! (`fika runtime add --sdk`), for it is as large as the runtime itself.
//!
//! It lies in `/var/lang/sdk`. Node finds it by a `node_modules` at the root, where `require` and `import` look last, and
//! by `NODE_PATH`; Python's client adds it behind everything else. So what a function or a layer brings goes first.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use fika_model::Runtime;
use tokio::process::Command;

use super::tree::Tree;
use super::{ImageError, Progress, child, npm, python};

/// Where it is inside an image.
pub(super) const DIR: &str = "/var/lang/sdk";
/// What it is called while it is fetched.
const NAME: &str = "the AWS SDK";

/// The clients of the services that fika has, and of those that functions speak to most. Lambda's runtimes bring
/// all of them, which would be ten times as much.
const CLIENTS: &[&str] = &[
    "@aws-sdk/client-api-gateway",
    "@aws-sdk/client-apigatewaymanagementapi",
    "@aws-sdk/client-apigatewayv2",
    "@aws-sdk/client-cloudformation",
    "@aws-sdk/client-cloudwatch",
    "@aws-sdk/client-cloudwatch-logs",
    "@aws-sdk/client-dynamodb",
    "@aws-sdk/client-eventbridge",
    "@aws-sdk/client-iam",
    "@aws-sdk/client-kms",
    "@aws-sdk/client-lambda",
    "@aws-sdk/client-s3",
    "@aws-sdk/client-scheduler",
    "@aws-sdk/client-secrets-manager",
    "@aws-sdk/client-ses",
    "@aws-sdk/client-sfn",
    "@aws-sdk/client-sns",
    "@aws-sdk/client-sqs",
    "@aws-sdk/client-ssm",
    "@aws-sdk/client-sts",
    "@aws-sdk/credential-providers",
    "@aws-sdk/lib-dynamodb",
    "@aws-sdk/lib-storage",
    "@aws-sdk/s3-request-presigner",
    "@aws-sdk/util-dynamodb",
];
/// The first Node whose runtime brings version 3; those before bring version 2.
const FIRST_WITH_V3: u16 = 18;

/// An SDK that was fetched; its files go when this is dropped.
pub(super) struct Sdk {
    runtime: Runtime,
    version: String,
    files: PathBuf,
    _scratch: Tree,
}

/// Fetches the newest there is for a runtime.
///
/// # Errors
/// [`ImageError::Machine`] for runtimes that bring none on Lambda either; those of [`npm::install`], or
/// [`ImageError::Pip`].
pub(super) async fn fetch(
    store: &Path,
    runtime: Runtime,
    progress: &(dyn Fn(Progress) + Send + Sync),
) -> Result<Sdk, ImageError> {
    progress(Progress::Fetching { package: NAME.into() });
    let scratch = Tree::create(store)?;
    let dir = scratch.place("/");
    let (files, version) = match runtime {
        Runtime::Node { major } if major < FIRST_WITH_V3 => {
            npm::install(&dir, runtime, NAME, &["aws-sdk@2"]).await?;
            (dir.join("node_modules"), "aws-sdk")
        }
        Runtime::Node { .. } => {
            npm::install(&dir, runtime, NAME, CLIENTS).await?;
            (dir.join("node_modules"), "@aws-sdk/client-lambda")
        }
        Runtime::Python { minor } => {
            pip(&dir, minor).await?;
            (dir.clone(), "boto3")
        }
        Runtime::Provided { .. } => {
            let what = format!("{runtime} brings no SDK on Lambda either: leave out --sdk");
            return Err(ImageError::machine(what));
        }
    };
    let version = match runtime {
        Runtime::Python { .. } => wheel_version(&files, version),
        _ => npm::version_in(&files.join(version).join("package.json")).ok(),
    };
    let version = version.unwrap_or_else(|| "of an unknown version".into());
    Ok(Sdk { runtime, version, files, _scratch: scratch })
}

impl Sdk {
    /// As in `AWS SDK 3.9.1`.
    pub fn source(&self) -> String {
        format!("AWS SDK {}", self.version)
    }

    /// Copies it, and compiles it where that helps.
    pub fn install(&self, tree: &Tree) -> Result<(), ImageError> {
        match self.runtime {
            Runtime::Python { minor } => {
                tree.copy_all(&self.files, DIR, &is_wanted)?;
                python::compile(tree, minor, DIR)
            }
            _ => {
                tree.copy_all(&self.files, &format!("{DIR}/node_modules"), &is_wanted)?;
                tree.link("/node_modules", &format!("{}/node_modules", DIR.trim_start_matches('/')))
            }
        }
    }
}

/// Not what compilers of TypeScript read, nor what starts programs on a command line.
fn is_wanted(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    !["dist-types", ".bin", ".package-lock.json", "bin", "__pycache__"]
        .iter()
        .any(|out| name == *out)
}

/// Installs boto3. Any pip can: all of it is Python, whatever the version.
async fn pip(dir: &Path, minor: u16) -> Result<(), ImageError> {
    let mut command = Command::new("python3");
    command.args(["-m", "pip", "install", "--quiet", "--no-input", "--no-compile"]);
    command.args(["--disable-pip-version-check", "--only-binary=:all:", "--no-cache-dir"]);
    command.args(["--python-version", &format!("3.{minor}"), "--target"]).arg(dir).arg("boto3");
    command.current_dir(dir).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let output = tokio::time::timeout(npm::TIMEOUT, child::run(command)).await;
    let output = output.map_err(|_| ImageError::Pip { reason: "it took too long".into() })?;
    let output = output.map_err(|error| ImageError::Pip { reason: error.to_string() })?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(ImageError::Pip { reason: npm::last_words(&words) })
}

/// The version in the name of a package's metadata, as in `boto3-1.42.1.dist-info`.
fn wheel_version(dir: &Path, package: &str) -> Option<String> {
    let entries = std::fs::read_dir(dir).ok()?;
    entries.flatten().find_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let rest = name.strip_prefix(package)?.strip_prefix('-')?;
        rest.strip_suffix(".dist-info").map(Into::into)
    })
}
