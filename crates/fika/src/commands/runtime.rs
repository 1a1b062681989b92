//! `fika runtime`: lists runtimes, or makes one ready ahead of its first function.
//!
//! - [`kernel`]: the kernel that microVMs boot

mod kernel;

use std::future::Future;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use fika_model::Runtime;
use fika_sandbox::image::{Image, ImageError, ImageOptions, ImageStore};
use serde_json::{Value, json};

use crate::cli::{RuntimeAction, RuntimeArgs};
use crate::failure::{Failure, Kind};
use crate::ui::Ui;

/// How often progress is looked at.
const GLANCE: Duration = Duration::from_millis(200);

/// Lists or adds.
///
/// # Errors
/// When the data directory cannot be used, or the runtime cannot be had.
pub async fn run(args: RuntimeArgs, ui: &Ui) -> Result<ExitCode, Failure> {
    match args.action {
        RuntimeAction::List(data) => list(&data.runtimes()?, ui)?,
        RuntimeAction::Add { id, sdk, data } => add(&id, sdk, &data.runtimes()?, ui).await?,
        RuntimeAction::Kernel(args) => kernel::run(args.action, ui).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn list(dir: &Path, ui: &Ui) -> Result<(), Failure> {
    let images = if dir.is_dir() { open(dir)?.list() } else { Vec::new() };
    let values: Vec<Value> = images.iter().map(value).collect();
    if images.is_empty() {
        let text = "none yet; the first function of a runtime makes it ready, or: \
                    fika runtime add nodejs22.x";
        return ui.answer(&values.into(), text);
    }
    let lines: Vec<String> = images.iter().map(line).collect();
    ui.answer(&values.into(), &lines.join("\n"))
}

async fn add(id: &str, sdk: bool, dir: &Path, ui: &Ui) -> Result<(), Failure> {
    let runtime = Runtime::parse(id).map_err(|e| {
        let fix = "name a runtime such as nodejs22.x, python3.12 or provided.al2023";
        Failure::config(fix, e)
    })?;
    let image = ensure(&open(dir)?, runtime, sdk, ui).await?;
    ui.answer(&value(&image), &line(&image))
}

async fn ensure(
    store: &ImageStore,
    runtime: Runtime,
    sdk: bool,
    ui: &Ui,
) -> Result<Image, Failure> {
    let stage = Mutex::new(String::new());
    let note = |progress: fika_sandbox::image::Progress| {
        *stage.lock().unwrap_or_else(PoisonError::into_inner) = format!("{runtime}: {progress}");
    };
    let making = async {
        match sdk {
            true => store.ensure_with_sdk(&runtime, &note).await,
            false => store.ensure(&runtime, &note).await,
        }
    };
    watched(making, &stage, ui).await.map_err(|e| unavailable(&e))
}

/// Waits for something, saying now and then how far it is: a fetch can take a minute.
async fn watched<T>(making: impl Future<Output = T>, stage: &Mutex<String>, ui: &Ui) -> T {
    tokio::pin!(making);
    let mut progress = ui.progress();
    loop {
        tokio::select! {
            made = &mut making => return made,
            () = tokio::time::sleep(GLANCE) => {
                progress.say(&stage.lock().unwrap_or_else(PoisonError::into_inner));
            }
        }
    }
}

fn open(dir: &Path) -> Result<ImageStore, Failure> {
    ImageStore::open(dir, ImageOptions { fetch: true })
        .map_err(|e| Failure::config(format!("make {} usable", dir.display()), e))
}

/// The error's own text says what to do.
fn unavailable(error: &ImageError) -> Failure {
    Failure::new(Kind::Failed, error.to_string(), "the runtime cannot be made ready")
}

fn line(image: &Image) -> String {
    format!("{:<16} {}", image.runtime.to_string(), image.source)
}

fn value(image: &Image) -> Value {
    json!({
        "runtime": image.runtime.to_string(),
        "source": image.source,
        "digest": image.digest,
        "root": image.root,
    })
}
