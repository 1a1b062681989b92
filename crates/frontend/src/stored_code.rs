//! Code that is in a bucket: read by the right of who deploys it, before the control plane sees it. It takes
//! its part of the room for bodies while it is in memory.

use bytes::Bytes;
use fika_aws::generated::lambda::{
    CreateFunctionInput, PublishLayerVersionInput, UpdateFunctionCodeInput,
};
use fika_aws::shape::AwsError;
use fika_model::limits;
use fika_objects::{Named, NotRead};

use crate::body::Room;
use crate::functions::Place as At;

/// Where a caller says that code is, and where it goes once it is read.
struct Place<'i> {
    zip: &'i mut Option<Bytes>,
    bucket: Option<&'i str>,
    key: Option<&'i str>,
    version: Option<&'i str>,
}

/// Reads the code of a new function.
///
/// # Errors
/// As on AWS, for what S3 does not give.
pub(crate) async fn of_function(
    at: At<'_>,
    input: &mut CreateFunctionInput,
) -> Result<Room, AwsError> {
    let Some(code) = &mut input.code else { return Ok(None) };
    let place = Place {
        zip: &mut code.zip_file,
        bucket: code.s3_bucket.as_deref(),
        key: code.s3_key.as_deref(),
        version: code.s3_object_version.as_deref(),
    };
    read(at, place).await
}

/// Reads the new code of a function.
///
/// # Errors
/// As [`of_function`].
pub(crate) async fn of_update(
    at: At<'_>,
    input: &mut UpdateFunctionCodeInput,
) -> Result<Room, AwsError> {
    let place = Place {
        zip: &mut input.zip_file,
        bucket: input.s3_bucket.as_deref(),
        key: input.s3_key.as_deref(),
        version: input.s3_object_version.as_deref(),
    };
    read(at, place).await
}

/// Reads the content of a layer.
///
/// # Errors
/// As [`of_function`].
pub(crate) async fn of_layer(
    at: At<'_>,
    input: &mut PublishLayerVersionInput,
) -> Result<Room, AwsError> {
    let Some(content) = &mut input.content else { return Ok(None) };
    let place = Place {
        zip: &mut content.zip_file,
        bucket: content.s3_bucket.as_deref(),
        key: content.s3_key.as_deref(),
        version: content.s3_object_version.as_deref(),
    };
    read(at, place).await
}

async fn read(at: At<'_>, place: Place<'_>) -> Result<Room, AwsError> {
    let (bucket, key) = match (place.bucket, place.key) {
        (None, None) => return Ok(None),
        _ if place.zip.is_some() => {
            let text =
                "Please do not provide other FunctionCode parameters when providing a ZipFile.";
            return Err(AwsError::invalid_parameter_value(text));
        }
        (Some(bucket), Some(key)) => (bucket, key),
        _ => {
            let text = "Both S3Bucket and S3Key must be provided.";
            return Err(AwsError::invalid_parameter_value(text));
        }
    };
    let named = Named { bucket, key, version: place.version };
    let most = limits::ZIP_STORED_BYTES as u64;
    let found = at.objects.find(at.caller, named, most).map_err(refused)?;
    let room = at.bodies.room(found.size()).await?;
    *place.zip = Some(found.read().await.map_err(refused)?);
    Ok(room)
}

fn refused(why: NotRead) -> AwsError {
    match why {
        NotRead::Denied(_) => AwsError::new("AccessDeniedException", 403, why.to_string()),
        NotRead::Missing { .. } => AwsError::invalid_parameter_value(why.to_string()),
        NotRead::TooLarge(most) => AwsError::invalid_parameter_value(format!(
            "Unzipped size must be smaller than {most} bytes"
        )),
    }
}
