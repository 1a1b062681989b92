//! What a server leaves in its data directory for the clients of its own machine: the root
//! account's key (`credentials`, mode 0600, written by `control`) and the address it answers at
//! (`endpoint`).

use std::fmt;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use serde::Deserialize;

use crate::failure::Failure;

const CREDENTIALS: &str = "credentials";
const ENDPOINT: &str = "endpoint";

/// The account a server starts with, and its access key.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Root {
    /// Twelve digits.
    pub account_id: String,
    /// The public half of the key.
    pub access_key_id: String,
    /// The secret half of the key.
    pub secret_access_key: String,
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Root")
            .field("account_id", &self.account_id)
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

impl Root {
    /// What the data directory holds; `None` before the first start.
    ///
    /// # Errors
    /// When the file is there but cannot be read or understood.
    pub fn load(data_dir: &Path) -> Result<Option<Self>, Failure> {
        let path = data_dir.join(CREDENTIALS);
        let fix = || format!("make {} readable, or start the server anew", path.display());
        match fs::read(&path) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).map(Some).map_err(|e| Failure::config(fix(), e))
            }
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Failure::config(fix(), e)),
        }
    }
}

/// Says where the server of this data directory answers. Whole or not at all, but not durably:
/// an address is of no use after a crash of the machine.
///
/// # Errors
/// When the data directory cannot be written.
pub fn publish_endpoint(data_dir: &Path, url: &str) -> io::Result<()> {
    let part = data_dir.join(format!("{ENDPOINT}.new"));
    fs::write(&part, format!("{url}\n"))?;
    fs::rename(part, data_dir.join(ENDPOINT))
}

/// Where the server of this data directory answers, if one runs or was killed.
pub fn endpoint(data_dir: &Path) -> Option<String> {
    let text = fs::read_to_string(data_dir.join(ENDPOINT)).ok()?;
    Some(text.trim().to_owned()).filter(|url| !url.is_empty())
}

/// Takes the address back once nothing answers there any more.
pub fn withdraw_endpoint(data_dir: &Path) {
    // What cannot be removed only makes a later client say that nothing answers.
    let _ = fs::remove_file(data_dir.join(ENDPOINT));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_and_never_shown() {
        let dir = tempfile::tempdir().expect("a directory");
        assert_eq!(Root::load(dir.path()).expect("nothing"), None);
        let text = r#"{"account_id":"1","access_key_id":"AKIA","secret_access_key":"hidden"}"#;
        fs::write(dir.path().join(CREDENTIALS), text).expect("written");
        let root = Root::load(dir.path()).expect("read").expect("there");
        assert_eq!(root.secret_access_key, "hidden");
        assert!(!format!("{root:?}").contains("hidden"));
        fs::write(dir.path().join(CREDENTIALS), "{").expect("written");
        assert_eq!(Root::load(dir.path()).expect_err("half a file").code(), 78);
    }

    #[test]
    fn an_address_comes_and_goes() {
        let dir = tempfile::tempdir().expect("a directory");
        assert_eq!(endpoint(dir.path()), None);
        publish_endpoint(dir.path(), "http://127.0.0.1:9000").expect("publish");
        assert_eq!(endpoint(dir.path()).as_deref(), Some("http://127.0.0.1:9000"));
        withdraw_endpoint(dir.path());
        assert_eq!(endpoint(dir.path()), None);
    }
}
