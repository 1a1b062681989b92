//! S3: buckets and their policies.
//!
//! - `bucket`: buckets themselves; `settings`: what they are set to, each by an operation of its own
//! - `notifications`, `lifecycle`: those of them that are written otherwise in templates; `xml`: how they are sent

pub(crate) mod bucket;
pub(crate) mod bucket_policy;

mod lifecycle;
mod notifications;
mod settings;
mod xml;

use bytes::Bytes;
use http::{Method, Request};

use crate::kind::Ask;
use crate::services::{Answered, Refusal};

/// A call: what follows the bucket's name, as in `?versioning`, and the document that is sent.
async fn call(
    ask: &Ask,
    method: Method,
    bucket: &str,
    query: &str,
    body: String,
) -> Answered<String> {
    let request =
        Request::builder().method(method).uri(format!("/{bucket}{query}")).body(Bytes::from(body));
    let request = request.map_err(|error| Refusal {
        service: "s3".into(),
        code: "InvalidBucketName".into(),
        status: 400,
        message: error.to_string(),
    })?;
    let answer = ask.services.request("s3", request).await?;
    Ok(String::from_utf8_lossy(answer.body()).into_owned())
}
