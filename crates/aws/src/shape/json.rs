//! Reading a JSON body member by member.
//!
//! The body stays text until a member is asked for: members nobody knows cost nothing, and a
//! hostile body cannot grow into a tree many times its size. Texts for wrong types are those of
//! AWS's deserializer, as recorded answers of several of its services show them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::de::{Deserializer as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use thiserror::Error;

/// The most members a list or a map may have. Far above what any constraint of the service
/// allows; it bounds the memory that a body of tiny members takes.
const MOST_MEMBERS: usize = 16_384;

/// A request whose parts are not of the service's types: `SerializationException`, 400.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Malformed(pub Cow<'static, str>);

impl Malformed {
    /// The body is no JSON. AWS says no more than that either.
    const NO_JSON: Self = Self(Cow::Borrowed("Could not parse request body into json"));
    const LIST: Self = Self(Cow::Borrowed("Start of list found where not expected"));
    const STRUCTURE: Self =
        Self(Cow::Borrowed("Start of structure or map found where not expected."));
    const TOO_MANY: Self = Self(Cow::Borrowed("Too many members in a list or a map"));

    pub(crate) fn conversion(token: &str, wanted: &str) -> Self {
        Self(format!("{token} can not be converted to {wanted}").into())
    }
}

/// A type a JSON member can have.
pub trait FromJson: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// [`Malformed`] when the JSON is of another type.
    fn from_json(json: Json<'_>) -> Result<Self, Malformed>;
}

/// A type a header, a query parameter or a part of a path can have.
pub trait FromText: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// [`Malformed`] when the text is no such value.
    fn from_text(text: &str) -> Result<Self, Malformed>;
}

/// A piece of JSON, known to be well formed, not yet read.
#[derive(Debug, Clone, Copy)]
pub struct Json<'a>(&'a str);

impl<'a> Json<'a> {
    /// A whole body. An empty one is an empty structure.
    ///
    /// # Errors
    /// [`Malformed`] when it is not one piece of JSON in UTF-8.
    pub fn document(body: &'a [u8]) -> Result<Self, Malformed> {
        if body.is_empty() {
            return Ok(Self("{}"));
        }
        let raw: &RawValue = serde_json::from_slice(body).map_err(|_| Malformed::NO_JSON)?;
        Ok(Self(raw.get()))
    }

    /// Reads a member that may be `null`.
    ///
    /// # Errors
    /// [`Malformed`] when it is of another type.
    pub fn optional<T: FromJson>(self) -> Result<Option<T>, Malformed> {
        if self.0 == "null" { Ok(None) } else { T::from_json(self).map(Some) }
    }

    /// Calls `each` with every member of a structure, in the order sent.
    ///
    /// # Errors
    /// [`Malformed`] when this is no structure, or what `each` answered.
    pub fn structure(
        self,
        each: impl FnMut(&str, Json<'a>) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        match self.0.as_bytes().first() {
            Some(b'{') => self.members(each),
            Some(b'[') => Err(Malformed::LIST),
            _ => Err(Malformed("Expected null".into())),
        }
    }

    fn map(
        self,
        each: impl FnMut(&str, Json<'a>) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        match self.0.as_bytes().first() {
            Some(b'{') => self.members(each),
            Some(b'[') => Err(Malformed::LIST),
            _ => Err(Malformed("Expected map or null".into())),
        }
    }

    fn list(self, each: impl FnMut(Json<'a>) -> Result<(), Malformed>) -> Result<(), Malformed> {
        match self.0.as_bytes().first() {
            Some(b'[') => self.items(each),
            Some(b'{') => Err(Malformed::STRUCTURE),
            _ => Err(Malformed("Expected list or null".into())),
        }
    }

    fn members(
        self,
        each: impl FnMut(&str, Json<'a>) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        let mut stopped = None;
        let walk = Members(Walk { each, stopped: &mut stopped });
        let done = serde_json::Deserializer::from_str(self.0).deserialize_map(walk);
        ended(done, stopped)
    }

    fn items(self, each: impl FnMut(Json<'a>) -> Result<(), Malformed>) -> Result<(), Malformed> {
        let mut stopped = None;
        let walk = Items(Walk { each, stopped: &mut stopped });
        let done = serde_json::Deserializer::from_str(self.0).deserialize_seq(walk);
        ended(done, stopped)
    }

    /// The text of a string. `wanted` is the type asked for, with its article.
    ///
    /// # Errors
    /// [`Malformed`] when this is no string.
    pub fn text(self, wanted: &str) -> Result<Cow<'a, str>, Malformed> {
        if !self.0.starts_with('"') {
            return Err(self.is_not(wanted));
        }
        serde_json::from_str(self.0).map(|Borrowed(text)| text).map_err(|_| Malformed::NO_JSON)
    }

    fn number(self, wanted: &str) -> Result<&'a str, Malformed> {
        let digit = |b: &u8| *b == b'-' || b.is_ascii_digit();
        if self.0.as_bytes().first().is_some_and(digit) {
            Ok(self.0)
        } else {
            Err(self.is_not(wanted))
        }
    }

    /// A whole number. A decimal is cut at its point, as AWS does.
    fn whole<T: TryFrom<i64>>(self, wanted: &str) -> Result<T, Malformed> {
        let text = self.number(wanted)?;
        let whole = text.parse::<i64>().ok().or_else(|| cut(text.parse().ok()?));
        let number = whole.and_then(|n| T::try_from(n).ok());
        number.ok_or_else(|| self.is_not(wanted))
    }

    fn is_not(self, wanted: &str) -> Malformed {
        let token = match self.0.as_bytes().first() {
            Some(b'{') => return Malformed::STRUCTURE,
            Some(b'[') => return Malformed::LIST,
            Some(b'"') => "STRING_VALUE",
            Some(b't') => "TRUE_VALUE",
            Some(b'f') => "FALSE_VALUE",
            Some(b'n') => "NULL_VALUE",
            _ if self.0.contains(['.', 'e', 'E']) => "DECIMAL_VALUE",
            _ => "NUMBER_VALUE",
        };
        Malformed::conversion(token, wanted)
    }
}

/// A decimal without what follows its point, where a decimal is exact enough to say.
fn cut(number: f64) -> Option<i64> {
    (number.abs() < 9e15).then_some(number as i64)
}

/// A string that borrows from the body unless it has escapes.
#[derive(serde::Deserialize)]
struct Borrowed<'a>(#[serde(borrow)] Cow<'a, str>);

