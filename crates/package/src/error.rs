//! What is wrong with a package, in AWS's words.

use std::io;
use std::path::PathBuf;

use fika_model::limits::UNZIPPED_BYTES;
use thiserror::Error;

/// A package that cannot be used. `Display` is the message AWS answers; [`PackageError::detail`]
/// says what exactly was found, for the log and for a helpful answer.
#[derive(Debug, Error)]
pub enum PackageError {
    /// No zip at all, a broken one, or one that asks for something unsafe.
    #[error("Could not unzip uploaded file. Please check your file, then try to upload again.")]
    Unusable {
        /// What was found, naming the entry.
        detail: String,
    },
    /// A zip of nothing.
    #[error("Uploaded file must be a non-empty zip")]
    Empty,
    /// More than 262,144,000 bytes come out of it.
    #[error("Unzipped size must be smaller than {UNZIPPED_BYTES} bytes")]
    TooLarge,
    /// The machine, not the package: a file could not be written or read.
    #[error("cannot access {path}; check its permissions and the free space")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl PackageError {
    pub(crate) fn unusable(detail: impl Into<String>) -> Self {
        Self::Unusable { detail: detail.into() }
    }

    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }

    /// The error's name on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "ServiceException",
            _ => "InvalidParameterValueException",
        }
    }

    /// What exactly was found, in one line.
    pub fn detail(&self) -> String {
        match self {
            Self::Unusable { detail } => detail.clone(),
            Self::Io { path, source } => format!("{}: {source}", path.display()),
            other => other.to_string(),
        }
    }
}

impl From<zip::result::ZipError> for PackageError {
    fn from(error: zip::result::ZipError) -> Self {
        Self::unusable(error.to_string())
    }
}
