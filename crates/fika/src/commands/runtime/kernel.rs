//! `fika runtime kernel`: the kernel that microVMs boot.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use fika_kernel::{Kernel, KernelError, KernelStore, Step};
use serde_json::{Value, json};

use super::watched;
use crate::cli::{DataArgs, KernelAction, KernelSource};
use crate::failure::{Failure, Kind};
use crate::ui::Ui;

/// Shows, sets or removes it.
pub(super) async fn run(action: KernelAction, ui: &Ui) -> Result<(), Failure> {
    match action {
        KernelAction::Show(data) => show(store(&data)?.find().as_ref(), ui),
        KernelAction::Add { source, data } => {
            let kernel = add(store(&data)?, source, ui).await?;
            ui.answer(&value(&kernel), &text(&kernel))
        }
        KernelAction::Remove(data) => {
            let removed = store(&data)?.remove().map_err(|e| failure(&e))?;
            let text = if removed { "removed" } else { "there was none" };
            ui.answer(&json!({"removed": removed}), text)
        }
    }
}

fn store(data: &DataArgs) -> Result<KernelStore, Failure> {
    Ok(KernelStore::open(data.kernel()?))
}

fn show(kernel: Option<&Kernel>, ui: &Ui) -> Result<(), Failure> {
    match kernel {
        Some(kernel) => ui.answer(&value(kernel), &text(kernel)),
        None => ui.answer(&Value::Null, "none yet; microVMs need one: fika runtime kernel add"),
    }
}

/// Makes it ready apart from the event loop, as it decompresses and hashes.
async fn add(store: KernelStore, source: KernelSource, ui: &Ui) -> Result<Kernel, Failure> {
    let stage = Arc::new(Mutex::new(String::new()));
    let noted = Arc::clone(&stage);
    let making = tokio::task::spawn_blocking(move || {
        let note = |step: Step| {
            *noted.lock().unwrap_or_else(PoisonError::into_inner) = format!("kernel: {step}");
        };
        make(&store, &source, &note)
    });
    let made = watched(making, &stage, ui).await;
    made.map_err(|e| Failure::new(Kind::Failed, "try again", e))?.map_err(|e| failure(&e))
}

fn make(
    store: &KernelStore,
    source: &KernelSource,
    note: &dyn Fn(Step),
) -> Result<Kernel, KernelError> {
    match &source.vmlinux {
        Some(kernel) => store.add_from_files(kernel, source.modules.as_deref(), note),
        None if source.deb.is_empty() => store.add_from_distribution(note),
        None => store.add_from_debs(&source.deb, note),
    }
}

/// The error's own text says what to do.
fn failure(error: &KernelError) -> Failure {
    let kind = match error {
        KernelError::Io { source, .. } if source.kind() != ErrorKind::NotFound => Kind::Io,
        KernelError::Distribution { .. } => Kind::Failed,
        _ => Kind::NoInput,
    };
    Failure::new(kind, error.to_string(), "the kernel cannot be made ready")
}

fn text(kernel: &Kernel) -> String {
    let modules = kernel.modules.len();
    format!("Linux {} with {modules} modules, from {}", kernel.release, kernel.source)
}

fn value(kernel: &Kernel) -> Value {
    let modules: Vec<&Path> = kernel.modules.iter().map(AsRef::as_ref).collect();
    json!({
        "release": kernel.release,
        "source": kernel.source,
        "digest": kernel.digest,
        "pvh": kernel.pvh,
        "vmlinux": kernel.vmlinux,
        "modules": modules,
    })
}
