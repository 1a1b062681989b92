//! Which images are there, and the making of missing ones.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use fika_model::Runtime;
use tokio::sync::Mutex as AsyncMutex;

use super::index::{Entry, Index};
use super::sdk::Sdk;
use super::tree::{self, Tree};
use super::{Image, ImageError, ImageOptions, Progress, base, client, node, python, sdk};

/// Counts up when `base`, `node` or `python` write other files than before, so that images made
/// by an earlier fika are made again.
const RECIPE: u32 = 3;

/// The runtime images of one data directory. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ImageStore {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    dir: PathBuf,
    options: ImageOptions,
    /// The images that this fika can use as they are.
    ready: RwLock<HashMap<Runtime, Image>>,
    /// One lock for each runtime being made, so that it is made once.
    making: Mutex<HashMap<Runtime, Arc<AsyncMutex<()>>>>,
}

/// What a runtime is made of, once it has been found.
enum Parts {
    Node(node::Found),
    Python(python::Found),
    Provided,
    /// An image of an earlier fika, in which only the client is out of date.
    Earlier(PathBuf, Entry),
}

impl ImageStore {
    /// Opens the store in a directory, and makes that where it is missing. Reads the index alone;
    /// removes what a crash left half made, as far as it can.
    ///
    /// # Errors
    /// [`ImageError::Io`] when the directory cannot be made or read.
    pub fn open(dir: impl Into<PathBuf>, options: ImageOptions) -> Result<Self, ImageError> {
        let dir = dir.into();
        fs::create_dir_all(&dir).map_err(ImageError::io(&dir))?;
        // Inside a sandbox the root must be found by its relative paths, whatever the caller's is.
        let dir = dir.canonicalize().map_err(ImageError::io(&dir))?;
        tree::sweep(&dir);
        let ready = RwLock::new(current(&dir, &Index::read(&dir)));
        let making = Mutex::default();
        Ok(Self { shared: Arc::new(Shared { dir, options, ready, making }) })
    }

    /// The image of a runtime, if it is there. Looks into memory only.
    #[must_use]
    pub fn find(&self, runtime: &Runtime) -> Option<Image> {
        self.shared.ready.read().unwrap_or_else(PoisonError::into_inner).get(runtime).cloned()
    }

    /// All images, in the order of their identifiers.
    #[must_use]
    pub fn list(&self) -> Vec<Image> {
        let ready = self.shared.ready.read().unwrap_or_else(PoisonError::into_inner);
        let mut images: Vec<Image> = ready.values().cloned().collect();
        images.sort_by_key(|image| image.runtime.to_string());
        images
    }

