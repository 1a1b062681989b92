//! What a foreign S3 tells a webhook, as S3 itself would tell it.
//!
//! The form is MinIO's: `{"EventName", "Key", "Records": […]}`, in which records are those of S3 but for
//! some values: names of events begin with `s3:`, the source is `minio:s3`, slashes in keys are escaped,
//! and there are members that S3 has not. Whatever else posts S3's own records is understood as well.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;

use super::record::{encoded, host_id, time};
use crate::text::decoded;

/// The most records that one request may have.
const MOST: usize = 1_000;
/// The longest text of a record, bytes; a key may be three times as long while it is escaped.
const LONGEST: usize = 1_024;

/// Why what was posted tells nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// It is no JSON, or has another form.
    #[error("post events as S3 and MinIO write them, {{\"Records\": […]}}: {0}")]
    Form(String),
    /// It has too many records.
    #[error("post at most 1000 records at once")]
    TooMany,
    /// A record says something that cannot be.
    #[error("a record's {0} cannot be")]
    Value(&'static str),
}

#[derive(Deserialize)]
struct Posted {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    event_name: String,
    event_time: String,
    #[serde(default)]
    aws_region: String,
    #[serde(default)]
    user_identity: Identity,
    #[serde(default)]
    request_parameters: Parameters,
    #[serde(default)]
    response_elements: Elements,
    s3: Entity,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    #[serde(default)]
    principal_id: String,
}

#[derive(Default, Deserialize)]
struct Parameters {
    #[serde(default, rename = "sourceIPAddress")]
    address: String,
}

