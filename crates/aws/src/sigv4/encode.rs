//! Percent-encoding as SigV4 wants it, and hexadecimal.

use super::AuthError;

const UPPER: &[u8; 16] = b"0123456789ABCDEF";
const LOWER: &[u8; 16] = b"0123456789abcdef";

/// Appends `bytes` percent-encoded; letters, digits, `-._~` and the bytes of `keep` stay.
pub(super) fn push_encoded(out: &mut Vec<u8>, bytes: &[u8], keep: &[u8]) {
    for &byte in bytes {
        push_byte(out, byte, keep);
    }
}

/// Appends `bytes` decoded and encoded again, so that every spelling of a text becomes one.
/// `plus` says that a `+` is a space, as in queries.
///
/// # Errors
/// A `%` without two hexadecimal digits has no meaning to agree on, so nothing can match it.
pub(super) fn push_recoded(out: &mut Vec<u8>, bytes: &[u8], plus: bool) -> Result<(), AuthError> {
    for byte in decoded(bytes, plus) {
        push_byte(out, byte.ok_or(AuthError::SignatureMismatch)?, b"");
    }
    Ok(())
}

/// The text a query component stands for; `None` if its escapes or its UTF-8 are broken.
pub(super) fn decode(component: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> = decoded(component.as_bytes(), true).collect();
    String::from_utf8(bytes?).ok()
}

/// The bytes behind the escapes; `None` for a broken escape.
fn decoded(mut rest: &[u8], plus: bool) -> impl Iterator<Item = Option<u8>> {
    std::iter::from_fn(move || {
        let (&byte, tail) = rest.split_first()?;
        rest = tail;
        Some(match byte {
            b'%' => rest.split_at_checked(2).and_then(|(digits, tail)| {
                rest = tail;
                Some(nibble(digits[0], true)? << 4 | nibble(digits[1], true)?)
            }),
            b'+' if plus => Some(b' '),
            other => Some(other),
        })
    })
}

fn push_byte(out: &mut Vec<u8>, byte: u8, keep: &[u8]) {
    let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    if plain || keep.contains(&byte) {
        out.push(byte);
    } else {
        let (high, low) = (byte >> 4, byte & 15);
        out.extend([b'%', UPPER[usize::from(high)], UPPER[usize::from(low)]]);
    }
}

fn nibble(digit: u8, upper_too: bool) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' if upper_too => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// 32 bytes as lower-case hexadecimal, on the stack.
pub(super) fn hex(bytes: &[u8; 32]) -> [u8; 64] {
    let mut out = [0; 64];
    for (pair, byte) in out.chunks_exact_mut(2).zip(bytes) {
        pair[0] = LOWER[usize::from(byte >> 4)];
        pair[1] = LOWER[usize::from(byte & 15)];
    }
    out
}

/// 32 bytes as a lower-case hexadecimal string.
pub(super) fn hex_string(bytes: &[u8; 32]) -> String {
    hex(bytes).iter().map(|&b| char::from(b)).collect()
}

/// 64 lower-case hexadecimal digits as bytes. Upper case is refused: AWS compares signatures as
/// text, so one signature has one spelling.
pub(super) fn unhex(text: &[u8]) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, pair) in out.iter_mut().zip(text.chunks_exact(2)) {
        *byte = nibble(pair[0], false)? << 4 | nibble(pair[1], false)?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_become_one() {
        for (given, canonical) in [
            ("a b", "a%20b"),
            ("a+b", "a%20b"),
            ("a%20b", "a%20b"),
            ("%41%7e-", "A~-"),
            ("%c3%a9", "%C3%A9"),
            ("/=", "%2F%3D"),
        ] {
            let mut out = Vec::new();
            push_recoded(&mut out, given.as_bytes(), true).expect(given);
            assert_eq!(String::from_utf8_lossy(&out), canonical);
        }
    }

    #[test]
    fn broken_escapes_match_nothing() {
        for given in ["%", "%4", "%zz", "a%4", "%+1"] {
            let refused = push_recoded(&mut Vec::new(), given.as_bytes(), true);
            assert_eq!(refused, Err(AuthError::SignatureMismatch), "{given}");
            assert_eq!(decode(given), None);
        }
        assert_eq!(decode("%ff"), None);
        assert_eq!(decode("a%2Fb+%25").as_deref(), Some("a/b %"));
    }

    #[test]
    fn hex_has_one_spelling() {
        let bytes = [0xa5; 32];
        assert_eq!(unhex(&hex(&bytes)), Some(bytes));
        assert_eq!(unhex("A5".repeat(32).as_bytes()), None);
        assert_eq!(unhex("a5".repeat(31).as_bytes()), None);
    }
}
