//! Zip files with stored entries.

/// A zip file in the making.
#[derive(Debug, Default, Clone)]
pub struct Zip {
    entries: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

impl Zip {
    pub fn new() -> Self {
        Self::default()
    }

    /// A zip with one file.
    pub fn of(name: &str, content: impl AsRef<[u8]>) -> Vec<u8> {
        Self::new().file(name, content).finish()
    }

    /// Adds a readable file.
    pub fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.entry(name, content.as_ref(), 0o100_644)
    }

    /// Adds a file that may be executed.
    pub fn program(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.entry(name, content.as_ref(), 0o100_755)
    }

    /// Adds a symbolic link.
    pub fn link(self, name: &str, target: &str) -> Self {
        self.entry(name, target.as_bytes(), 0o120_777)
    }

    /// Adds every file under a folder, named from it.
    pub fn folder(mut self, root: &std::path::Path) -> Self {
        let mut pending = vec![root.to_owned()];
        while let Some(folder) = pending.pop() {
            for entry in std::fs::read_dir(&folder).expect("folder") {
                let path = entry.expect("entry").path();
                if path.is_dir() {
                    pending.push(path);
                } else {
                    let name = path.strip_prefix(root).expect("under root").to_string_lossy();
                    self = self.file(&name, std::fs::read(&path).expect("file"));
                }
            }
        }
        self
    }

    fn entry(mut self, name: &str, content: &[u8], mode: u32) -> Self {
        let offset = u32::try_from(self.entries.len()).expect("small").to_le_bytes();
        let size = u32::try_from(content.len()).expect("small").to_le_bytes();
        let name_length = u16::try_from(name.len()).expect("short").to_le_bytes();
        // Version needed, flags, method, time, date, checksum, sizes, lengths of name and extra.
        let common = [
            &[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x28][..],
            &crc32(content).to_le_bytes(),
            &size,
            &size,
            &name_length,
            &[0, 0],
        ]
        .concat();
        self.entries.extend([b"PK\x03\x04", &common[..], name.as_bytes(), content].concat());
        let attributes = (mode << 16).to_le_bytes();
        let made_by_unix = [20, 3];
        let directory_entry = [
            b"PK\x01\x02",
            &made_by_unix[..],
            &common,
            &[0; 6],
            &attributes,
            &offset,
            name.as_bytes(),
        ];
        self.directory.extend(directory_entry.concat());
        self.count += 1;
        self
    }

    /// The file's bytes.
    pub fn finish(self) -> Vec<u8> {
        let count = self.count.to_le_bytes();
        let size = u32::try_from(self.directory.len()).expect("small").to_le_bytes();
        let offset = u32::try_from(self.entries.len()).expect("small").to_le_bytes();
        let end = [b"PK\x05\x06", &[0; 4][..], &count, &count, &size, &offset, &[0, 0]].concat();
        [self.entries, self.directory, end].concat()
    }
}

const CRC_TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut sum = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            sum = (sum >> 1) ^ (0xEDB8_8320 & (sum & 1).wrapping_neg());
            bit += 1;
        }
        table[byte] = sum;
        byte += 1;
    }
    table
};

fn crc32(bytes: &[u8]) -> u32 {
    let step =
        |sum: u32, byte: &u8| (sum >> 8) ^ CRC_TABLE[((sum ^ u32::from(*byte)) & 255) as usize];
    !bytes.iter().fold(!0, step)
}
