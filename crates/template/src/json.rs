//! JSON to a value. `serde_json` would let the last of two members of a name win.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::read::{NODES, shallow};
use crate::{DEPTH, Invalid};

pub(crate) fn read(text: &str) -> Result<Value, Invalid> {
    let nodes = Cell::new(NODES);
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Node(&nodes).deserialize(&mut reader).and_then(|value| {
        reader.end()?;
        Ok(value)
    });
    let value = read.map_err(|why| unreadable(&why))?;
    shallow(&value, DEPTH)?;
    Ok(value)
}

/// CloudFormation says where it stopped, and not why; a name that is there twice is the exception.
fn unreadable(why: &serde_json::Error) -> Invalid {
    let (line, column) = (why.line(), why.column());
    match why.to_string() {
        told if told.starts_with(TWICE) || told.starts_with(MANY) => Invalid::format(told),
        _ => Invalid::format(format_args!("JSON not well-formed. (line {line}, column {column})")),
    }
}

const TWICE: &str = "Duplicate key";
const MANY: &str = "more than";

/// One value, out of so many that may still come.
#[derive(Clone, Copy)]
struct Node<'a>(&'a Cell<usize>);

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        let left = self.0.get().checked_sub(1);
        self.0.set(left.ok_or_else(|| D::Error::custom(format!("{MANY} {NODES} values")))?);
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(name) = from.next_key::<String>()? {
            if members.contains_key(&name) {
                return Err(A::Error::custom(format!("{TWICE} {name} found")));
            }
            members.insert(name, from.next_value_seed(self)?);
        }
        Ok(Value::Object(members))
    }
}
