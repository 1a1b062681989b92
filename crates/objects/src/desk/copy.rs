//! Copies: of objects, whose content is shared, and of parts.

use std::sync::Arc;

use s3s::dto::{
    CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopyPartResult, CopySource, ETag,
    ETagCondition, MetadataDirective, Range, TaggingDirective, Timestamp, UploadPartCopyInput,
    UploadPartCopyOutput,
};
use s3s::{S3Response, S3Result, s3_error};

use super::conditions::{Reader, etag, none};
use super::get::shown_id;
use super::parts::{algorithms, number};
use super::put::{Described, no_encryption, version};
use super::{Desk, precondition, tags};
use crate::access::{expect_owner, of_version};
use crate::content::{Reading, disk};
use crate::record::{Version, at_ms};
use crate::shelf::Shelf;
use crate::sums::Summing;

/// The largest object, or part, that one request may copy, bytes: 5 GiB.
const LARGEST: u64 = 5 << 30;

/// What is copied, once the caller may read it.
struct Source {
    shelf: Arc<Shelf>,
    key: String,
    version: Arc<Version>,
}

impl Desk {
    fn source(
        &self,
        source: &CopySource,
        owner: Option<&str>,
        asks: [Option<ETagCondition>; 2],
        times: [Option<Timestamp>; 2],
    ) -> S3Result<Source> {
        let CopySource::Bucket { bucket, key, version_id } = source else {
            return Err(s3_error!(NotImplemented, "fika has no access points: name a bucket."));
        };
        let shelf = self.shelf(bucket)?;
        expect_owner(&shelf, owner)?;
        let action = "s3:GetObject";
        let action = if version_id.is_some() { of_version(action) } else { action };
        self.may(&shelf, action, Some(key), &[])?;
        let version = self.find(&shelf, key, version_id.as_deref())?;
        let ([matches, differs], [modified_since, unmodified_since]) = (asks, times);
        let asks = Reader { matches, differs, modified_since, unmodified_since };
        // A copy has no answer "not modified".
        asks.check(&version).map_err(|_| precondition())?;
        Ok(Source { shelf, key: key.to_string(), version })
    }

    pub(super) async fn copy(
        &self,
        input: CopyObjectInput,
    ) -> S3Result<S3Response<CopyObjectOutput>> {
        let shelf = self.shelf(&input.bucket)?;
        let encryption = input.server_side_encryption.as_ref().map(|one| one.as_str());
        no_encryption(&shelf.bucket(), input.sse_customer_key.as_ref(), encryption)?;
        let source = self.source(
            &input.copy_source,
            input.expected_source_bucket_owner.as_deref(),
            [input.copy_source_if_match, input.copy_source_if_none_match],
            [input.copy_source_if_modified_since, input.copy_source_if_unmodified_since],
        )?;
        let said = input.metadata_directive.as_ref().map(MetadataDirective::as_str);
        let replaced = said == Some(MetadataDirective::REPLACE);
        let tagged = input.tagging_directive.as_ref().map(TaggingDirective::as_str);
        let tagged = tagged == Some(TaggingDirective::REPLACE);
        let named = matches!(&input.copy_source, CopySource::Bucket { version_id: Some(_), .. });
        let itself = source.shelf.name == shelf.name && source.key == input.key && !named;
        if itself && !replaced && !tagged {
            let text = "This copy request is illegal because it is trying to copy an object to \
                        itself without changing the object's metadata, storage class, website \
                        redirect location or encryption attributes.";
            return Err(s3_error!(InvalidRequest, "{text}"));
        }
        if source.version.size() > LARGEST {
            let text = "The specified copy source is larger than the maximum allowable size for a \
                        copy source: 5368709120";
            return Err(s3_error!(InvalidRequest, "{text}"));
        }
        let described = Described {
            content_type: input.content_type,
            cache_control: input.cache_control,
            content_disposition: input.content_disposition,
            content_encoding: input.content_encoding,
            content_language: input.content_language,
            expires: input.expires,
            metadata: input.metadata,
        };
        let head = if replaced { described.head()? } else { source.version.head.clone() };
        let tags = match tagged {
            true => tags::of_header(input.tagging.as_deref())?,
            false => source.version.tags.clone(),
        };
        let mut drafts = Vec::new();
        for piece in &source.version.pieces {
            drafts.push(self.objects.inner.files.copy(piece).await.map_err(disk)?);
        }
        let pieces = drafts.iter().map(crate::files::Draft::piece).collect();
        let (tag, sums) = (source.version.etag.clone(), source.version.sums.clone());
        let copied = version(pieces, tag, sums, head, tags);
        let (desk, key) = (self.clone(), input.key);
        self.to_the_end(async move {
            let telling = desk.telling("ObjectCreated:Copy");
            let put = desk.objects.put(&shelf, &key, drafts, copied, none(), telling).await?;
            let sums = put.sums.shown();
            let result = CopyObjectResult {
                checksum_crc32: sums.checksum_crc32,
                checksum_crc32c: sums.checksum_crc32c,
                checksum_crc64nvme: sums.checksum_crc64nvme,
                checksum_sha1: sums.checksum_sha1,
                checksum_sha256: sums.checksum_sha256,
                checksum_type: sums.checksum_type,
                e_tag: Some(etag(&put)),
                last_modified: Some(put.modified()),
            };
            Ok(S3Response::new(CopyObjectOutput {
                copy_object_result: Some(result),
                copy_source_version_id: shown_id(&source.shelf, &source.version),
                version_id: shown_id(&shelf, &put),
                ..CopyObjectOutput::default()
            }))
        })
        .await
    }

