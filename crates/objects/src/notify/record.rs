//! The event that functions, queues and topics are sent.

use fika_service::Via;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::files::hex;
use crate::record::Version;

/// The ETag of nothing, which delete markers have in events.
const EMPTY: &str = "d41d8cd98f00b204e9800998ecf8427e";

/// Something that happened to an object.
#[derive(Debug, Clone)]
pub(crate) struct Happened {
    /// As in `ObjectCreated:Put`.
    pub(crate) event: &'static str,
    pub(crate) key: String,
    /// None where nothing is left to tell of.
    pub(crate) size: Option<u64>,
    pub(crate) etag: Option<String>,
    /// None where the bucket keeps no versions.
    pub(crate) version: Option<String>,
    /// Orders what happened to a key.
    pub(crate) at: u64,
}

/// Who did it, and how they asked.
#[derive(Debug, Clone)]
pub(crate) struct Doer {
    /// As in `AWS:AIDAJDPLRKLG7UEXAMPLE`.
    pub(crate) principal: String,
    pub(crate) address: String,
    /// How they came.
    pub(crate) via: Via,
    pub(crate) request: String,
    /// `X-Amzn-Trace-Id`, where there was one.
    pub(crate) trace_id: Option<String>,
}

/// Where it happened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) owner: &'a str,
    pub(crate) region: &'a str,
}

impl Happened {
    /// An object was put.
    pub(crate) fn put(event: &'static str, key: &str, version: &Version) -> Self {
        Self {
            event,
            key: key.into(),
            size: Some(version.size()),
            etag: Some(version.etag.clone()),
            version: Some(version.id.clone()).filter(|id| id != crate::record::NULL),
            at: version.at,
        }
    }

    /// An object was said to be deleted, by that marker.
    pub(crate) fn marked(key: &str, marker: &Version) -> Self {
        let event = "ObjectRemoved:DeleteMarkerCreated";
        Self { size: None, etag: Some(EMPTY.into()), ..Self::put(event, key, marker) }
    }

    /// A version was removed, the one that was named or the only one.
    pub(crate) fn removed(key: &str, version: Option<String>, at: u64) -> Self {
        let version = version.filter(|id| id != crate::record::NULL);
        let event = "ObjectRemoved:Delete";
        Self { event, key: key.into(), size: None, etag: None, version, at }
    }

    /// The event, told by the rule of that id.
    pub(crate) fn told(&self, rule: &str, at: At<'_>, doer: &Doer) -> Value {
        let version = if self.event.starts_with("ObjectTagging") { "2.3" } else { "2.1" };
        json!({ "Records": [{
            "eventVersion": version,
            "eventSource": "aws:s3",
            "awsRegion": at.region,
            "eventTime": self.time(),
            "eventName": self.event,
            "userIdentity": { "principalId": doer.principal },
            "requestParameters": { "sourceIPAddress": doer.address },
            "responseElements": {
                "x-amz-request-id": doer.request,
                "x-amz-id-2": host_id(&doer.request),
            },
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": rule,
                "bucket": {
                    "name": at.bucket,
                    "ownerIdentity": { "principalId": at.owner },
                    "arn": format!("arn:aws:s3:::{}", at.bucket),
                },
                "object": self.object(encoded(&self.key)),
            },
        }]})
    }

    /// The same as an event of EventBridge: what happened, and its detail.
    pub(crate) fn detail(&self, at: At<'_>, doer: &Doer) -> Option<(&'static str, Value)> {
        let (family, how) = self.event.split_once(':')?;
        let (name, more) = match (family, how) {
            ("ObjectCreated", "Put") => ("Object Created", ("reason", "PutObject")),
            ("ObjectCreated", "Copy") => ("Object Created", ("reason", "CopyObject")),
            ("ObjectCreated", how) => ("Object Created", ("reason", how)),
            ("ObjectRemoved", "Delete") => {
                ("Object Deleted", ("deletion-type", "Permanently Deleted"))
            }
            ("ObjectRemoved", _) => ("Object Deleted", ("deletion-type", "Delete Marker Created")),
            ("ObjectTagging", "Put") => return Some(("Object Tags Added", self.plain(at, doer))),
            ("ObjectTagging", _) => return Some(("Object Tags Deleted", self.plain(at, doer))),
            _ => return None,
        };
        let mut detail = self.plain(at, doer);
        detail[more.0] = more.1.into();
        if name == "Object Deleted" {
            detail["reason"] = "DeleteObject".into();
        }
        Some((name, detail))
    }

    fn plain(&self, at: At<'_>, doer: &Doer) -> Value {
        let object: Map<_, _> = self
            .object(self.key.clone())
            .into_iter()
            .map(|(name, value)| match &*name {
                "eTag" => ("etag".into(), value),
                "versionId" => ("version-id".into(), value),
                _ => (name, value),
            })
            .collect();
        json!({
            "version": "0",
            "bucket": { "name": at.bucket },
            "object": object,
            "request-id": doer.request,
            "requester": at.owner,
            "source-ip-address": doer.address,
        })
    }

    fn object(&self, key: String) -> Map<String, Value> {
        let mut object = Map::new();
        object.insert("key".into(), key.into());
        object.extend(self.size.map(|size| ("size".into(), size.into())));
        object.extend(self.etag.clone().map(|etag| ("eTag".into(), etag.into())));
        object.extend(self.version.clone().map(|id| ("versionId".into(), id.into())));
        object.insert("sequencer".into(), sequencer(self.at).into());
        object
    }

    /// When, to the millisecond.
    pub(crate) fn time(&self) -> String {
        time(i64::try_from(self.at / 1000).unwrap_or(i64::MAX))
    }
}

