//! A dictionary of a template: plain ones keep the order in which keys came, those of a REST API the one
//! of [`Order`].

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use indexmap::IndexMap;

use super::Node;
use super::order::Order;

/// A text. Python 2.7 told those that came with a template (`unicode`) from the translator's own, and
/// wrote them apart; two are the same if they read the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Text {
    pub text: String,
    pub unicode: bool,
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Text {}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.as_str().hash(state);
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.text
    }
}

impl std::ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Text { text: text.to_owned(), unicode: false }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Text { text, unicode: false }
    }
}

/// A dictionary. A copy shares what it holds until one of the two is changed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dict(Arc<Held>);

#[derive(Debug, Clone, Default)]
struct Held {
    entries: IndexMap<Text, Node>,
    order: Option<Order>,
    /// Whether a deep copy has the same order, here and in all that it holds.
    settled: bool,
}

impl PartialEq for Dict {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.entries == other.0.entries
    }
}

impl Dict {
    /// A plain one.
    pub fn new() -> Self {
        Dict::default()
    }

    /// One in the order of Python 2.7.
    pub fn legacy() -> Self {
        Dict(Arc::new(Held { order: Some(Order::new()), ..Held::default() }))
    }

    pub fn is_legacy(&self) -> bool {
        self.0.order.is_some()
    }

    pub fn len(&self) -> usize {
        self.0.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.entries.is_empty()
    }

    pub fn has(&self, key: &str) -> bool {
        self.0.entries.contains_key(key)
    }

    pub fn get(&self, key: &str) -> Option<&Node> {
        self.0.entries.get(key)
    }

    /// The value, unless it is none or says nothing: null, false, zero, empty.
    pub fn truthy(&self, key: &str) -> Option<&Node> {
        self.get(key).filter(|value| value.is_truthy())
    }

    /// What it holds, to change it.
    fn held(&mut self) -> &mut Held {
        let held = Arc::make_mut(&mut self.0);
        held.settled = false;
        held
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.held().entries.get_mut(key)
    }

    pub fn insert(&mut self, key: impl Into<Text>, value: impl Into<Node>) {
        let (key, held) = (key.into(), self.held());
        if let Some(order) = &mut held.order {
            order.add(&key);
        }
        held.entries.insert(key, value.into());
    }

    /// The value, which is put there if there is none.
    pub fn or_insert(&mut self, key: impl Into<Text>, value: impl Into<Node>) -> &mut Node {
        let (key, held) = (key.into(), self.held());
        if let Some(order) = &mut held.order {
            order.add(&key);
        }
        held.entries.entry(key).or_insert_with(|| value.into())
    }

    /// Another's entries, over those of the same names.
    pub fn update(&mut self, other: &Dict) {
        if let Some(order) = &mut self.held().order {
            let keys: Vec<&str> = other.keys().map(|key| &**key).collect();
            order.merge(keys.into_iter());
        }
        for (key, value) in other.iter() {
            self.insert(key.clone(), value.clone());
        }
    }

    pub fn remove(&mut self, key: &str) -> Option<Node> {
        let held = self.held();
        if let Some(order) = &mut held.order {
            order.remove(key);
        }
        held.entries.shift_remove(key)
    }

    /// What Python's shallow copy makes of it, which may change the order.
    pub fn copied(&self) -> Dict {
        let mut copy = if self.is_legacy() { Dict::legacy() } else { Dict::new() };
        copy.update(self);
        copy
    }

    /// What Python's deep copy makes of it, which may change the order. Tells whether another one would change nothing.
    pub fn settle(&mut self) -> bool {
        if self.0.settled {
            return true;
        }
        let held = self.held();
        let mut settled = held.order.as_mut().is_none_or(Order::settle);
        for value in held.entries.values_mut() {
            settled &= value.settle();
        }
        held.settled = settled;
        settled
    }

    pub fn iter(&self) -> Box<dyn Iterator<Item = (&Text, &Node)> + '_> {
        let entries = &self.0.entries;
        match &self.0.order {
            None => Box::new(entries.iter()),
            Some(order) => Box::new(order.keys().filter_map(|key| entries.get_key_value(key))),
        }
    }

    pub fn keys(&self) -> impl Iterator<Item = &Text> {
        self.iter().map(|(key, _)| key)
    }

    pub fn values(&self) -> impl Iterator<Item = &Node> {
        self.iter().map(|(_, value)| value)
    }

    /// The keys, to change values while walking.
    pub fn names(&self) -> Vec<Text> {
        self.keys().cloned().collect()
    }

    /// The values, in no certain order.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        self.held().entries.values_mut()
    }

    /// The only key and its value.
    pub fn single(&self) -> Option<(&Text, &Node)> {
        self.0.entries.first().filter(|_| self.len() == 1)
    }

    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str()
    }

    pub fn dict(&self, key: &str) -> Option<&Dict> {
        self.get(key)?.as_dict()
    }

    pub fn dict_mut(&mut self, key: &str) -> Option<&mut Dict> {
        self.get_mut(key)?.as_dict_mut()
    }
}
