//! YAML to a value, by its events: no recursion, no aliases.

use granit_parser::{Event, Marker, Parser, ScalarStyle, Tag};
use serde_json::{Map, Value};

use crate::read::{NODES, too_deep};
use crate::{DEPTH, Invalid, scalar, tag};

pub(crate) fn read(text: &str) -> Result<Value, Invalid> {
    let options = granit_parser::options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        flow_nesting_limit: DEPTH,
        block_nesting_limit: DEPTH,
    };
    let mut builder = Builder::default();
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|why| unreadable(why.marker()))?;
        builder.take(event, &span.start)?;
    }
    Ok(builder.done.unwrap_or(Value::Null))
}

fn unreadable(at: &Marker) -> Invalid {
    let (line, column) = (at.line(), at.col() + 1);
    Invalid::format(format_args!("YAML not well-formed. (line {line}, column {column})"))
}

/// What is being built.
#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    done: Option<Value>,
    nodes: usize,
}

/// A collection that has not ended.
struct Open {
    inside: Inside,
    /// The short form that it is the value of.
    tag: Option<String>,
}

enum Inside {
    Items(Vec<Value>),
    /// The name is that of the member whose value comes next.
    Members(Map<String, Value>, Option<String>),
}

impl Builder {
    fn take(&mut self, event: Event<'_>, at: &Marker) -> Result<(), Invalid> {
        match event {
            Event::Scalar(text, style, _, tag) => self.scalar(&text, style, tag.as_deref(), at),
            Event::SequenceStart(_, _, tag) => {
                self.begin(Inside::Items(Vec::new()), tag.as_deref(), "seq", at)
            }
            Event::MappingStart(_, _, tag) => {
                self.begin(Inside::Members(Map::new(), None), tag.as_deref(), "map", at)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(at),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                Err(Invalid::error("YAML aliases are not allowed in CloudFormation templates"))
            }
            // A second document.
            Event::DocumentStart(..) if self.done.is_some() => Err(unreadable(at)),
            _ => Ok(()),
        }
    }

    fn begin(
        &mut self,
        inside: Inside,
        tag: Option<&Tag>,
        core: &str,
        at: &Marker,
    ) -> Result<(), Invalid> {
        if let Some(Open { inside: Inside::Members(_, None), .. }) = self.open.last() {
            return Err(Invalid::format(format_args!(
                "[{}] map keys must be strings; received {} instead",
                self.path(),
                if core == "map" { "a map" } else { "a list" },
            )));
        }
        if self.open.len() >= DEPTH {
            return Err(too_deep());
        }
        let tag = match tag.map(Named::of) {
            None => None,
            Some(Named::Short(name)) => Some(name),
            Some(Named::Core(name)) if name == core => None,
            Some(_) => return Err(unreadable(at)),
        };
        self.open.push(Open { inside, tag });
        Ok(())
    }

    fn end(&mut self, at: &Marker) -> Result<(), Invalid> {
        let Some(open) = self.open.pop() else { return Err(unreadable(at)) };
        let value = match open.inside {
            Inside::Items(items) => Value::Array(items),
            Inside::Members(members, _) => Value::Object(members),
        };
        self.put(wrapped(open.tag, value))
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        at: &Marker,
    ) -> Result<(), Invalid> {
        let plain = style == ScalarStyle::Plain;
        let value = match tag.map(Named::of) {
            None if plain => scalar::plain(text),
            None => text.into(),
            // What a short form is given is text: `!Ref 123`.
            Some(Named::Short(name)) => tag::long_form(&name, text.into()),
            Some(Named::Core(name)) => core(&name, text).ok_or_else(|| unreadable(at))?,
            Some(Named::Other) => return Err(unreadable(at)),
        };
        if let Some(Open { inside: Inside::Members(members, name @ None), .. }) =
            self.open.last_mut()
        {
            match value {
                Value::String(key) if !members.contains_key(&key) => *name = Some(key),
                Value::String(key) => return Err(self.twice(&key, at)),
                other => return Err(self.no_name(&other)),
            }
            return Ok(());
        }
        self.put(value)
    }

    fn twice(&self, key: &str, at: &Marker) -> Invalid {
        let (line, column) = (at.line(), at.col() + 1);
        Invalid::format(format_args!("Duplicate key {key} found at line {line} column {column}"))
    }

    fn no_name(&self, value: &Value) -> Invalid {
        let kind = match value {
            Value::Number(_) => "numeric",
            Value::Bool(_) => "boolean",
            Value::Null => "null",
            _ => "function",
        };
        Invalid::format(format_args!(
            "[{}] map keys must be strings; received {kind} [{value}] instead",
            self.path()
        ))
    }

    /// Where it is, as `/Resources/Queue`.
    fn path(&self) -> String {
        let steps = self.open.iter().filter_map(|open| match &open.inside {
            Inside::Items(items) => Some(format!("/{}", items.len())),
            Inside::Members(_, name) => name.as_ref().map(|name| format!("/{name}")),
        });
        let path: String = steps.collect();
        if path.is_empty() { "/".to_owned() } else { path }
    }

    /// Puts a finished value where it belongs.
    fn put(&mut self, value: Value) -> Result<(), Invalid> {
        self.nodes += 1;
        if self.nodes > NODES {
            return Err(Invalid::format(format_args!("more than {NODES} values")));
        }
        match self.open.last_mut().map(|open| &mut open.inside) {
            None => self.done = Some(value),
            Some(Inside::Items(items)) => items.push(value),
            Some(Inside::Members(members, name)) => {
                let name = name.take().unwrap_or_default();
                members.insert(name, value);
            }
        }
        Ok(())
    }
}

fn wrapped(tag: Option<String>, value: Value) -> Value {
    match tag {
        Some(name) => tag::long_form(&name, value),
        None => value,
    }
}

/// A tag.
enum Named {
    /// `!Sub`.
    Short(String),
    /// `!!str`.
    Core(String),
    /// `!!binary`, or of somebody else's.
    Other,
}

impl Named {
    fn of(tag: &Tag) -> Self {
        match (tag.core_suffix(), tag.parts()) {
            (Some(core), _) => Self::Core(core.to_owned()),
            // `!` alone: what it is for is a string.
            (None, ("", "!") | ("!", "")) => Self::Core("str".to_owned()),
            (None, ("!", name)) => Self::Short(name.to_owned()),
            _ => Self::Other,
        }
    }
}

/// A scalar whose kind is said.
fn core(name: &str, text: &str) -> Option<Value> {
    let value = scalar::plain(text);
    match name {
        "str" => Some(text.into()),
        "int" => value.is_number().then_some(value),
        "float" => value.as_f64().map(Value::from),
        "bool" => value.is_boolean().then_some(value),
        "null" => value.is_null().then_some(value),
        _ => None,
    }
}
