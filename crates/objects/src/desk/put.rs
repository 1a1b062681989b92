//! Putting objects.

use std::collections::BTreeMap;

use s3s::dto::{Metadata, PutObjectInput, PutObjectOutput, Timestamp};
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::conditions::{etag, of_write};
use super::get::{shown_id, signed};
use super::{Desk, tags};
use crate::content::{Said, take};
use crate::files::hex;
use crate::record::{Bucket, Head, Sums, Version};
use crate::sums::{self, DEFAULT};

/// The most that metadata may have, bytes.
const METADATA_BYTES: usize = 2048;

/// What an object says of itself, as it comes.
pub(super) struct Described {
    pub(super) content_type: Option<String>,
    pub(super) cache_control: Option<String>,
    pub(super) content_disposition: Option<String>,
    pub(super) content_encoding: Option<String>,
    pub(super) content_language: Option<String>,
    pub(super) expires: Option<Timestamp>,
    pub(super) metadata: Option<Metadata>,
}

impl Described {
    /// As it is kept.
    ///
    /// # Errors
    /// `MetadataTooLarge`.
    pub(super) fn head(self) -> S3Result<Head> {
        let metadata: BTreeMap<_, _> = self.metadata.unwrap_or_default().into_iter().collect();
        let size: usize = metadata.iter().map(|(key, value)| key.len() + value.len()).sum();
        if size > METADATA_BYTES {
            let text = "Your metadata headers exceed the maximum allowed metadata size";
            return Err(s3_error!(MetadataTooLarge, "{text}"));
        }
        Ok(Head {
            content_type: self.content_type.or_else(|| Some("binary/octet-stream".into())),
            cache_control: self.cache_control,
            content_disposition: self.content_disposition,
            content_encoding: self.content_encoding.and_then(|text| without_chunks(&text)),
            content_language: self.content_language,
            expires: self.expires,
            metadata,
        })
    }
}

/// Of a content encoding what is the object's: how it was sent is not.
fn without_chunks(text: &str) -> Option<String> {
    let kept = text.split(',').map(str::trim).filter(|one| *one != "aws-chunked");
    let kept = kept.collect::<Vec<_>>().join(",");
    Some(kept).filter(|kept| !kept.is_empty())
}

/// What fika does not do to content is refused, not left out. Who asks for KMS of a bucket that is set to it was told
/// when they set it, and deploy tools ask so for what they put.
pub(super) fn no_encryption(
    bucket: &Bucket,
    customer_key: Option<&String>,
    algorithm: Option<&str>,
) -> S3Result<()> {
    let fine = match algorithm {
        None | Some("AES256") => true,
        Some("aws:kms" | "aws:kms:dsse") => bucket.kms.is_some(),
        Some(_) => false,
    };
    if customer_key.is_some() || !fine {
        return Err(s3_error!(NotImplemented, "fika encrypts no objects; its disk may be."));
    }
    Ok(())
}

impl Desk {
    pub(super) async fn put(
        &self,
        request: S3Request<PutObjectInput>,
    ) -> S3Result<S3Response<PutObjectOutput>> {
        let S3Request { input, headers, trailing_headers, .. } = request;
        let shelf = self.shelf(&input.bucket)?;
        let algorithm = input.server_side_encryption.as_ref().map(|one| one.as_str());
        no_encryption(&shelf.bucket(), input.sse_customer_key.as_ref(), algorithm)?;
        let tags = tags::of_header(input.tagging.as_deref())?;
        let described = Described {
            content_type: input.content_type,
            cache_control: input.cache_control,
            content_disposition: input.content_disposition,
            content_encoding: input.content_encoding,
            content_language: input.content_language,
            expires: input.expires,
            metadata: input.metadata,
        };
        let head = described.head()?;
        let wanted = input.checksum_algorithm.as_ref().map(|one| one.as_str());
        let mut algorithms = sums::asked(&headers, wanted);
        if algorithms.is_empty() {
            algorithms.push(DEFAULT);
        }
        let said = Said {
            length: input.content_length,
            md5: input.content_md5.as_deref(),
            headers: &headers,
            trailer: trailing_headers.as_ref(),
            algorithms,
        };
        let (draft, summed) = take(&self.objects.inner.files, input.body, said).await?;
        let version = version(vec![draft.piece()], hex(&summed.md5), summed.sums, head, tags);
        let (desk, key) = (self.clone(), input.key);
        let condition = of_write(input.if_match, input.if_none_match);
        self.to_the_end(async move {
            let telling = desk.telling("ObjectCreated:Put");
            let drafts = vec![draft];
            let put = desk.objects.put(&shelf, &key, drafts, version, condition, telling).await?;
            let sums = put.sums.shown();
            Ok(S3Response::new(PutObjectOutput {
                checksum_crc32: sums.checksum_crc32,
                checksum_crc32c: sums.checksum_crc32c,
                checksum_crc64nvme: sums.checksum_crc64nvme,
                checksum_sha1: sums.checksum_sha1,
                checksum_sha256: sums.checksum_sha256,
                checksum_type: sums.checksum_type,
                e_tag: Some(etag(&put)),
                size: Some(signed(put.size())),
                version_id: shown_id(&shelf, &put),
                ..PutObjectOutput::default()
            }))
        })
        .await
    }
}

/// A version that is yet to be given an id and a time.
pub(crate) fn version(
    pieces: Vec<crate::record::Piece>,
    etag: String,
    sums: Sums,
    head: Head,
    tags: crate::record::Tags,
) -> Version {
    Version { id: String::new(), at: 0, marker: false, pieces, etag, sums, head, tags }
}
