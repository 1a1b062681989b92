//! `Fn::ForEach`.

use serde_json::{Map, Value};

use super::failed;
use crate::Invalid;
use crate::read::too_deep;
use crate::resolve::{Resolver, Unresolved, scalar};

const LOOP: &str = "Fn::ForEach::";
/// How many loops may be inside of each other.
const NESTED: usize = 5;

/// A value with its loops unrolled.
pub(super) fn unrolled(by: Resolver<'_>, value: &Value) -> Result<Value, Invalid> {
    Unroller { by, turns: &[] }.value(value)
}

/// Unrolls, in the turns of the loops that it is in: each the loop's identifier, and its item.
#[derive(Clone, Copy)]
struct Unroller<'a> {
    by: Resolver<'a>,
    turns: &'a [(&'a str, &'a str)],
}

impl Unroller<'_> {
    fn value(self, value: &Value) -> Result<Value, Invalid> {
        self.by.budget.node()?;
        let levels = self.by.levels.checked_sub(1).ok_or_else(too_deep)?;
        let inner = Self { by: Resolver { levels, ..self.by }, ..self };
        match value {
            Value::String(text) => Ok(self.text(text)?.into()),
            Value::Array(items) => items
                .iter()
                .map(|item| inner.value(item))
                .collect::<Result<_, _>>()
                .map(Value::Array),
            Value::Object(members) => match self.item(members) {
                Some(item) => {
                    self.by.budget.text(item.len())?;
                    Ok(item.into())
                }
                None => {
                    let mut made = Map::new();
                    inner.members(members, &mut made)?;
                    Ok(Value::Object(made))
                }
            },
            plain => Ok(plain.clone()),
        }
    }

    /// What a `Ref` to an identifier gives.
    fn item(&self, members: &Map<String, Value>) -> Option<&str> {
        let name = members.get("Ref").filter(|_| members.len() == 1)?.as_str()?;
        self.turns.iter().find(|(identifier, _)| *identifier == name).map(|(_, item)| *item)
    }

    fn members(
        self,
        members: &Map<String, Value>,
        into: &mut Map<String, Value>,
    ) -> Result<(), Invalid> {
        for (name, member) in members {
            if let Some(of) = name.strip_prefix(LOOP) {
                self.turns(of, member, into)?;
                continue;
            }
            let name = self.text(name)?;
            if into.contains_key(&name) {
                return Err(failed(format_args!("Duplicate key {name} found")));
            }
            let member = self.value(member)?;
            into.insert(name, member);
        }
        Ok(())
    }

    /// Every turn of a loop.
    fn turns(
        self,
        name: &str,
        given: &Value,
        into: &mut Map<String, Value>,
    ) -> Result<(), Invalid> {
        let wrong = || failed("Fn::ForEach layout is incorrect");
        let Some([Value::String(identifier), items, Value::Object(body)]) =
            given.as_array().map(Vec::as_slice)
        else {
            return Err(wrong());
        };
        let plain =
            |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric());
        if !plain(name) || !plain(identifier) || self.turns.len() >= NESTED {
            return Err(wrong());
        }
        if self.turns.iter().any(|(outer, _)| outer == identifier)
            || self.by.facts.parameters.contains_key(identifier)
        {
            return Err(failed(format_args!(
                "Fn::ForEach identifier {identifier} is already used in the template"
            )));
        }
        for item in self.items(items)? {
            let mut turns = self.turns.to_vec();
            turns.push((identifier, &item));
            Unroller { by: self.by, turns: &turns }.members(body, into)?;
        }
        Ok(())
    }

    /// What a loop goes through.
    fn items(self, items: &Value) -> Result<Vec<String>, Invalid> {
        let wrong = || failed("Fn::ForEach collection must resolve to a list of strings");
        let items = self.value(items)?;
        let items = self.by.list(&items, wrong).map_err(|why| match why {
            Unresolved::Invalid(why) => why,
            _ => wrong(),
        })?;
        items.into_iter().map(|item| scalar(item).ok_or_else(wrong)).collect()
    }

    /// A text, with what stands for items replaced: `${Identifier}` as it is, `&{Identifier}` without what logical
    /// ids may not have.
    fn text(self, text: &str) -> Result<String, Invalid> {
        let mut made = text.to_owned();
        for (identifier, item) in self.turns {
            made = put(self.by, &made, &format!("${{{identifier}}}"), item)?;
            if made.contains("&{") {
                let plain: String = item.chars().filter(char::is_ascii_alphanumeric).collect();
                made = put(self.by, &made, &format!("&{{{identifier}}}"), &plain)?;
            }
        }
        self.by.budget.text(made.len())?;
        Ok(made)
    }
}

fn put(by: Resolver<'_>, text: &str, name: &str, item: &str) -> Result<String, Invalid> {
    by.budget.text(text.matches(name).count().saturating_mul(item.len()))?;
    Ok(text.replace(name, item))
}
