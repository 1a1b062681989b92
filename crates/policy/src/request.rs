//! What is asked, in which circumstances, by whom.

/// One thing that somebody wants to do.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// As in `lambda:InvokeFunction`.
    pub action: &'a str,
    /// The ARN it is about, or `*`.
    pub resource: &'a str,
    /// The circumstances.
    pub context: &'a Context,
}

/// Whom principals of a policy are compared with.
#[derive(Debug, Clone, Copy)]
pub struct Who<'a> {
    /// Twelve digits; empty for a service, and for who did not sign.
    pub account: &'a str,
    /// Every ARN it goes by: a user's own; a session's own, then its role's; an account's root.
    pub arns: &'a [&'a str],
    /// As in `s3.amazonaws.com`, if it is a service.
    pub service: Option<&'a str>,
}

/// The circumstances of a request: condition keys and their values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Context {
    values: Vec<(String, Vec<String>)>,
}

impl Context {
    /// Of which nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// And a key with one value. Keys are the same in whatever case.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.add(key, value);
        self
    }

    /// Adds a value; a key that has one has several then.
    pub fn add(&mut self, key: &str, value: impl Into<String>) {
        let key = key.to_ascii_lowercase();
        match self.values.iter_mut().find(|(name, _)| *name == key) {
            Some((_, values)) => values.push(value.into()),
            None => self.values.push((key, vec![value.into()])),
        }
    }

    /// The values of a key, which is in lower case; none when the request has no such key.
    pub(crate) fn get(&self, key: &str) -> Option<&[String]> {
        self.values.iter().find(|(name, _)| name == key).map(|(_, values)| values.as_slice())
    }

    /// The same with values in lower case, for comparisons that do not see it.
    pub(crate) fn lowered(&self) -> Self {
        let lower = |values: &Vec<String>| values.iter().map(|v| v.to_lowercase()).collect();
        Self { values: self.values.iter().map(|(key, v)| (key.clone(), lower(v))).collect() }
    }

    /// The value of a key that has one.
    pub(crate) fn single(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some([one]) => Some(one),
            _ => None,
        }
    }
}
