//! Reading objects.

use std::ops::Range;
use std::sync::Arc;

use http::{HeaderMap, HeaderValue, StatusCode};
use s3s::dto::{GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, Metadata};
use s3s::dto::{Range as Asked, Timestamp};
use s3s::{S3Error, S3Response, S3Result, s3_error};

use super::conditions::{Reader, etag};
use super::{Desk, no_key, no_version};
use crate::content::{Reading, disk, other};
use crate::record::{NULL, Version, Versioning};
use crate::shelf::Shelf;

/// What of an object is asked for.
struct Part {
    range: Range<u64>,
    /// Whether less than all of it was asked for.
    partial: bool,
    parts: Option<i32>,
}

impl Desk {
    /// The version of an object to read.
    ///
    /// # Errors
    /// `NoSuchKey`, or `AccessDenied` for who may not know; what S3 says of delete markers.
    pub(super) fn find(
        &self,
        shelf: &Shelf,
        key: &str,
        version: Option<&str>,
    ) -> S3Result<Arc<Version>> {
        let found = match version {
            Some(id) => shelf.version(key, id).ok_or_else(no_version),
            None => shelf.newest(key).ok_or_else(no_key),
        };
        let found = found.or_else(|missing| {
            // Who may not list a bucket does not learn what is not there either.
            self.may(shelf, "s3:ListBucket", None, &[]).map(|()| Err(missing))?
        })?;
        match (found.marker, version) {
            (false, _) => Ok(found),
            (true, None) => Err(marked(no_key(), &found)),
            (true, Some(_)) => {
                let text = "The specified method is not allowed against this resource.";
                Err(marked(s3_error!(MethodNotAllowed, "{text}"), &found))
            }
        }
    }

