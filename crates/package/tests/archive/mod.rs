//! Zip archives built byte by byte (PKWARE APPNOTE 4.3), so that every field can lie.

/// An entry; the fields stand in its headers as they are.
#[derive(Clone)]
pub struct Entry {
    pub name: Vec<u8>,
    pub data: Vec<u8>,
    pub flags: u16,
    pub method: u16,
    pub crc: u32,
    pub packed_size: u32,
    pub size: u32,
    /// Unix mode with the file type.
    pub mode: u32,
    /// Where the directory says the entry is, if not where it is.
    pub offset: Option<u32>,
}

impl Entry {
    pub fn file(name: &str, data: &[u8]) -> Self {
        let size = u32::try_from(data.len()).expect("a small file");
        Self {
            name: name.into(),
            data: data.into(),
            flags: 0,
            method: 0,
            crc: crc32(data),
            packed_size: size,
            size,
            mode: 0o100_644,
            offset: None,
        }
    }

    pub fn directory(name: &str) -> Self {
        Self { mode: 0o040_755, ..Self::file(name, b"") }
    }

    pub fn link(name: &str, target: &str) -> Self {
        Self { mode: 0o120_777, ..Self::file(name, target.as_bytes()) }
    }

    /// An entry whose data is deflated already; its size and checksum are for the caller to set.
    pub fn deflated(name: &str, data: &[u8]) -> Self {
        Self { method: 8, ..Self::file(name, data) }
    }

    fn common(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for field in [20, self.flags, self.method, 0, 0x21] {
            out.extend(u16::to_le_bytes(field));
        }
        for field in [self.crc, self.packed_size, self.size] {
            out.extend(field.to_le_bytes());
        }
        let length = u16::try_from(self.name.len()).expect("a name's length");
        out.extend(length.to_le_bytes());
        out.extend([0, 0]);
        out
    }
}

/// The archive of these entries.
pub fn zip(entries: &[Entry]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        let at = u32::try_from(out.len()).expect("a small archive");
        out.extend(b"PK\x03\x04");
        out.extend(entry.common());
        out.extend(&entry.name);
        out.extend(&entry.data);
        directory.extend(b"PK\x01\x02");
        // Made on Unix (3), so that the mode counts.
        directory.extend([20, 3]);
        directory.extend(entry.common());
        directory.extend([0; 6]);
        directory.extend((entry.mode << 16).to_le_bytes());
        directory.extend(entry.offset.unwrap_or(at).to_le_bytes());
        directory.extend(&entry.name);
    }
    let count = u16::try_from(entries.len()).expect("a small count").to_le_bytes();
    let size = u32::try_from(directory.len()).expect("a small directory");
    let start = u32::try_from(out.len()).expect("a small archive");
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count);
    out.extend(count);
    out.extend(size.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

/// `count` zeros as a raw deflate stream, 158 times shorter.
///
/// One block of fixed codes: a literal 0, then matches of 258 bytes at distance 1, each 13 bits
/// long in a row: length code 285 (`11000101`), distance code 0 (`00000`).
pub fn deflated_zeros(count: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.push(0b011, 3);
    let (literals, matches) = (1 + (count - 1) % 258, (count - 1) / 258);
    for _ in 0..literals {
        bits.push(0b0000_1100, 8);
    }
    for _ in 0..matches {
        bits.push(0b1010_0011, 8);
        bits.push(0, 5);
    }
    bits.push(0, 7);
    bits.finish()
}

#[derive(Default)]
struct Bits {
    out: Vec<u8>,
    pending: u32,
    count: u32,
}

impl Bits {
    fn push(&mut self, value: u32, width: u32) {
        self.pending |= value << self.count;
        self.count += width;
        while self.count >= 8 {
            self.out.push(self.pending as u8);
            self.pending >>= 8;
            self.count -= 8;
        }
    }

    fn finish(mut self) -> Vec<u8> {
        self.push(0, 7);
        self.out
    }
}

pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| step(crc, byte))
}

pub fn crc_of_zeros(count: usize) -> u32 {
    !(0..count).fold(!0, |crc, _| step(crc, 0))
}

fn step(crc: u32, byte: u8) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut n = 0;
        while n < 256 {
            let mut crc = n as u32;
            let mut bit = 0;
            while bit < 8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
                bit += 1;
            }
            table[n] = crc;
            n += 1;
        }
        table
    };
    TABLE[usize::from(crc as u8 ^ byte)] ^ crc >> 8
}
