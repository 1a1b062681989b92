//! Checksums: taken while content comes in, compared with what its sender says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc_fast::CrcAlgorithm;
use http::HeaderMap;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256};
use s3s::dto::{Checksum, ChecksumType};
use s3s::{S3Result, s3_error};

use crate::files::hex;
use crate::record::Sums;

/// What clients call checksums, and the headers they come in.
const ALGORITHMS: [(&str, &str); 5] = [
    ("CRC32", "x-amz-checksum-crc32"),
    ("CRC32C", "x-amz-checksum-crc32c"),
    ("CRC64NVME", "x-amz-checksum-crc64nvme"),
    ("SHA1", "x-amz-checksum-sha1"),
    ("SHA256", "x-amz-checksum-sha256"),
];

/// What S3 sums content by that comes without a sum.
pub(crate) const DEFAULT: &str = "CRC64NVME";

/// What a text is known by again where the text itself need not or must not be kept: its SHA-256, in hexadecimal.
pub(crate) fn digest(text: &str) -> String {
    let mut sum = Sha256::new();
    sum.update(text.as_bytes());
    hex(sum.finalize().as_ref())
}

/// Sums that are being taken.
pub(crate) struct Summing {
    md5: Md5,
    hasher: ChecksumHasher,
}

/// The sums of content that came whole.
pub(crate) struct Summed {
    pub(crate) md5: [u8; 16],
    pub(crate) sums: Sums,
}

impl Summing {
    /// By MD5, which names content, and by those algorithms.
    pub(crate) fn by<'a>(algorithms: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hasher = ChecksumHasher::default();
        for algorithm in algorithms {
            match algorithm {
                "CRC32" => hasher.crc32 = Some(Crc32::new()),
                "CRC32C" => hasher.crc32c = Some(Crc32c::new()),
                "CRC64NVME" => hasher.crc64nvme = Some(Crc64Nvme::new()),
                "SHA1" => hasher.sha1 = Some(Sha1::new()),
                "SHA256" => hasher.sha256 = Some(Sha256::new()),
                _ => {}
            }
        }
        Self { md5: Md5::new(), hasher }
    }

    pub(crate) fn add(&mut self, data: &[u8]) {
        self.md5.update(data);
        self.hasher.update(data);
    }

    pub(crate) fn done(self) -> Summed {
        Summed { md5: self.md5.finalize(), sums: self.hasher.finalize().into() }
    }
}

/// The algorithms that a request names: by a sum, by a sum that is to follow, or as what it wants.
pub(crate) fn asked(headers: &HeaderMap, wanted: Option<&str>) -> Vec<&'static str> {
    let trailer = headers.get("x-amz-trailer").and_then(|value| value.to_str().ok()).unwrap_or("");
    let is_asked = |(name, header): &(&'static str, &str)| {
        headers.contains_key(*header)
            || trailer.split(',').any(|one| one.trim().eq_ignore_ascii_case(header))
            || wanted.is_some_and(|wanted| wanted == *name)
    };
    ALGORITHMS.iter().filter(|one| is_asked(one)).map(|(name, _)| *name).collect()
}

/// Compares sums with what the head and the trailer of a request say they are.
///
/// # Errors
/// `BadDigest` where they are others; `InvalidRequest` where they are no sums.
pub(crate) fn compare(sums: &Sums, said: [Option<&HeaderMap>; 2]) -> S3Result<()> {
    for (name, header) in ALGORITHMS {
        let said = said.into_iter().flatten().find_map(|headers| headers.get(header));
        let Some(said) = said else { continue };
        let Some(sum) = sums.of(name) else { continue };
        let is_sum = STANDARD.decode(said.as_bytes()).is_ok_and(|s| s.len() == length(name));
        if !is_sum {
            return Err(s3_error!(InvalidRequest, "Value for {header} header is invalid."));
        }
        if said.as_bytes() != sum.as_bytes() {
            let text = "did not match the calculated checksum.";
            return Err(s3_error!(BadDigest, "The {name} you specified {text}"));
        }
    }
    Ok(())
}

fn length(name: &str) -> usize {
    match name {
        "CRC32" | "CRC32C" => 4,
        "CRC64NVME" => 8,
        "SHA1" => 20,
        _ => 32,
    }
}

/// The sum of parts' sums, as S3 sums an object that came in parts.
pub(crate) fn composite<'a>(name: &str, parts: impl Iterator<Item = &'a Sums>) -> Option<Sums> {
    let mut all = Summing::by([name]);
    let mut count = 0;
    for part in parts {
        all.add(&STANDARD.decode(part.of(name)?).ok()?);
        count += 1;
    }
    let mut sums = all.done().sums;
    let sum = sums.of_mut(name)?.as_mut()?;
    sum.push_str(&format!("-{count}"));
    sums.composite = true;
    Some(sums)
}

/// The sum of a whole object, of the sums of its parts and their sizes; none for algorithms that do
/// not add up.
pub(crate) fn whole<'a>(
    name: &str,
    mut parts: impl Iterator<Item = (&'a Sums, u64)>,
) -> Option<Sums> {
    let algorithm = match name {
        "CRC32" => CrcAlgorithm::Crc32IsoHdlc,
        "CRC32C" => CrcAlgorithm::Crc32Iscsi,
        "CRC64NVME" => CrcAlgorithm::Crc64Nvme,
        _ => return None,
    };
    let number = |sums: &Sums| {
        let bytes = STANDARD.decode(sums.of(name)?).ok()?;
        Some(bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)))
    };
    let (first, _) = parts.next()?;
    let sum = parts.try_fold(number(first)?, |sum, (part, size)| {
        Some(crc_fast::checksum_combine(algorithm, sum, number(part)?, size))
    })?;
    let mut sums = Sums::default();
    let bytes = sum.to_be_bytes();
    *sums.of_mut(name)? = Some(STANDARD.encode(&bytes[8 - length(name)..]));
    Some(sums)
}

