// Written by `cargo xtask codegen` from the public service model. Do not edit.
//! What `cargo xtask codegen` wrote. People edit the generator, never these files.

pub mod lambda;
