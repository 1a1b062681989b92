//! Checks members and words what is wrong exactly as AWS does.
//!
//! The texts come from recorded answers of AWS. A list or a map of which a member breaks a rule
//! is reported once, with all rules of its members; sensitive values are not printed.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use bytes::Bytes;
use regex::Regex;

use super::error::AwsError;

/// The most broken constraints one answer lists.
const MOST_FOUND: usize = 64;
/// The longest value one answer repeats, bytes.
const LONGEST_PRINT: usize = 16_384;

/// A structure whose members can be checked. Generated.
pub trait Check {
    /// Adds every broken constraint to `found`.
    fn check(&self, found: &mut Violations);
}

/// A pattern a text must match as a whole. Compiled when first used.
#[derive(Debug)]
pub struct Pattern {
    shown: &'static str,
    engine: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// A pattern: as AWS prints it, and as this engine runs it.
    #[must_use]
    pub const fn new(shown: &'static str, engine: &'static str) -> Self {
        Self { shown, engine, compiled: OnceLock::new() }
    }

    /// Whether the whole text matches. The generator compiles every pattern, so all do; one that
    /// did not would match nothing.
    fn matches(&self, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| Regex::new(self.engine).ok());
        compiled.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

/// One bound of a member.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// At most so many UTF-16 units, bytes or entries.
    Longest(usize),
    /// At least so many UTF-16 units, bytes or entries.
    Shortest(usize),
    /// A whole number, at most.
    Most(i64),
    /// A whole number, at least.
    Least(i64),
    /// A decimal, at most.
    MostDecimal(f64),
    /// A decimal, at least.
    LeastDecimal(f64),
    /// A text that matches.
    Pattern(&'static Pattern),
    /// One of these texts.
    OneOf(&'static [&'static str]),
}

impl Rule {
    fn admits(&self, value: Measure<'_>) -> bool {
        match (*self, value) {
            (Self::Longest(most), value) => value.length().is_none_or(|length| length <= most),
            (Self::Shortest(least), value) => value.length().is_none_or(|length| length >= least),
            (Self::Most(most), Measure::Whole(n)) => n <= most,
            (Self::Least(least), Measure::Whole(n)) => n >= least,
            (Self::MostDecimal(most), Measure::Decimal(n)) => n <= most,
            (Self::LeastDecimal(least), Measure::Decimal(n)) => n >= least,
            (Self::Pattern(pattern), Measure::Text(text)) => pattern.matches(text),
            (Self::OneOf(values), Measure::Text(text)) => values.contains(&text),
            _ => true,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Longest(n) => write!(f, "Member must have length less than or equal to {n}"),
            Self::Shortest(n) => write!(f, "Member must have length greater than or equal to {n}"),
            Self::Most(n) => write!(f, "Member must have value less than or equal to {n}"),
            Self::Least(n) => write!(f, "Member must have value greater than or equal to {n}"),
            Self::MostDecimal(n) => write!(f, "Member must have value less than or equal to {n:?}"),
            Self::LeastDecimal(n) => {
                write!(f, "Member must have value greater than or equal to {n:?}")
            }
            Self::Pattern(pattern) => {
                write!(f, "Member must satisfy regular expression pattern: {}", pattern.shown)
            }
            Self::OneOf(values) => {
                write!(f, "Member must satisfy enum value set: [{}]", values.join(", "))
            }
        }
    }
}

/// All rules of a shape.
#[derive(Debug, Clone, Copy)]
pub struct Constraint {
    rules: &'static [Rule],
    sensitive: bool,
    not_null: bool,
}

impl Constraint {
    /// No rules.
    pub const NONE: Self = Self::new(&[]);

    /// These rules.
    #[must_use]
    pub const fn new(rules: &'static [Rule]) -> Self {
        Self { rules, sensitive: false, not_null: false }
    }

    /// These rules, for values that are not to be printed.
    #[must_use]
    pub const fn sensitive(rules: &'static [Rule]) -> Self {
        Self { rules, sensitive: true, not_null: false }
    }

    /// The same, for members of a list that AWS declares not null; it only changes the text.
    #[must_use]
    pub const fn not_null(mut self) -> Self {
        self.not_null = true;
        self
    }

