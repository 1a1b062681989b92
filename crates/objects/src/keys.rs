//! Where things are in the store.
//!
//! | key | what |
//! |---|---|
//! | `s3/bucket/NAME` | a bucket |
//! | `s3/object/BUCKET/VERSION/KEY` | one version of an object |
//! | `s3/upload/BUCKET/ID` | an upload that is not done |
//! | `s3/part/BUCKET/ID/NUMBER` | a part of one |
//! | `s3/done/BUCKET/ID` | what a finished upload was answered with |
//! | `s3/webhook/ID` | a webhook |
//! | `s3/outbox/TIME-ID` | what a change tells, until the journal has it |
//!
//! Names of buckets, ids of versions and of uploads have no slash.

pub(crate) const BUCKETS: &str = "s3/bucket/";
pub(crate) const OBJECTS: &str = "s3/object/";
pub(crate) const UPLOADS: &str = "s3/upload/";
pub(crate) const PARTS: &str = "s3/part/";
pub(crate) const DONE: &str = "s3/done/";
pub(crate) const WEBHOOKS: &str = "s3/webhook/";
pub(crate) const OUTBOX: &str = "s3/outbox/";

pub(crate) fn bucket(name: &str) -> String {
    format!("{BUCKETS}{name}")
}

pub(crate) fn object(bucket: &str, version: &str, key: &str) -> String {
    format!("{OBJECTS}{bucket}/{version}/{key}")
}

pub(crate) fn upload(bucket: &str, id: &str) -> String {
    format!("{UPLOADS}{bucket}/{id}")
}

pub(crate) fn part(bucket: &str, id: &str, number: u16) -> String {
    format!("{PARTS}{bucket}/{id}/{number}")
}

pub(crate) fn done(bucket: &str, id: &str) -> String {
    format!("{DONE}{bucket}/{id}")
}

pub(crate) fn outbox(name: &str) -> String {
    format!("{OUTBOX}{name}")
}

pub(crate) fn webhook(id: &str) -> String {
    format!("{WEBHOOKS}{id}")
}

/// What follows a prefix, in so many pieces; none when the key has another form.
pub(crate) fn split<'k, const N: usize>(key: &'k [u8], prefix: &str) -> Option<[&'k str; N]> {
    let rest = std::str::from_utf8(key).ok()?.strip_prefix(prefix)?;
    let mut pieces = rest.splitn(N, '/');
    let mut found = [""; N];
    for place in &mut found {
        *place = pieces.next()?;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_are_written() {
        let key = object("photos", "null", "a/b//c");
        assert_eq!(split(key.as_bytes(), OBJECTS), Some(["photos", "null", "a/b//c"]));
        let key = part("photos", "id", 7);
        assert_eq!(split(key.as_bytes(), PARTS), Some(["photos", "id", "7"]));
        assert_eq!(split::<2>(bucket("photos").as_bytes(), BUCKETS), None);
    }
}
