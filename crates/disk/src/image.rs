use std::fs::File;
use std::path::Path;

use crate::DiskError;
use crate::draft::Draft;
use crate::format::{BLOCK, Inode, head};
use crate::layout::Layout;
use crate::listing::Listing;
use crate::stream::Stream;
use crate::tree::{Kind, Tree};

/// What an image holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The size of the image, bytes: a multiple of 4,096.
    pub bytes: u64,
    /// Files, directories and symlinks, the root among them.
    pub inodes: u64,
}

/// Writes the directory `tree` as an erofs image to the file `image`, whose parent must be there.
///
/// The image is written beside `image`, as `.disk-…`, and renamed when it is whole; a file that was
/// there is replaced. It is not synced: after a power loss build it again. It takes the walk of the
/// tree and one read of every file, and some hundred bytes of memory for each.
///
/// The permission bits of each file stay; owner, times, hard links (each name becomes a file of its
/// own), extended attributes, setuid, setgid and sticky bits do not.
///
/// # Errors
/// [`DiskError`]; nothing is left behind then, and what was at `image` is as it was.
pub fn build(tree: &Path, image: &Path) -> Result<Facts, DiskError> {
    let found = Tree::walk(tree)?;
    let too_big = || DiskError::TreeTooBig { path: tree.to_owned() };
    let sizes: Option<Vec<u32>> = (0..found.nodes.len()).map(|n| size(&found, n)).collect();
    let layout = sizes.and_then(|sizes| Layout::new(&sizes)).ok_or_else(too_big)?;
    let draft = Draft::new(image)?;
    Writer { tree: &found, layout: &layout }.write(&draft.file, &draft.path)?;
    draft.publish(image)?;
    Ok(Facts { bytes: u64::from(layout.blocks) * BLOCK, inodes: found.nodes.len() as u64 })
}

fn size(tree: &Tree, n: usize) -> Option<u32> {
    let bytes = match &tree.nodes[n].kind {
        Kind::Directory { children } => Listing::new(tree, n, children.clone()).bytes(),
        Kind::File(stamp) => stamp.bytes,
        Kind::Symlink { target } => target.len() as u64,
    };
    u32::try_from(bytes).ok()
}

struct Writer<'a> {
    tree: &'a Tree,
    layout: &'a Layout,
}

impl Writer<'_> {
    fn write(&self, file: &File, path: &Path) -> Result<(), DiskError> {
        let whole = u64::from(self.layout.blocks) * BLOCK;
        let first = self.layout.places.iter().find_map(|place| place.block);
        let data_at = first.map_or(whole, |block| u64::from(block) * BLOCK);
        let mut inodes = Stream::new(file, path, 0);
        let mut data = Stream::new(file, path, data_at);
        let count = self.tree.nodes.len() as u64;
        inodes.put(&head(self.layout.root_nid(), count, self.layout.blocks))?;
        for (n, place) in self.layout.places.iter().enumerate() {
            inodes.pad_to(place.inode_at())?;
            inodes.put(&self.inode(n).encode())?;
            match place.block {
                None => self.content(n, &mut inodes)?,
                Some(block) => {
                    data.pad_to(u64::from(block) * BLOCK)?;
                    self.content(n, &mut data)?;
                }
            }
        }
        inodes.flush()?;
        data.flush()?;
        // The last block ends with zeros.
        file.set_len(whole).map_err(DiskError::write(path))
    }

    fn inode(&self, n: usize) -> Inode {
        let node = &self.tree.nodes[n];
        let place = &self.layout.places[n];
        Inode {
            kind: node.kind.as_type(),
            permissions: node.permissions,
            links: self.links(n),
            bytes: place.bytes,
            block: place.block,
            number: n as u32 + 1,
        }
    }

    /// A directory has a link from its parent, its own `.`, and each child's `..`; or 1 where they
    /// are more than can be counted, as on other file systems.
    fn links(&self, n: usize) -> u16 {
        let Kind::Directory { children } = &self.tree.nodes[n].kind else { return 1 };
        let children = &self.tree.nodes[children.clone()];
        let below = children.iter().filter(|it| matches!(it.kind, Kind::Directory { .. })).count();
        u16::try_from(below + 2).unwrap_or(1)
    }

    fn content(&self, n: usize, into: &mut Stream<'_>) -> Result<(), DiskError> {
        match &self.tree.nodes[n].kind {
            Kind::Directory { children } => {
                let listing = Listing::new(self.tree, n, children.clone());
                into.put(&listing.encode(|node| self.layout.places[node].nid))
            }
            Kind::Symlink { target } => into.put(target),
            Kind::File(stamp) => {
                let (mut source, path) = self.tree.open(n, stamp)?;
                into.pour(&mut source, &path, self.layout.places[n].bytes)
            }
        }
    }
}
