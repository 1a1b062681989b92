//! Where things are: the server's binary beside this one, and `target/bench` for all that is
//! fetched or made.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process::clean;

/// The example functions and programs, in the binary so that it runs from anywhere.
const HELLO_JS: &str = include_str!("../functions/hello.js");
const HELLO_MJS: &str = include_str!("../functions/hello.mjs");
const HELLO_PY: &str = include_str!("../functions/hello.py");
const BARE_JS: &str = include_str!("../functions/bare.js");
const ALONE_JS: &str = include_str!("../functions/alone.js");
const ALONE_C: &str = include_str!("../functions/alone.c");
const BOOTSTRAP_C: &str = include_str!("../functions/bootstrap.c");

/// The folders and files of a run.
pub struct Place {
    /// `fika`
    pub fika: PathBuf,
    /// `target/bench`
    pub dir: PathBuf,
    /// The client of the Node runtime, as the image has it.
    pub client: PathBuf,
    /// The handler, CommonJS, with `bare.js` beside it.
    pub hello: PathBuf,
    /// The handler, an ES module.
    pub module: PathBuf,
    /// The handler, Python.
    pub python: PathBuf,
    /// The static program.
    pub bootstrap: PathBuf,
    /// The function that runs the loop of the Node runtime by itself.
    pub alone: PathBuf,
}

impl Place {
    /// Writes the functions and compiles the static program.
    ///
    /// # Errors
    /// When the server is not built, there is no C compiler, or `target` cannot be written.
    pub fn prepare() -> Result<Self> {
        let exe = std::env::current_exe()?;
        let built = exe.parent().context("the binary is nowhere")?;
        let fika = built.join("fika");
        if !fika.is_file() {
            bail!("{} is not there; build it: cargo build --release -p fika", fika.display());
        }
        let dir = built.parent().context("the binary is nowhere")?.join("bench");
        let functions = dir.join("functions");
        let place = Self {
            fika,
            client: Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtimes/node/index.js"),
            hello: written(&functions.join("hello"), "index.js", HELLO_JS)?,
            module: written(&functions.join("module"), "index.mjs", HELLO_MJS)?,
            python: written(&functions.join("python"), "lambda_function.py", HELLO_PY)?,
            bootstrap: functions.join("static/bootstrap"),
            alone: written(&functions.join("alone"), "index.js", ALONE_JS)?,
            dir,
        };
        written(&place.hello, "bare.js", BARE_JS)?;
        let source = written(&functions.join("static"), "bootstrap.c", BOOTSTRAP_C)?;
        compile(&source.join("bootstrap.c"), &place.bootstrap)?;
        written(&place.alone, "hello.js", HELLO_JS)?;
        let source = written(&functions.join("alone.source"), "alone.c", ALONE_C)?;
        compile(&source.join("alone.c"), &place.alone.join("alone"))?;
        Ok(place)
    }

    /// The data directory of the server of that name.
    pub fn data(&self, server: &str) -> PathBuf {
        self.dir.join("data").join(server)
    }
}

fn written(dir: &Path, name: &str, text: &str) -> Result<PathBuf> {
    let path = dir.join(name);
    fs::create_dir_all(dir)
        .and_then(|()| fs::write(&path, text))
        .with_context(|| format!("writing {}", path.display()))?;
    Ok(dir.to_owned())
}

fn compile(source: &Path, program: &Path) -> Result<()> {
    let mut cc = clean("cc");
    cc.args(["-O2", "-static", "-D_GNU_SOURCE", "-o"]).arg(program).arg(source);
    let status = cc.status().context("a C compiler is needed: apt-get install gcc")?;
    if !status.success() {
        bail!("{} does not compile", source.display());
    }
    Ok(())
}
