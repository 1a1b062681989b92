//! What Parameter Store answers when it does not.

use fika_aws::shape::AwsError;

use crate::name::Name;

pub(crate) fn no_parameter(name: &Name) -> AwsError {
    AwsError::new("ParameterNotFound", 400, format!("Parameter {} not found.", name.name))
}

pub(crate) fn no_version(version: impl std::fmt::Display, name: &Name) -> AwsError {
    let text = format!(
        "Systems Manager could not find version {version} of {}. Verify the version and try again.",
        name.name
    );
    AwsError::new("ParameterVersionNotFound", 400, text)
}

pub(crate) fn exists() -> AwsError {
    AwsError::new(
        "ParameterAlreadyExists",
        400,
        "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
    )
}

pub(crate) fn bad_name() -> AwsError {
    AwsError::validation(
        "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist \
         of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the \
         following 3 symbols .-_",
    )
}

pub(crate) fn bad_path() -> AwsError {
    AwsError::validation(
        "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a \
         forward slash \"/\". It can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). It must use only \
         letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters \
         are not allowed. All sub-paths, if specified, must use the forward slash symbol \"/\". Valid example: \
         /get/parameters2-/by1./path0_.",
    )
}

pub(crate) fn bad_token() -> AwsError {
    AwsError::new("InvalidNextToken", 400, "The specified token isn't valid.")
}

pub(crate) fn internal(error: &(dyn std::error::Error + 'static)) -> AwsError {
    tracing::error!(error, "a parameter could not be changed");
    AwsError::new("InternalServerError", 500, error.to_string())
}
