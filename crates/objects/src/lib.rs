//! S3: buckets and objects. s3s speaks the protocol; what it asks for is done here.
//!
//! - [`Objects`]: all of it: [`Objects::open`], and [`Objects::answer`] for the doors
//! - `desk`: one request: its operations as S3 words them; `access`: what each needs leave for
//! - `objects`: what there is, and every change to it, committed before it is seen; `shelf`: one
//!   bucket in memory; `record`, `keys`: the same in the store; `load`: what a start finds
//! - `uploads`: those in parts, and what became of them
//! - `cors`: what pages of other origins may
//! - `noted`: what is seen of requests' bodies
//! - `files`, `content`: the bytes, in files that are written once; `sums`: their checksums
//! - `fetch`: what other rooms read and write
//! - `webhooks`: where a foreign S3 posts what happened in its buckets
//! - `pages`: a page of a listing; `notify`: who is told of a change; `owner`, `text`: small things
//!
//! A change is: content synced, then a record committed with what it tells, then seen in memory, then
//! told, then answered. A crash in between leaves content that no record names, which the next start removes.
#![forbid(unsafe_code)]

mod access;
mod content;
mod cors;
mod desk;
mod door;
mod fetch;
mod files;
mod keys;
mod load;
mod noted;
mod notify;
mod objects;
mod owner;
mod pages;
mod record;
mod shelf;
mod sums;
mod text;
mod uploads;
mod webhooks;

pub use door::{Visit, Visitor, Who};
pub use fetch::{Found, Named, NotRead};
pub use notify::foreign::Unreadable;
pub use objects::{Objects, OpenError};
pub use webhooks::{NoWebhook, NotTold, Webhook};
