//! What fika must know of a kernel or a module: an ELF file of 64 bits for x86-64, little endian.
//!
//! Every offset is checked: the file may say anything. Facts from elf(5) and, for the note, from
//! Xen's `elfnote.h`.

/// `e_machine` of x86-64.
const X86_64: u16 = 62;
/// `p_type` of a segment of notes.
const NOTES: u32 = 4;
/// The note that names the entry point of a PVH guest: how QEMU starts an uncompressed kernel.
const PVH_ENTRY: u32 = 18;
/// How a kernel announces itself.
const BANNER: &[u8] = b"Linux version ";
/// Longest release a kernel may have, bytes (`__NEW_UTS_LEN`).
const LONGEST_RELEASE: usize = 64;

/// A view of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Elf<'a> {
    file: &'a [u8],
}

impl<'a> Elf<'a> {
    /// The file, if it is what fika can use.
    pub(crate) fn parse(file: &'a [u8]) -> Option<Self> {
        let fits = file.starts_with(b"\x7fELF\x02\x01") && u16_at(file, 18)? == X86_64;
        fits.then_some(Self { file })
    }

    /// Whether the kernel can be started the PVH way.
    pub(crate) fn has_pvh_entry(self) -> bool {
        self.table(32, 54, 56).is_some_and(|mut headers| headers.any(|h| self.names_pvh(h)))
    }

    fn names_pvh(self, header: &[u8]) -> bool {
        let notes = || {
            let (at, length) = (u64_at(header, 8)?, u64_at(header, 32)?);
            (u32_at(header, 0)? == NOTES).then(|| slice(self.file, at, length)).flatten()
        };
        notes().is_some_and(has_pvh_note)
    }

    /// What `.modinfo` says under a key, once for each time it does.
    pub(crate) fn modinfo(self, key: &str) -> Vec<&'a str> {
        let said = self.section(b".modinfo").unwrap_or_default();
        said.split(|byte| *byte == 0)
            .filter_map(|line| std::str::from_utf8(line).ok()?.strip_prefix(key)?.strip_prefix('='))
            .collect()
    }

    fn section(self, name: &[u8]) -> Option<&'a [u8]> {
        let content = |header: &[u8]| slice(self.file, u64_at(header, 24)?, u64_at(header, 32)?);
        let index = usize::from(u16_at(self.file, 62)?);
        let names = content(self.table(40, 58, 60)?.nth(index)?)?;
        let called = |header: &&[u8]| {
            let at = u32_at(header, 0).and_then(|at| usize::try_from(at).ok());
            let rest = at.and_then(|at| names.get(at..)).unwrap_or_default();
            rest.split(|byte| *byte == 0).next() == Some(name)
        };
        content(self.table(40, 58, 60)?.find(called)?)
    }

    /// The headers of a table whose offset, entry size and count stand at these places.
    fn table(
        self,
        offset: usize,
        size: usize,
        count: usize,
    ) -> Option<impl Iterator<Item = &'a [u8]>> {
        let size = u16_at(self.file, size)?;
        let length = u64::from(size) * u64::from(u16_at(self.file, count)?);
        let table = slice(self.file, u64_at(self.file, offset)?, length)?;
        (size > 0).then(|| table.chunks_exact(usize::from(size)))
    }

    /// The release in the kernel's banner, such as `6.12.117+deb12-cloud-amd64`.
    pub(crate) fn release(self) -> Option<&'a str> {
        let mut rest = self.file;
        while let Some(at) = find(rest, BANNER) {
            rest = &rest[at + BANNER.len()..];
            let end = rest.iter().take(LONGEST_RELEASE + 1).position(|byte| *byte == b' ');
            let release = end.and_then(|end| std::str::from_utf8(&rest[..end]).ok());
            if let Some(release) = release.filter(|text| is_release(text)) {
                return Some(release);
            }
        }
        None
    }
}

