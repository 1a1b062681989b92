//! A sandbox whose function waits to be restored is handed over, to be made a snapshot.

use std::collections::BTreeMap;

use tokio::sync::oneshot;
use tokio::time::timeout;

use super::{Keeper, Next, PATIENCE, Wall};
use crate::CreateError;

/// A sandbox that is ready to become a snapshot.
pub(crate) struct Checkpointed<W> {
    pub wall: W,
    /// What its open connections wait for, by their numbers.
    pub waits: BTreeMap<u16, String>,
    /// Its connections are held, and its log is read, until this is dropped.
    pub held: oneshot::Sender<()>,
}

impl<W: Wall> Keeper<W> {
    /// Has the guest's clock set ahead, and says so.
    pub(super) async fn set_clock_ahead(&mut self) -> Next {
        match timeout(PATIENCE, self.wall.set_clock_ahead()).await {
            Ok(Ok(())) => {
                self.slot.clock_is_ahead();
                Next::Keep
            }
            Ok(Err(error)) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(sandbox = %self.slot.id, error, "its clock cannot be set");
                Next::End
            }
            Err(_) => self.give_up("made a snapshot"),
        }
    }

    /// Ends its keeping, but not the sandbox.
    pub(super) async fn hand_over(mut self, channel: u16) {
        let created = self.slot.die();
        let (held, written) = oneshot::channel();
        let waits = BTreeMap::from([(channel, WAITS.to_owned())]);
        let checkpointed = Checkpointed { wall: self.wall, waits, held };
        let taken = match self.checkpoint.take() {
            Some(taker) => taker.send(checkpointed),
            None => Err(checkpointed),
        };
        let told = match taken {
            Ok(()) => {
                let _dropped = written.await;
                Ok(())
            }
            Err(unwanted) => {
                super::take_down(unwanted.wall, self.slot.id).await;
                Err(CreateError::Worker(NOBODY.into()))
            }
        };
        self.serving.shutdown().await;
        self.pump.shutdown().await;
        self.slot.logbook.close();
        self.roster.remove(self.slot.id);
        if let Some(created) = created {
            let _nobody = created.send(told);
        }
    }
}

/// What a function waits for on the connection that it is restored with.
pub(crate) const WAITS: &str = "restore/next";

const NOBODY: &str = "nobody wants the function's snapshot any more";
