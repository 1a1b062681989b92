//! Hand-made files for tests: ELF files, bzImages and packages as small as they can be.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// An ELF file for x86-64 with one section and one segment, both with this content.
pub(crate) fn elf(section: &str, content: &[u8]) -> Vec<u8> {
    let names = format!("\0.shstrtab\0{section}\0").into_bytes();
    let (content_at, names_at) = (64 + 56, 64 + 56 + content.len());
    let sections_at = names_at + names.len();
    let mut file = b"\x7fELF\x02\x01\x01".to_vec();
    file.resize(16, 0);
    halves(&mut file, &[2, 62]);
    words(&mut file, &[1]);
    longs(&mut file, &[0, 64, sections_at]);
    words(&mut file, &[0]);
    halves(&mut file, &[64, 56, 1, 64, 2, 0]);
    words(&mut file, &[4, 4]);
    longs(&mut file, &[content_at, 0, 0, content.len(), content.len(), 4]);
    file.extend_from_slice(content);
    file.extend_from_slice(&names);
    for (name, at, length) in [(1, names_at, names.len()), (11, content_at, content.len())] {
        words(&mut file, &[name, 1]);
        longs(&mut file, &[0, 0, at, length]);
        words(&mut file, &[0, 0]);
        longs(&mut file, &[1, 0]);
    }
    file
}

/// A module that says this of itself.
pub(crate) fn module(modinfo: &[&str]) -> Vec<u8> {
    elf(".modinfo", modinfo.join("\0").as_bytes())
}

/// A kernel of this release, which can be started the PVH way.
pub(crate) fn kernel(release: &str) -> Vec<u8> {
    let mut content = note(6, b"Linux\0", &[1, 2, 3]);
    content.extend(note(18, b"Xen\0", &[0; 8]));
    let mut kernel = elf(".notes", &content);
    kernel.extend_from_slice(b"Linux version %s (%s)\0");
    kernel.extend_from_slice(format!("Linux version {release} (somebody)\0").as_bytes());
    kernel
}

/// One ELF note.
pub(crate) fn note(kind: u32, name: &[u8], content: &[u8]) -> Vec<u8> {
    let mut note = Vec::new();
    words(&mut note, &[name.len(), content.len()]);
    note.extend_from_slice(&kind.to_le_bytes());
    for part in [name, content] {
        note.extend_from_slice(part);
        note.resize(note.len().next_multiple_of(4), 0);
    }
    note
}

/// A bzImage with this payload.
pub(crate) fn bzimage(payload: &[u8]) -> Vec<u8> {
    let (gap, mut file) = (16, vec![0; 5 * 512 + 16]);
    file[0x202..0x206].copy_from_slice(b"HdrS");
    file[0x206..0x208].copy_from_slice(&0x020f_u16.to_le_bytes());
    file[0x248..0x24c].copy_from_slice(&u32::to_le_bytes(gap));
    let length = u32::try_from(payload.len()).expect("small");
    file[0x24c..0x250].copy_from_slice(&length.to_le_bytes());
    file.extend_from_slice(payload);
    file
}

/// What `gzip` makes of it.
pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(content).expect("memory");
    packed.finish().expect("memory")
}

/// A legacy LZ4 frame, as `lz4 -l` makes it.
pub(crate) fn lz4(content: &[u8]) -> Vec<u8> {
    let mut packed = vec![0x02, 0x21, 0x4c, 0x18];
    for block in content.chunks(8 << 20) {
        let block = lz4_flex::block::compress(block);
        words(&mut packed, &[block.len()]);
        packed.extend_from_slice(&block);
    }
    packed
}

/// A package whose files are compressed with gzip.
pub(crate) fn deb(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in files {
        archive.append(&header(name, content.len() as u64), *content).expect("memory");
    }
    package(&archive.into_inner().expect("memory"))
}

/// The header of a file in a `tar`, with a path as a hostile package would have it: the crate's
/// own way to set one refuses those.
pub(crate) fn header(name: &str, size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    header
}

/// A package with this `tar` in it.
pub(crate) fn package(archive: &[u8]) -> Vec<u8> {
    let data = gzip(archive);
    let mut package = b"!<arch>\n".to_vec();
    for (name, content) in
        [("debian-binary", &b"2.0\n"[..]), ("control.tar.xz", b"odd"), ("data.tar.gz", &data)]
    {
        let header =
            format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 100_644, content.len());
        package.extend_from_slice(header.as_bytes());
        package.extend_from_slice(content);
        package.resize(package.len().next_multiple_of(2), b'\n');
    }
    package
}

fn halves(file: &mut Vec<u8>, values: &[u16]) {
    values.iter().for_each(|value| file.extend_from_slice(&value.to_le_bytes()));
}

fn words(file: &mut Vec<u8>, values: &[usize]) {
    let words = values.iter().map(|value| u32::try_from(*value).expect("small"));
    words.for_each(|value| file.extend_from_slice(&value.to_le_bytes()));
}

fn longs(file: &mut Vec<u8>, values: &[usize]) {
    values.iter().for_each(|value| file.extend_from_slice(&(*value as u64).to_le_bytes()));
}
