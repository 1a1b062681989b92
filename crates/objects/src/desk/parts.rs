//! Uploads in parts.

use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, ChecksumAlgorithm, ChecksumType,
    CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CompletedPart,
    CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag, ListPartsInput, ListPartsOutput,
    Part as Shown, UploadPartInput, UploadPartOutput,
};
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::conditions::{etag, of_write};
use super::get::{shown_id, signed};
use super::put::{Described, no_encryption, version};
use super::{Desk, no_upload, tags};
use crate::content::{Said, take};
use crate::files::{Draft, hex};
use crate::objects::now_ms;
use crate::owner::owner;
use crate::record::{Part, Sums, Upload, Version, at_ms, size};
use crate::shelf::{Open, Shelf};
use crate::sums::{self, DEFAULT, Summed};

/// The number of the last part that an upload may have.
const LAST: u16 = 10_000;
/// The least that a part may have that is not the last, bytes.
const LEAST: u64 = 5 << 20;

impl Desk {
    pub(super) async fn begin(
        &self,
        input: CreateMultipartUploadInput,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let shelf = self.shelf(&input.bucket)?;
        let encryption = input.server_side_encryption.as_ref().map(|one| one.as_str());
        no_encryption(&shelf.bucket(), input.sse_customer_key.as_ref(), encryption)?;
        let described = Described {
            content_type: input.content_type,
            cache_control: input.cache_control,
            content_disposition: input.content_disposition,
            content_encoding: input.content_encoding,
            content_language: input.content_language,
            expires: input.expires,
            metadata: input.metadata,
        };
        let kind = input.checksum_type.as_ref().map(|kind| kind.as_str());
        let algorithm = input.checksum_algorithm.as_ref().map(|one| one.as_str().to_owned());
        let full_object = match (algorithm.as_deref(), kind) {
            (None | Some(DEFAULT), _) => true,
            (Some("SHA1" | "SHA256"), Some(ChecksumType::FULL_OBJECT)) => {
                let text = "The FULL_OBJECT checksum type cannot be used with this algorithm.";
                return Err(s3_error!(InvalidRequest, "{text}"));
            }
            (_, kind) => kind == Some(ChecksumType::FULL_OBJECT),
        };
        let upload = Upload {
            key: input.key.clone(),
            begun_ms: now_ms(),
            head: described.head()?,
            tags: tags::of_header(input.tagging.as_deref())?,
            algorithm,
            full_object,
        };
        let desk = self.clone();
        let shown = upload.algorithm.clone().map(ChecksumAlgorithm::from);
        let id =
            self.to_the_end(async move { Ok(desk.objects.begin(&shelf, upload).await?) }).await?;
        let kind = if full_object { ChecksumType::FULL_OBJECT } else { ChecksumType::COMPOSITE };
        Ok(S3Response::new(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            checksum_type: shown.is_some().then(|| ChecksumType::from_static(kind)),
            checksum_algorithm: shown,
            key: Some(input.key),
            upload_id: Some(id),
            ..CreateMultipartUploadOutput::default()
        }))
    }

    /// The upload of that id, which is of that key.
    pub(super) fn open(&self, shelf: &Shelf, key: &str, id: &str) -> S3Result<Open> {
        let open = shelf.uploads().get(id).cloned().filter(|open| open.upload.key == key);
        open.ok_or_else(no_upload)
    }

    pub(super) async fn upload_part(
        &self,
        request: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
        let S3Request { input, headers, trailing_headers, .. } = request;
        let shelf = self.shelf(&input.bucket)?;
        let open = self.open(&shelf, &input.key, &input.upload_id)?;
        let number = number(input.part_number)?;
        let said = Said {
            length: input.content_length,
            md5: input.content_md5.as_deref(),
            headers: &headers,
            trailer: trailing_headers.as_ref(),
            algorithms: algorithms(&open.upload, sums::asked(&headers, None)),
        };
        let (draft, summed) = take(&self.objects.inner.files, input.body, said).await?;
        let part = self.add(&shelf, (input.upload_id, number), draft, &summed).await?;
        let sums = part.sums.shown();
        Ok(S3Response::new(UploadPartOutput {
            checksum_crc32: sums.checksum_crc32,
            checksum_crc32c: sums.checksum_crc32c,
            checksum_crc64nvme: sums.checksum_crc64nvme,
            checksum_sha1: sums.checksum_sha1,
            checksum_sha256: sums.checksum_sha256,
            e_tag: Some(ETag::Strong(part.etag)),
            ..UploadPartOutput::default()
        }))
    }

    /// Adds a part that came whole.
    pub(super) async fn add(
        &self,
        shelf: &std::sync::Arc<Shelf>,
        (id, number): (String, u16),
        draft: Draft,
        summed: &Summed,
    ) -> S3Result<Part> {
        let (pieces, etag) = (vec![draft.piece()], hex(&summed.md5));
        let part = Part { pieces, etag, at_ms: now_ms(), sums: summed.sums.clone() };
        let (desk, shelf, added) = (self.clone(), shelf.clone(), part.clone());
        self.to_the_end(async move {
            Ok(desk.objects.add(&shelf, &id, number, vec![draft], added).await?)
        })
        .await?;
        Ok(part)
    }

    pub(super) async fn complete(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let S3Request { input, headers, .. } = request;
        let shelf = self.shelf(&input.bucket)?;
        let wanted = input.multipart_upload.and_then(|upload| upload.parts).unwrap_or_default();
        let asked = named(&wanted);
        let scheme = self.via().scheme();
        let host = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
        let location = format!("{scheme}://{host}/{}/{}", input.bucket, input.key);
        let done = shelf.done().get(&input.upload_id).cloned();
        if let Some(done) = done.filter(|done| done.key == input.key && done.asked == asked) {
            return Ok(completed(&shelf, input.bucket, input.key, location, &done.version));
        }
        let open = self.open(&shelf, &input.key, &input.upload_id)?;
        let version = assembled(&open, &wanted)?;
        if input.mpu_object_size.is_some_and(|size| size != signed(version.size())) {
            return Err(s3_error!(InvalidRequest, "The provided object size does not match."));
        }
        sums::compare(&version.sums, [Some(&headers), None])?;
        let condition = of_write(input.if_match, input.if_none_match);
        let (desk, id) = (self.clone(), input.upload_id);
        let (bucket, key) = (input.bucket, input.key);
        self.to_the_end(async move {
            let telling = desk.telling("ObjectCreated:CompleteMultipartUpload");
            let made = desk.objects.complete(&shelf, &id, version, asked, condition, telling);
            let put = made.await?;
            Ok(completed(&shelf, bucket, key, location, &put))
        })
        .await
    }

    pub(super) async fn abort(
        &self,
        input: AbortMultipartUploadInput,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let shelf = self.shelf(&input.bucket)?;
        self.open(&shelf, &input.key, &input.upload_id)?;
        let desk = self.clone();
        self.to_the_end(async move { Ok(desk.objects.abort(&shelf, &input.upload_id).await?) })
            .await?;
        let output = AbortMultipartUploadOutput::default();
        Ok(S3Response::with_status(output, http::StatusCode::NO_CONTENT))
    }

    pub(super) fn parts(&self, input: ListPartsInput) -> S3Result<S3Response<ListPartsOutput>> {
        let shelf = self.shelf(&input.bucket)?;
        let open = self.open(&shelf, &input.key, &input.upload_id)?;
        let marker = input.part_number_marker.unwrap_or(0);
        let after = u16::try_from(marker.max(0)).unwrap_or(u16::MAX);
        let most = crate::pages::most(input.max_parts);
        let mut parts: Vec<_> = open.parts.range(after.saturating_add(1)..).collect();
        let truncated = parts.len() > most;
        parts.truncate(most);
        let last = parts.last().map_or(after, |(number, _)| **number);
        let owner = owner(&shelf.bucket().scope.account);
        Ok(S3Response::new(ListPartsOutput {
            bucket: Some(input.bucket),
            checksum_algorithm: open.upload.algorithm.clone().map(ChecksumAlgorithm::from),
            is_truncated: Some(truncated),
            key: Some(input.key),
            max_parts: Some(input.max_parts.unwrap_or(crate::pages::MOST)),
            next_part_number_marker: Some(last.into()),
            owner: Some(owner),
            part_number_marker: Some(after.into()),
            parts: Some(parts.into_iter().map(|(number, part)| shown(*number, part)).collect()),
            upload_id: Some(input.upload_id),
            ..ListPartsOutput::default()
        }))
    }
}

