//! Asking an event.

use serde_json::{Map, Value};

use crate::Pattern;
use crate::any_of::AnyOf;
use crate::read::{Fields, Term};

/// A place in an event.
#[derive(Clone)]
struct Place<'e> {
    value: &'e Value,
    /// Of the names that are asked for, what may be the beginning of a member's name that has dots.
    begun: Option<String>,
}

struct Walk {
    /// Which of the pattern's absences are so.
    absent: Vec<bool>,
}

pub(crate) fn matches(pattern: &Pattern, event: &Value) -> bool {
    let start = Place { value: event, begun: None };
    let absent = pattern.absences.iter().map(|path| !is_there(&start, path)).collect();
    Walk { absent }.fields(&pattern.fields, Some(&start))
}

impl Walk {
    /// Whether all is so of the value there; of no value where there is none.
    fn fields(&self, fields: &Fields, place: Option<&Place<'_>>) -> bool {
        if let Some(Place { value: Value::Array(elements), .. }) = place {
            let mut elements = elements.iter().map(Place::at);
            // What is asked of several fields is asked of one element; what may be absent, of no element too.
            return elements.any(|element| self.fields(fields, Some(&element)))
                || self.fields(fields, None);
        }
        fields.iter().all(|term| self.term(term, place))
    }

    fn term(&self, term: &Term, place: Option<&Place<'_>>) -> bool {
        match term {
            Term::Or(alternatives) => alternatives.iter().any(|all| self.fields(all, place)),
            Term::Inside { path, fields } => {
                let places = place.map(|place| place.down(path)).unwrap_or_default();
                places.iter().any(|inside| self.fields(fields, Some(inside)))
                    || self.fields(fields, None)
            }
            Term::Leaf { path, tests, absence } => {
                absence.is_some_and(|number| self.absent[number])
                    || place.is_some_and(|place| leaf(place, path, tests))
            }
        }
    }
}

fn leaf(place: &Place<'_>, path: &[String], tests: &AnyOf) -> bool {
    let places = place.down(path);
    places
        .iter()
        .filter(|inside| inside.begun.is_none())
        .any(|inside| any(inside.value, &|value| tests.holds(value)))
}

/// Whether it is so of a value, or of a value in an array.
fn any(value: &Value, holds: &impl Fn(&Value) -> bool) -> bool {
    match value {
        Value::Array(elements) => elements.iter().any(|element| any(element, holds)),
        Value::Object(_) => false,
        _ => holds(value),
    }
}

/// Whether there is a value there.
fn is_there(place: &Place<'_>, path: &[String]) -> bool {
    let Some((name, rest)) = path.split_first() else {
        return place.begun.is_none() && any(place.value, &|_| true);
    };
    match place.value {
        Value::Array(elements) => {
            elements.iter().any(|element| is_there(&Place::at(element), path))
        }
        _ => place.step(name).iter().any(|next| is_there(next, rest)),
    }
}

impl<'e> Place<'e> {
    fn at(value: &'e Value) -> Self {
        Self { value, begun: None }
    }

    /// Where several names lead: mostly to one place, or to none. An array on the way is any of its
    /// elements.
    fn down(&self, path: &[String]) -> Vec<Self> {
        let mut places = vec![self.clone()];
        for name in path {
            places = places
                .iter()
                .flat_map(|place| place.elements())
                .flat_map(|p| p.step(name))
                .collect();
        }
        places
    }

    /// The elements of an array, and of arrays in it; else the place itself.
    fn elements(&self) -> Vec<Self> {
        match self.value {
            Value::Array(elements) => {
                elements.iter().flat_map(|element| Self::at(element).elements()).collect()
            }
            _ => vec![self.clone()],
        }
    }

    /// Where a name leads: to the member of that name, and perhaps into the middle of another's.
    fn step(&self, name: &str) -> Vec<Self> {
        let Value::Object(members) = self.value else { return Vec::new() };
        let whole = match &self.begun {
            Some(begun) => format!("{begun}.{name}"),
            None => name.to_owned(),
        };
        let member = members.get(&whole).map(Self::at);
        let longer =
            has_longer(members, &whole).then_some(Self { value: self.value, begun: Some(whole) });
        member.into_iter().chain(longer).collect()
    }
}

/// Whether a member's name goes on from there with a dot.
fn has_longer(members: &Map<String, Value>, begun: &str) -> bool {
    let goes_on =
        |name: &String| name.strip_prefix(begun).is_some_and(|rest| rest.starts_with('.'));
    members.keys().any(goes_on)
}
