//! How one service's dialect of SigV4 differs from another's.

/// A service that may be named in a credential scope, and its dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// The signing name in the credential scope, as `lambda`.
    pub name: &'static str,
    /// How far the signer's clock may be off, in seconds either way.
    pub skew: i64,
    /// The canonical path has `.`, `..` and doubled slashes removed.
    pub normalize_path: bool,
    /// The canonical path encodes the path of the wire once more (so `%20` becomes `%2520`).
    pub double_encode: bool,
    /// `x-amz-content-sha256` decides how the body is signed: `UNSIGNED-PAYLOAD`, `STREAMING-…`.
    pub s3_payloads: bool,
}

impl Service {
    /// AWS Lambda.
    pub const LAMBDA: Self = Self::standard("lambda");

    /// Amazon S3: paths are keys and stay as they are, bodies may be unsigned or chunked, clocks
    /// may be 15 minutes off.
    pub const S3: Self = Self {
        name: "s3",
        skew: 900,
        normalize_path: false,
        double_encode: false,
        s3_payloads: true,
    };

    /// The dialect of every service but S3; clocks may be five minutes off.
    pub const fn standard(name: &'static str) -> Self {
        Self { name, skew: 300, normalize_path: true, double_encode: true, s3_payloads: false }
    }
}
