//! AWS policy documents: read strictly, and judged together. No I/O, no clock.
//!
//! - [`Policy`]: one document, parsed once ([`Policy::parse`]) and then only matched
//! - [`Request`], [`Context`], [`Who`]: what is asked, in which circumstances, by whom
//! - [`decide`]: identity, session and resource policies together: an explicit deny wins,
//!   nothing is allowed unless something allows it, and both sides must where they are
//!   different accounts
//!
//! Inside: `json` refuses what a lenient reader would guess at; `document`, `statement` and
//! `principal` are the grammar; `condition` and `operator` the conditions; `pattern` and `arn`
//! the wildcards, which cost at most the product of both lengths.
//!
//! The rules are those of the IAM user guide ("IAM JSON policy element reference", "Policy
//! evaluation logic").
#![forbid(unsafe_code)]

mod arn;
mod condition;
mod decide;
mod document;
mod ip;
mod json;
mod operator;
mod pattern;
mod principal;
mod request;
mod statement;

pub use decide::{Decision, Denial, Identity, PolicyKind, Side, decide};
pub use document::{BadPolicy, DocumentKind, Policy};
pub use request::{Context, Request, Who};
