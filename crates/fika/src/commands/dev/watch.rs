//! What happens to files, as inotify tells it: folders with all that is below them but what is
//! ignored, and single files, whose folder is watched so that one that is put in its place is seen.
//!
//! Of a folder of packages (`node_modules`) only its top is watched: what installs packages writes
//! there in the end, and below may be tens of thousands of folders.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;
use tokio::io::unix::AsyncFd;

use super::burst::Kind;
use super::ignore::Ignore;

/// Folders of packages.
const PACKAGES: [&str; 3] = ["node_modules", "site-packages", ".venv"];

/// Watches files.
#[derive(Debug)]
pub struct Watcher {
    inotify: AsyncFd<OwnedFd>,
    folders: BTreeMap<i32, Folder>,
    /// Single files.
    files: BTreeSet<PathBuf>,
    /// Those that are watched with all below, and what is ignored there.
    trees: BTreeMap<PathBuf, Ignore>,
}

#[derive(Debug)]
struct Folder {
    path: PathBuf,
    /// The tree it belongs to; none where it is watched for single files only.
    tree: Option<PathBuf>,
    packages: bool,
}

/// Something that happened.
pub type Change = (PathBuf, Kind);

impl Watcher {
    /// Watches nothing yet.
    ///
    /// # Errors
    /// When the system gives no more of these.
    pub fn new() -> io::Result<Self> {
        let inotify = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        #[expect(
            deprecated,
            reason = "the other needs `unsafe`; an OwnedFd keeps what that asks for"
        )]
        let inotify = AsyncFd::new(inotify)?;
        let (folders, files, trees) = Default::default();
        Ok(Self { inotify, folders, files, trees })
    }

    /// Watches a folder and all below, or a file.
    ///
    /// # Errors
    /// When it cannot be read, or more is watched than may be.
    pub fn add(&mut self, path: &Path, handler: Option<PathBuf>) -> io::Result<()> {
        if path.is_dir() {
            if !self.trees.contains_key(path) {
                self.trees.insert(path.into(), Ignore::new(handler));
                self.add_folder(path, path, &mut Vec::new())?;
            }
            return Ok(());
        }
        if self.files.insert(path.into()) {
            let folder = path.parent().unwrap_or(path);
            self.watch(Folder { path: folder.into(), tree: None, packages: false })?;
        }
        Ok(())
    }

    /// Watches a folder of a tree, and all below. What is in it already goes to `found`.
    fn add_folder(&mut self, path: &Path, tree: &Path, found: &mut Vec<Change>) -> io::Result<()> {
        let packages = path.file_name().is_some_and(|name| PACKAGES.iter().any(|p| name == *p));
        // Before it is read: what comes meanwhile is told.
        self.watch(Folder { path: path.into(), tree: Some(tree.into()), packages })?;
        if packages {
            return Ok(());
        }
        let Some(ignore) = self.trees.get_mut(tree) else { return Ok(()) };
        if let Ok(text) = fs::read_to_string(path.join(".gitignore")) {
            ignore.add(path, &text);
        }
        let mut folders = Vec::new();
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let (path, is_folder) = (entry.path(), entry.file_type()?.is_dir());
            let packages = is_folder && PACKAGES.iter().any(|name| entry.file_name() == *name);
            if !packages && ignore.skips(&path, is_folder) {
                continue;
            }
            if is_folder { folders.push(path) } else { found.push((path, Kind::Written)) }
        }
        for folder in folders {
            match self.add_folder(&folder, tree, found) {
                // It is gone again.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                done => done?,
            }
        }
        Ok(())
    }

    fn watch(&mut self, folder: Folder) -> io::Result<()> {
        let events = WatchFlags::CREATE
            | WatchFlags::CLOSE_WRITE
            | WatchFlags::MOVED_TO
            | WatchFlags::MOVED_FROM
            | WatchFlags::DELETE
            | WatchFlags::ONLYDIR;
        let number = inotify::add_watch(&self.inotify, &folder.path, events)?;
        match self.folders.get_mut(&number) {
            // The same folder, for its single files or for all of it.
            Some(known) if known.path == folder.path => {
                known.tree = known.tree.take().or(folder.tree);
            }
            _ => drop(self.folders.insert(number, folder)),
        }
        Ok(())
    }

    /// What happened since the last time, one thing at least. Safe to cancel.
    ///
    /// # Errors
    /// When the system tells nothing any more, or more is watched than may be.
    pub async fn next(&mut self) -> io::Result<Vec<Change>> {
        loop {
            let mut told = Vec::new();
            let mut ready = self.inotify.readable().await?;
            match read(ready.get_inner(), &mut told) {
                Ok(()) => {}
                Err(Errno::AGAIN) => ready.clear_ready(),
                Err(error) => return Err(error.into()),
            }
            drop(ready);
            let mut changes = Vec::new();
            for event in told {
                self.follow(event, &mut changes)?;
            }
            if !changes.is_empty() {
                return Ok(changes);
            }
        }
    }

    fn follow(&mut self, event: Told, changes: &mut Vec<Change>) -> io::Result<()> {
        let Told { number, flags, name } = event;
        if flags.contains(ReadFlags::QUEUE_OVERFLOW) {
            // Nobody knows what was lost: everything may have changed.
            let all = self.trees.keys().chain(&self.files);
            changes.extend(all.map(|path| (path.clone(), Kind::Written)));
            return Ok(());
        }
        if flags.contains(ReadFlags::IGNORED) {
            self.folders.remove(&number);
            return Ok(());
        }
        let (Some(folder), Some(name)) = (self.folders.get(&number), name) else { return Ok(()) };
        let path = folder.path.join(&name);
        let is_folder = flags.contains(ReadFlags::ISDIR);
        let kind = kind_of(flags, is_folder);
        if self.files.contains(&path) {
            changes.push((path, kind));
            return Ok(());
        }
        let Some(tree) = folder.tree.clone() else { return Ok(()) };
        if folder.packages {
            changes.push((folder.path.clone(), Kind::Package));
            return Ok(());
        }
        if self.trees.get(&tree).is_none_or(|ignore| ignore.skips(&path, is_folder)) {
            return Ok(());
        }
        if !is_folder {
            changes.push((path, kind));
        } else if kind == Kind::Gone {
            self.forget(&path);
            changes.push((path, kind));
        } else if let Err(error) = self.add_folder(&path, &tree, changes)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        Ok(())
    }

    /// A folder was moved away: what it is called is not known any more.
    fn forget(&mut self, path: &Path) {
        let below = self.folders.iter().filter(|(_, folder)| folder.path.starts_with(path));
        for number in below.map(|(number, _)| *number).collect::<Vec<_>>() {
            self.folders.remove(&number);
            // One that was removed is not watched any more, which is what is wanted.
            let _ = inotify::remove_watch(&self.inotify, number);
        }
    }
}

