//! SSM Parameter Store: parameters by name, with the versions each has had.
//!
//! - [`Parameters`]: all of them; an [`AwsService`](fika_service::AwsService) at the doors (`wire`)
//! - `name`: what parameters are called: names, selectors (`name:3`), ARNs
//! - `record`: a parameter, and every way from one state of it to the next, pure; `kind`: types and tiers;
//!   `secret`: values, which no log shows
//! - `filter`: which parameters a list wants; `page`: a list by pages; `check`: what callers write, bounded
//! - `operations`: put, get, list, delete, label and tag, as the API asks for them
//!
//! A parameter is in the store under `parameter/ACCOUNT/REGION/NAME`, with all its versions, and on disk
//! before a change is answered. A `SecureString` is kept as every other value is: in the store, which only the
//! server's user may read. There is no key to keep apart from it.
#![forbid(unsafe_code)]

mod check;
mod error;
mod filter;
mod kind;
mod name;
mod operations;
mod page;
mod record;
mod room;
mod secret;
mod wire;

pub use room::Parameters;
