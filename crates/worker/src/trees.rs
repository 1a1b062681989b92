//! Functions' code and layers, unpacked.
//!
//! Each archive is unpacked once, into a folder named by its SHA-256, whoever uses it and as what.
//! A function with several layers has them laid over each other, once for each ordered list of
//! them; with one, it has that one's own folder.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fika_model::error::chain;
use fika_model::{CodeRef, FunctionVersion};
use fika_store::{Blobs, Digest, NotADigest};

/// How the names begin of several layers laid over each other.
const MERGED: &str = "layers-";

/// The unpacked archives of a worker.
#[derive(Debug, Clone)]
pub(crate) struct Trees {
    blobs: Blobs,
    place: PathBuf,
}

impl Trees {
    /// Those in a directory, of archives from those blobs.
    pub fn new(blobs: Blobs, place: PathBuf) -> Self {
        Self { blobs, place }
    }

    /// A version's code, and its layers if it has any, made where they are not there.
    ///
    /// # Errors
    /// A text that says what failed.
    pub async fn of(
        &self,
        version: &FunctionVersion,
    ) -> Result<(PathBuf, Option<PathBuf>), String> {
        let code = self.place.join(&version.code.sha256);
        let layers = merged(&version.layers).map(|name| self.place.join(name));
        if code.is_dir() && layers.as_ref().is_none_or(|layers| layers.is_dir()) {
            return Ok((code, layers));
        }
        let (this, version) = (self.clone(), version.clone());
        let made = tokio::task::spawn_blocking(move || {
            this.unpacked(&version.code)?;
            if let Some(layers) = &layers {
                this.lay(&version.layers, layers)?;
            }
            Ok((code, layers))
        });
        made.await.map_err(|e| e.to_string())?
    }

    /// One archive, unpacked if it is not.
    fn unpacked(&self, code: &CodeRef) -> Result<PathBuf, String> {
        let tree = self.place.join(&code.sha256);
        if !tree.is_dir() {
            let digest = code.sha256.parse().map_err(|e: NotADigest| e.to_string())?;
            let zip = self.blobs.read(&digest).map_err(|e| chain(&e))?;
            fika_package::unpack(&zip, &tree).map_err(|e| chain(&e))?;
        }
        Ok(tree)
    }

    fn lay(&self, layers: &[CodeRef], at: &Path) -> Result<(), String> {
        if at.is_dir() {
            return Ok(());
        }
        let trees: Vec<_> =
            layers.iter().map(|layer| self.unpacked(layer)).collect::<Result<_, _>>()?;
        match trees.as_slice() {
            // Its own tree, which is there now.
            [_only] => Ok(()),
            trees => {
                let trees: Vec<_> = trees.iter().map(PathBuf::as_path).collect();
                fika_package::merge(&trees, at).map_err(|e| chain(&e))
            }
        }
    }

    /// Removes what none of these versions needs, and what a crash left half made.
    pub fn sweep(&self, versions: &[Arc<FunctionVersion>]) -> io::Result<()> {
        let merges = versions.iter().filter_map(|version| merged(&version.layers));
        let archives = versions.iter().flat_map(|version| {
            std::iter::once(&version.code).chain(&version.layers).map(|code| code.sha256.clone())
        });
        let needed: HashSet<String> = merges.chain(archives).collect();
        for entry in fs::read_dir(&self.place)? {
            let entry = entry?;
            let live = entry.file_name().to_str().is_some_and(|name| needed.contains(name));
            if !live && let Err(error) = fs::remove_dir_all(entry.path()) {
                tracing::warn!(path = %entry.path().display(), %error, "old code stays");
            }
        }
        Ok(())
    }
}

/// The name of the tree of an ordered list of layers; none of none.
fn merged(layers: &[CodeRef]) -> Option<String> {
    match layers {
        [] => None,
        [only] => Some(only.sha256.clone()),
        all => {
            let list: Vec<_> = all.iter().map(|layer| layer.sha256.as_str()).collect();
            Some(format!("{MERGED}{}", Digest::of(list.join("\n").as_bytes())))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing;

    struct Place {
        dir: tempfile::TempDir,
        trees: Trees,
    }

    impl Place {
        fn new() -> Self {
            let dir = tempfile::tempdir().expect("a directory");
            let code = dir.path().join("code");
            fs::create_dir(&code).expect("made");
            let blobs = Blobs::open(dir.path().join("blobs")).expect("blobs");
            Self { trees: Trees::new(blobs, code), dir }
        }

        fn archive(&self, name: &str, text: &str) -> CodeRef {
            let zip = fika_package::single_file(name, text.as_bytes()).expect("a zip");
            let pin = self.trees.blobs.put(&zip).expect("stored");
            CodeRef { sha256: pin.digest().to_string(), size: zip.len() as u64 }
        }

        fn count(&self) -> usize {
            fs::read_dir(self.dir.path().join("code")).expect("there").count()
        }
    }

    fn with(code: &CodeRef, layers: &[&CodeRef]) -> Arc<FunctionVersion> {
        let mut version = FunctionVersion::clone(&testing::version(Duration::from_secs(3)));
        version.code = code.clone();
        version.layers = layers.iter().map(|layer| (*layer).clone()).collect();
        Arc::new(version)
    }

    #[tokio::test]
    async fn layers_are_unpacked_once_and_laid_in_order() {
        let place = Place::new();
        let (code, a, b) =
            (place.archive("c", "c"), place.archive("f", "a"), place.archive("f", "b"));
        let read = |tree: &Option<PathBuf>| {
            fs::read_to_string(tree.as_ref().expect("layers").join("f")).expect("a file")
        };
        let none = place.trees.of(&with(&code, &[])).await.expect("made").1;
        assert_eq!(none, None);
        let (_, one) = place.trees.of(&with(&code, &[&a])).await.expect("made");
        assert_eq!((read(&one), place.count()), ("a".into(), 2));
        let (_, ab) = place.trees.of(&with(&code, &[&a, &b])).await.expect("made");
        let (_, ba) = place.trees.of(&with(&code, &[&b, &a])).await.expect("made");
        assert_eq!((read(&ab), read(&ba), place.count()), ("b".into(), "a".into(), 5));
        assert_eq!(place.trees.of(&with(&a, &[&a, &b])).await.expect("there").1, ab);
        assert_eq!(place.count(), 5);
    }

    #[tokio::test]
    async fn a_sweep_leaves_what_is_needed() {
        let place = Place::new();
        let (code, a, b) =
            (place.archive("c", "c"), place.archive("f", "a"), place.archive("f", "b"));
        let kept = with(&code, &[&a]);
        place.trees.of(&kept).await.expect("made");
        place.trees.of(&with(&code, &[&a, &b])).await.expect("made");
        fs::create_dir(place.trees.place.join(".unpack-1-1")).expect("made");
        place.trees.sweep(std::slice::from_ref(&kept)).expect("swept");
        assert_eq!(place.count(), 2);
        place.trees.sweep(&[]).expect("swept");
        assert_eq!(place.count(), 0);
    }
}
