//! Where the model comes from: the PyPI package `botocore`, one version, by its hash.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;

const PACKAGE: &str = "botocore";
const VERSION: &str = "1.44.5";
const SHA256: &str = "8f16a56d1dff125dd65322ae021efa7ba5195a6db5102b96862566055b748921";
const MEMBER: &str = "botocore/data/lambda/2015-03-31/service-2.json.gz";

/// Unzips one gzipped member of a wheel; Python is there already, because pip is.
const EXTRACT: &str = "\
import gzip, sys, zipfile
sys.stdout.buffer.write(gzip.decompress(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2])))";

/// The text of the service model; the package is downloaded once, into `target/xtask`.
pub fn model(root: &Path) -> Result<String> {
    let folder = root.join("target/xtask");
    let wheel = folder.join(format!("{PACKAGE}-{VERSION}-py3-none-any.whl"));
    if !wheel.exists() {
        download(&folder)?;
    }
    extract(&wheel)
}

fn download(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let requirements = folder.join("requirements.txt");
    std::fs::write(&requirements, format!("{PACKAGE}=={VERSION} --hash=sha256:{SHA256}\n"))?;
    let status = Command::new("python3")
        .args(["-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"])
        .args(["--only-binary", ":all:", "--dest"])
        .arg(folder)
        .arg("--requirement")
        .arg(&requirements)
        .status()
        .map_err(|e| format!("cannot run python3 ({e}): codegen needs python3 with pip"))?;
    if !status.success() {
        return Err(format!("pip could not download {PACKAGE} {VERSION}; see above").into());
    }
    Ok(())
}

fn extract(wheel: &PathBuf) -> Result<String> {
    let output = Command::new("python3").args(["-c", EXTRACT]).arg(wheel).arg(MEMBER).output()?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(format!("cannot read {MEMBER} in {}: {why}", wheel.display()).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