    pub(super) async fn get(&self, input: GetObjectInput) -> S3Result<S3Response<GetObjectOutput>> {
        let shelf = self.shelf(&input.bucket)?;
        let version = self.find(&shelf, &input.key, input.version_id.as_deref())?;
        let asks = Reader {
            matches: input.if_match,
            differs: input.if_none_match,
            modified_since: input.if_modified_since,
            unmodified_since: input.if_unmodified_since,
        };
        asks.check(&version)?;
        let part = part(&version, input.range, input.part_number)?;
        let range = part.range.clone();
        let reading =
            Reading::open(&self.objects.inner.files, &version.pieces, range).await.map_err(disk)?;
        let sums = match &input.checksum_mode {
            Some(_) if !part.partial => version.sums.shown(),
            _ => s3s::dto::Checksum::default(),
        };
        let head = version.head.clone();
        let output = GetObjectOutput {
            accept_ranges: Some("bytes".into()),
            body: Some(reading.into_blob()),
            cache_control: head.cache_control,
            checksum_crc32: sums.checksum_crc32,
            checksum_crc32c: sums.checksum_crc32c,
            checksum_crc64nvme: sums.checksum_crc64nvme,
            checksum_sha1: sums.checksum_sha1,
            checksum_sha256: sums.checksum_sha256,
            checksum_type: sums.checksum_type,
            content_disposition: head.content_disposition,
            content_encoding: head.content_encoding,
            content_language: head.content_language,
            content_length: Some(signed(part.range.end - part.range.start)),
            content_range: part.partial.then(|| content_range(&part.range, version.size())),
            content_type: head.content_type,
            e_tag: Some(etag(&version)),
            expires: head.expires,
            last_modified: Some(version.modified()),
            metadata: Some(metadata(&version)),
            parts_count: part.parts,
            tag_count: tag_count(&version),
            version_id: shown_id(&shelf, &version),
            ..GetObjectOutput::default()
        };
        let status = if part.partial { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
        Ok(S3Response::with_status(output, status))
    }

    pub(super) fn head(&self, input: HeadObjectInput) -> S3Result<S3Response<HeadObjectOutput>> {
        let shelf = self.shelf(&input.bucket)?;
        let version = self.find(&shelf, &input.key, input.version_id.as_deref())?;
        let asks = Reader {
            matches: input.if_match,
            differs: input.if_none_match,
            modified_since: input.if_modified_since,
            unmodified_since: input.if_unmodified_since,
        };
        asks.check(&version)?;
        let part = part(&version, input.range, input.part_number)?;
        let sums = match &input.checksum_mode {
            Some(_) if !part.partial => version.sums.shown(),
            _ => s3s::dto::Checksum::default(),
        };
        let head = version.head.clone();
        let output = HeadObjectOutput {
            accept_ranges: Some("bytes".into()),
            cache_control: head.cache_control,
            checksum_crc32: sums.checksum_crc32,
            checksum_crc32c: sums.checksum_crc32c,
            checksum_crc64nvme: sums.checksum_crc64nvme,
            checksum_sha1: sums.checksum_sha1,
            checksum_sha256: sums.checksum_sha256,
            checksum_type: sums.checksum_type,
            content_disposition: head.content_disposition,
            content_encoding: head.content_encoding,
            content_language: head.content_language,
            content_length: Some(signed(part.range.end - part.range.start)),
            content_range: part.partial.then(|| content_range(&part.range, version.size())),
            content_type: head.content_type,
            e_tag: Some(etag(&version)),
            expires: head.expires,
            last_modified: Some(version.modified()),
            metadata: Some(metadata(&version)),
            parts_count: part.parts,
            version_id: shown_id(&shelf, &version),
            ..HeadObjectOutput::default()
        };
        let status = if part.partial { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
        Ok(S3Response::with_status(output, status))
    }
}

fn part(version: &Version, range: Option<Asked>, number: Option<i32>) -> S3Result<Part> {
    let size = version.size();
    let satisfied = |_| {
        let text = "The requested range is not satisfiable";
        s3_error!(InvalidRange, "{text}")
    };
    match (range, number) {
        (Some(_), Some(_)) => {
            let text = "Cannot specify both Range header and partNumber query parameter";
            Err(s3_error!(InvalidRequest, "{text}"))
        }
        (Some(range), None) => {
            let range = range.check(size).map_err(satisfied)?;
            Ok(Part { range, partial: true, parts: None })
        }
        (None, None) => Ok(Part { range: 0..size, partial: false, parts: None }),
        (None, Some(number)) => {
            let number = usize::try_from(number).ok().filter(|number| *number > 0);
            let count = version.parts();
            let (at, whole) = match (number, count) {
                (Some(1), None) => (0, true),
                (Some(number), Some(count)) if number <= count => (number - 1, false),
                _ => {
                    let text = "The requested partnumber is not satisfiable";
                    let status = StatusCode::RANGE_NOT_SATISFIABLE;
                    return Err(other("InvalidPartNumber", status, text));
                }
            };
            let parts = count.and_then(|count| i32::try_from(count).ok());
            if whole {
                return Ok(Part { range: 0..size, partial: true, parts });
            }
            let start = crate::record::size(&version.pieces[..at.min(version.pieces.len())]);
            let length = version.pieces.get(at).map_or(0, |piece| piece.size);
            Ok(Part { range: start..start + length, partial: true, parts })
        }
    }
}

fn content_range(range: &Range<u64>, size: u64) -> String {
    format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1))
}

pub(super) fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

fn metadata(version: &Version) -> Metadata {
    version.head.metadata.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn tag_count(version: &Version) -> Option<i32> {
    i32::try_from(version.tags.len()).ok().filter(|count| *count > 0)
}

/// The id of a version, where the bucket has ever kept any.
pub(super) fn shown_id(shelf: &Shelf, version: &Version) -> Option<String> {
    let never = shelf.bucket().versioning == Versioning::Never;
    Some(version.id.clone()).filter(|id| !(never && id == NULL))
}

/// An error about a delete marker, which says so.
fn marked(mut error: S3Error, marker: &Version) -> S3Error {
    let mut headers = HeaderMap::new();
    headers.insert("x-amz-delete-marker", HeaderValue::from_static("true"));
    if let Ok(id) = HeaderValue::from_str(&marker.id) {
        headers.insert("x-amz-version-id", id);
    }
    if let Ok(time) = HeaderValue::from_str(&http_date(&marker.modified())) {
        headers.insert("last-modified", time);
    }
    error.set_headers(headers);
    error
}

fn http_date(time: &Timestamp) -> String {
    let mut text = Vec::new();
    let written = time.format(s3s::dto::TimestampFormat::HttpDate, &mut text);
    written.ok().and_then(|()| String::from_utf8(text).ok()).unwrap_or_default()
}
