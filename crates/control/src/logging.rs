//! `LoggingConfig`: the format and the levels of a function's log.

use fika_aws::generated::lambda::{self as aws, LoggingConfig};
use fika_aws::shape::AwsError;
use fika_model::{LogFormat, LogLevel, LogLevels};

use crate::refuse;

/// The format with what is given changed. Levels go with JSON only, as on AWS, and begin as
/// [`LogLevels::default`].
pub(crate) fn changed(old: LogFormat, given: &LoggingConfig) -> Result<LogFormat, AwsError> {
    let format = match &given.log_format {
        Some(aws::LogFormat::Json) => LogFormat::Json(old.levels().unwrap_or_default()),
        Some(_) => LogFormat::Text,
        None => old,
    };
    let application = given.application_log_level.as_ref().map(|level| level.as_str());
    let system = given.system_log_level.as_ref().map(|level| level.as_str());
    let LogFormat::Json(levels) = format else {
        return match application.or(system) {
            Some(_) => Err(refuse::invalid(LEVEL_OF_TEXT)),
            None => Ok(format),
        };
    };
    let level = |given: Option<&str>| given.and_then(LogLevel::parse);
    Ok(LogFormat::Json(LogLevels {
        application: level(application).unwrap_or(levels.application),
        system: level(system).unwrap_or(levels.system),
    }))
}

/// AWS's words.
const LEVEL_OF_TEXT: &str = "LogLevel is not supported when LogFormat is set to \"Text\". Remove \
    LogLevel from your request or change the LogFormat to \"JSON\" and try again.";

/// As the API shows it.
pub(crate) fn shown(format: LogFormat, log_group: String) -> LoggingConfig {
    let levels = format.levels();
    LoggingConfig {
        log_format: Some(format.as_str().into()),
        application_log_level: levels.map(|levels| levels.application.as_str().into()),
        system_log_level: levels.map(|levels| levels.system.as_str().into()),
        log_group: Some(log_group),
    }
}
