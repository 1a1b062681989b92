// Written by `cargo xtask codegen` from the public service model. Do not edit.
//! Lambda, 2015-03-31: every operation's route; shapes and constraints of those served.

mod constraints;
mod enums;
mod errors;
mod inputs;
mod operation;
mod outputs;
mod structures;

pub use enums::*;
pub use inputs::*;
pub use operation::Operation;
pub use outputs::*;
pub use structures::*;