    fn admits(&self, value: Measure<'_>) -> bool {
        self.rules.iter().all(|rule| rule.admits(value))
    }

    /// All rules, as AWS prints them for the members of a list or a map.
    fn print(&self) -> String {
        let mut rules: Vec<String> = self.rules.iter().map(Rule::to_string).collect();
        if self.not_null {
            rules.push("Member must not be null".into());
        }
        rules.join(", ")
    }
}

/// What rules look at.
#[derive(Debug, Clone, Copy)]
pub enum Measure<'a> {
    /// A text.
    Text(&'a str),
    /// A whole number.
    Whole(i64),
    /// A decimal.
    Decimal(f64),
    /// The length of a blob, a list or a map.
    Entries(usize),
}

impl Measure<'_> {
    /// The length, counted as Java counts it.
    fn length(self) -> Option<usize> {
        match self {
            Self::Text(text) => Some(text.encode_utf16().count()),
            Self::Entries(entries) => Some(entries),
            Self::Whole(_) | Self::Decimal(_) => None,
        }
    }
}

/// A value that can be checked and printed.
pub trait Subject {
    /// What rules look at.
    fn measure(&self) -> Measure<'_>;
    /// Prints it as AWS does: a list as `[a, b]`, a map as `{k=v}`.
    fn print(&self, out: &mut String);
}

impl Subject for String {
    fn measure(&self) -> Measure<'_> {
        Measure::Text(self)
    }

    fn print(&self, out: &mut String) {
        out.push_str(self);
    }
}

macro_rules! number {
    ($($kind:ty => $measure:ident,)+) => {$(
        impl Subject for $kind {
            fn measure(&self) -> Measure<'_> {
                Measure::$measure((*self).into())
            }

            fn print(&self, out: &mut String) {
                out.push_str(&format!("{self:?}"));
            }
        }
    )+};
}

number! { i32 => Whole, i64 => Whole, f64 => Decimal, }

impl Subject for Bytes {
    fn measure(&self) -> Measure<'_> {
        Measure::Entries(self.len())
    }

    fn print(&self, out: &mut String) {
        out.push_str(&format!("{} bytes", self.len()));
    }
}

impl<T: Subject> Subject for Vec<T> {
    fn measure(&self) -> Measure<'_> {
        Measure::Entries(self.len())
    }

    fn print(&self, out: &mut String) {
        enclosed(out, ['[', ']'], self, |out, item| item.print(out));
    }
}

impl<T: Subject> Subject for BTreeMap<String, T> {
    fn measure(&self) -> Measure<'_> {
        Measure::Entries(self.len())
    }

    fn print(&self, out: &mut String) {
        enclosed(out, ['{', '}'], self, |out, (key, value)| {
            out.push_str(key);
            out.push('=');
            value.print(out);
        });
    }
}

fn enclosed<I: IntoIterator>(
    out: &mut String,
    [open, close]: [char; 2],
    items: I,
    print: impl Fn(&mut String, I::Item),
) {
    out.push(open);
    for (i, item) in items.into_iter().enumerate() {
        if out.len() > LONGEST_PRINT {
            break;
        }
        if i > 0 {
            out.push_str(", ");
        }
        print(out, item);
    }
    out.push(close);
}

/// The broken constraints of one request, in the order of the model's members.
#[derive(Debug, Default)]
pub struct Violations {
    path: String,
    found: Vec<String>,
    by_service: Option<AwsError>,
}

impl Violations {
    /// A member that must be there.
    pub fn required(&mut self, name: &str, present: bool) {
        if !present {
            self.add(name, " null", "Member must not be null");
        }
    }

    /// A text, a number or a blob.
    pub fn value(&mut self, name: &str, value: &Option<impl Subject>, own: &Constraint) {
        let Some(value) = value else { return };
        for rule in own.rules.iter().filter(|rule| !rule.admits(value.measure())) {
            self.add(name, &printed(value, own), &rule.to_string());
        }
    }

