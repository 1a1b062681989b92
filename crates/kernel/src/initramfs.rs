//! What the kernel unpacks into its first root, and what init finds there.

use std::fs;

use crate::cpio::Archive;
use crate::{Kernel, KernelError};

/// The archive of a guest's first root, uncompressed: unpacking would cost every boot more than
/// reading the two megabytes does.
///
/// It holds `/init`, `/filter` and `/modules/NN-name.ko`, which go in in the order of their
/// names; the directories `/dev`, `/proc`, `/sys` and `/root`; and `/dev/console`, so that what
/// is said before `devtmpfs` is mounted is heard, and `/dev/null`, which a program is given for its
/// standard streams where there is no console. Equal arguments give equal bytes.
///
/// # Errors
/// [`KernelError::Io`] when a module of the kernel cannot be read.
pub fn initramfs(init: &[u8], filter: &[u8], kernel: &Kernel) -> Result<Vec<u8>, KernelError> {
    let mut archive = Archive::default();
    for name in ["dev", "proc", "sys", "root", "modules"] {
        archive.directory(name);
    }
    archive.device("dev/console", (5, 1));
    archive.device("dev/null", (1, 3));
    archive.file("init", 0o755, init);
    archive.file("filter", 0o444, filter);
    for path in &kernel.modules {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let content = fs::read(path).map_err(KernelError::io(path))?;
        archive.file(&format!("modules/{name}"), 0o444, &content);
    }
    Ok(archive.finish())
}
