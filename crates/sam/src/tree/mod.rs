//! What a template is while it is worked on: JSON that remembers what its digest depends on.

pub(crate) mod map;
pub(crate) mod order;
pub(crate) mod write;

pub(crate) use map::{Dict, Text};
use serde_json::{Number, Value};

#[derive(Debug, Clone, Default)]
pub(crate) enum Node {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    Text(Text),
    List(Vec<Node>),
    Dict(Dict),
}

/// `dict! { "Key" => value }`: a plain dictionary.
macro_rules! dict {
    ($($key:expr => $value:expr),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut dict = $crate::tree::Dict::new();
        $(dict.insert($key, $value);)*
        $crate::tree::Node::Dict(dict)
    }};
}

/// `legacy! { "key" => value }`: one in the order of Python 2.7.
macro_rules! legacy {
    ($($key:expr => $value:expr),* $(,)?) => {{
        #[allow(unused_mut)]
        let mut dict = $crate::tree::Dict::legacy();
        $(dict.insert($key, $value);)*
        $crate::tree::Node::Dict(dict)
    }};
}

/// `list![a, b]`.
macro_rules! list {
    ($($value:expr),* $(,)?) => { $crate::tree::Node::List(vec![$($crate::tree::Node::from($value)),*]) };
}

pub(crate) use {dict, legacy, list};

impl Node {
    /// A value of a template.
    pub fn plain(value: Value) -> Node {
        match value {
            Value::Object(map) => {
                let mut dict = Dict::new();
                map.into_iter().for_each(|(key, value)| dict.insert(key, Node::plain(value)));
                Node::Dict(dict)
            }
            Value::Array(items) => Node::List(items.into_iter().map(Node::plain).collect()),
            Value::String(text) => text.into(),
            Value::Number(number) => Node::Number(number),
            Value::Bool(bool) => Node::Bool(bool),
            Value::Null => Node::Null,
        }
    }

    /// The same as Python 2.7 would have read it.
    pub fn into_legacy(self) -> Node {
        match self {
            Node::Text(Text { text, .. }) => Node::Text(Text { text, unicode: true }),
            Node::List(items) => Node::List(items.into_iter().map(Node::into_legacy).collect()),
            Node::Dict(dict) => {
                let mut made = Dict::legacy();
                for (key, value) in dict.iter() {
                    let key = Text { text: key.text.clone(), unicode: true };
                    made.insert(key, value.clone().into_legacy());
                }
                Node::Dict(made)
            }
            other => other,
        }
    }

    pub fn into_value(self) -> Value {
        match self {
            Node::Null => Value::Null,
            Node::Bool(bool) => Value::Bool(bool),
            Node::Number(number) => Value::Number(number),
            Node::Text(text) => Value::String(text.text),
            Node::List(items) => items.into_iter().map(Node::into_value).collect(),
            Node::Dict(dict) => Value::Object(
                dict.iter()
                    .map(|(key, value)| (key.text.clone(), value.clone().into_value()))
                    .collect(),
            ),
        }
    }

    /// See [`Dict::settle`].
    pub fn settle(&mut self) -> bool {
        match self {
            Node::List(items) => {
                items.iter_mut().map(Node::settle).fold(true, std::ops::BitAnd::bitand)
            }
            Node::Dict(dict) => dict.settle(),
            _ => true,
        }
    }

    /// Whether Python takes it for true.
    pub fn is_truthy(&self) -> bool {
        match self {
            Node::Null => false,
            Node::Bool(bool) => *bool,
            Node::Number(number) => number.as_f64() != Some(0.0),
            Node::Text(text) => !text.is_empty(),
            Node::List(items) => !items.is_empty(),
            Node::Dict(dict) => !dict.is_empty(),
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Node::Null)
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&Text> {
        match self {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&Vec<Node>> {
        match self {
            Node::List(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_dict(&self) -> Option<&Dict> {
        match self {
            Node::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    pub fn as_dict_mut(&mut self) -> Option<&mut Dict> {
        match self {
            Node::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    pub fn as_list_mut(&mut self) -> Option<&mut Vec<Node>> {
        match self {
            Node::List(items) => Some(items),
            _ => None,
        }
    }

    /// Whether it is `true`, and nothing that only counts as such.
    pub fn is_true(&self) -> bool {
        matches!(self, Node::Bool(true))
    }

    /// The value of a key, if it is a dictionary that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_dict()?.get(key)
    }

    /// How many bytes it is, about.
    pub fn weight(&self) -> usize {
        match self {
            Node::Text(text) => text.len() + 4,
            Node::List(items) => 2 + items.iter().map(Node::weight).sum::<usize>(),
            Node::Dict(dict) => {
                2 + dict.iter().map(|(key, value)| key.len() + 4 + value.weight()).sum::<usize>()
            }
            _ => 8,
        }
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Node::Null, Node::Null) => true,
            (Node::Bool(one), Node::Bool(other)) => one == other,
            (Node::Number(one), Node::Number(other)) => one == other,
            (Node::Text(one), Node::Text(other)) => one == other,
            (Node::List(one), Node::List(other)) => one == other,
            (Node::Dict(one), Node::Dict(other)) => one == other,
            _ => false,
        }
    }
}

impl PartialEq<str> for Node {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == Some(other)
    }
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Node::Text(text.into())
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Node::Text(text.into())
    }
}

impl From<Text> for Node {
    fn from(text: Text) -> Self {
        Node::Text(text)
    }
}

impl From<bool> for Node {
    fn from(bool: bool) -> Self {
        Node::Bool(bool)
    }
}

impl From<i64> for Node {
    fn from(number: i64) -> Self {
        Node::Number(number.into())
    }
}

impl From<Vec<Node>> for Node {
    fn from(items: Vec<Node>) -> Self {
        Node::List(items)
    }
}

impl From<Dict> for Node {
    fn from(dict: Dict) -> Self {
        Node::Dict(dict)
    }
}

impl From<&Node> for Node {
    fn from(node: &Node) -> Self {
        node.clone()
    }
}