/// A digest of what an upload is to be made of.
fn named(parts: &[CompletedPart]) -> String {
    let one = |part: &CompletedPart| {
        let tag = part.e_tag.as_ref().map_or("", |tag| tag.value());
        format!("{}:{tag}", part.part_number.unwrap_or_default())
    };
    sums::digest(&parts.iter().map(one).collect::<Vec<_>>().join(" "))
}

fn completed(
    shelf: &Shelf,
    bucket: String,
    key: String,
    location: String,
    put: &Version,
) -> S3Response<CompleteMultipartUploadOutput> {
    let sums = put.sums.shown();
    S3Response::new(CompleteMultipartUploadOutput {
        bucket: Some(bucket),
        checksum_crc32: sums.checksum_crc32,
        checksum_crc32c: sums.checksum_crc32c,
        checksum_crc64nvme: sums.checksum_crc64nvme,
        checksum_sha1: sums.checksum_sha1,
        checksum_sha256: sums.checksum_sha256,
        checksum_type: sums.checksum_type,
        e_tag: Some(etag(put)),
        key: Some(key),
        location: Some(location),
        version_id: shown_id(shelf, put),
        ..CompleteMultipartUploadOutput::default()
    })
}

/// The number of a part.
///
/// # Errors
/// `InvalidArgument`.
pub(super) fn number(number: i32) -> S3Result<u16> {
    let number = u16::try_from(number).ok().filter(|number| (1..=LAST).contains(number));
    number.ok_or_else(|| {
        let text = "Part number must be an integer between 1 and 10000, inclusive";
        s3_error!(InvalidArgument, "{text}")
    })
}

