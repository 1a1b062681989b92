//! Who callers are and what they may do: accounts, users, roles, access keys and sessions.
//!
//! Everything is in memory, where readers wait for nobody; every change is in the store before
//! it is answered.
//!
//! - [`Iam`]: all of it; [`Iam::identify`] for the door, and the operations of the IAM API
//! - [`Principal`]: who a caller is, with what its policies say
//! - [`Sessions`]: temporary credentials: functions' roles, and roles that were assumed
//!
//! Inside:
//!
//! - `accounts`: accounts, access keys, and the root key of the first start
//! - `record`: users, roles and policies as the store keeps them; `state`: the same in memory
//! - `change`: the one way anything changes: in turn, committed, then seen
//! - `operations`: one file a family of the IAM API
//! - `managed`: the policies that AWS brings; `names`, `refuse`: what callers write and read
#![forbid(unsafe_code)]

mod accounts;
mod change;
mod identify;
mod managed;
mod names;
mod operations;
mod principal;
mod record;
mod refuse;
mod sessions;
mod state;

pub use accounts::{AccountsError, Credential, Iam, RootOptions, Secret};
pub use identify::{Identified, Unknown};
pub use operations::{Assumed, Assumption, Holder, NewRole, Scope};
pub use principal::{Acting, ActingService, Principal};
pub use record::{Entity, Held, ManagedPolicy, Page, Role, User};
pub use sessions::{Grant, Session, SessionCredentials, SessionError, Sessions};
