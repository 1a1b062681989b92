//! Listings of objects, of versions and of uploads.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use s3s::dto::{
    ChecksumAlgorithm, CommonPrefix, DeleteMarkerEntry, EncodingType, ListMultipartUploadsInput,
    ListMultipartUploadsOutput, ListObjectVersionsInput, ListObjectVersionsOutput,
    ListObjectsInput, ListObjectsOutput, ListObjectsV2Input, ListObjectsV2Output, MultipartUpload,
    Object, ObjectStorageClass, ObjectVersion, ObjectVersionStorageClass, StorageClass,
};
use s3s::{S3Response, S3Result, s3_error};

use super::Desk;
use super::conditions::etag;
use super::get::signed;
use crate::owner::owner;
use crate::pages::{Page, Wanted, most, page};
use crate::record::{Version, at_ms};
use crate::shelf::{Keys, Shelf, Versions};
use crate::text::url_encoded;

/// How keys are written.
#[derive(Clone, Copy)]
struct Written(bool);

impl Written {
    fn as_asked(encoding: Option<&EncodingType>) -> Self {
        Self(encoding.is_some_and(|encoding| encoding.as_str() == EncodingType::URL))
    }

    fn key(self, key: &str) -> String {
        if self.0 { url_encoded(key) } else { key.into() }
    }

    fn text(self, text: Option<String>) -> Option<String> {
        text.map(|text| self.key(&text))
    }

    fn prefixes(self, prefixes: Vec<String>) -> Option<Vec<CommonPrefix>> {
        let shown = |prefix: String| CommonPrefix { prefix: Some(self.key(&prefix)) };
        let prefixes: Vec<_> = prefixes.into_iter().map(shown).collect();
        Some(prefixes).filter(|prefixes| !prefixes.is_empty())
    }
}

/// The objects that are there.
fn objects(keys: &Keys, wanted: &Wanted<'_>) -> Page<(String, Arc<Version>)> {
    page(keys, wanted, |key, versions| match versions.first() {
        Some(newest) if !newest.marker => vec![(key.to_owned(), newest.clone())],
        _ => Vec::new(),
    })
}

fn shown(key: &str, version: &Version, as_owned_by: Option<&Shelf>) -> Object {
    let algorithms = version.sums.algorithms();
    let kind = version.sums.shown().checksum_type;
    Object {
        checksum_algorithm: Some(algorithms.into_iter().map(ChecksumAlgorithm::from).collect()),
        checksum_type: kind,
        e_tag: Some(etag(version)),
        key: Some(key.into()),
        last_modified: Some(version.modified()),
        owner: as_owned_by.map(|shelf| owner(&shelf.bucket().scope.account)),
        restore_status: None,
        size: Some(signed(version.size())),
        storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
    }
}

impl Desk {
    pub(super) fn list(&self, input: ListObjectsInput) -> S3Result<S3Response<ListObjectsOutput>> {
        let shelf = self.shelf(&input.bucket)?;
        let written = Written::as_asked(input.encoding_type.as_ref());
        let wanted = Wanted {
            prefix: input.prefix.as_deref().unwrap_or_default(),
            delimiter: input.delimiter.as_deref().unwrap_or_default(),
            after: input.marker.as_deref().unwrap_or_default(),
            goes_on: true,
            version: None,
            most: most(input.max_keys),
        };
        let page = objects(&shelf.keys(), &wanted);
        let each = |(key, version): &(String, Arc<Version>)| {
            shown(&written.key(key), version, Some(&shelf))
        };
        let delimited = input.delimiter.is_some();
        Ok(S3Response::new(ListObjectsOutput {
            name: Some(input.bucket),
            contents: Some(page.items.iter().map(each).collect()),
            common_prefixes: written.prefixes(page.prefixes),
            is_truncated: Some(page.next.is_some()),
            // Without a delimiter the last key says it.
            next_marker: written.text(page.next.filter(|_| delimited)),
            marker: Some(written.text(input.marker).unwrap_or_default()),
            prefix: Some(written.text(input.prefix).unwrap_or_default()),
            delimiter: written.text(input.delimiter),
            max_keys: Some(input.max_keys.unwrap_or(crate::pages::MOST)),
            encoding_type: input.encoding_type,
            request_charged: None,
        }))
    }

