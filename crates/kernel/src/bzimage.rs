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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{bzimage, gzip, kernel, lz4};

    /// What `make bzImage` puts behind a payload that does not say its own length.
    fn with_length(mut payload: Vec<u8>, length: usize) -> Vec<u8> {
        payload.extend_from_slice(&u32::try_from(length).expect("small").to_le_bytes());
        payload
    }

    #[test]
    fn a_kernel_comes_out_of_every_kind_of_image() {
        let kernel = kernel("6.12.1");
        let length = kernel.len();
        assert_eq!(vmlinux(kernel.clone()).as_ref(), Ok(&kernel), "uncompressed already");
        assert_eq!(vmlinux(bzimage(&gzip(&kernel))).as_ref(), Ok(&kernel), "gzip");
        let image = bzimage(&with_length(lz4(&kernel), length));
        assert_eq!(vmlinux(image).as_ref(), Ok(&kernel), "lz4");
    }

    #[test]
    fn what_comes_out_is_a_kernel_as_long_as_was_said() {
        let kernel = kernel("6.12.1");
        let short = bzimage(&with_length(lz4(&kernel), kernel.len() + 1));
        assert!(vmlinux(short).is_err_and(|why| why.contains("not as long")));
        assert!(vmlinux(bzimage(&gzip(b"text"))).is_err_and(|why| why.contains("not an ELF")));
        assert!(vmlinux(b"text".to_vec()).is_err_and(|why| why.contains("neither")));
        assert!(vmlinux(bzimage(b"")).is_err_and(|why| why.contains("empty")));
    }

    #[test]
    fn a_header_that_points_outside_is_refused() {
        let mut image = bzimage(&gzip(b"text"));
        image[0x248..0x250].fill(0xff);
        assert!(vmlinux(image).is_err_and(|why| why.contains("neither")));
    }

    proptest::proptest! {
        #[test]
        fn a_broken_image_breaks_nothing(
            changes in proptest::collection::vec((0x1f0_usize..3_000, 0_u8..), 1..12),
        ) {
            let kernel = kernel("6.12.1");
            let mut image = bzimage(&with_length(lz4(&kernel), kernel.len()));
            for (at, byte) in changes {
                if let Some(place) = image.get_mut(at) {
                    *place = byte;
                }
            }
            if let Ok(found) = vmlinux(image) {
                proptest::prop_assert!(Elf::parse(&found).is_some());
            }
        }
    }
}
