//! Objects that other rooms read and write: code of functions, and records of what failed.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use fika_events::{Parcel, Pending, Receiver, Undelivered};
use fika_service::{Caller, Via};
use s3s::{S3Error, S3Result};
use thiserror::Error;

use crate::access::{may, of_version};
use crate::content::{Reading, Said, disk, take};
use crate::desk::put::version;
use crate::desk::{no_bucket, no_key, no_version};
use crate::files::hex;
use crate::notify::record::Doer;
use crate::objects::{Objects, Telling};
use crate::record::{Head, Version};
use crate::sums::DEFAULT;

/// An object, as others name it.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// Its bucket.
    pub bucket: &'a str,
    /// Its key.
    pub key: &'a str,
    /// Its version; none for the newest.
    pub version: Option<&'a str>,
}

/// Why an object is not read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotRead {
    /// It is not there, or is larger than it may be.
    #[error("Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {message}")]
    Missing {
        /// As in `NoSuchKey`.
        code: String,
        /// What S3 says.
        message: String,
    },
    /// The caller may not.
    #[error(
        "Your access has been denied by S3, please make sure your request credentials have permission to GetObject for {0}. S3 Error Code: AccessDenied. S3 Error Message: Access Denied"
    )]
    Denied(String),
    /// It is larger than it may be, bytes.
    #[error("the object is larger than {0} bytes")]
    TooLarge(u64),
}

impl From<S3Error> for NotRead {
    fn from(error: S3Error) -> Self {
        let message = error.message().unwrap_or_default().into();
        Self::Missing { code: error.code().as_str().into(), message }
    }
}

/// An object that somebody may read.
#[derive(Debug)]
pub struct Found {
    objects: Objects,
    version: Arc<Version>,
}

impl Found {
    /// Bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.version.size()
    }

    /// All of it, in memory.
    ///
    /// # Errors
    /// [`NotRead`] when the disk fails, or it was deleted meanwhile.
    pub async fn read(&self) -> Result<Bytes, NotRead> {
        let Self { objects, version } = self;
        let reading = Reading::open(&objects.inner.files, &version.pieces, 0..version.size());
        let mut reading = reading.await.map_err(disk)?;
        let mut whole = BytesMut::with_capacity(usize::try_from(version.size()).unwrap_or(0));
        while let Some(data) = reading.next().await {
            whole.extend_from_slice(&data.map_err(disk)?);
        }
        Ok(whole.freeze())
    }
}

impl Objects {
    /// An object of at most so many bytes, looked up by the right of who asks.
    ///
    /// # Errors
    /// [`NotRead`].
    pub fn find(&self, caller: &Caller, named: Named<'_>, most: u64) -> Result<Found, NotRead> {
        let shelf = self.shelf(named.bucket).ok_or_else(no_bucket)?;
        let action = "s3:GetObject";
        let action = if named.version.is_some() { of_version(action) } else { action };
        let denied = |_| NotRead::Denied(format!("{}/{}", named.bucket, named.key));
        may(caller, &shelf, action, Some(named.key), &[]).map_err(denied)?;
        let region = shelf.bucket().scope.region.clone();
        if region != caller.scope.region {
            let message = format!(
                "The bucket is in this region: {region}. Please use this region to retry the request"
            );
            return Err(NotRead::Missing { code: "PermanentRedirect".into(), message });
        }
        let (found, missing) = match named.version {
            Some(id) => (shelf.version(named.key, id), no_version()),
            None => (shelf.newest(named.key), no_key()),
        };
        let Some(found) = found.filter(|version| !version.marker) else {
            // Who may not list a bucket does not learn what is not there either.
            may(caller, &shelf, "s3:ListBucket", None, &[]).map_err(denied)?;
            return Err(missing.into());
        };
        if found.size() > most {
            return Err(NotRead::TooLarge(most));
        }
        Ok(Found { objects: self.clone(), version: found })
    }

    async fn record(&self, caller: &Caller, parcel: Parcel) -> S3Result<()> {
        let bucket = parcel.target.strip_prefix("arn:aws:s3:::").unwrap_or_default();
        let shelf = self.shelf(bucket).ok_or_else(no_bucket)?;
        let key = key(&parcel);
        may(caller, &shelf, "s3:PutObject", Some(&key), &[])?;
        let headers = http::HeaderMap::new();
        let said = Said {
            length: None,
            md5: None,
            headers: &headers,
            trailer: None,
            algorithms: vec![DEFAULT],
        };
        let body = s3s::Body::from(parcel.payload.clone()).into();
        let (draft, summed) = take(&self.inner.files, Some(body), said).await?;
        let head =
            Head { content_type: Some("application/octet-stream".into()), ..Head::default() };
        let made = version(vec![draft.piece()], hex(&summed.md5), summed.sums, head, Vec::new());
        let doer = Doer {
            principal: format!("AWS:{}", caller.principal.user_id()),
            address: "127.0.0.1".into(),
            via: Via::default(),
            request: crate::door::request_id(parcel.id),
            trace_id: parcel.trace_id,
        };
        let this = self.clone();
        let work = async move {
            let any = Box::new(|_: Option<&_>| Ok(()));
            let telling = Telling { event: "ObjectCreated:Put", doer: &doer };
            this.put(&shelf, &key, vec![draft], made, any, telling).await?;
            Ok(())
        };
        tokio::spawn(work).await.map_err(S3Error::internal_error)?
    }
}

/// Where Lambda puts the record of an invocation that failed: the same place each time it is tried.
fn key(parcel: &Parcel) -> String {
    let record: serde_json::Value = serde_json::from_slice(&parcel.payload).unwrap_or_default();
    let arn = record["requestContext"]["functionArn"].as_str().unwrap_or_default();
    let function = arn.split(':').nth(6).unwrap_or("unknown");
    let time = record["timestamp"].as_str().and_then(|time| time.parse().ok());
    let time: jiff::Timestamp = time.unwrap_or_default();
    let at = time.strftime("%Y/%m/%d/%Y-%m-%dT%H.%M.%S");
    format!("aws/lambda/async/{function}/{at}-{}", parcel.id)
}

impl Receiver for Objects {
    fn receive<'a>(
        &'a self,
        caller: &'a Caller,
        parcel: Parcel,
    ) -> Pending<'a, Result<(), Undelivered>> {
        Box::pin(async move {
            self.record(caller, parcel).await.map_err(|error| {
                let message = error.message().unwrap_or_default().to_owned();
                match error.code().as_str() {
                    "ServiceUnavailable" | "InternalError" => Undelivered::Later(message),
                    code => Undelivered::Refused { code: code.into(), message },
                }
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use fika_model::{AccountId, Region, RequestId, Scope};

    use super::*;

    #[test]
    fn records_have_the_place_that_lambda_gives_them() {
        let record = r#"{"timestamp":"2026-11-23T20:45:07.123Z","requestContext":{"functionArn":
            "arn:aws:lambda:us-east-1:123456789012:function:resize:$LATEST"}}"#;
        let account = AccountId::new("123456789012").expect("twelve digits");
        let region = Region::new("us-east-1").expect("a region");
        let parcel = Parcel {
            id: RequestId::random(),
            scope: Scope { account, region },
            target: "arn:aws:s3:::failures".into(),
            payload: Bytes::from(record),
            trace_id: None,
            attributes: Vec::new(),
            group: None,
            deduplication: None,
        };
        let expected =
            format!("aws/lambda/async/resize/2026/11/23/2026-11-23T20.45.07-{}", parcel.id);
        assert_eq!(key(&parcel), expected);
    }
}