    pub(super) fn list_v2(
        &self,
        input: ListObjectsV2Input,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let shelf = self.shelf(&input.bucket)?;
        let written = Written::as_asked(input.encoding_type.as_ref());
        let token = input.continuation_token.as_deref().map(read_token).transpose()?;
        let wanted = Wanted {
            prefix: input.prefix.as_deref().unwrap_or_default(),
            delimiter: input.delimiter.as_deref().unwrap_or_default(),
            after: token.as_deref().or(input.start_after.as_deref()).unwrap_or_default(),
            goes_on: token.is_some(),
            version: None,
            most: most(input.max_keys),
        };
        let page = objects(&shelf.keys(), &wanted);
        let owned = input.fetch_owner.unwrap_or(false).then_some(&*shelf);
        let each =
            |(key, version): &(String, Arc<Version>)| shown(&written.key(key), version, owned);
        let count = i32::try_from(page.items.len() + page.prefixes.len()).unwrap_or(i32::MAX);
        Ok(S3Response::new(ListObjectsV2Output {
            name: Some(input.bucket),
            key_count: Some(count),
            contents: Some(page.items.iter().map(each).collect()),
            common_prefixes: written.prefixes(page.prefixes),
            is_truncated: Some(page.next.is_some()),
            next_continuation_token: page.next.map(|key| URL_SAFE_NO_PAD.encode(key)),
            continuation_token: input.continuation_token,
            start_after: written.text(input.start_after),
            prefix: Some(written.text(input.prefix).unwrap_or_default()),
            delimiter: written.text(input.delimiter),
            max_keys: Some(input.max_keys.unwrap_or(crate::pages::MOST)),
            encoding_type: input.encoding_type,
            request_charged: None,
        }))
    }

    pub(super) fn list_versions(
        &self,
        input: ListObjectVersionsInput,
    ) -> S3Result<S3Response<ListObjectVersionsOutput>> {
        let shelf = self.shelf(&input.bucket)?;
        let written = Written::as_asked(input.encoding_type.as_ref());
        let version = input.version_id_marker.as_deref().filter(|id| !id.is_empty());
        if version.is_some() && input.key_marker.is_none() {
            let text = "A version-id marker cannot be specified without a key marker.";
            return Err(s3_error!(InvalidArgument, "{text}"));
        }
        let after = input.key_marker.as_deref().unwrap_or_default();
        let wanted = Wanted {
            prefix: input.prefix.as_deref().unwrap_or_default(),
            delimiter: input.delimiter.as_deref().unwrap_or_default(),
            after,
            goes_on: true,
            version,
            most: most(input.max_keys),
        };
        let page = page(&shelf.keys(), &wanted, |key, versions| {
            let from = if key == after { passed(versions, version) } else { 0 };
            let rest = versions.iter().enumerate().skip(from);
            rest.map(|(n, one)| (key.to_owned(), one.clone(), n == 0)).collect()
        });
        let last = page.items.last().filter(|(key, ..)| page.next.as_deref() == Some(key));
        let next_version = last.map(|(_, version, _)| version.id.clone());
        let (mut versions, mut markers) = (Vec::new(), Vec::new());
        for (key, version, newest) in &page.items {
            if version.marker {
                markers.push(marker_entry(&shelf, written.key(key), version, *newest));
            } else {
                versions.push(version_entry(&shelf, written.key(key), version, *newest));
            }
        }
        Ok(S3Response::new(ListObjectVersionsOutput {
            name: Some(input.bucket),
            versions: Some(versions),
            delete_markers: Some(markers),
            common_prefixes: written.prefixes(page.prefixes),
            is_truncated: Some(page.next.is_some()),
            next_version_id_marker: next_version,
            next_key_marker: written.text(page.next),
            key_marker: Some(written.text(input.key_marker).unwrap_or_default()),
            version_id_marker: Some(input.version_id_marker.unwrap_or_default()),
            prefix: Some(written.text(input.prefix).unwrap_or_default()),
            delimiter: written.text(input.delimiter),
            max_keys: Some(input.max_keys.unwrap_or(crate::pages::MOST)),
            encoding_type: input.encoding_type,
            request_charged: None,
        }))
    }