#[derive(Default, Deserialize)]
struct Elements {
    #[serde(default, rename = "x-amz-request-id")]
    request: String,
    #[serde(default, rename = "x-amz-id-2")]
    host: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entity {
    #[serde(default)]
    configuration_id: String,
    bucket: Bucket,
    object: Object,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bucket {
    name: String,
    #[serde(default)]
    owner_identity: Identity,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object {
    key: String,
    size: Option<u64>,
    e_tag: Option<String>,
    version_id: Option<String>,
    sequencer: Option<String>,
}

/// The events of a request's body, each with one record as S3 sends them; `region` is for records that
/// name none.
///
/// # Errors
/// [`Unreadable`]: nothing of it is told.
pub(crate) fn events(body: &[u8], region: &str) -> Result<Vec<Value>, Unreadable> {
    let posted: Posted =
        serde_json::from_slice(body).map_err(|why| Unreadable::Form(why.to_string()))?;
    match posted.records.len() {
        0 => Err(Unreadable::Form("there is no record".into())),
        1..=MOST => posted.records.iter().map(|record| record.told(region)).collect(),
        _ => Err(Unreadable::TooMany),
    }
}

impl Record {
    fn told(&self, region: &str) -> Result<Value, Unreadable> {
        let name = self.event_name.strip_prefix("s3:").unwrap_or(&self.event_name);
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b':';
        if !(1..=LONGEST).contains(&name.len()) || !name.bytes().all(is_name) {
            return Err(Unreadable::Value("eventName"));
        }
        let at: Timestamp = self.event_time.parse().map_err(|_| Unreadable::Value("eventTime"))?;
        let version = if name.starts_with("ObjectTagging") { "2.3" } else { "2.1" };
        let region = Some(short(&self.aws_region, "awsRegion")?)
            .filter(|own| !own.is_empty())
            .unwrap_or(region);
        let request = short(&self.response_elements.request, "x-amz-request-id")?;
        let host = short(&self.response_elements.host, "x-amz-id-2")?;
        let host = if host.is_empty() { host_id(request) } else { host.to_owned() };
        let bucket = self.s3.bucket.name.as_str();
        if !(1..=255).contains(&bucket.len()) || bucket.contains(['/', '*', ':']) {
            return Err(Unreadable::Value("bucket"));
        }
        Ok(json!({ "Records": [{
            "eventVersion": version,
            "eventSource": "aws:s3",
            "awsRegion": region,
            "eventTime": time(at.as_millisecond()),
            "eventName": name,
            "userIdentity": { "principalId": short(&self.user_identity.principal_id, "principalId")? },
            "requestParameters": { "sourceIPAddress": short(&self.request_parameters.address, "sourceIPAddress")? },
            "responseElements": { "x-amz-request-id": request, "x-amz-id-2": host },
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": short(&self.s3.configuration_id, "configurationId")?,
                "bucket": {
                    "name": bucket,
                    "ownerIdentity": { "principalId": short(&self.s3.bucket.owner_identity.principal_id, "principalId")? },
                    "arn": format!("arn:aws:s3:::{bucket}"),
                },
                "object": self.s3.object.told()?,
            },
        }]}))
    }
}

impl Object {
    fn told(&self) -> Result<Value, Unreadable> {
        let key = decoded(&self.key);
        if !(1..=LONGEST).contains(&key.len()) {
            return Err(Unreadable::Value("key"));
        }
        let mut told = json!({ "key": encoded(&key) });
        if let Some(size) = self.size {
            told["size"] = size.into();
        }
        for (name, value) in
            [("eTag", &self.e_tag), ("versionId", &self.version_id), ("sequencer", &self.sequencer)]
        {
            if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
                told[name] = short(value, name)?.into();
            }
        }
        Ok(told)
    }
}

fn short<'t>(text: &'t str, what: &'static str) -> Result<&'t str, Unreadable> {
    if text.len() <= LONGEST { Ok(text) } else { Err(Unreadable::Value(what)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of MinIO's guide to webhooks, shortened, with a key that has a slash and a space.
    fn posted() -> Value {
        json!({
            "EventName": "s3:ObjectCreated:Put",
            "Key": "photos/in/a b.jpg",
            "Records": [{
                "eventVersion": "2.0",
                "eventSource": "minio:s3",
                "awsRegion": "",
                "eventTime": "2024-10-22T09:27:27.5Z",
                "eventName": "s3:ObjectCreated:Put",
                "userIdentity": { "principalId": "minio" },
                "requestParameters": { "sourceIPAddress": "172.16.118.255", "principalId": "minio", "region": "" },
                "responseElements": {
                    "x-amz-request-id": "15CFEDF8D4736ED9",
                    "x-minio-origin-endpoint": "http://172.17.0.2:9000",
                },
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "configurationId": "Config",
                    "bucket": { "name": "photos", "ownerIdentity": { "principalId": "minio" }, "arn": "arn:aws:s3:::photos" },
                    "object": {
                        "key": "in%2Fa+b.jpg",
                        "size": 224662,
                        "eTag": "5fc7298143efe1276d39a3466d4e255f",
                        "contentType": "image/jpeg",
                        "userMetadata": { "content-type": "image/jpeg" },
                        "sequencer": "15CFEDF8D5304D1A",
                    },
                },
                "source": { "host": "172.16.118.255", "port": "", "userAgent": "MinIO" },
            }],
        })
    }

    #[test]
    fn what_minio_posts_is_told_as_s3_tells_it() {
        let told = events(posted().to_string().as_bytes(), "eu-west-1").expect("events");
        let expected = r#"{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-west-1","eventTime":"2024-10-22T09:27:27.500Z","eventName":"ObjectCreated:Put","userIdentity":{"principalId":"minio"},"requestParameters":{"sourceIPAddress":"172.16.118.255"},"responseElements":{"x-amz-request-id":"15CFEDF8D4736ED9","x-amz-id-2":"ZmlrYS8xNUNGRURGOEQ0NzM2RUQ5"},"s3":{"s3SchemaVersion":"1.0","configurationId":"Config","bucket":{"name":"photos","ownerIdentity":{"principalId":"minio"},"arn":"arn:aws:s3:::photos"},"object":{"key":"in/a+b.jpg","size":224662,"eTag":"5fc7298143efe1276d39a3466d4e255f","sequencer":"15CFEDF8D5304D1A"}}}]}"#;
        let expected: Value = serde_json::from_str(expected).expect("JSON");
        assert_eq!(told, [expected]);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let refused = |change: &dyn Fn(&mut Value)| {
            let mut posted = posted();
            change(&mut posted);
            events(posted.to_string().as_bytes(), "us-east-1").expect_err("refused")
        };
        let record = |name: &'static str, value: Value| {
            refused(&move |posted| posted["Records"][0][name] = value.clone())
        };
        assert_eq!(record("eventName", "a b".into()), Unreadable::Value("eventName"));
        assert_eq!(record("eventTime", "now".into()), Unreadable::Value("eventTime"));
        assert_eq!(record("awsRegion", "x".repeat(1_025).into()), Unreadable::Value("awsRegion"));
        let object = |name: &'static str, value: Value| {
            refused(&move |posted| posted["Records"][0]["s3"]["object"][name] = value.clone())
        };
        assert_eq!(object("key", "".into()), Unreadable::Value("key"));
        assert_eq!(object("key", "k".repeat(1_025).into()), Unreadable::Value("key"));
        assert!(matches!(object("size", (-1).into()), Unreadable::Form(_)));
        let many = refused(&|posted| {
            let one = posted["Records"][0].clone();
            posted["Records"] = vec![one; 1_001].into();
        });
        assert_eq!(many, Unreadable::TooMany);
        for body in ["", "[]", "{}", "{\"Records\":[]}", "{\"Records\":[{}]}", "not JSON", "\u{0}"]
        {
            let refused = events(body.as_bytes(), "us-east-1");
            assert!(matches!(refused, Err(Unreadable::Form(_))), "{body}");
        }
    }
}
