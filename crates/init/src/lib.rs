//! What the first process of a sandbox and its worker say to each other.
//!
//! `fika-init` (the binary of this crate) is process 1 behind every wall. It answers to whoever
//! holds the other end of its control stream, and dies when that stream ends, so a sandbox never
//! outlives its worker.
//!
//! - [`message`]: the words, [`ToInit`] and [`FromInit`]
//! - [`frame`]: how a word becomes bytes: a length, then JSON; bounded and checked
//! - [`stream`]: frames over a Unix socket, with file descriptors beside them
//! - [`mux`]: many streams over one, for guests that have but one
//! - [`family`]: all processes that came of one, where no wall ends them together
//! - [`place`]: where things are behind the wall: descriptors, paths, the Runtime API's address
//!
//! A jail hands descriptors over beside the frames. A microVM cannot, so nothing but [`stream`]
//! knows about them.
#![forbid(unsafe_code)]

pub mod family;
pub mod frame;
pub mod message;
pub mod mux;
pub mod place;
pub mod stream;

pub use frame::{Decoder, FrameError, MAX_FRAME, encode};
pub use message::{Exit, FromInit, ToInit};
