//! One prepared sandbox: its wall stands, perhaps its runtime is parked, and it is nobody's yet.

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use fika_model::error::chain;
use fika_model::{FunctionVersion, LaneId, SandboxId, WallKind};
use fika_sandbox::image::Image;
use fika_sandbox::{Connection, Door, Sandbox, Start, WallSpec, Walls};
use tokio::time::timeout;

use super::parked::{self, Parked};

/// What a function sees as its machine's name.
pub(crate) const HOSTNAME: &str = "fika";
/// How long a runtime may take to park. It takes tens of milliseconds on an idle machine, and
/// seconds in a guest whose instructions are translated.
const PATIENCE: Duration = Duration::from_secs(60);
/// What a sandbox has before its function is known, MB: Lambda's least memory, in which every
/// runtime parks, and a `/tmp` that nobody needs yet. The sizes of the function come with `bind`.
pub(crate) const UNBOUND: Sizes = Sizes { memory_mb: 128, ephemeral_mb: 16 };

/// The sizes of a sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Sizes {
    pub memory_mb: u32,
    pub ephemeral_mb: u32,
}

impl Sizes {
    /// What a function has.
    pub fn of(version: &FunctionVersion) -> Self {
        Self { memory_mb: version.memory_mb, ephemeral_mb: version.ephemeral_mb }
    }
}

/// A sandbox that no function has been in.
pub(crate) struct Prepared {
    pub wall: Sandbox,
    pub api: Door,
    /// A runtime that waits to be told its function.
    pub parked: Option<Parked>,
    /// The lane that built it, and is the quickest to use it.
    pub lane: LaneId,
}

impl Prepared {
    /// A wall with nothing behind it. `number` is no other living wall's.
    ///
    /// # Errors
    /// A text that says what to do.
    pub async fn wall(
        walls: &Walls,
        kind: WallKind,
        number: u64,
        image: &Image,
        sizes: Sizes,
        lane: LaneId,
    ) -> Result<Self, String> {
        let spec = WallSpec {
            sandbox: SandboxId(number),
            image: image.root.clone(),
            memory_mb: sizes.memory_mb,
            ephemeral_mb: sizes.ephemeral_mb,
            hostname: HOSTNAME.into(),
        };
        let mut wall = walls.create(kind, spec).await.map_err(|e| chain(&e))?;
        let api = wall.take_runtime_api();
        Ok(Self { wall, api, parked: None, lane })
    }

    /// Starts the image's runtime, and waits until it has parked.
    ///
    /// # Errors
    /// Why it has not; the sandbox is gone then.
    pub async fn park(mut self, image: &Image) -> Result<Self, String> {
        let parked = timeout(PATIENCE, self.connected(image)).await;
        match parked.unwrap_or_else(|_| Err(format!("it has not parked in {PATIENCE:?}"))) {
            Ok(connection) => {
                Ok(Self { parked: Some(Parked { connection, restored: false }), ..self })
            }
            Err(why) => {
                self.end().await;
                Err(format!("the runtime of {}: {why}", image.runtime))
            }
        }
    }

    async fn connected(&mut self, image: &Image) -> Result<Connection, String> {
        let env = parked::variables(image.runtime);
        // Not where the code will be: that mount comes over what is there now.
        let start = Start { argv: image.argv.clone(), env, cwd: "/".into() };
        self.wall.start(start).await.map_err(|e| chain(&e))?;
        let asks = async {
            let mut connection = self.api.accept().await?;
            parked::asked(&mut connection).await?;
            Ok::<_, std::io::Error>(connection)
        };
        tokio::select! {
            asks = asks => asks.map_err(|e| e.to_string()),
            event = self.wall.next_event() => Err(format!("it ended instead of parking: {event:?}")),
        }
    }

    /// Whether it can still be used: nothing in it has ended. Never waits.
    pub fn is_well(&mut self) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        pin!(self.wall.next_event()).poll(&mut context).is_pending()
    }

    /// Ends it; done when nothing is left.
    pub async fn end(self) {
        self.wall.destroy(Duration::ZERO).await;
    }
}
