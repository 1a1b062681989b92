//! `credentials`: the root key, for `fika env` and the like on the same machine.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde_json::json;

use super::{AccountsError, Credential};

/// Writes the file anew under its name, so that no reader sees half of it and an old file with
/// other rights does not live on.
pub(crate) fn write(dir: &Path, root: &Credential) -> Result<(), AccountsError> {
    let path = dir.join("credentials");
    let text = json!({
        "account_id": root.account,
        "access_key_id": root.access_key_id,
        "secret_access_key": root.secret,
    });
    replace(&path, format!("{text:#}\n").as_bytes())
        .map_err(|source| AccountsError::File { path, source })
}

fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("new");
    // A crash may have left one; its rights are not to be trusted.
    match fs::remove_file(&temporary) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
    file.write_all(text)?;
    fs::rename(&temporary, path)
}