    pub(super) async fn copy_part(
        &self,
        input: UploadPartCopyInput,
    ) -> S3Result<S3Response<UploadPartCopyOutput>> {
        let shelf = self.shelf(&input.bucket)?;
        let open = self.open(&shelf, &input.key, &input.upload_id)?;
        let number = number(input.part_number)?;
        let source = self.source(
            &input.copy_source,
            input.expected_source_bucket_owner.as_deref(),
            [input.copy_source_if_match, input.copy_source_if_none_match],
            [input.copy_source_if_modified_since, input.copy_source_if_unmodified_since],
        )?;
        let size = source.version.size();
        let range = match input.copy_source_range.as_deref() {
            None => 0..size,
            Some(text) => {
                let range = match Range::parse(text) {
                    Ok(range @ Range::Int { last: Some(_), .. }) => range,
                    _ => {
                        let text = "The x-amz-copy-source-range value must be of the form \
                                    bytes=first-last where first and last are the zero-based \
                                    offsets of the first and last bytes to copy";
                        return Err(s3_error!(InvalidArgument, "{text}"));
                    }
                };
                let range = range.check(size).ok();
                range.ok_or_else(|| {
                    s3_error!(
                        InvalidRange,
                        "The range specified is not valid for the source object"
                    )
                })?
            }
        };
        if range.end - range.start > LARGEST {
            return Err(s3_error!(EntityTooLarge));
        }
        let files = &self.objects.inner.files;
        let mut summing = Summing::by(algorithms(&open.upload, Vec::new()));
        let mut reading =
            Reading::open(files, &source.version.pieces, range).await.map_err(disk)?;
        let mut writing = files.write().await.map_err(disk)?;
        while let Some(data) = reading.next().await {
            let data = data.map_err(disk)?;
            summing.add(&data);
            writing.add(&data).await.map_err(disk)?;
        }
        let (draft, summed) = (writing.finish().await.map_err(disk)?, summing.done());
        let part = self.add(&shelf, (input.upload_id, number), draft, &summed).await?;
        let sums = part.sums.shown();
        let result = CopyPartResult {
            checksum_crc32: sums.checksum_crc32,
            checksum_crc32c: sums.checksum_crc32c,
            checksum_crc64nvme: sums.checksum_crc64nvme,
            checksum_sha1: sums.checksum_sha1,
            checksum_sha256: sums.checksum_sha256,
            e_tag: Some(ETag::Strong(part.etag)),
            last_modified: Some(at_ms(part.at_ms)),
        };
        Ok(S3Response::new(UploadPartCopyOutput {
            copy_part_result: Some(result),
            copy_source_version_id: shown_id(&source.shelf, &source.version),
            ..UploadPartCopyOutput::default()
        }))
    }
}
