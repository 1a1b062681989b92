//! The order in which Python 2.7 walked a dictionary. The ids of a REST API's deployments have carried a
//! digest of one since the translator was written in that language, so whoever makes the same ids walks
//! in the same order: it is the order of slots in a hash table, and depends on what was put in when.

use std::sync::Arc;

/// How small a table is made.
const SMALLEST: usize = 8;
/// From how many keys on a table is doubled, not made four times as large.
const LARGE: usize = 50_000;

/// The keys of a dictionary in their slots.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    slots: Vec<Slot>,
    /// Slots that are not free, and those that hold a key.
    filled: usize,
    used: usize,
}

#[derive(Debug, Clone, PartialEq)]
enum Slot {
    Free,
    /// A key was here.
    Left,
    Key(Arc<str>, u64),
}

impl Order {
    pub fn new() -> Self {
        Order { slots: vec![Slot::Free; SMALLEST], filled: 0, used: 0 }
    }

    /// The keys, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.slots.iter().filter_map(|slot| match slot {
            Slot::Key(key, _) => Some(&**key),
            _ => None,
        })
    }

    pub fn add(&mut self, key: &str) {
        self.put(key.into(), hash(key));
    }

    pub fn remove(&mut self, key: &str) {
        let at = self.find(key, hash(key));
        if let Slot::Key(..) = self.slots[at] {
            self.slots[at] = Slot::Left;
            self.used -= 1;
        }
    }

    /// Adds the keys of another dictionary, for which room is made first.
    pub fn merge<'a>(&mut self, keys: impl ExactSizeIterator<Item = &'a str>) {
        if keys.len() == 0 {
            return;
        }
        if (self.filled + keys.len()) * 3 >= self.slots.len() * 2 {
            self.resize((self.used + keys.len()) * 2);
        }
        keys.for_each(|key| self.add(key));
    }

    /// What a deep copy makes of it: the keys put into a new table, in their order. Tells whether that changed nothing.
    pub fn settle(&mut self) -> bool {
        let old = std::mem::replace(self, Order::new());
        self.take(old.slots.clone());
        self.slots == old.slots
    }

    fn take(&mut self, slots: Vec<Slot>) {
        for slot in slots {
            if let Slot::Key(key, hash) = slot {
                self.put(key, hash);
            }
        }
    }

    fn put(&mut self, key: Arc<str>, hash: u64) {
        let at = self.find(&key, hash);
        match self.slots[at] {
            Slot::Key(..) => return,
            Slot::Left => self.used += 1,
            Slot::Free => {
                self.used += 1;
                self.filled += 1;
            }
        }
        self.slots[at] = Slot::Key(key, hash);
        if self.filled * 3 >= self.slots.len() * 2 {
            self.resize(self.used * if self.used > LARGE { 2 } else { 4 });
        }
    }

    fn resize(&mut self, request: usize) {
        let mut size = SMALLEST;
        while size <= request {
            size <<= 1;
        }
        let old = std::mem::replace(&mut self.slots, vec![Slot::Free; size]);
        (self.filled, self.used) = (0, 0);
        self.take(old);
    }

    /// Where the key is, or else where it would be put.
    fn find(&self, key: &str, hash: u64) -> usize {
        let mask = self.slots.len() as u64 - 1;
        let (mut walker, mut perturb) = (hash & mask, hash);
        let mut left = None;
        loop {
            let at = (walker & mask) as usize;
            match &self.slots[at] {
                Slot::Free => return left.unwrap_or(at),
                Slot::Key(there, of) if *of == hash && **there == *key => return at,
                Slot::Left => left = left.or(Some(at)),
                Slot::Key(..) => {}
            }
            walker = walker.wrapping_mul(5).wrapping_add(perturb).wrapping_add(1);
            perturb >>= 5;
        }
    }
}

/// Python 2.7's hash of a text, by its code points.
fn hash(text: &str) -> u64 {
    let Some(first) = text.chars().next() else { return 0 };
    let start = u64::from(u32::from(first)) << 7;
    let mixed = text
        .chars()
        .fold(start, |sum, next| sum.wrapping_mul(1_000_003) ^ u64::from(u32::from(next)));
    mixed ^ text.chars().count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(keys: &[&str]) -> Order {
        let mut order = Order::new();
        keys.iter().for_each(|key| order.add(key));
        order
    }

    #[test]
    fn hashes_are_those_of_python() {
        // `hash(u'a')` and `hash(u'swagger')` of a 64-bit Python 2.7, as unsigned numbers.
        assert_eq!(hash(""), 0);
        assert_eq!(hash("a"), 12_416_037_344);
    }

    #[test]
    fn what_collides_keeps_the_order_in_which_it_came() {
        let here = of(&["paths", "info", "swagger"]);
        let there = of(&["swagger", "info", "paths"]);
        let sorted = |order: &Order| {
            let mut keys: Vec<_> = order.keys().map(str::to_owned).collect();
            keys.sort();
            keys
        };
        assert_eq!(sorted(&here), sorted(&there));
    }

    #[test]
    fn keys_that_went_leave_their_slots_to_others() {
        let mut order = of(&["a", "b", "c"]);
        order.remove("b");
        order.remove("b");
        assert_eq!(order.keys().count(), 2);
        order.add("b");
        assert_eq!(order.keys().count(), 3);
        let many: Vec<String> = (0..200).map(|n| format!("key{n}")).collect();
        order.merge(many.iter().map(String::as_str));
        order.settle();
        assert_eq!(order.keys().count(), 203);
    }
}
