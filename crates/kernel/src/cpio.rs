//! The archive format of an initramfs: `newc`, as the kernel's
//! `Documentation/driver-api/early-userspace/buffer-format.rst` has it.

const FILE: u32 = 0o100_000;
const DIRECTORY: u32 = 0o040_000;
const CHARACTER_DEVICE: u32 = 0o020_000;

/// An archive being written.
#[derive(Debug, Default)]
pub(crate) struct Archive {
    bytes: Vec<u8>,
    entries: u32,
}

impl Archive {
    /// Adds an empty directory.
    pub(crate) fn directory(&mut self, name: &str) {
        self.entry(name, DIRECTORY | 0o755, (0, 0), &[]);
    }

    /// Adds a file of root's, with these permissions.
    pub(crate) fn file(&mut self, name: &str, permissions: u32, content: &[u8]) {
        self.entry(name, FILE | permissions, (0, 0), content);
    }

    /// Adds a character device: its major and minor numbers.
    pub(crate) fn device(&mut self, name: &str, numbers: (u32, u32)) {
        self.entry(name, CHARACTER_DEVICE | 0o600, numbers, &[]);
    }

    /// The whole archive.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.entry("TRAILER!!!", 0, (0, 0), &[]);
        self.bytes
    }

    /// One entry. Owner and times are zero, so that equal content makes equal archives.
    fn entry(&mut self, name: &str, mode: u32, device: (u32, u32), content: &[u8]) {
        self.entries += 1;
        let size = u32::try_from(content.len()).expect("nobody boots a file of 4 GiB");
        let named = u32::try_from(name.len() + 1).expect("names are short");
        let fields = [self.entries, mode, 0, 0, 1, 0, size, 0, 0, device.0, device.1, named, 0];
        self.bytes.extend_from_slice(b"070701");
        for field in fields {
            self.bytes.extend_from_slice(format!("{field:08x}").as_bytes());
        }
        self.bytes.extend_from_slice(name.as_bytes());
        self.bytes.push(0);
        self.pad();
        self.bytes.extend_from_slice(content);
        self.pad();
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name, mode, device and content.
    type Entry<'a> = (&'a str, u32, (u32, u32), &'a [u8]);

    #[test]
    fn an_archive_reads_as_the_kernel_does() {
        let mut archive = Archive::default();
        archive.directory("dev");
        archive.device("dev/console", (5, 1));
        archive.file("init", 0o755, b"hello");
        let bytes = archive.finish();
        let read = entries(&bytes);
        let expected: [Entry<'_>; 4] = [
            ("dev", 0o040_755, (0, 0), b""),
            ("dev/console", 0o020_600, (5, 1), b""),
            ("init", 0o100_755, (0, 0), b"hello"),
            ("TRAILER!!!", 0, (0, 0), b""),
        ];
        assert_eq!(read, expected);
    }

    /// The entries, by the format's own rules.
    fn entries(mut rest: &[u8]) -> Vec<Entry<'_>> {
        let whole = rest.len();
        let mut entries = Vec::new();
        while !rest.is_empty() {
            assert_eq!(&rest[..6], b"070701");
            let field = |number: usize| {
                let digits = std::str::from_utf8(&rest[6 + number * 8..14 + number * 8]);
                u32::from_str_radix(digits.expect("digits"), 16).expect("hexadecimal")
            };
            let (size, named) = (field(6) as usize, field(11) as usize);
            let at = (110 + named).next_multiple_of(4);
            let name = std::str::from_utf8(&rest[110..109 + named]).expect("a name");
            assert_eq!(rest[109 + named], 0, "a name ends with a zero");
            entries.push((name, field(1), (field(9), field(10)), &rest[at..at + size]));
            rest = &rest[(at + size).next_multiple_of(4)..];
        }
        assert_eq!(whole % 4, 0);
        entries
    }
}