    /// A list, and the rules its members must keep.
    pub fn list<T: Subject>(
        &mut self,
        name: &str,
        list: &Option<Vec<T>>,
        own: &Constraint,
        each: &Constraint,
    ) {
        self.value(name, list, own);
        let Some(list) = list else { return };
        if list.iter().any(|item| !each.admits(item.measure())) {
            let what = format!("Member must satisfy constraint: [{}]", each.print());
            self.add(name, &printed(list, own), &what);
        }
    }

    /// A map, and the rules its keys and values must keep.
    pub fn map<T: Subject>(
        &mut self,
        name: &str,
        map: &Option<BTreeMap<String, T>>,
        own: &Constraint,
        keys: &Constraint,
        values: &Constraint,
    ) {
        self.value(name, map, own);
        let Some(map) = map else { return };
        if map.keys().any(|key| !keys.admits(key.measure())) {
            let what = format!("Map keys must satisfy constraint: [{}]", keys.print());
            self.add(name, &printed(map, own), &what);
        }
        if map.values().any(|value| !values.admits(value.measure())) {
            let what = format!("Map value must satisfy constraint: [{}]", values.print());
            self.add(name, &printed(map, own), &what);
        }
    }

    /// A structure: its members are named `name.member`.
    pub fn structure(&mut self, name: &str, structure: &Option<impl Check>) {
        if let Some(structure) = structure {
            self.within(name, |found| structure.check(found));
        }
    }

    /// A list of structures: their members are named `name.1.member.member`, counted from 1.
    pub fn structures<T: Check>(&mut self, name: &str, list: &Option<Vec<T>>, own: &Constraint) {
        let Some(list) = list else { return };
        for rule in own.rules.iter().filter(|rule| !rule.admits(Measure::Entries(list.len()))) {
            // How AWS prints a structure here is not known, so none is.
            self.add(name, "", &rule.to_string());
        }
        for (i, structure) in list.iter().enumerate() {
            self.within(&format!("{name}.{}.member", i + 1), |found| structure.check(found));
        }
    }

    /// A text of which the service itself knows the values: it is refused only when no
    /// constraint is broken, by another error.
    pub fn by_service(
        &mut self,
        name: &str,
        value: &Option<impl Subject>,
        values: &'static [&str],
    ) {
        let Some(value) = value else { return };
        if Rule::OneOf(values).admits(value.measure()) || self.by_service.is_some() {
            return;
        }
        let mut print = String::new();
        value.print(&mut print);
        self.by_service = Some(AwsError::invalid_parameter_value(format!(
            "Value {} at '{name}' failed to satisfy constraint: {} or be a valid ARN",
            short(&print),
            Rule::OneOf(values)
        )));
    }

    /// Nothing, or the error that lists what was found.
    ///
    /// # Errors
    /// `ValidationException` with every broken constraint, else what the service itself refuses.
    pub fn into_result(self) -> Result<(), AwsError> {
        let count = match self.found.len() {
            0 => return self.by_service.map_or(Ok(()), Err),
            1 => "1 validation error".to_owned(),
            n => format!("{n} validation errors"),
        };
        Err(AwsError::validation(format!("{count} detected: {}", self.found.join("; "))))
    }

    /// A member that breaks a rule which is not the model's: `value` as it stands after "Value",
    /// `what` as in "Member must not be null".
    pub fn add(&mut self, name: &str, value: &str, what: &str) {
        if self.found.len() < MOST_FOUND {
            let path = &self.path;
            self.found.push(format!(
                "Value{value} at '{path}{name}' failed to satisfy constraint: {what}"
            ));
        }
    }

    fn within(&mut self, name: &str, check: impl FnOnce(&mut Self)) {
        let outside = self.path.len();
        self.path.push_str(name);
        self.path.push('.');
        check(self);
        self.path.truncate(outside);
    }
}

/// The value as it stands after "Value" in a text: quoted, or nothing when it is sensitive.
fn printed(value: &impl Subject, constraint: &Constraint) -> String {
    if constraint.sensitive {
        return String::new();
    }
    let mut print = String::new();
    value.print(&mut print);
    format!(" '{}'", short(&print))
}

fn short(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST_PRINT)]
}

#[cfg(test)]
mod tests;
