//! Decompression, bounded: a few bytes of a package may claim to be gigabytes.

use std::io::{self, Cursor, Read};

use flate2::read::GzDecoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::StreamingDecoder;

const GZIP: &[u8] = &[0x1f, 0x8b];
const XZ: &[u8] = b"\xfd7zXZ\0";
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// LZ4's legacy frame, the one `make bzImage` writes (lz4_Frame_format.md, "Legacy frame").
const LZ4: &[u8] = &[0x02, 0x21, 0x4c, 0x18];
/// The most one block of a legacy frame holds, bytes.
const LZ4_BLOCK: usize = 8 << 20;
/// The largest dictionary or window of a stream, bytes. `xz -9` asks for 64 MiB, a kernel's own
/// zstd for 128 MiB.
const WINDOW: u64 = 128 << 20;

/// All that a stream of at most `limit` bytes holds, or the bytes themselves when they are not
/// compressed.
pub(crate) fn all(bytes: &[u8], limit: usize) -> io::Result<Vec<u8>> {
    let mut whole = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    reader(Cursor::new(bytes), bytes)?.take(most).read_to_end(&mut whole)?;
    if whole.len() > limit {
        return Err(io::Error::other(format!("more than {limit} bytes come out of it")));
    }
    Ok(whole)
}

/// Reads what a stream holds. `head` is how it begins: at least six bytes, where it has them.
pub(crate) fn reader<'a>(stream: impl Read + 'a, head: &[u8]) -> io::Result<Box<dyn Read + 'a>> {
    let kib = u32::try_from(WINDOW >> 10).unwrap_or(u32::MAX);
    Ok(match head {
        _ if head.starts_with(GZIP) => Box::new(GzDecoder::new(stream)),
        _ if head.starts_with(XZ) => Box::new(XzReader::new_mem_limit(stream, true, kib * 2)),
        _ if head.starts_with(ZSTD) => Box::new(
            StreamingDecoder::new_with_max_window_size(stream, WINDOW).map_err(io::Error::other)?,
        ),
        _ if head.starts_with(LZ4) => Box::new(Lz4::new(stream)?),
        _ => Box::new(stream),
    })
}

/// A legacy LZ4 frame: a magic number, then blocks, each after its length.
struct Lz4<R> {
    stream: R,
    block: Cursor<Vec<u8>>,
    ended: bool,
}

impl<R: Read> Lz4<R> {
    fn new(mut stream: R) -> io::Result<Self> {
        stream.read_exact(&mut [0; LZ4.len()])?;
        Ok(Self { stream, block: Cursor::default(), ended: false })
    }

    /// The next block, if there is one.
    fn advance(&mut self) -> io::Result<()> {
        let mut length = [0; 4];
        if !filled(&mut self.stream, &mut length)? {
            self.ended = true;
            return Ok(());
        }
        let length = u64::from(u32::from_le_bytes(length));
        let mut packed = Vec::new();
        if length > lz4_flex::block::get_maximum_output_size(LZ4_BLOCK) as u64
            || self.stream.by_ref().take(length).read_to_end(&mut packed)? as u64 != length
        {
            return Err(io::Error::other("a block of the LZ4 stream is cut short"));
        }
        let block = lz4_flex::block::decompress(&packed, LZ4_BLOCK).map_err(io::Error::other)?;
        self.block = Cursor::new(block);
        Ok(())
    }
}

impl<R: Read> Read for Lz4<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.block.read(into)?;
            if read > 0 || self.ended || into.is_empty() {
                return Ok(read);
            }
            self.advance()?;
        }
    }
}

/// Fills the buffer, unless the stream is at its end.
fn filled(stream: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match stream.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(e) => Err(e),
    }
}

/// Whether these bytes begin a gzip stream, which ends with the length of what it holds.
pub(crate) fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(GZIP)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gzip, lz4};

    /// `printf hello | xz --check=crc32` and `printf hello | zstd`.
    const HELLO_XZ: &[u8] = &[
        0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x01, 0x69, 0x22, 0xde, 0x36, 0x02, 0x00, 0x21,
        0x01, 0x16, 0x00, 0x00, 0x00, 0x74, 0x2f, 0xe5, 0xa3, 0x01, 0x00, 0x04, 0x68, 0x65, 0x6c,
        0x6c, 0x6f, 0x00, 0x00, 0x00, 0x00, 0x86, 0xa6, 0x10, 0x36, 0x00, 0x01, 0x19, 0x05, 0xbc,
        0xe8, 0xec, 0xcb, 0x90, 0x42, 0x99, 0x0d, 0x01, 0x00, 0x00, 0x00, 0x00, 0x01, 0x59, 0x5a,
    ];
    const HELLO_ZSTD: &[u8] = &[
        0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0x29, 0x00, 0x00, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0xa3,
        0x6d, 0x9f, 0x88,
    ];

    #[test]
    fn every_packing_is_told_by_its_first_bytes() {
        for packed in [&gzip(b"hello"), HELLO_XZ, HELLO_ZSTD, &lz4(b"hello"), b"hello"] {
            assert_eq!(all(packed, 5).expect("intact"), b"hello", "{packed:x?}");
        }
    }

    #[test]
    fn no_more_comes_out_than_was_allowed() {
        let zeros = vec![0; 1 << 20];
        for packed in [&gzip(&zeros), &lz4(&zeros), &zeros] {
            assert!(all(packed, (1 << 20) - 1).is_err());
            assert_eq!(all(packed, 1 << 20).expect("as large as allowed").len(), 1 << 20);
        }
    }

    #[test]
    fn lz4_streams_have_many_blocks() {
        let content: Vec<u8> = (0..LZ4_BLOCK + 10).map(|n| (n % 251) as u8).collect();
        assert!(all(&lz4(&content), content.len()).expect("intact") == content);
    }

    #[test]
    fn streams_cut_short_are_refused() {
        for packed in [&gzip(b"hello"), HELLO_XZ, HELLO_ZSTD, &lz4(b"hello")] {
            assert!(all(&packed[..packed.len() - 3], 100).is_err(), "{packed:x?}");
        }
        let mut huge = lz4(b"hello");
        huge[4..8].fill(0xff);
        assert!(all(&huge, 100).is_err(), "a block longer than blocks are");
    }
}