/// Whether the text can be a kernel's release: a number first, and nothing that a path or a
/// terminal would take for something else.
fn is_release(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._+-~".contains(&b))
}

/// Notes lie one after another: three lengths and kinds, a name, content, each padded to four.
fn has_pvh_note(mut notes: &[u8]) -> bool {
    let mut next = || {
        let padded = |length: u32| u64::from(length).next_multiple_of(4);
        let (name, content, kind) = (u32_at(notes, 0)?, u32_at(notes, 4)?, u32_at(notes, 8)?);
        let is_pvh = kind == PVH_ENTRY && slice(notes, 12, name.into())? == b"Xen\0";
        let end = usize::try_from(12 + padded(name) + padded(content)).ok()?;
        notes = notes.get(end..).unwrap_or_default();
        Some(is_pvh)
    };
    std::iter::from_fn(&mut next).any(|is_pvh| is_pvh)
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

fn slice(file: &[u8], at: u64, length: u64) -> Option<&[u8]> {
    let (at, end) = (usize::try_from(at).ok()?, usize::try_from(at.checked_add(length)?).ok()?);
    file.get(at..end)
}

pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|field| u16::from_le_bytes(*field))
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|field| u32::from_le_bytes(*field))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|field| u64::from_le_bytes(*field))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{elf, kernel, module, note};

    #[test]
    fn a_kernel_says_its_release_and_how_it_starts() {
        let file = kernel("6.12.1+deb12-cloud-amd64");
        let elf = Elf::parse(&file).expect("an ELF file");
        assert_eq!(elf.release(), Some("6.12.1+deb12-cloud-amd64"));
        assert!(elf.has_pvh_entry());
    }

    #[test]
    fn only_the_note_of_xen_is_an_entry() {
        for (kind, name, expected) in
            [(18, &b"Xen\0"[..], true), (18, b"Not\0", false), (17, b"Xen\0", false)]
        {
            let file = elf(".notes", &note(kind, name, &[0; 8]));
            assert_eq!(Elf::parse(&file).expect("an ELF file").has_pvh_entry(), expected, "{kind}");
        }
    }

    #[test]
    fn a_release_has_nothing_in_it_that_is_more_than_a_name() {
        for release in ["../6.12", "6.12/..", "%s", "6\u{1b}[2J", &"6".repeat(65)] {
            let file = kernel(release);
            assert_eq!(Elf::parse(&file).expect("an ELF file").release(), None, "{release}");
        }
    }

    #[test]
    fn modinfo_is_a_list_of_keys_and_values() {
        let file = module(&["depends=a,b", "softdep=pre: x", "softdep=pre: y", "dependsnot=z"]);
        let elf = Elf::parse(&file).expect("an ELF file");
        assert_eq!(elf.modinfo("depends"), ["a,b"]);
        assert_eq!(elf.modinfo("softdep"), ["pre: x", "pre: y"]);
        assert!(elf.modinfo("name").is_empty());
    }

    #[test]
    fn other_machines_files_are_refused() {
        let mut file = module(&[]);
        file[18] = 183; // AArch64
        assert!(Elf::parse(&file).is_none());
        assert!(Elf::parse(b"\x7fELF\x02\x01").is_none());
    }

    proptest::proptest! {
        #[test]
        fn a_broken_file_breaks_nothing(
            changes in proptest::collection::vec((0_usize..400, 0_u8..), 0..12),
            cut in 0_usize..500,
        ) {
            let mut file = kernel("6.12.1");
            for (at, byte) in changes {
                if let Some(place) = file.get_mut(at) {
                    *place = byte;
                }
            }
            file.truncate(cut);
            if let Some(elf) = Elf::parse(&file) {
                let said = elf.modinfo("depends").concat().len();
                proptest::prop_assert!(said <= file.len());
                proptest::prop_assert!(!elf.has_pvh_entry() || file.len() > 120);
                proptest::prop_assert!(elf.release().is_none_or(is_release));
            }
        }
    }
}
