//! How a function's log is written: `LoggingConfig`, without its group.

use serde::{Deserialize, Serialize};

/// The format of a function's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum LogFormat {
    /// Lines of text, all of them.
    #[default]
    Text,
    /// JSON objects, of these levels.
    Json(LogLevels),
}

/// What is written of a log in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLevels {
    /// Of what the function itself says: its runtime leaves out what is below.
    pub application: LogLevel,
    /// Of what the platform says.
    pub system: LogLevel,
}

/// How much something in a log matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum LogLevel {
    /// Every step.
    Trace,
    /// For who looks for a mistake.
    Debug,
    /// What happens.
    Info,
    /// What may be wrong.
    Warn,
    /// What is wrong.
    Error,
    /// The end of something.
    Fatal,
}

impl LogLevel {
    const ALL: [Self; 6] =
        [Self::Trace, Self::Debug, Self::Info, Self::Warn, Self::Error, Self::Fatal];

    /// As the API writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
        }
    }

    /// As the API writes it, read.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }
}

impl LogFormat {
    /// As the API writes it, and `AWS_LAMBDA_LOG_FORMAT` in a sandbox.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Json(_) => "JSON",
        }
    }

    /// The levels of a log in JSON.
    #[must_use]
    pub fn levels(self) -> Option<LogLevels> {
        match self {
            Self::Text => None,
            Self::Json(levels) => Some(levels),
        }
    }
}

impl Default for LogLevels {
    /// AWS's.
    fn default() -> Self {
        Self { application: LogLevel::Info, system: LogLevel::Info }
    }
}
