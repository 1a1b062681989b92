//! Removing objects.

use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
    ETagCondition, Error,
};
use s3s::{S3Error, S3Response, S3Result, s3_error};

use super::Desk;
use super::conditions::of_write;
use crate::access::of_version;
use crate::objects::{Condition, Removed};
use crate::shelf::Shelf;

/// The most that one request may name.
const MOST: usize = 1000;

impl Desk {
    async fn remove(
        &self,
        shelf: &Shelf,
        key: &str,
        version: Option<&str>,
        condition: Condition,
    ) -> S3Result<Removed> {
        Ok(self.objects.remove(shelf, key, version, condition, &self.doer).await?)
    }

    pub(super) async fn delete(
        &self,
        input: DeleteObjectInput,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        let shelf = self.shelf(&input.bucket)?;
        let condition = of_write(input.if_match, None);
        let desk = self.clone();
        self.to_the_end(async move {
            let version = input.version_id.as_deref();
            let removed = desk.remove(&shelf, &input.key, version, condition).await?;
            Ok(S3Response::new(DeleteObjectOutput {
                delete_marker: removed.marker.then_some(true),
                version_id: removed.version,
                ..DeleteObjectOutput::default()
            }))
        })
        .await
    }

    pub(super) async fn delete_all(
        &self,
        input: DeleteObjectsInput,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        let shelf = self.shelf(&input.bucket)?;
        if input.delete.objects.len() > MOST || input.delete.objects.is_empty() {
            let text = "The XML you provided was not well-formed or did not validate against our \
                        published schema";
            return Err(s3_error!(MalformedXML, "{text}"));
        }
        let desk = self.clone();
        self.to_the_end(async move {
            let (mut deleted, mut errors) = (Vec::new(), Vec::new());
            for one in input.delete.objects {
                let version = one.version_id;
                let condition = of_write(one.e_tag.map(ETagCondition::ETag), None);
                match desk.delete_one(&shelf, &one.key, version.as_deref(), condition).await {
                    Ok(removed) => deleted.push(shown(one.key, version, removed)),
                    Err(error) => errors.push(refused(one.key, version, &error)),
                }
            }
            let quiet = input.delete.quiet.unwrap_or(false);
            let deleted = (!quiet).then_some(deleted);
            let errors = Some(errors).filter(|errors| !errors.is_empty());
            Ok(S3Response::new(DeleteObjectsOutput { deleted, errors, request_charged: None }))
        })
        .await
    }

    async fn delete_one(
        &self,
        shelf: &Shelf,
        key: &str,
        version: Option<&str>,
        condition: Condition,
    ) -> S3Result<Removed> {
        let action = "s3:DeleteObject";
        let action = if version.is_some() { of_version(action) } else { action };
        self.may(shelf, action, Some(key), &[])?;
        self.remove(shelf, key, version, condition).await
    }
}

fn shown(key: String, version: Option<String>, removed: Removed) -> DeletedObject {
    let marker_id = removed.marker.then_some(removed.version).flatten();
    DeletedObject {
        delete_marker: removed.marker.then_some(true),
        delete_marker_version_id: marker_id,
        key: Some(key),
        version_id: version,
    }
}

fn refused(key: String, version: Option<String>, error: &S3Error) -> Error {
    Error {
        code: Some(error.code().as_str().into()),
        key: Some(key),
        message: error.message().map(Into::into),
        version_id: version,
    }
}
