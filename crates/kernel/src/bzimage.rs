//! The ELF inside a `vmlinuz`. Offsets from the kernel's `Documentation/arch/x86/boot.rst`.

use std::io;

use crate::decode;
use crate::elf::{Elf, u16_at, u32_at};

/// The largest kernel, bytes. Debian's are 57 MB, one with everything built in about 100 MB.
pub(crate) const LARGEST: usize = 256 << 20;
/// `setup_sects` that is 0 means this many.
const DEFAULT_SECTORS: u8 = 4;
const SECTOR: usize = 512;
/// The first boot protocol that says where the payload is.
const PROTOCOL: u16 = 0x0208;

/// An uncompressed kernel, of one or of a bzImage.
pub(crate) fn vmlinux(file: Vec<u8>) -> Result<Vec<u8>, String> {
    let kernel = if file.starts_with(b"\x7fELF") { file } else { unpacked(&file)? };
    let fits = Elf::parse(&kernel).is_some();
    fits.then_some(kernel).ok_or_else(|| "it is not an ELF file for x86-64".into())
}

fn unpacked(file: &[u8]) -> Result<Vec<u8>, String> {
    let payload = payload(file).ok_or("it is neither a vmlinux nor a bzImage")?;
    // A gzip stream ends with the length of what comes out; the others are followed by it.
    let (stream, length) = payload.split_at(payload.len().saturating_sub(4));
    let length = u32_at(length, 0).ok_or("its payload is empty")?;
    let stream = if decode::is_gzip(payload) { payload } else { stream };
    let broken = |e: io::Error| format!("its payload cannot be decompressed: {e}");
    let kernel = decode::all(stream, LARGEST).map_err(broken)?;
    let whole = u32::try_from(kernel.len()) == Ok(length);
    whole.then_some(kernel).ok_or_else(|| "its payload is not as long as it says".into())
}

/// The compressed kernel, where the set-up header says it is.
fn payload(file: &[u8]) -> Option<&[u8]> {
    let modern = file.get(0x202..0x206)? == b"HdrS" && u16_at(file, 0x206)? >= PROTOCOL;
    let sectors = match *file.get(0x1f1)? {
        0 => DEFAULT_SECTORS,
        sectors => sectors,
    };
    let protected = file.get((usize::from(sectors) + 1) * SECTOR..)?;
    let at = usize::try_from(u32_at(file, 0x248)?).ok()?;
    let length = usize::try_from(u32_at(file, 0x24c)?).ok()?;
    modern.then(|| protected.get(at..at.checked_add(length)?)).flatten()
}
