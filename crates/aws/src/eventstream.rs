//! Event streams: messages of headers and a payload, each with checksums, one behind the other.
//!
//! A message is its length and that of its headers, a CRC-32 of those two, the headers, the
//! payload, and a CRC-32 of all before it. What a message is stands in its headers.
//! From *Amazon Event Stream Specification* of Smithy's documentation.

use bytes::{BufMut, Bytes, BytesMut};

/// The content type of an answer that is one.
pub const CONTENT_TYPE: &str = "application/vnd.amazon.eventstream";

/// The kind of a header whose value is text.
const TEXT: u8 = 7;
/// Lengths and the checksum before the headers, bytes.
const PRELUDE: usize = 12;
const CHECKSUM: usize = 4;

/// An event of that type.
#[must_use]
pub fn event(kind: &str, content_type: &str, payload: &[u8]) -> Bytes {
    let headers =
        [(":message-type", "event"), (":event-type", kind), (":content-type", content_type)];
    message(&headers, payload)
}

/// The exception that ends a stream.
#[must_use]
pub fn exception(kind: &str, content_type: &str, payload: &[u8]) -> Bytes {
    let headers = [
        (":message-type", "exception"),
        (":exception-type", kind),
        (":content-type", content_type),
    ];
    message(&headers, payload)
}

/// A message with these headers. A header whose name or value is too long for one is left out:
/// 255 and 32,767 bytes.
#[must_use]
pub fn message(headers: &[(&str, &str)], payload: &[u8]) -> Bytes {
    let mut head = BytesMut::new();
    for (name, value) in headers {
        let (Ok(name_length), Ok(length)) = (u8::try_from(name.len()), i16::try_from(value.len()))
        else {
            continue;
        };
        head.put_u8(name_length);
        head.put_slice(name.as_bytes());
        head.put_u8(TEXT);
        head.put_i16(length);
        head.put_slice(value.as_bytes());
    }
    let whole = PRELUDE + head.len() + payload.len() + CHECKSUM;
    let mut message = BytesMut::with_capacity(whole);
    // Payloads are far below what 32 bits count: callers bound them.
    message.put_u32(u32::try_from(whole).unwrap_or(u32::MAX));
    message.put_u32(u32::try_from(head.len()).unwrap_or(u32::MAX));
    message.put_u32(crc32fast::hash(&message));
    message.put_slice(&head);
    message.put_slice(payload);
    message.put_u32(crc32fast::hash(&message));
    message.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of the specification's reference implementations.
    #[test]
    fn messages_are_as_others_write_them() {
        let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
        assert_eq!(hex(&message(&[], b"")), "000000100000000005c248eb7d98c8ff");
        assert_eq!(
            hex(&message(&[], b"{'foo':'bar'}")),
            "0000001d00000000fd528c5a7b27666f6f273a27626172277dc3653936"
        );
    }

    #[test]
    fn headers_stand_before_the_payload() {
        let event = event("sessionStart", "application/json", b"{}");
        let headers = u32::from_be_bytes(event[4..8].try_into().expect("four bytes")) as usize;
        let text = String::from_utf8_lossy(&event[12..12 + headers]).into_owned();
        for part in [":message-type", "event", ":event-type", "sessionStart", "application/json"] {
            assert!(text.contains(part), "{part}");
        }
        assert_eq!(&event[12 + headers..event.len() - 4], b"{}");
        let long = "x".repeat(40_000);
        assert_eq!(message(&[("a", &long)], b""), message(&[], b""));
    }
}
