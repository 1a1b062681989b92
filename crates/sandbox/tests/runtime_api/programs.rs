//! The programs of a runtime's image, run outside of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use fika_model::Runtime;
use fika_sandbox::image::{Image, ImageError, ImageOptions, ImageStore};

/// A runtime that is on this machine.
pub struct Programs {
    image: Image,
}

impl Programs {
    /// `None`, with a word why, where this machine cannot have it.
    pub fn find(runtime: &str) -> Option<Self> {
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("images");
        let store = ImageStore::open(dir, ImageOptions { fetch: true }).expect("a store");
        let id = Runtime::parse(runtime).expect("an identifier");
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let say = |step| eprintln!("{runtime}: {step}");
        match tokio.expect("tokio").block_on(store.ensure(&id, &say)) {
            Ok(image) => Some(Self { image }),
            Err(
                why @ (ImageError::Offline { .. }
                | ImageError::NpmMissing { .. }
                | ImageError::PythonMissing { .. }),
            ) => {
                eprintln!("skipped {runtime}: {why}");
                None
            }
            Err(error) => panic!("{runtime}: {error}"),
        }
    }

    /// The client as the image has it.
    pub fn image(&self) -> Command {
        self.with(&self.image.root.join("var/runtime"))
    }

    /// The client as its sources are.
    pub fn sources(&self) -> Command {
        let name =
            if matches!(self.image.runtime, Runtime::Node { .. }) { "node" } else { "python" };
        self.with(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runtimes").join(name))
    }

    fn with(&self, client: &Path) -> Command {
        let mut argv = self.image.argv.iter();
        let program = argv.next().expect("a program").trim_start_matches('/');
        let mut command = Command::new(self.image.root.join(program));
        let client = client.display().to_string();
        command.args(argv.map(|word| word.replace("/var/runtime", &client)));
        command
    }
}
