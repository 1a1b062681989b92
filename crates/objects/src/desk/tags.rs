//! Tags of buckets and of objects.

use s3s::dto::{
    DeleteBucketTaggingInput, DeleteBucketTaggingOutput, DeleteObjectTaggingInput,
    DeleteObjectTaggingOutput, GetBucketTaggingInput, GetBucketTaggingOutput,
    GetObjectTaggingInput, GetObjectTaggingOutput, PutBucketTaggingInput, PutBucketTaggingOutput,
    PutObjectTaggingInput, PutObjectTaggingOutput, Tag,
};
use s3s::{S3Response, S3Result, s3_error};

use super::Desk;
use super::get::shown_id;
use crate::content::other;
use crate::record::Tags;
use crate::text;

/// How many tags an object may have, and a bucket.
const OF_OBJECT: usize = 10;
const OF_BUCKET: usize = 50;

/// The tags that an object is put with.
///
/// # Errors
/// As [`check`].
pub(super) fn of_header(header: Option<&str>) -> S3Result<Tags> {
    check(header.map(text::tags).unwrap_or_default(), OF_OBJECT)
}

fn read(set: Vec<Tag>, most: usize) -> S3Result<Tags> {
    let pair = |tag: Tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default());
    check(set.into_iter().map(pair).collect(), most)
}

/// What S3 takes as tags.
///
/// # Errors
/// `BadRequest` for too many, `InvalidTag` for names that are no names or come twice.
fn check(tags: Tags, most: usize) -> S3Result<Tags> {
    if tags.len() > most {
        let text = format!("Object tags cannot be greater than {most}");
        return Err(other("BadRequest", http::StatusCode::BAD_REQUEST, text));
    }
    for (n, (name, value)) in tags.iter().enumerate() {
        if name.is_empty() || name.chars().count() > 128 {
            return Err(s3_error!(InvalidTag, "The TagKey you have provided is invalid"));
        }
        if value.chars().count() > 256 {
            return Err(s3_error!(InvalidTag, "The TagValue you have provided is invalid"));
        }
        if tags[..n].iter().any(|(earlier, _)| earlier == name) {
            let text = "Cannot provide multiple Tags with the same key";
            return Err(s3_error!(InvalidTag, "{text}"));
        }
    }
    Ok(tags)
}

fn shown(tags: &Tags) -> Vec<Tag> {
    let tag = |(key, value): &(String, String)| Tag {
        key: Some(key.clone()),
        value: Some(value.clone()),
    };
    tags.iter().map(tag).collect()
}

impl Desk {
    pub(super) fn tags(
        &self,
        input: GetObjectTaggingInput,
    ) -> S3Result<S3Response<GetObjectTaggingOutput>> {
        let shelf = self.shelf(&input.bucket)?;
        let version = self.find(&shelf, &input.key, input.version_id.as_deref())?;
        let version_id = shown_id(&shelf, &version);
        let tag_set = shown(&version.tags);
        Ok(S3Response::new(GetObjectTaggingOutput { tag_set, version_id }))
    }

    pub(super) async fn put_tags(
        &self,
        input: PutObjectTaggingInput,
    ) -> S3Result<S3Response<PutObjectTaggingOutput>> {
        let tags = read(input.tagging.tag_set, OF_OBJECT)?;
        let of = (input.bucket, input.key, input.version_id);
        let version_id = self.set_tags(of, tags, "ObjectTagging:Put").await?;
        Ok(S3Response::new(PutObjectTaggingOutput { version_id }))
    }

    pub(super) async fn delete_tags(
        &self,
        input: DeleteObjectTaggingInput,
    ) -> S3Result<S3Response<DeleteObjectTaggingOutput>> {
        let of = (input.bucket, input.key, input.version_id);
        let version_id = self.set_tags(of, Tags::new(), "ObjectTagging:Delete").await?;
        let output = DeleteObjectTaggingOutput { version_id };
        Ok(S3Response::with_status(output, http::StatusCode::NO_CONTENT))
    }

    async fn set_tags(
        &self,
        (bucket, key, id): (String, String, Option<String>),
        tags: Tags,
        event: &'static str,
    ) -> S3Result<Option<String>> {
        let shelf = self.shelf(&bucket)?;
        let found = self.find(&shelf, &key, id.as_deref())?;
        let desk = self.clone();
        self.to_the_end(async move {
            let telling = desk.telling(event);
            let version = desk.objects.tag(&shelf, &key, &found.id, tags, telling).await?;
            Ok(shown_id(&shelf, &version))
        })
        .await
    }

    pub(super) fn bucket_tags(
        &self,
        input: GetBucketTaggingInput,
    ) -> S3Result<S3Response<GetBucketTaggingOutput>> {
        let tag_set = shown(&self.shelf(&input.bucket)?.bucket().tags);
        if tag_set.is_empty() {
            return Err(s3_error!(NoSuchTagSet, "The TagSet does not exist"));
        }
        Ok(S3Response::new(GetBucketTaggingOutput { tag_set }))
    }

    pub(super) async fn put_bucket_tags(
        &self,
        input: PutBucketTaggingInput,
    ) -> S3Result<S3Response<PutBucketTaggingOutput>> {
        let tags = read(input.tagging.tag_set, OF_BUCKET)?;
        self.set(&input.bucket, |bucket| bucket.tags = tags).await?;
        Ok(S3Response::new(PutBucketTaggingOutput {}))
    }

    pub(super) async fn delete_bucket_tags(
        &self,
        input: DeleteBucketTaggingInput,
    ) -> S3Result<S3Response<DeleteBucketTaggingOutput>> {
        self.set(&input.bucket, |bucket| bucket.tags.clear()).await?;
        Ok(S3Response::new(DeleteBucketTaggingOutput {}))
    }
}
