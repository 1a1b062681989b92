//! The Runtime API over real TCP, on loopback and without a wall. The clock is real; nothing
//! here waits for it.
//!
//! - `client`: a client that sends exactly the bytes it is told
//! - `calls`: what a runtime may say, and when
//! - `streaming`: the same in pieces
//! - `hostile`: what it may not

mod calls;
mod client;
mod hostile;
mod streaming;