    /// The image of a runtime, made where it is missing. Calls for the same runtime share one
    /// making; dropping the future stops a fetch.
    ///
    /// # Errors
    /// Every [`ImageError`]; nothing is left behind, and a later call tries again.
    pub async fn ensure(
        &self,
        runtime: &Runtime,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Image, ImageError> {
        match self.find(runtime) {
            Some(image) => Ok(image),
            None => self.made(runtime, false, progress).await,
        }
    }

    /// The same with the AWS SDK in it, as Lambda's own runtimes have it. An image that is there without is made again;
    /// a running server goes on with the one it knows.
    ///
    /// # Errors
    /// Every [`ImageError`].
    pub async fn ensure_with_sdk(
        &self,
        runtime: &Runtime,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Image, ImageError> {
        self.made(runtime, true, progress).await
    }

    async fn made(
        &self,
        runtime: &Runtime,
        with_sdk: bool,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Image, ImageError> {
        let turn = self.turn(*runtime);
        let _turn = match turn.try_lock() {
            Ok(turn) => turn,
            Err(_) => {
                progress(Progress::Waiting);
                turn.lock().await
            }
        };
        self.reload();
        let earlier = Index::read(&self.shared.dir).images.remove(&runtime.to_string());
        let has_sdk = earlier.as_ref().is_some_and(|entry| entry.sdk);
        let image = match self.find(runtime) {
            Some(image) if has_sdk || !with_sdk => image,
            _ => self.make(*runtime, earlier, with_sdk || has_sdk, progress).await?,
        };
        progress(Progress::Ready);
        Ok(image)
    }

    fn turn(&self, runtime: Runtime) -> Arc<AsyncMutex<()>> {
        let mut making = self.shared.making.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(making.entry(runtime).or_default())
    }

    /// Another process, `fika runtime add` for instance, may have made it meanwhile.
    fn reload(&self) {
        self.learn(&Index::read(&self.shared.dir));
    }

    fn learn(&self, index: &Index) {
        let images = current(&self.shared.dir, index);
        *self.shared.ready.write().unwrap_or_else(PoisonError::into_inner) = images;
    }

    async fn make(
        &self,
        runtime: Runtime,
        earlier: Option<Entry>,
        with_sdk: bool,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Image, ImageError> {
        progress(Progress::Looking);
        let parts = self.parts(runtime, earlier, progress).await?;
        let dir = self.shared.dir.clone();
        let is_missing = !matches!(&parts, Parts::Earlier(_, entry) if entry.sdk);
        let sdk = match with_sdk && is_missing {
            true => Some(sdk::fetch(&dir, runtime, progress).await?),
            false => None,
        };
        progress(Progress::Assembling);
        let store = self.clone();
        let made = tokio::task::spawn_blocking(move || {
            let entry = Entry { sdk: with_sdk, ..assemble(&dir, runtime, &parts, sdk.as_ref())? };
            store.learn(&Index::add(&dir, &runtime.to_string(), entry)?);
            Ok(())
        });
        made.await.map_err(|error| ImageError::machine(format!("making {runtime}: {error}")))??;
        let gone = || ImageError::machine(format!("the image of {runtime} was removed again"));
        self.find(&runtime).ok_or_else(gone)
    }

    async fn parts(
        &self,
        runtime: Runtime,
        earlier: Option<Entry>,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Parts, ImageError> {
        let dir = &self.shared.dir;
        if let Some(entry) = earlier {
            let root = dir.join(&entry.digest);
            if entry.recipe == RECIPE && root.is_dir() {
                return Ok(Parts::Earlier(root, entry));
            }
        }
        match runtime {
            Runtime::Node { major } => {
                let fetch = self.shared.options.fetch;
                node::find(dir, major, fetch, progress).await.map(Parts::Node)
            }
            Runtime::Python { minor } => {
                let found = tokio::task::spawn_blocking(move || python::find(minor)).await;
                found.map_err(|e| ImageError::machine(e.to_string()))?.map(Parts::Python)
            }
            Runtime::Provided { .. } => Ok(Parts::Provided),
        }
    }
}

/// The images of an index that this fika can use: made by this recipe, with this client.
fn current(dir: &Path, index: &Index) -> HashMap<Runtime, Image> {
    let usable = index.images.iter().filter_map(|(id, entry)| {
        let runtime = Runtime::parse(id).ok()?;
        let fits = entry.recipe == RECIPE && entry.client == client::stamp(runtime);
        let root = dir.join(&entry.digest);
        (fits && root.is_dir()).then(|| (runtime, image(root, runtime, entry)))
    });
    usable.collect()
}

fn image(root: PathBuf, runtime: Runtime, entry: &Entry) -> Image {
    let Entry { digest, argv, source, .. } = entry.clone();
    Image { root, digest, runtime, argv, source }
}

/// Writes and seals the tree. Blocks: it copies and hashes up to a few hundred megabytes.
fn assemble(
    dir: &Path,
    runtime: Runtime,
    parts: &Parts,
    sdk: Option<&Sdk>,
) -> Result<Entry, ImageError> {
    let tree = Tree::create(dir)?;
    if let Parts::Earlier(root, _) = parts {
        tree.take_over(root, client::DIR)?;
    } else {
        base::install(&tree)?;
    }
    let (argv, mut source) = match parts {
        Parts::Node(node) => {
            node.install(&tree)?;
            (node.argv(), node.source())
        }
        Parts::Python(python) => {
            python.install(&tree)?;
            (python.argv(), python.source())
        }
        Parts::Provided => (vec!["/var/task/bootstrap".into()], "this machine's C library".into()),
        Parts::Earlier(_, entry) => (entry.argv.clone(), entry.source.clone()),
    };
    if let Some(sdk) = sdk {
        sdk.install(&tree)?;
        source = format!("{source}, {}", sdk.source());
    }
    client::install(&tree, runtime)?;
    let digest = tree.seal(dir)?;
    let client = client::stamp(runtime);
    Ok(Entry { digest, argv, source, client, recipe: RECIPE, sdk: sdk.is_some() })
}
