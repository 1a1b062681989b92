//! Directories as erofs has them: blocks that each stand alone, entries before the names they
//! point to. The kernel finds a name by bisecting blocks, then entries: all are sorted by bytes.

use std::ops::Range;
use std::os::unix::ffi::OsStrExt;

use crate::format::{BLOCK, Type, put};
use crate::tree::{Kind, Tree};

const ENTRY: usize = 12;

/// The names in one directory, `.` and `..` among them.
pub(crate) struct Listing<'a> {
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    name: &'a [u8],
    node: usize,
    kind: Type,
}

impl<'a> Listing<'a> {
    /// Of node `n` of `tree`, whose children are `children`.
    pub(crate) fn new(tree: &'a Tree, n: usize, children: Range<usize>) -> Self {
        let own = [(&b"."[..], n), (b"..", tree.nodes[n].parent)];
        let own = own.map(|(name, node)| Entry { name, node, kind: Type::Directory });
        let mut entries = Vec::with_capacity(children.len() + own.len());
        entries.extend(own);
        entries.extend(children.map(|node| {
            let it = &tree.nodes[node];
            Entry { name: it.name.as_bytes(), node, kind: it.kind.as_type() }
        }));
        entries.sort_unstable_by_key(|entry| entry.name);
        Self { entries }
    }

    /// Its size in the image, bytes: whole blocks, and what the last one holds.
    pub(crate) fn bytes(&self) -> u64 {
        let blocks = self.blocks();
        let last = blocks.last().map_or(0, |last| used(last));
        (blocks.len() as u64).saturating_sub(1) * BLOCK + last as u64
    }

    /// What is in the image for it, when `nid` tells where each node is.
    pub(crate) fn encode(&self, nid: impl Fn(usize) -> u64) -> Vec<u8> {
        let mut out = Vec::new();
        for block in self.blocks() {
            out.resize(out.len().next_multiple_of(BLOCK as usize), 0);
            let start = out.len();
            let mut name_at = block.len() * ENTRY;
            out.resize(start + name_at, 0);
            for (i, entry) in block.iter().enumerate() {
                let head = &mut out[start + i * ENTRY..][..ENTRY];
                put(head, 0, nid(entry.node).to_le_bytes());
                put(head, 8, (name_at as u16).to_le_bytes());
                head[10] = entry.kind.in_directory();
                name_at += entry.name.len();
                out.extend_from_slice(entry.name);
            }
        }
        out
    }

    /// The entries, block by block: as many in each as fit.
    fn blocks(&self) -> Vec<&[Entry<'a>]> {
        let mut blocks = Vec::new();
        let mut rest = &self.entries[..];
        while !rest.is_empty() {
            let mut room = BLOCK as usize;
            let fit = rest.iter().take_while(|entry| {
                let left = room.checked_sub(entry.bytes());
                room = left.unwrap_or(0);
                left.is_some()
            });
            // Linux has no name of more than 255 bytes, so at least fifteen fit.
            let (block, after) = rest.split_at(fit.count());
            blocks.push(block);
            rest = after;
        }
        blocks
    }
}

impl Entry<'_> {
    fn bytes(&self) -> usize {
        ENTRY + self.name.len()
    }
}

fn used(block: &[Entry<'_>]) -> usize {
    block.iter().map(Entry::bytes).sum()
}

impl Kind {
    pub(crate) fn as_type(&self) -> Type {
        match self {
            Self::Directory { .. } => Type::Directory,
            Self::File(_) => Type::File,
            Self::Symlink { .. } => Type::Symlink,
        }
    }
}
