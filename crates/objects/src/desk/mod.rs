//! One request: who asks, and what they are answered. Everything that is S3's way to say things is
//! here; what is done with buckets and objects is in [`crate::objects`].
//!
//! - `buckets`, `settings`, `guards`: buckets, and what they are set to; `fixed`: what is the same of all
//! - `get`, `put`, `delete`, `copy`: objects; `conditions`: what a request asks them to be
//! - `parts`: uploads in parts; `lists`: listings; `tags`: tags of both

mod buckets;
mod conditions;
mod copy;
mod delete;
mod fixed;
mod get;
mod guards;
mod lists;
mod parts;
pub(crate) mod put;
mod s3;
mod settings;
mod tags;

use std::sync::Arc;

use fika_service::{Caller, Via};
use s3s::{S3Error, S3Result, s3_error};

use crate::access::denied;
use crate::noted::Notes;
use crate::notify::record::Doer;
use crate::objects::{NotChanged, Objects, Telling};
use crate::shelf::Shelf;

/// One request, as its operation sees it. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) objects: Objects,
    /// None for who did not sign.
    caller: Arc<Option<Caller>>,
    doer: Arc<Doer>,
    notes: Arc<Notes>,
}

impl Desk {
    /// How the request came.
    pub(crate) fn via(&self) -> Via {
        self.doer.via
    }

    pub(crate) fn new(
        objects: Objects,
        caller: Option<Caller>,
        doer: Doer,
        notes: Arc<Notes>,
    ) -> Self {
        Self { objects, caller: Arc::new(caller), doer: Arc::new(doer), notes }
    }

    /// Who asks.
    ///
    /// # Errors
    /// `AccessDenied` for who did not sign.
    pub(crate) fn caller(&self) -> S3Result<&Caller> {
        self.caller.as_ref().as_ref().ok_or_else(denied)
    }

    /// The bucket of that name.
    pub(crate) fn shelf(&self, name: &str) -> S3Result<Arc<Shelf>> {
        self.objects.shelf(name).ok_or_else(no_bucket)
    }

    /// Does something to its end, even if the client leaves meanwhile.
    async fn to_the_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = S3Result<T>> + Send + 'static,
    ) -> S3Result<T> {
        tokio::spawn(work).await.map_err(S3Error::internal_error)?
    }

    /// As what a change is told, of who asks.
    fn telling(&self, event: &'static str) -> Telling<'_> {
        Telling { event, doer: &self.doer }
    }
}

pub(crate) fn no_bucket() -> S3Error {
    s3_error!(NoSuchBucket, "The specified bucket does not exist")
}

pub(crate) fn no_key() -> S3Error {
    s3_error!(NoSuchKey, "The specified key does not exist.")
}

fn no_upload() -> S3Error {
    let text = "The specified upload does not exist. The upload ID may be invalid, or the upload \
                may have been aborted or completed.";
    s3_error!(NoSuchUpload, "{text}")
}

pub(crate) fn no_version() -> S3Error {
    s3_error!(NoSuchVersion, "The specified version does not exist.")
}

fn precondition() -> S3Error {
    let text = "At least one of the pre-conditions you specified did not hold";
    s3_error!(PreconditionFailed, "{text}")
}

impl From<NotChanged> for S3Error {
    fn from(why: NotChanged) -> Self {
        match why {
            NotChanged::NoBucket => no_bucket(),
            NotChanged::NoUpload => no_upload(),
            NotChanged::NoKey => no_key(),
            NotChanged::NotEmpty => {
                s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty")
            }
            NotChanged::Taken(_) => s3_error!(
                BucketAlreadyExists,
                "The requested bucket name is not available. The bucket namespace is shared by all \
                 users of the system. Please select a different name and try again."
            ),
            NotChanged::Condition => precondition(),
            NotChanged::Disk(error) => crate::content::disk(error),
            NotChanged::Full => {
                let text = "Nothing is changed: what is told of changes waits for room. Try again.";
                s3_error!(ServiceUnavailable, "{text}")
            }
        }
    }
}
