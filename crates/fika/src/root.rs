//! What a server leaves in its data directory for its own machine's clients: the root
//! account's key (`credentials`, mode 0600) and the address it answers at (`endpoint`).

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use fika_model::AccountId;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

const CREDENTIALS: &str = "credentials";
const ENDPOINT: &str = "endpoint";
/// RFC 4648's base32 alphabet; its 32 letters take one of five random bits each, evenly.
const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The account a server starts with, and its access key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
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
        let fix = || format!("make {} readable, or remove it to get a new key", path.display());
        match fs::read(&path) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).map(Some).map_err(|e| Failure::config(fix(), e))
            }
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Failure::config(fix(), e)),
        }
    }

    /// The account and key of this data directory: what `var` chooses (`FIKA_ROOT_…`), else
    /// what is there, else fresh random ones. They are on disk when this returns.
    ///
    /// # Errors
    /// When the variables make no key, or the data directory cannot be written.
    pub fn ensure(data_dir: &Path, var: impl Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let kept = Self::load(data_dir)?;
        let mut root = match &kept {
            Some(root) => root.clone(),
            None => Self::random().map_err(|e| Failure::io("make /dev/urandom readable", e))?,
        };
        root.choose(var)?;
        if kept.as_ref() != Some(&root) {
            root.save(data_dir)
                .map_err(|e| Failure::config(format!("make {} writable", data_dir.display()), e))?;
        }
        Ok(root)
    }

    fn choose(&mut self, var: impl Fn(&str) -> Option<String>) -> Result<(), Failure> {
        if let Some(account) = var("FIKA_ROOT_ACCOUNT_ID") {
            AccountId::new(&account)
                .map_err(|e| Failure::config("set FIKA_ROOT_ACCOUNT_ID to twelve digits", e))?;
            self.account_id = account;
        }
        match (var("FIKA_ROOT_ACCESS_KEY_ID"), var("FIKA_ROOT_SECRET_ACCESS_KEY")) {
            (None, None) => Ok(()),
            (Some(id), Some(secret)) if is_key_id(&id) && !secret.is_empty() => {
                self.access_key_id = id;
                self.secret_access_key = secret;
                Ok(())
            }
            _ => Err(Failure::config(
                "set both FIKA_ROOT_ACCESS_KEY_ID and FIKA_ROOT_SECRET_ACCESS_KEY, or neither",
                "an access key id is 1 to 128 letters and digits, and has a secret",
            )),
        }
    }

    fn random() -> io::Result<Self> {
        let mut bytes = [0; 12 + 16 + 40];
        File::open("/dev/urandom")?.read_exact(&mut bytes)?;
        let letters = |part: &[u8]| -> String {
            part.iter().map(|b| char::from(LETTERS[usize::from(b % 32)])).collect()
        };
        let number = bytes[..8].iter().fold(0_u64, |n, b| n << 8 | u64::from(*b));
        Ok(Self {
            account_id: format!("{:012}", number % 1_000_000_000_000),
            access_key_id: format!("AKIA{}", letters(&bytes[12..28])),
            secret_access_key: letters(&bytes[28..]),
        })
    }

    fn save(&self, data_dir: &Path) -> io::Result<()> {
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        replace(data_dir, CREDENTIALS, &text)
    }
}

/// Says where the server of this data directory answers.
///
/// # Errors
/// When the data directory cannot be written.
pub fn publish_endpoint(data_dir: &Path, url: &str) -> io::Result<()> {
    replace(data_dir, ENDPOINT, format!("{url}\n").as_bytes())
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

/// Writes a file that only its owner reads, whole or not at all, and durably.
fn replace(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    let part = dir.join(format!("{name}.{}", std::process::id()));
    let written = write_private(&part, bytes).and_then(|()| fs::rename(&part, dir.join(name)));
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written?;
    File::open(dir)?.sync_all()
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let _ = fs::remove_file(path);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn is_key_id(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn nothing(_: &str) -> Option<String> {
        None
    }

    #[test]
    fn the_first_start_makes_a_key_and_the_next_keeps_it() {
        let dir = tempfile::tempdir().expect("a directory");
        let data = dir.path().join("not/yet");
        assert_eq!(Root::load(&data).expect("load"), None);
        let made = Root::ensure(&data, nothing).expect("make");
        assert_eq!(Root::ensure(&data, nothing).expect("keep"), made);
        AccountId::new(&made.account_id).expect("an account");
        assert_eq!((made.access_key_id.len(), made.secret_access_key.len()), (20, 40));
        let mode = fs::metadata(data.join(CREDENTIALS)).expect("file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let other = Root::ensure(&dir.path().join("other"), nothing).expect("make");
        assert_ne!(other.secret_access_key, made.secret_access_key);
        assert!(!format!("{made:?}").contains(&made.secret_access_key));
    }

    #[test]
    fn variables_choose_the_key() {
        let dir = tempfile::tempdir().expect("a directory");
        let var = |name: &str| match name {
            "FIKA_ROOT_ACCOUNT_ID" => Some("000000000000".to_owned()),
            "FIKA_ROOT_ACCESS_KEY_ID" | "FIKA_ROOT_SECRET_ACCESS_KEY" => Some("test".to_owned()),
            _ => None,
        };
        Root::ensure(dir.path(), nothing).expect("make");
        let chosen = Root::ensure(dir.path(), var).expect("choose");
        assert_eq!(chosen.account_id, "000000000000");
        assert_eq!(Root::load(dir.path()).expect("load"), Some(chosen));
    }

    #[test]
    fn variables_that_make_no_key_are_refused() {
        let dir = tempfile::tempdir().expect("a directory");
        for bad in [
            &[("FIKA_ROOT_ACCOUNT_ID", "12")][..],
            &[("FIKA_ROOT_ACCESS_KEY_ID", "test")],
            &[("FIKA_ROOT_ACCESS_KEY_ID", "a/b"), ("FIKA_ROOT_SECRET_ACCESS_KEY", "s")],
        ] {
            let var =
                |name: &str| bad.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
            let failure = Root::ensure(dir.path(), var).expect_err("refused");
            assert_eq!(failure.code(), 78, "{bad:?}");
        }
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
