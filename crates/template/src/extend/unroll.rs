//! `Fn::ForEach`.

use serde_json::{Map, Value, json};

use super::failed;
use crate::Invalid;
use crate::function::sub::{self, Piece};
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
///
/// Items are put where `Ref` names the identifier, in the text of a `Fn::Sub`, and in the keys right inside of a
/// loop: nowhere else.
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
            Value::String(text) => {
                self.by.budget.text(text.len())?;
                Ok(value.clone())
            }
            Value::Array(items) => {
                let items = items.iter().map(|item| inner.value(item));
                items.collect::<Result<_, _>>().map(Value::Array)
            }
            Value::Object(members) => match crate::function::called(members) {
                Some(("Ref", Value::String(name))) => inner.reference(name, value),
                Some(("Fn::Sub", given)) => inner.sub(given),
                _ => {
                    let mut made = Map::new();
                    inner.members(members, str::to_owned, &mut made)?;
                    Ok(Value::Object(made))
                }
            },
            plain => Ok(plain.clone()),
        }
    }

    /// What an identifier stands for.
    fn item(&self, name: &str) -> Option<&str> {
        self.turns.iter().find(|(identifier, _)| *identifier == name).map(|(_, item)| *item)
    }

    fn reference(self, name: &str, value: &Value) -> Result<Value, Invalid> {
        let made = self.item(name).map_or_else(|| value.clone(), Value::from);
        self.by.budget.copy(&made)?;
        Ok(made)
    }

    /// A `Fn::Sub` without the identifiers in its text.
    fn sub(self, given: &Value) -> Result<Value, Invalid> {
        let (text, own) = sub::given(given)?;
        let mut made = String::new();
        for piece in sub::pieces(text) {
            match piece? {
                Piece::Text(text) => made.push_str(text),
                Piece::Literal(name) => made.extend(["${!", name, "}"]),
                Piece::Name(name) => match self.item(name) {
                    Some(item) => {
                        self.by.budget.text(item.len())?;
                        made.push_str(item);
                    }
                    None => made.extend(["${", name, "}"]),
                },
            }
        }
        self.by.budget.text(text.len())?;
        match own {
            None => Ok(json!({ "Fn::Sub": made })),
            Some(own) => {
                let own = self.value(&Value::Object(own.clone()))?;
                Ok(json!({ "Fn::Sub": [made, own] }))
            }
        }
    }

    fn members(
        self,
        members: &Map<String, Value>,
        key: impl Fn(&str) -> String + Copy,
        into: &mut Map<String, Value>,
    ) -> Result<(), Invalid> {
        for (name, member) in members {
            if let Some(of) = name.strip_prefix(LOOP) {
                self.turns(of, member, into)?;
                continue;
            }
            let name = key(name);
            self.by.budget.text(name.len())?;
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
        let levels = self.by.levels.checked_sub(1).ok_or_else(too_deep)?;
        let by = Resolver { levels, ..self.by };
        let plain =
            |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric());
        if !plain(name) || !plain(identifier) || self.turns.len() >= NESTED {
            return Err(wrong());
        }
        if self.item(identifier).is_some() || self.by.facts.parameters.contains_key(identifier) {
            return Err(failed(format_args!(
                "Fn::ForEach identifier {identifier} is already used in the template"
            )));
        }
        for item in self.items(items)? {
            let mut turns = self.turns.to_vec();
            turns.push((identifier, &item));
            let turn = Unroller { by, turns: &turns };
            turn.members(body, |name| turn.key(name), into)?;
        }
        Ok(())
    }

    /// What a loop goes through.
    fn items(self, items: &Value) -> Result<Vec<String>, Invalid> {
        let wrong =
            || failed("Could not find a collection or could not be resolved for Fn::ForEach");
        let items = self.value(items)?;
        let items = self.by.list(&items, wrong).map_err(|why| match why {
            Unresolved::Invalid(why) => why,
            _ => wrong(),
        })?;
        items.into_iter().map(|item| scalar(item).ok_or_else(wrong)).collect()
    }

    /// A key in a loop: `${Identifier}` stands for the item, `&{Identifier}` for what of it a logical id may have.
    fn key(self, name: &str) -> String {
        let mut made = name.to_owned();
        for (identifier, item) in self.turns {
            made = made.replace(&format!("${{{identifier}}}"), item);
            if made.contains("&{") {
                let plain: String = item.chars().filter(char::is_ascii_alphanumeric).collect();
                made = made.replace(&format!("&{{{identifier}}}"), &plain);
            }
        }
        made
    }
}