/// Milliseconds since 1970 as events say them.
pub(crate) fn time(ms: i64) -> String {
    let time = Timestamp::from_millisecond(ms).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Later ones are greater, as text of the same length.
fn sequencer(at: u64) -> String {
    format!("{at:018X}")
}

/// `x-amz-id-2`, of the request.
pub(crate) fn host_id(request: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(format!("fika/{request}"))
}

/// A key as in a form: all but letters, digits, `-_.*` and slashes in percent, and a space as `+`.
pub(crate) fn encoded(key: &str) -> String {
    key.bytes().fold(String::with_capacity(key.len()), |mut text, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' | b'/' => {
                text.push(char::from(byte));
            }
            b' ' => text.push('+'),
            byte => {
                text.push('%');
                text.push_str(&hex(&[byte]).to_ascii_uppercase());
            }
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the S3 user guide, "Event message structure", with our own ids.
    #[test]
    fn an_event_is_as_documented() {
        let happened = Happened {
            event: "ObjectCreated:Put",
            key: "Happy Face+é.jpg".into(),
            size: Some(1024),
            etag: Some("d41d8cd98f00b204e9800998ecf8427e".into()),
            version: Some("096fKKXTRTtl3on89fVO".into()),
            at: 1_000,
        };
        let doer = Doer {
            principal: "AWS:AIDAJDPLRKLG7UEXAMPLE".into(),
            address: "127.0.0.1".into(),
            via: Via::default(),
            request: "C3D13FE58DE4C810".into(),
            trace_id: None,
        };
        let at = At { bucket: "mybucket", owner: "A3NL1KOZZKExample", region: "us-west-2" };
        let expected = r#"{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"us-west-2","eventTime":"1970-01-01T00:00:00.001Z","eventName":"ObjectCreated:Put","userIdentity":{"principalId":"AWS:AIDAJDPLRKLG7UEXAMPLE"},"requestParameters":{"sourceIPAddress":"127.0.0.1"},"responseElements":{"x-amz-request-id":"C3D13FE58DE4C810","x-amz-id-2":"ZmlrYS9DM0QxM0ZFNThERTRDODEw"},"s3":{"s3SchemaVersion":"1.0","configurationId":"testConfigRule","bucket":{"name":"mybucket","ownerIdentity":{"principalId":"A3NL1KOZZKExample"},"arn":"arn:aws:s3:::mybucket"},"object":{"key":"Happy+Face%2B%C3%A9.jpg","size":1024,"eTag":"d41d8cd98f00b204e9800998ecf8427e","versionId":"096fKKXTRTtl3on89fVO","sequencer":"0000000000000003E8"}}}]}"#;
        assert_eq!(happened.told("testConfigRule", at, &doer).to_string(), expected);
    }
}
