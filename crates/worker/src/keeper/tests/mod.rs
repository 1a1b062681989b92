//! A real keeper and a real slot, between a fake wall, a fake runtime and a fake assigner.
//!
//! - `world`: the fakes
//! - `history`: random histories, and what must hold in every one
//! - `scenes`: what once went wrong, or easily could
//! - `snapstart`: on the way to a snapshot, and back from one

mod extensions;
mod history;
mod scenes;
mod snapstart;
mod world;
