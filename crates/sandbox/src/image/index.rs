//! The index: which runtime is which tree. One small JSON file, replaced whole.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::ImageError;

const FILE: &str = "index.json";

/// What an index keeps of one image.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The tree's digest, which is also its directory.
    pub digest: String,
    /// How the runtime is started.
    pub argv: Vec<String>,
    /// Where its parts came from.
    pub source: String,
    /// The client it was made with.
    pub client: String,
    /// The recipe it was made by.
    pub recipe: u32,
    /// Whether it has the AWS SDK.
    #[serde(default)]
    pub sdk: bool,
}

/// Entries by runtime identifier, as in `nodejs22.x`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Index {
    pub images: BTreeMap<String, Entry>,
}

impl Index {
    /// Reads the index of a store. A missing one is empty, and so is one that cannot be read:
    /// images can always be made again.
    pub fn read(dir: &Path) -> Self {
        let Ok(text) = fs::read(dir.join(FILE)) else { return Self::default() };
        serde_json::from_slice(&text).unwrap_or_else(|error| {
            tracing::warn!(%error, "the index of runtime images is unreadable, starting a new one");
            Self::default()
        })
    }

    /// Adds one entry. Other processes may do the same at the same time: each takes the lock,
    /// reads what is there now, and replaces the file.
    pub fn add(dir: &Path, runtime: &str, entry: Entry) -> Result<Self, ImageError> {
        let lock = File::create(dir.join("index.lock")).map_err(ImageError::io(dir))?;
        lock.lock().map_err(ImageError::io(dir))?;
        let mut index = Self::read(dir);
        index.images.insert(runtime.into(), entry);
        index.write(dir)?;
        Ok(index)
    }

    fn write(&self, dir: &Path) -> Result<(), ImageError> {
        let (path, new) = (dir.join(FILE), dir.join("index.new"));
        let text = serde_json::to_vec_pretty(self).map_err(|e| ImageError::io(&path)(e.into()))?;
        let written = File::create(&new).and_then(|mut file| {
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(&new, &path)
        });
        written.map_err(ImageError::io(&path))
    }
}

/// Lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
