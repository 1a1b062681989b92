//! What is wrong with a template, in the translator's words.

use thiserror::Error as ThisError;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// A resource, by its logical id.
    #[error("Resource with id [{id}] is invalid. {message}")]
    Resource {
        /// Its logical id.
        id: String,
        /// What is wrong with it.
        message: String,
    },
    /// An event of a function, by its id there.
    #[error("Event with id [{id}] is invalid. {message}")]
    Event {
        /// Its id.
        id: String,
        /// What is wrong with it.
        message: String,
    },
    /// The template as a whole.
    #[error("Structure of the SAM template is invalid. {0}")]
    Template(String),
    /// The section of what all resources of a type share.
    #[error("'Globals' section is invalid. {0}")]
    Globals(String),
    /// A resource would be made that is there.
    #[error(
        "Transforming resource with id [{id}] attempts to create a new resource with id [{made}] and type \
         \"{kind}\". A resource with that id already exists within this template. Please use a different id \
         for that resource."
    )]
    Duplicate {
        /// Of what is expanded.
        id: String,
        /// Of what would be made.
        made: String,
        /// Its type.
        kind: String,
    },
    /// Something that AWS expands and fika does not.
    #[error("Resource with id [{id}] is invalid. fika does not serve {what}.")]
    NotServed {
        /// The logical id of the resource that asks for it.
        id: String,
        /// What is asked for: a type, a property, a kind of event.
        what: String,
    },
}

/// Why one resource cannot be expanded.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The others are looked at all the same.
    One(Error),
    /// Nothing else is looked at.
    All(Vec<Error>),
}

pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::One(error)
    }
}

pub(crate) fn resource(id: &str, message: impl Into<String>) -> Failure {
    Error::Resource { id: id.to_owned(), message: message.into() }.into()
}

pub(crate) fn event(id: &str, message: impl Into<String>) -> Failure {
    Error::Event { id: id.to_owned(), message: message.into() }.into()
}

/// A failure that ends the expansion.
pub(crate) fn template(message: impl Into<String>) -> Failure {
    Failure::All(vec![Error::Template(message.into())])
}

pub(crate) fn not_served(id: &str, what: impl Into<String>) -> Failure {
    Error::NotServed { id: id.to_owned(), what: what.into() }.into()
}

impl Failure {
    /// What an event's failure is for its function.
    pub fn of(self, id: &str) -> Failure {
        match self {
            Failure::One(error @ Error::Event { .. }) => resource(id, error.to_string()),
            other => other,
        }
    }
}
