//! Files of content: each is written once, synced, and then only read.
//!
//! What a record in the store names is there whole; what none names is left over, and removed at
//! the next start. So nothing is ever half an object, whenever the server dies.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncWriteExt, BufWriter};

use crate::record::Piece;

/// What is gathered before it is written, bytes.
const BUFFER: usize = 256 << 10;

/// The directory of all content. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    dir: Arc<Path>,
}

/// A file that nothing names yet: dropped, it is removed.
#[derive(Debug)]
pub(crate) struct Draft {
    path: PathBuf,
    name: String,
    size: u64,
    kept: bool,
}

/// A draft that is being written.
pub(crate) struct Writing {
    file: BufWriter<File>,
    draft: Draft,
}

impl Files {
    /// Opens the directory, making it where it is not there yet.
    pub(crate) fn open(dir: &Path) -> io::Result<Self> {
        for shelf in 0..=u8::MAX {
            std::fs::create_dir_all(dir.join(format!("{shelf:02x}")))?;
        }
        std::fs::File::open(dir)?.sync_all()?;
        Ok(Self { dir: dir.into() })
    }

    /// Where the file of that name is.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name.get(..2).unwrap_or("00")).join(name)
    }

    fn draft(&self) -> io::Result<Draft> {
        let name = random_name()?;
        Ok(Draft { path: self.path(&name), name, size: 0, kept: false })
    }

    /// Begins a new file.
    pub(crate) async fn write(&self) -> io::Result<Writing> {
        let draft = self.draft()?;
        let file = OpenOptions::new().write(true).create_new(true).open(&draft.path).await?;
        Ok(Writing { file: BufWriter::with_capacity(BUFFER, file), draft })
    }

    /// The same content under another name: the file system shares it.
    pub(crate) async fn copy(&self, piece: &Piece) -> io::Result<Draft> {
        let mut draft = self.draft()?;
        let from = self.path(&piece.file);
        if tokio::fs::hard_link(&from, &draft.path).await.is_err() {
            // It has as many names as a file may have.
            tokio::fs::copy(&from, &draft.path).await?;
            File::open(&draft.path).await?.sync_all().await?;
        }
        draft.size = piece.size;
        draft.settle().await?;
        Ok(draft)
    }

    /// Removes what nothing names any more. Who is reading it reads on.
    pub(crate) fn remove(&self, pieces: &[Piece]) {
        let paths: Vec<_> = pieces.iter().map(|piece| self.path(&piece.file)).collect();
        if paths.is_empty() {
            return;
        }
        tokio::task::spawn_blocking(move || paths.iter().for_each(|path| discard(path)));
    }

    /// Removes every file that is not one of those.
    pub(crate) fn sweep(&self, named: &HashSet<&str>) -> io::Result<usize> {
        let mut removed = 0;
        for shelf in std::fs::read_dir(&self.dir)? {
            for file in std::fs::read_dir(shelf?.path())? {
                let file = file?;
                if !file.file_name().to_str().is_some_and(|name| named.contains(name)) {
                    discard(&file.path());
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }
}

impl Writing {
    pub(crate) async fn add(&mut self, data: &[u8]) -> io::Result<()> {
        self.draft.size += data.len() as u64;
        self.file.write_all(data).await
    }

    /// The whole file, on disk.
    pub(crate) async fn finish(mut self) -> io::Result<Draft> {
        self.file.flush().await?;
        self.file.get_ref().sync_all().await?;
        self.draft.settle().await?;
        Ok(self.draft)
    }
}

impl Draft {
    /// Its name is on disk, too.
    async fn settle(&self) -> io::Result<()> {
        let shelf = self.path.parent().unwrap_or(&self.path).to_path_buf();
        File::open(shelf).await?.sync_all().await
    }

    /// As a record names it.
    pub(crate) fn piece(&self) -> Piece {
        Piece { file: self.name.clone(), size: self.size }
    }

    /// A record names it now.
    pub(crate) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.kept {
            discard(&self.path);
        }
    }
}

fn discard(path: &Path) {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(%error, path = %path.display(), "content that is of no use stays");
        }
        _ => {}
    }
}

/// Thirty-two random hexadecimal digits.
pub(crate) fn random_name() -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(hex(&bytes))
}

/// Bytes as hexadecimal digits, in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