    pub(super) fn list_uploads(
        &self,
        input: ListMultipartUploadsInput,
    ) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
        let shelf = self.shelf(&input.bucket)?;
        let written = Written::as_asked(input.encoding_type.as_ref());
        let prefix = input.prefix.as_deref().unwrap_or_default();
        let after = (
            input.key_marker.as_deref().unwrap_or_default(),
            input.upload_id_marker.as_deref().unwrap_or("~"),
        );
        let uploads = shelf.uploads();
        let mut open: Vec<_> =
            uploads.iter().map(|(id, open)| (open.upload.key.as_str(), id.as_str())).collect();
        open.sort_unstable();
        open.retain(|one| one.0.starts_with(prefix) && *one > after);
        let most = most(input.max_uploads);
        let truncated = open.len() > most;
        open.truncate(most);
        let last = open.last().copied().filter(|_| truncated);
        let shown = open.iter().filter_map(|(key, id)| {
            let upload = &uploads.get(*id)?.upload;
            Some(MultipartUpload {
                checksum_algorithm: upload.algorithm.clone().map(ChecksumAlgorithm::from),
                initiated: Some(at_ms(upload.begun_ms)),
                key: Some(written.key(key)),
                owner: Some(owner(&shelf.bucket().scope.account)),
                storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
                upload_id: Some((*id).into()),
                ..MultipartUpload::default()
            })
        });
        Ok(S3Response::new(ListMultipartUploadsOutput {
            bucket: Some(input.bucket.clone()),
            uploads: Some(shown.collect()),
            is_truncated: Some(truncated),
            next_key_marker: last.map(|(key, _)| written.key(key)),
            next_upload_id_marker: last.map(|(_, id)| id.into()),
            key_marker: Some(written.text(input.key_marker.clone()).unwrap_or_default()),
            upload_id_marker: input.upload_id_marker.clone(),
            max_uploads: Some(input.max_uploads.unwrap_or(crate::pages::MOST)),
            prefix: written.text(input.prefix.clone()),
            encoding_type: input.encoding_type.clone(),
            ..ListMultipartUploadsOutput::default()
        }))
    }
}

/// How many versions of a key the marker has behind it.
fn passed(versions: &Versions, marker: Option<&str>) -> usize {
    match marker {
        Some(id) => versions.iter().position(|one| one.id == id).map_or(0, |place| place + 1),
        None => 0,
    }
}

fn version_entry(shelf: &Shelf, key: String, version: &Version, newest: bool) -> ObjectVersion {
    ObjectVersion {
        e_tag: Some(etag(version)),
        is_latest: Some(newest),
        key: Some(key),
        last_modified: Some(version.modified()),
        owner: Some(owner(&shelf.bucket().scope.account)),
        size: Some(signed(version.size())),
        storage_class: Some(ObjectVersionStorageClass::from_static(
            ObjectVersionStorageClass::STANDARD,
        )),
        version_id: Some(version.id.clone()),
        ..ObjectVersion::default()
    }
}

fn marker_entry(shelf: &Shelf, key: String, version: &Version, newest: bool) -> DeleteMarkerEntry {
    DeleteMarkerEntry {
        is_latest: Some(newest),
        key: Some(key),
        last_modified: Some(version.modified()),
        owner: Some(owner(&shelf.bucket().scope.account)),
        version_id: Some(version.id.clone()),
    }
}

fn read_token(token: &str) -> S3Result<String> {
    let key = URL_SAFE_NO_PAD.decode(token).ok().and_then(|key| String::from_utf8(key).ok());
    key.ok_or_else(|| s3_error!(InvalidArgument, "The continuation token provided is incorrect"))
}
