//! Where in an image everything goes.

use crate::format::{BLOCK, INODE, ROOT_NID, SLOT};

/// Where all nodes of a tree are.
pub(crate) struct Layout {
    pub(crate) places: Vec<Place>,
    /// Blocks of the whole image.
    pub(crate) blocks: u32,
}

/// Where one node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) nid: u64,
    pub(crate) bytes: u32,
    /// The first block of its data, if it has blocks of its own.
    pub(crate) block: Option<u32>,
}

impl Place {
    /// Where the inode is, bytes from the image's start.
    pub(crate) fn inode_at(&self) -> u64 {
        self.nid * SLOT
    }
}

impl Layout {
    /// Places nodes with data of these sizes, in this order; the first is the root. `None` if there
    /// is more than 2³² blocks can hold.
    pub(crate) fn new(sizes: &[u32]) -> Option<Self> {
        let mut at = u64::from(ROOT_NID) * SLOT;
        let mut places: Vec<_> = sizes.iter().map(|&bytes| place_inode(&mut at, bytes)).collect();
        let mut block = u32::try_from(at.div_ceil(BLOCK)).ok()?;
        for place in places.iter_mut().filter(|place| !fits_inline(place.bytes)) {
            place.block = Some(block);
            block = block.checked_add(place.bytes.div_ceil(BLOCK as u32))?;
        }
        Some(Self { places, blocks: block })
    }
}

/// Small data lies behind its inode, and saves its reader a look elsewhere. Larger data is never
/// split between there and blocks of its own, though erofs could: half a block saved is not worth
/// a second place to read from.
fn fits_inline(bytes: u32) -> bool {
    u64::from(bytes) <= BLOCK - INODE
}

fn place_inode(at: &mut u64, bytes: u32) -> Place {
    let inline = if fits_inline(bytes) { u64::from(bytes) } else { 0 };
    let need = INODE + inline;
    // An inode and the data behind it are in one block.
    if *at % BLOCK + need > BLOCK {
        *at = at.next_multiple_of(BLOCK);
    }
    let nid = *at / SLOT;
    *at = (*at + need).next_multiple_of(SLOT);
    Place { nid, bytes, block: None }
}
