//! Where in an image everything goes.

use crate::format::{BLOCK, FIRST_NID, INODE, SLOT};

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
        let mut at = FIRST_NID * SLOT;
        let mut places: Vec<_> = sizes.iter().map(|&bytes| place_inode(&mut at, bytes)).collect();
        let mut block = u32::try_from(at.div_ceil(BLOCK)).ok()?;
        for place in places.iter_mut().filter(|place| !fits_inline(place.bytes)) {
            place.block = Some(block);
            block = block.checked_add(place.bytes.div_ceil(BLOCK as u32))?;
        }
        Some(Self { places, blocks: block })
    }

    /// Where the root is, in the 16 bits the superblock has for it: the first block, or the second
    /// if what is in the root does not fit behind the superblock.
    pub(crate) fn root_nid(&self) -> u16 {
        self.places[0].nid as u16
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// From where to where each inode, and each block of data, is.
    fn regions(layout: &Layout) -> Vec<(u64, u64)> {
        let mut regions = Vec::new();
        for place in &layout.places {
            let bytes = u64::from(place.bytes);
            let inline = if place.block.is_none() { bytes } else { 0 };
            regions.push((place.inode_at(), place.inode_at() + INODE + inline));
            if let Some(block) = place.block {
                let at = u64::from(block) * BLOCK;
                regions.push((at, at + bytes));
            }
        }
        regions
    }

    proptest! {
        #[test]
        fn nothing_overlaps_or_crosses_a_block(sizes in prop::collection::vec(0..10_000_u32, 1..300)) {
            let layout = Layout::new(&sizes).expect("it fits");
            prop_assert_eq!(u64::from(layout.root_nid()), layout.places[0].nid);
            for place in &layout.places {
                let inline = if place.block.is_none() { u64::from(place.bytes) } else { 0 };
                prop_assert!(place.inode_at() % BLOCK + INODE + inline <= BLOCK);
            }
            let mut regions = regions(&layout);
            regions.sort_unstable();
            for pair in regions.windows(2) {
                prop_assert!(pair[0].1 <= pair[1].0);
            }
            let end = regions.iter().map(|region| region.1).max().expect("a root");
            prop_assert_eq!(end.div_ceil(BLOCK), u64::from(layout.blocks));
        }
    }

    #[test]
    fn more_than_blocks_can_be_counted_is_refused() {
        // 4 GiB each, but for a byte: 2²⁰ blocks.
        assert!(Layout::new(&[u32::MAX; 4095]).is_some());
        assert!(Layout::new(&[u32::MAX; 4096]).is_none());
    }
}
