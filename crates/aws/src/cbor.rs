//! CBOR as Smithy's RPC v2 speaks it: bodies read into JSON values and written from them.
//!
//! Timestamps are seconds since 1970 (tag 1). Read, they are numbers; written, members called
//! `Timestamp` and `Timestamps` are tagged. Nesting is bounded, and nothing is reserved that the
//! body does not have: bodies are hostile.

use serde_json::{Map, Number, Value};

/// How deeply values may be nested.
const DEEPEST: usize = 32;

/// A body that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the body is not CBOR as this service reads it")]
pub struct NotCbor;

/// Reads one value, and nothing behind it.
///
/// # Errors
/// [`NotCbor`], also for what JSON has no form of.
pub fn read(body: &[u8]) -> Result<Value, NotCbor> {
    let mut reader = Reader { rest: body };
    let value = reader.value(DEEPEST)?;
    if reader.rest.is_empty() { Ok(value) } else { Err(NotCbor) }
}

struct Reader<'b> {
    rest: &'b [u8],
}

/// What an item begins with: its kind, and the number that follows.
struct Head {
    major: u8,
    info: u8,
    number: u64,
}

const BREAK: u8 = 0xff;
const INDEFINITE: u8 = 31;

impl<'b> Reader<'b> {
    fn take(&mut self, length: u64) -> Result<&'b [u8], NotCbor> {
        let length = usize::try_from(length).map_err(|_| NotCbor)?;
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(NotCbor)?;
        self.rest = rest;
        Ok(taken)
    }

    fn head(&mut self) -> Result<Head, NotCbor> {
        let first = self.take(1)?[0];
        let (major, info) = (first >> 5, first & 31);
        let number = match info {
            0..=23 => u64::from(info),
            24..=27 => {
                let bytes = self.take(1 << (info - 24))?;
                bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
            }
            INDEFINITE => 0,
            _ => return Err(NotCbor),
        };
        Ok(Head { major, info, number })
    }

    fn value(&mut self, depth: usize) -> Result<Value, NotCbor> {
        let deeper = depth.checked_sub(1).ok_or(NotCbor)?;
        let head = self.head()?;
        match head.major {
            0 if head.info != INDEFINITE => Ok(head.number.into()),
            1 if head.info != INDEFINITE => {
                let number = i64::try_from(head.number).map_err(|_| NotCbor)?;
                Ok((-1 - number).into())
            }
            3 => self.text(&head).map(Value::String),
            4 => self.items(&head, |reader| reader.value(deeper)).map(Value::Array),
            5 => {
                let entries = self.items(&head, |reader| {
                    let key = reader.head()?;
                    if key.major != 3 {
                        return Err(NotCbor);
                    }
                    Ok((reader.text(&key)?, reader.value(deeper)?))
                })?;
                Ok(Value::Object(Map::from_iter(entries)))
            }
            6 => self.value(deeper),
            7 => simple(&head),
            _ => Err(NotCbor),
        }
    }

    fn text(&mut self, head: &Head) -> Result<String, NotCbor> {
        if head.info != INDEFINITE {
            let bytes = self.take(head.number)?;
            return str::from_utf8(bytes).map(Into::into).map_err(|_| NotCbor);
        }
        let pieces = self.items(head, |reader| {
            let piece = reader.head()?;
            if piece.major == 3 && piece.info != INDEFINITE {
                reader.text(&piece)
            } else {
                Err(NotCbor)
            }
        })?;
        Ok(pieces.concat())
    }

    /// As many items as the head says, or those before the break.
    fn items<T>(
        &mut self,
        head: &Head,
        mut one: impl FnMut(&mut Self) -> Result<T, NotCbor>,
    ) -> Result<Vec<T>, NotCbor> {
        let mut items = Vec::new();
        while head.info == INDEFINITE || (items.len() as u64) < head.number {
            if head.info == INDEFINITE && self.rest.first() == Some(&BREAK) {
                self.rest = &self.rest[1..];
                break;
            }
            items.push(one(self)?);
        }
        Ok(items)
    }
}

fn simple(head: &Head) -> Result<Value, NotCbor> {
    let float = match head.info {
        20 => return Ok(false.into()),
        21 => return Ok(true.into()),
        22 | 23 => return Ok(Value::Null),
        25 => half(head.number),
        26 => f64::from(f32::from_bits(u32::try_from(head.number).map_err(|_| NotCbor)?)),
        27 => f64::from_bits(head.number),
        _ => return Err(NotCbor),
    };
    Number::from_f64(float).map(Value::Number).ok_or(NotCbor)
}

/// A number of sixteen bits: a sign, five bits of exponent, ten of fraction.
fn half(bits: u64) -> f64 {
    let (exponent, fraction) = ((bits >> 10 & 31) as i32, (bits & 1_023) as f64);
    let size = match exponent {
        0 => fraction * (-24_f64).exp2(),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        exponent => (fraction + 1_024.0) * f64::from(exponent - 25).exp2(),
    };
    if bits >> 15 & 1 == 1 { -size } else { size }
}

