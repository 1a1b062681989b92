//! A stream is saved with the snapshot of its guest, and carries on with another host.

use serde::{Deserialize, Serialize};

use super::channel::Channel;
use super::{CONTROL, LOG, MAX_CHANNELS, Mux, MuxError, Side};

/// A quiet stream, as one side sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    channels: Vec<(u16, Channel)>,
}

impl Mux {
    /// The state of the stream, for [`Mux::resume`]. `None` while it is not
    /// [quiet](Mux::is_quiet), or dead. Bytes that came and were not consumed are still yours to
    /// consume after resuming.
    #[must_use]
    pub fn save(&self) -> Option<Saved> {
        if !self.is_quiet() || self.dead.is_some() {
            return None;
        }
        let numbered = (0..).zip(&self.channels);
        Some(Saved { channels: numbered.filter_map(|(n, open)| Some((n, (*open)?))).collect() })
    }

    /// Carries on with a saved stream.
    ///
    /// # Errors
    /// [`MuxError::Saved`] when this is not what [`Mux::save`] gave.
    pub fn resume(side: Side, saved: &Saved) -> Result<Self, MuxError> {
        let mut channels = [None; MAX_CHANNELS + 2];
        for &(number, channel) in &saved.channels {
            let standing = number == CONTROL || number == LOG;
            let sound = channel.is_sound() && channel.door.is_none() == standing;
            match channels.get_mut(usize::from(number)) {
                Some(free @ None) if sound => *free = Some(channel),
                _ => return Err(MuxError::Saved(number)),
            }
        }
        for standing in [CONTROL, LOG] {
            if channels[usize::from(standing)].is_none() {
                return Err(MuxError::Saved(standing));
            }
        }
        Ok(Self::with(side, channels))
    }
}