impl Sums {
    /// The sum by that algorithm.
    pub(crate) fn of(&self, name: &str) -> Option<&str> {
        match name {
            "CRC32" => self.crc32.as_deref(),
            "CRC32C" => self.crc32c.as_deref(),
            "CRC64NVME" => self.crc64nvme.as_deref(),
            "SHA1" => self.sha1.as_deref(),
            "SHA256" => self.sha256.as_deref(),
            _ => None,
        }
    }

    fn of_mut(&mut self, name: &str) -> Option<&mut Option<String>> {
        match name {
            "CRC32" => Some(&mut self.crc32),
            "CRC32C" => Some(&mut self.crc32c),
            "CRC64NVME" => Some(&mut self.crc64nvme),
            "SHA1" => Some(&mut self.sha1),
            "SHA256" => Some(&mut self.sha256),
            _ => None,
        }
    }

    /// The algorithms there are sums by.
    pub(crate) fn algorithms(&self) -> Vec<String> {
        let there = ALGORITHMS.iter().filter(|(name, _)| self.of(name).is_some());
        there.map(|(name, _)| (*name).into()).collect()
    }

    /// As s3s writes them; nothing where there is none.
    pub(crate) fn shown(&self) -> Checksum {
        let any = !self.algorithms().is_empty();
        let kind = if self.composite { ChecksumType::COMPOSITE } else { ChecksumType::FULL_OBJECT };
        Checksum {
            checksum_crc32: self.crc32.clone(),
            checksum_crc32c: self.crc32c.clone(),
            checksum_crc64nvme: self.crc64nvme.clone(),
            checksum_sha1: self.sha1.clone(),
            checksum_sha256: self.sha256.clone(),
            checksum_type: any.then(|| ChecksumType::from_static(kind)),
        }
    }
}

impl From<Checksum> for Sums {
    fn from(sums: Checksum) -> Self {
        Self {
            crc32: sums.checksum_crc32,
            crc32c: sums.checksum_crc32c,
            crc64nvme: sums.checksum_crc64nvme,
            sha1: sums.checksum_sha1,
            sha256: sums.checksum_sha256,
            composite: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_compared_with_what_a_head_or_a_trailer_says() {
        let mut summing = Summing::by(["CRC32", "SHA256"]);
        summing.add(b"hello ");
        summing.add(b"world");
        let summed = summing.done();
        assert_eq!(crate::files::hex(&summed.md5), "5eb63bbbe01eeed093cb22bb8f5acdc3");
        assert_eq!(summed.sums.of("CRC32"), Some("DUoRhQ=="));
        let mut said = HeaderMap::new();
        assert!(compare(&summed.sums, [Some(&said), None]).is_ok());
        said.insert("x-amz-checksum-crc32", "DUoRhQ==".parse().expect("text"));
        assert!(compare(&summed.sums, [None, Some(&said)]).is_ok());
        said.insert("x-amz-checksum-crc32", "DUoRhA==".parse().expect("text"));
        let error = compare(&summed.sums, [Some(&said), None]).expect_err("another sum");
        assert_eq!(error.code().as_str(), "BadDigest");
        said.insert("x-amz-checksum-crc32", "no sum".parse().expect("text"));
        let error = compare(&summed.sums, [Some(&said), None]).expect_err("no sum");
        assert_eq!(error.code().as_str(), "InvalidRequest");
    }

    #[test]
    fn the_sum_of_all_follows_from_those_of_parts() {
        for name in ["CRC32", "CRC32C", "CRC64NVME"] {
            let sum = |text: &[u8]| {
                let mut summing = Summing::by([name]);
                summing.add(text);
                (summing.done().sums, text.len() as u64)
            };
            let parts = [sum(b"one "), sum(b""), sum(b"and two")];
            let all = whole(name, parts.iter().map(|(sums, size)| (sums, *size)));
            assert_eq!(all, Some(sum(b"one and two").0));
        }
        let none = [(Sums::default(), 1)];
        assert_eq!(whole("SHA1", none.iter().map(|(sums, size)| (sums, *size))), None);
    }

    #[test]
    fn the_sum_of_parts_is_one_of_their_sums() {
        let sum = |text: &[u8]| {
            let mut summing = Summing::by(["CRC32"]);
            summing.add(text);
            summing.done().sums
        };
        let parts = [sum(b"a"), sum(b"b")];
        let all = composite("CRC32", parts.iter()).expect("both have one");
        let mut raw = STANDARD.decode(parts[0].of("CRC32").expect("there")).expect("base64");
        raw.extend(STANDARD.decode(parts[1].of("CRC32").expect("there")).expect("base64"));
        let expected = sum(&raw).crc32.map(|sum| format!("{sum}-2"));
        assert_eq!(all.crc32, expected);
        assert!(all.composite && composite("SHA1", parts.iter()).is_none());
    }
}
