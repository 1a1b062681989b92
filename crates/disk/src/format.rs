//! Superblock and inodes, as in the kernel's `fs/erofs/erofs_fs.h`. All numbers are little-endian.

/// Bytes of a block. Linux 5.10 mounts no other size than its page's.
pub(crate) const BLOCK: u64 = 4096;
/// Inodes are counted in slots of this many bytes from the image's start; that count is a node's
/// `nid`.
pub(crate) const SLOT: u64 = 32;
/// Bytes of a compact inode, the only kind written here.
pub(crate) const INODE: u64 = 32;
/// The first nid that is free: the first slot behind the superblock. So no nid is 0, which readers
/// of directories take for "no file".
pub(crate) const FIRST_NID: u64 = ((SUPER_AT + SUPER) as u64) / SLOT;
/// The age of every file of every image: 2000-01-01, in seconds since 1970. Tools that make zips
/// refuse times before 1980, so 0 would not do.
pub const TIME: u64 = 946_684_800;

const SUPER_AT: usize = 1024;
const SUPER: usize = 128;
const MAGIC: u32 = 0xE0F5_E1E2;
const BLOCK_BITS: u8 = 12;

const PLAIN: u16 = 0;
/// Data right behind the inode, in the same block.
const INLINE: u16 = 2 << 1;

/// What the kernel calls a node: the type bits of its mode, and its type in a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Directory,
    File,
    Symlink,
}

impl Type {
    const fn mode(self) -> u16 {
        match self {
            Self::Directory => 0o040_000,
            Self::File => 0o100_000,
            Self::Symlink => 0o120_000,
        }
    }

    pub(crate) const fn in_directory(self) -> u8 {
        match self {
            Self::File => 1,
            Self::Directory => 2,
            Self::Symlink => 7,
        }
    }
}

/// A node, as its inode tells of it.
pub(crate) struct Inode {
    pub(crate) kind: Type,
    pub(crate) permissions: u16,
    pub(crate) links: u16,
    pub(crate) bytes: u32,
    /// The first block of its data; none if it is right behind the inode.
    pub(crate) block: Option<u32>,
    /// Counted from 1; only 32-bit programs ever see it.
    pub(crate) number: u32,
}

impl Inode {
    pub(crate) fn encode(&self) -> [u8; INODE as usize] {
        let inline = self.block.is_none() && self.bytes > 0;
        let mut out = [0; INODE as usize];
        put(&mut out, 0, if inline { INLINE } else { PLAIN }.to_le_bytes());
        put(&mut out, 4, (self.kind.mode() | self.permissions).to_le_bytes());
        put(&mut out, 6, self.links.to_le_bytes());
        put(&mut out, 8, self.bytes.to_le_bytes());
        put(&mut out, 16, self.block.unwrap_or(0).to_le_bytes());
        put(&mut out, 20, self.number.to_le_bytes());
        // Owner and group stay 0: root.
        out
    }
}

/// All bytes before the first inode. No feature bit is set: so old kernels mount it. No uuid either:
/// it would have to be the same for the same tree, and nothing asks for it.
pub(crate) fn head(root_nid: u16, inodes: u64, blocks: u32) -> Vec<u8> {
    let mut out = vec![0; SUPER_AT + SUPER];
    let it = &mut out[SUPER_AT..];
    put(it, 0, MAGIC.to_le_bytes());
    it[12] = BLOCK_BITS;
    put(it, 14, root_nid.to_le_bytes());
    put(it, 16, inodes.to_le_bytes());
    put(it, 24, TIME.to_le_bytes());
    put(it, 36, blocks.to_le_bytes());
    out
}

pub(crate) fn put<const N: usize>(out: &mut [u8], at: usize, bytes: [u8; N]) {
    out[at..at + N].copy_from_slice(&bytes);
}