/// What a part of that upload is summed by.
pub(super) fn algorithms(upload: &Upload, asked: Vec<&'static str>) -> Vec<&'static str> {
    const ALL: [&str; 5] = ["CRC32", "CRC32C", DEFAULT, "SHA1", "SHA256"];
    let wanted = upload.algorithm.as_deref().unwrap_or(DEFAULT);
    let wanted = ALL.into_iter().filter(|one| *one == wanted || asked.contains(one));
    wanted.collect()
}

fn shown(number: u16, part: &Part) -> Shown {
    let sums = part.sums.shown();
    Shown {
        checksum_crc32: sums.checksum_crc32,
        checksum_crc32c: sums.checksum_crc32c,
        checksum_crc64nvme: sums.checksum_crc64nvme,
        checksum_sha1: sums.checksum_sha1,
        checksum_sha256: sums.checksum_sha256,
        e_tag: Some(ETag::Strong(part.etag.clone())),
        last_modified: Some(at_ms(part.at_ms)),
        part_number: Some(number.into()),
        size: Some(signed(size(&part.pieces))),
    }
}

/// The object that these parts of an upload make.
fn assembled(open: &Open, wanted: &[CompletedPart]) -> S3Result<Version> {
    if wanted.is_empty() {
        let text = "The XML you provided was not well-formed or did not validate against our \
                    published schema";
        return Err(s3_error!(MalformedXML, "{text}"));
    }
    let mut parts = Vec::with_capacity(wanted.len());
    let mut before = 0;
    for one in wanted {
        let number = number(one.part_number.unwrap_or(0))?;
        if number <= before {
            let text = "The list of parts was not in ascending order. Parts must be ordered by \
                        part number.";
            return Err(s3_error!(InvalidPartOrder, "{text}"));
        }
        before = number;
        let part = open.parts.get(&number).filter(|part| is_meant(part, one));
        parts.push(part.ok_or_else(|| {
            let text = "One or more of the specified parts could not be found. The part may not \
                        have been uploaded, or the specified entity tag may not match the part's \
                        entity tag.";
            s3_error!(InvalidPart, "{text}")
        })?);
    }
    let (_, all_but_last) = parts.split_last().unwrap_or((&parts[0], &[]));
    if all_but_last.iter().any(|part| size(&part.pieces) < LEAST) {
        let text = "Your proposed upload is smaller than the minimum allowed size";
        return Err(s3_error!(EntityTooSmall, "{text}"));
    }
    let mut md5 = Md5::new();
    parts.iter().for_each(|part| md5.update(&unhex(&part.etag)));
    let etag = format!("{}-{}", hex(md5.finalize().as_ref()), parts.len());
    let upload = &open.upload;
    let algorithm = upload.algorithm.as_deref().unwrap_or(DEFAULT);
    let sums = if upload.full_object {
        sums::whole(algorithm, parts.iter().map(|part| (&part.sums, size(&part.pieces))))
    } else {
        sums::composite(algorithm, parts.iter().map(|part| &part.sums))
    };
    let pieces = parts.iter().flat_map(|part| part.pieces.clone()).collect();
    let (head, tags) = (upload.head.clone(), upload.tags.clone());
    Ok(version(pieces, etag, sums.unwrap_or_default(), head, tags))
}

/// Whether a part is the one that its uploader means.
fn is_meant(part: &Part, one: &CompletedPart) -> bool {
    let said = Sums {
        crc32: one.checksum_crc32.clone(),
        crc32c: one.checksum_crc32c.clone(),
        crc64nvme: one.checksum_crc64nvme.clone(),
        sha1: one.checksum_sha1.clone(),
        sha256: one.checksum_sha256.clone(),
        composite: false,
    };
    let same = |name: &String| part.sums.of(name).is_none_or(|sum| Some(sum) == said.of(name));
    one.e_tag.as_ref().is_some_and(|tag| tag.value() == part.etag)
        && said.algorithms().iter().all(same)
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = (0..text.len() / 2).filter_map(|n| text.get(2 * n..2 * n + 2));
    pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect()
}