fn kind_of(flags: ReadFlags, is_folder: bool) -> Kind {
    if flags.intersects(ReadFlags::DELETE | ReadFlags::MOVED_FROM) {
        Kind::Gone
    } else if flags.contains(ReadFlags::CREATE) && !is_folder {
        Kind::Made
    } else {
        Kind::Written
    }
}

/// An event, in our own memory.
struct Told {
    number: i32,
    flags: ReadFlags,
    name: Option<PathBuf>,
}

/// Reads all there is. `AGAIN`: that was nothing.
fn read(inotify: &OwnedFd, told: &mut Vec<Told>) -> Result<(), Errno> {
    let mut buffer = [MaybeUninit::uninit(); 8_192];
    let mut reader = Reader::new(inotify, &mut buffer);
    loop {
        match reader.next() {
            Ok(event) => told.push(Told {
                number: event.wd(),
                flags: event.events(),
                name: event.file_name().map(|name| OsStr::from_bytes(name.to_bytes()).into()),
            }),
            Err(Errno::AGAIN) if !told.is_empty() => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Place {
        folder: tempfile::TempDir,
        watcher: Watcher,
    }

    impl Place {
        fn with(files: &[&str]) -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            for file in files {
                write(&folder.path().join(file), "");
            }
            let mut watcher = Watcher::new().expect("inotify");
            watcher.add(folder.path(), None).expect("watched");
            Self { folder, watcher }
        }

        fn path(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        /// Reads on until this path is told of, and gives all that was told before it, and it.
        async fn until(&mut self, name: &str) -> Vec<String> {
            let mut seen = Vec::new();
            while !seen.iter().any(|path| path == name) {
                let changes = self.watcher.next().await.expect("changes");
                seen.extend(changes.into_iter().map(|(path, _)| {
                    let below = path.strip_prefix(self.folder.path()).expect("below");
                    below.to_string_lossy().into_owned()
                }));
            }
            seen
        }
    }

    fn write(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("written");
    }

    #[tokio::test]
    async fn what_is_written_and_renamed_is_told() {
        let mut place = Place::with(&["index.js", "lib/a.js"]);
        write(&place.path("lib/a.js"), "1");
        assert_eq!(place.until("lib/a.js").await, ["lib/a.js"]);
        write(&place.path("new.js"), "1");
        fs::rename(place.path("new.js"), place.path("index.js")).expect("renamed");
        place.until("index.js").await;
    }

    #[tokio::test]
    async fn folders_that_come_are_watched_with_what_is_in_them() {
        let mut place = Place::with(&["index.js"]);
        write(&place.path("deep/er/a.js"), "1");
        place.until("deep/er/a.js").await;
        write(&place.path("deep/er/b.js"), "1");
        place.until("deep/er/b.js").await;
        fs::rename(place.path("deep"), place.path("moved")).expect("renamed");
        place.until("moved/er/b.js").await;
        write(&place.path("moved/er/b.js"), "2");
        place.until("moved/er/b.js").await;
    }

    #[tokio::test]
    async fn what_is_ignored_is_not_told() {
        let mut place = Place::with(&[".gitignore", "index.js", ".git/HEAD", "out/x"]);
        write(&place.path(".gitignore"), "*.log\n");
        // Read when the watching began: so it begins anew.
        place.watcher = Watcher::new().expect("inotify");
        place.watcher.add(place.folder.path(), None).expect("watched");
        for name in [".git/HEAD", "a.log", "__pycache__/x.pyc", "index.js~"] {
            write(&place.path(name), "1");
        }
        write(&place.path("index.js"), "1");
        assert_eq!(place.until("index.js").await, ["index.js"]);
    }

    #[tokio::test]
    async fn packages_are_told_of_at_their_top() {
        let mut place = Place::with(&["index.js", "node_modules/a/index.js"]);
        write(&place.path("node_modules/a/index.js"), "1");
        write(&place.path("node_modules/.package-lock.json"), "1");
        let seen = place.until("node_modules").await;
        assert!(seen.iter().all(|path| path == "node_modules"), "{seen:?}");
    }

    #[tokio::test]
    async fn a_single_file_is_told_of_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("handler.py");
        write(&file, "");
        let mut watcher = Watcher::new().expect("inotify");
        watcher.add(&file, None).expect("watched");
        write(&folder.path().join("other.py"), "1");
        write(&folder.path().join("new"), "1");
        fs::rename(folder.path().join("new"), &file).expect("renamed");
        assert_eq!(watcher.next().await.expect("changes"), [(file, Kind::Written)]);
    }
}