/// Writes a value.
#[must_use]
pub fn write(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, value, false);
    out
}

fn put(out: &mut Vec<u8>, value: &Value, is_time: bool) {
    match value {
        Value::Null => out.push(0xf6),
        Value::Bool(flag) => out.push(if *flag { 0xf5 } else { 0xf4 }),
        Value::Number(number) => {
            if is_time {
                out.push(0xc1);
            }
            put_number(out, number);
        }
        Value::String(text) => {
            put_head(out, 3, text.len() as u64);
            out.extend_from_slice(text.as_bytes());
        }
        Value::Array(items) => {
            put_head(out, 4, items.len() as u64);
            items.iter().for_each(|item| put(out, item, is_time));
        }
        Value::Object(members) => {
            put_head(out, 5, members.len() as u64);
            for (name, value) in members {
                put_head(out, 3, name.len() as u64);
                out.extend_from_slice(name.as_bytes());
                put(out, value, matches!(name.as_str(), "Timestamp" | "Timestamps"));
            }
        }
    }
}

fn put_number(out: &mut Vec<u8>, number: &Number) {
    match (number.as_u64(), number.as_i64(), number.as_f64()) {
        (Some(positive), _, _) => put_head(out, 0, positive),
        // All ones but for it: what CBOR counts from -1 down.
        (None, Some(negative), _) => put_head(out, 1, !negative as u64),
        (None, None, float) => {
            out.push(0xfb);
            out.extend_from_slice(&float.unwrap_or_default().to_be_bytes());
        }
    }
}

fn put_head(out: &mut Vec<u8>, major: u8, number: u64) {
    let major = major << 5;
    match number {
        0..=23 => out.push(major | number as u8),
        24..=0xff => out.extend_from_slice(&[major | 24, number as u8]),
        0x100..=0xffff => {
            out.push(major | 25);
            out.extend_from_slice(&(number as u16).to_be_bytes());
        }
        0x1_0000..=0xffff_ffff => {
            out.push(major | 26);
            out.extend_from_slice(&(number as u32).to_be_bytes());
        }
        _ => {
            out.push(major | 27);
            out.extend_from_slice(&number.to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// From the examples of RFC 8949.
    #[test]
    fn examples_read_as_they_are_meant() {
        for (bytes, value) in [
            (&[0x18, 0x64][..], json!(100)),
            (&[0x39, 0x03, 0xe7], json!(-1000)),
            (&[0xf9, 0x3c, 0x00], json!(1.0)),
            (&[0xf9, 0xc4, 0x00], json!(-4.0)),
            (&[0xf9, 0x00, 0x01], json!(5.960464477539063e-8)),
            (&[0xfa, 0x47, 0xc3, 0x50, 0x00], json!(100_000.0)),
            (&[0xc1, 0x1a, 0x51, 0x4b, 0x67, 0xb0], json!(1_363_896_240)),
            (&[0x9f, 0x01, 0x82, 0x02, 0x03, 0xff], json!([1, [2, 3]])),
            (&[0xbf, 0x61, 0x61, 0xf5, 0x61, 0x62, 0xf6, 0xff], json!({"a": true, "b": null})),
            (&[0x7f, 0x61, 0x61, 0x62, 0x62, 0x63, 0xff], json!("abc")),
        ] {
            assert_eq!(read(bytes), Ok(value), "{bytes:02x?}");
        }
    }

    #[test]
    fn what_is_none_is_refused() {
        let deep = [0x81; 100];
        for bytes in [
            &[][..],
            &[0x18],
            &[0x01, 0x01],
            &[0x62, 0x61],
            &[0x9f, 0x01],
            &[0x9b, 255, 255, 255, 255, 255, 255, 255, 255],
            &[0x7b, 255, 255, 255, 255, 255, 255, 255, 255],
            &[0x1c],
            &[0xff],
            &[0xa1, 0x01, 0x01],
            &[0x41, 0x00],
            &[0xf9, 0x7c, 0x00],
            &deep,
            &[0x61, 0xff],
            &[0x1f],
        ] {
            assert_eq!(read(bytes), Err(NotCbor), "{bytes:02x?}");
        }
    }

    #[test]
    fn times_are_tagged() {
        let written = write(&json!({"Timestamps": [60], "Values": [60]}));
        assert_eq!(written.iter().filter(|byte| **byte == 0xc1).count(), 1);
        assert_eq!(read(&written), Ok(json!({"Timestamps": [60], "Values": [60]})));
    }

    proptest! {
        #[test]
        fn no_body_makes_it_panic(body in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(value) = read(&body) {
                prop_assert_eq!(read(&write(&value)), Ok(value));
            }
        }

        #[test]
        fn numbers_come_back(positive: u64, negative in i64::MIN..0, float in -1e300_f64..1e300) {
            let value = json!([positive, negative, float]);
            prop_assert_eq!(read(&write(&value)), Ok(value));
        }
    }
}
