//! A message: its head, which is in memory, and its text and attributes, which are on disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{BufMut as _, Bytes, BytesMut};
use fika_journal::EntryId;
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What is known of a message without its text. Add members with a default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Head {
    /// Its `MessageId`.
    pub(crate) id: Uuid,
    /// When, milliseconds since 1970.
    pub(crate) sent: u64,
    /// By whom.
    pub(crate) sender: String,
    /// Not before then, milliseconds since 1970; 0 for at once.
    #[serde(default)]
    pub(crate) visible: u64,
    /// How often it was received, and when first.
    #[serde(default)]
    pub(crate) received: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) first: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) group: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deduplication: Option<String>,
    /// The ARN of the queue it came from, of a dead letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) trace: Option<String>,
}

/// The value of an attribute of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Value {
    /// Of texts and numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub string_value: Option<String>,
    /// Of bytes, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binary_value: Option<String>,
    /// `String`, `Number` or `Binary`, and perhaps a dot and more.
    #[serde(default)]
    pub data_type: String,
}

/// The attributes of a message.
pub(crate) type Attributes = BTreeMap<String, Value>;

/// A message as somebody received it.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivered {
    /// Its `MessageId`.
    pub id: Uuid,
    /// By which it is deleted.
    pub handle: String,
    /// Its text.
    pub body: String,
    /// Its attributes.
    pub attributes: BTreeMap<String, Value>,
    /// What the queue knows of it: `SentTimestamp` and so on.
    pub system: BTreeMap<&'static str, String>,
    /// Its group, where it has one.
    pub group: Option<Arc<str>>,
}

impl Delivered {
    /// `MD5OfBody`.
    #[must_use]
    pub fn md5_of_body(&self) -> String {
        md5_of_text(&self.body)
    }

    /// `MD5OfMessageAttributes`; none of a message without any.
    #[must_use]
    pub fn md5_of_attributes(&self) -> Option<String> {
        md5_of(&self.attributes)
    }
}

/// As the journal keeps it: how long the attributes are, they, and the text.
pub(crate) fn packed(text: &str, attributes: &Attributes) -> Bytes {
    let attributes = match attributes.is_empty() {
        true => Vec::new(),
        false => serde_json::to_vec(attributes).unwrap_or_default(),
    };
    let mut body = BytesMut::with_capacity(4 + attributes.len() + text.len());
    body.put_u32(u32::try_from(attributes.len()).unwrap_or(u32::MAX));
    body.put_slice(&attributes);
    body.put_slice(text.as_bytes());
    body.freeze()
}

/// The same read again; none where it was never packed.
pub(crate) fn unpacked(body: &[u8]) -> Option<(String, Attributes)> {
    let (length, rest) = body.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (attributes, text) = rest.split_at_checked(length)?;
    let attributes = match attributes.is_empty() {
        true => Attributes::new(),
        false => serde_json::from_slice(attributes).ok()?,
    };
    Some((String::from_utf8(text.to_vec()).ok()?, attributes))
}

/// `MD5OfMessageBody`.
pub(crate) fn md5_of_text(text: &str) -> String {
    hex(&Md5::digest(text.as_bytes()))
}

/// `MD5OfMessageAttributes`, by the recipe of SQS's documentation; none where there are none.
pub(crate) fn md5_of<'a>(
    attributes: impl IntoIterator<Item = (&'a String, &'a Value)>,
) -> Option<String> {
    let mut hash = Md5::new();
    let mut any = false;
    for (name, value) in attributes {
        any = true;
        part(&mut hash, name.as_bytes());
        part(&mut hash, value.data_type.as_bytes());
        match (&value.string_value, &value.binary_value) {
            (Some(text), _) => {
                hash.update([1]);
                part(&mut hash, text.as_bytes());
            }
            (None, binary) => {
                hash.update([2]);
                part(
                    &mut hash,
                    &STANDARD.decode(binary.as_deref().unwrap_or("")).unwrap_or_default(),
                );
            }
        }
    }
    any.then(|| hex(&hash.finalize()))
}

fn part(hash: &mut Md5, bytes: &[u8]) {
    hash.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    hash.update(bytes);
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `SequenceNumber`: greater for what was sent later.
pub(crate) fn sequence(id: EntryId) -> String {
    format!("188{:017}", id.0)
}

/// What a receiver needs to end a message: which one, and the how manyth receipt it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Handle {
    pub(crate) entry: EntryId,
    pub(crate) received: u32,
    pub(crate) message: Uuid,
}

impl Handle {
    /// As it is told, of that queue.
    pub(crate) fn shown(&self, arn: &str) -> String {
        let Self { entry, received, message } = self;
        STANDARD.encode(format!("{arn} {message} {} {received}", entry.0))
    }

    /// The handle of a message of that queue; none for any other text.
    pub(crate) fn read(text: &str, arn: &str) -> Option<Self> {
        let plain = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
        let mut parts = plain.strip_prefix(arn)?.strip_prefix(' ')?.split(' ');
        let message = parts.next()?.parse().ok()?;
        let entry = EntryId(parts.next()?.parse().ok()?);
        let received = parts.next()?.parse().ok()?;
        parts.next().is_none().then_some(Self { entry, received, message })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Value {
        Value { string_value: Some(value.into()), data_type: "String".into(), ..Value::default() }
    }

    #[test]
    fn md5s_are_those_that_aws_was_seen_to_answer() {
        assert_eq!(md5_of_text("msg"), "6e2baaf3b97dbeef01c0043275f9a0e7");
        let all = [("General", "Kenobi"), ("Hello", "There"), ("Help.Me", "Me")];
        let all: Attributes = all.map(|(name, value)| (name.to_owned(), text(value))).into();
        assert_eq!(md5_of(&all).as_deref(), Some("4c360f3fdafd970e05fae2f149d997f5"));
        let bytes = b"traceparent\x1e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01";
        let binary = Value {
            binary_value: Some(STANDARD.encode(bytes)),
            data_type: "Binary".into(),
            ..Value::default()
        };
        let one = Attributes::from([("attr1".to_owned(), binary)]);
        assert_eq!(md5_of(&one).as_deref(), Some("8cbe4db156db8a94db8b801b7addb984"));
        assert_eq!(md5_of(&Attributes::new()), None);
    }

    #[test]
    fn what_is_packed_is_read_again() {
        let one = Attributes::from([("a".to_owned(), text("ä"))]);
        for (body, attributes) in [("", Attributes::new()), ("hello ä", one)] {
            let read = unpacked(&packed(body, &attributes));
            assert_eq!(read, Some((body.to_owned(), attributes)));
        }
        for bad in [&b""[..], b"\0\0\0", b"\0\0\0\x05{}", b"\xff\xff\xff\xff"] {
            assert_eq!(unpacked(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_handle_is_of_one_queue() {
        let handle = Handle { entry: EntryId(7), received: 2, message: Uuid::new_v4() };
        let shown = handle.shown("arn:aws:sqs:us-east-1:123456789012:q");
        assert_eq!(Handle::read(&shown, "arn:aws:sqs:us-east-1:123456789012:q"), Some(handle));
        assert_eq!(Handle::read(&shown, "arn:aws:sqs:us-east-1:123456789012:r"), None);
        assert_eq!(Handle::read("illegal", "arn:aws:sqs:us-east-1:123456789012:q"), None);
    }
}
