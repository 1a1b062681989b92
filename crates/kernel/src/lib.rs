//! Guest kernels for microVMs: from a distribution's package to files a VMM boots.
//!
//! - [`KernelStore`], [`Kernel`]: the one kernel that is set, in a directory of its own
//! - [`initramfs()`]: what the kernel unpacks into its first root: init and the modules
//! - `distribution`: which package, and its download through apt
//! - `package`: a `.deb` unpacked as hostile
//! - `decode`: gzip, xz, zstd and LZ4, told apart by their first bytes and bounded
//! - `bzimage`: the ELF inside a `vmlinuz`
//! - `elf`: what fika must know of a kernel or a module
//! - `modules`: which modules a guest needs, and in which order they go in
//! - `cpio`: the archive format of an initramfs

#![forbid(unsafe_code)]

mod bzimage;
mod cpio;
mod decode;
mod distribution;
mod elf;
mod error;
mod initramfs;
mod modules;
mod package;
mod store;
#[cfg(test)]
mod testing;

pub use distribution::Step;
pub use error::KernelError;
pub use initramfs::initramfs;
pub use store::{Kernel, KernelStore};