/// Walks a structure, a map or a list; `stopped` is the error of `each`, kept whole.
struct Walk<'w, F> {
    each: F,
    stopped: &'w mut Option<Malformed>,
}

impl<'w, F> Walk<'w, F> {
    /// Keeps the error and ends the walk.
    fn stop<E: serde::de::Error>(&mut self, why: Malformed) -> E {
        *self.stopped = Some(why);
        E::custom("stopped")
    }
}

fn ended(done: serde_json::Result<()>, stopped: Option<Malformed>) -> Result<(), Malformed> {
    match (stopped, done) {
        (Some(why), _) => Err(why),
        (None, Err(_)) => Err(Malformed::NO_JSON),
        (None, Ok(())) => Ok(()),
    }
}

struct Members<'w, F>(Walk<'w, F>);

impl<'a, F: FnMut(&str, Json<'a>) -> Result<(), Malformed>> Visitor<'a> for Members<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a structure")
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(Borrowed(name)) = map.next_key()? {
            let value: &'a RawValue = map.next_value()?;
            (self.0.each)(&name, Json(value.get())).map_err(|why| self.0.stop(why))?;
        }
        Ok(())
    }
}

struct Items<'w, F>(Walk<'w, F>);

impl<'a, F: FnMut(Json<'a>) -> Result<(), Malformed>> Visitor<'a> for Items<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'a>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(value) = list.next_element::<&'a RawValue>()? {
            (self.0.each)(Json(value.get())).map_err(|why| self.0.stop(why))?;
        }
        Ok(())
    }
}

impl FromJson for String {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        json.text("a String").map(Cow::into_owned)
    }
}

impl FromJson for bool {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        match json.0 {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(json.is_not("a Boolean")),
        }
    }
}

impl FromJson for i32 {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        json.whole("an Integer")
    }
}

impl FromJson for i64 {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        json.whole("a Long")
    }
}

impl FromJson for f64 {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        json.number("a Double")?.parse().map_err(|_| json.is_not("a Double"))
    }
}

impl FromJson for Bytes {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let text = json.text("a Blob")?;
        let bytes = STANDARD.decode(&*text).map_err(|_| json.is_not("a Blob"))?;
        Ok(bytes.into())
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut items = Self::new();
        json.list(|item| {
            room(items.len())?;
            items.push(T::from_json(item)?);
            Ok(())
        })?;
        Ok(items)
    }
}

impl<T: FromJson> FromJson for BTreeMap<String, T> {
    fn from_json(json: Json<'_>) -> Result<Self, Malformed> {
        let mut entries = Self::new();
        json.map(|key, value| {
            room(entries.len())?;
            entries.insert(key.to_owned(), T::from_json(value)?);
            Ok(())
        })?;
        Ok(entries)
    }
}

fn room(members: usize) -> Result<(), Malformed> {
    if members < MOST_MEMBERS { Ok(()) } else { Err(Malformed::TOO_MANY) }
}

impl FromText for String {
    fn from_text(text: &str) -> Result<Self, Malformed> {
        Ok(text.to_owned())
    }
}

impl FromText for bool {
    fn from_text(text: &str) -> Result<Self, Malformed> {
        text.parse().map_err(|_| Malformed::conversion("STRING_VALUE", "a Boolean"))
    }
}

impl FromText for i32 {
    fn from_text(text: &str) -> Result<Self, Malformed> {
        text.parse().map_err(|_| Malformed::conversion("STRING_VALUE", "an Integer"))
    }
}

impl FromText for i64 {
    fn from_text(text: &str) -> Result<Self, Malformed> {
        text.parse().map_err(|_| Malformed::conversion("STRING_VALUE", "a Long"))
    }
}

/// Writes a blob as AWS's JSON has it: base64 with padding.
pub(crate) fn blob<S: serde::Serializer>(
    bytes: &Option<Bytes>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match bytes {
        Some(bytes) => serializer.serialize_str(&STANDARD.encode(bytes)),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests;
