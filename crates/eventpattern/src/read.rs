//! From JSON to a pattern.

use serde_json::{Map, Value};

use crate::any_of::AnyOf;
use crate::{NotAPattern, Pattern, expression};

/// Names that alternatives of `$or` may not have, since they are match expressions or may become some.
const RESERVED: [&str; 24] = [
    "exactly",
    "equals-ignore-case",
    "prefix",
    "suffix",
    "anything-but",
    "exists",
    "wildcard",
    "numeric",
    "cidr",
    "=",
    "<",
    "<=",
    ">",
    ">=",
    "regex",
    "not-wildcard",
    "not-equals-ignore-case",
    "date-after",
    "date-on-or-after",
    "date-before",
    "date-on-or-before",
    "in-date-range",
    "ip-address-in-range",
    "ip-address-not-in-range",
];

/// What all must be so.
pub(crate) type Fields = Vec<Term>;

/// One thing that must be so.
#[derive(Debug, Clone)]
pub(crate) enum Term {
    /// A field has one of some values, or is not there at all, where that is allowed: the number of
    /// the absence.
    Leaf { path: Vec<String>, tests: AnyOf, absence: Option<usize> },
    /// What is so of the inside of a field.
    Inside { path: Vec<String>, fields: Fields },
    /// One of these is so.
    Or(Vec<Fields>),
}

/// What is read, and where the reader is.
struct Reader {
    absences: Vec<Vec<String>>,
    at: Vec<String>,
    in_or: bool,
}

pub(crate) fn pattern(value: &Value) -> Result<Pattern, NotAPattern> {
    let Value::Object(members) = value else { return bad("Filter is not an object") };
    let mut reader = Reader { absences: Vec::new(), at: Vec::new(), in_or: false };
    let fields = reader.fields(members)?;
    Ok(Pattern { fields, absences: reader.absences })
}

impl Reader {
    fn fields(&mut self, members: &Map<String, Value>) -> Result<Fields, NotAPattern> {
        if members.is_empty() {
            return bad("Empty objects are not allowed");
        }
        members.iter().map(|(name, value)| self.term(name, value)).collect()
    }

    fn term(&mut self, name: &str, value: &Value) -> Result<Term, NotAPattern> {
        if name == "$or" {
            return self.alternatives(value);
        }
        if self.in_or && RESERVED.contains(&name) {
            let why = "is Ruler reserved fieldName which cannot be used inside $or.";
            return bad(format!("{name} {why}"));
        }
        let path: Vec<String> = name.split('.').map(str::to_owned).collect();
        let depth = self.at.len();
        self.at.extend_from_slice(&path);
        let term = match value {
            Value::Object(members) => {
                self.fields(members).map(|fields| Term::Inside { path, fields })
            }
            Value::Array(values) => self.leaf(path, values),
            _ => bad(format!("\"{name}\" must be an object or an array")),
        };
        self.at.truncate(depth);
        term
    }

    fn leaf(&mut self, path: Vec<String>, values: &[Value]) -> Result<Term, NotAPattern> {
        if values.is_empty() {
            return bad("Empty arrays are not allowed");
        }
        let (mut tests, mut absent) = (Vec::new(), false);
        for value in values {
            match expression::read(value)? {
                Some(test) => tests.push(test),
                None => absent = true,
            }
        }
        let absence = absent.then(|| {
            self.absences.push(self.at.clone());
            self.absences.len() - 1
        });
        Ok(Term::Leaf { path, tests: tests.into_iter().collect(), absence })
    }

    fn alternatives(&mut self, value: &Value) -> Result<Term, NotAPattern> {
        let Value::Array(all) = value else {
            return bad("It must be an Array followed with $or.");
        };
        let outer = std::mem::replace(&mut self.in_or, true);
        let read = |one: &Value| match one {
            Value::Object(members) => self.fields(members),
            _ => bad("Only JSON object is allowed in array of $or relationship."),
        };
        let alternatives = all.iter().map(read).collect::<Result<Vec<_>, _>>();
        self.in_or = outer;
        let alternatives = alternatives?;
        if alternatives.len() < 2 {
            return bad("There must have at least 2 Objects in $or relationship.");
        }
        Ok(Term::Or(alternatives))
    }
}

pub(crate) fn bad<T>(why: impl Into<String>) -> Result<T, NotAPattern> {
    Err(NotAPattern(why.into()))
}
