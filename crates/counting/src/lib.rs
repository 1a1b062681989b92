//! The Counting Service: how many invocations may run at once, and how fast that may grow.
//!
//! - [`state`]: permits of many accounts and regions, a plain state machine: [`Counting`]
//! - [`account`]: the counts and limits of one account in one region
//!   `function`: of one function, and its versions' provisioned concurrency
//! - [`window`]: so many requests in any second: [`Window`]
//! - [`growth`]: how many new sandboxes a function may add in a while: [`Growth`]
//! - [`calls`]: how fast an account may call the control plane: [`Calls`]
//! - [`bucket`]: the token bucket under both
//! - [`handle`]: [`Counter`], the clonable handle rooms above hold, and its [`Permit`]
//!
//! The limits are AWS's ("Lambda quotas", "Understanding Lambda function scaling"): so many at
//! once an account and region; a function's reserved concurrency is taken out of that and is
//! the function's alone; a version's provisioned concurrency is taken out of either and is the
//! version's alone; ten requests a second for each unit of concurrency.
#![forbid(unsafe_code)]

use std::future::Future;

use fika_model::{FunctionArn, Throttle, VersionUid};

pub mod account;
pub mod bucket;
pub mod calls;
mod function;
pub mod growth;
pub mod handle;
pub mod state;
mod sweep;
pub mod window;

pub use account::AccountSnapshot;
pub use bucket::{Bucket, Rate};
pub use calls::{Call, CallOptions, Calls};
pub use growth::Growth;
pub use handle::{Counter, Permit};
pub use state::{Counting, CountingOptions, Held};
pub use window::Window;

/// The arrow frontend → counting.
pub trait CountingService: Send + Sync + 'static {
    /// Asks for one unit of concurrency for an invocation of this function. All versions share its
    /// limits, but for what is provisioned for one; the ARN's qualifier does not matter.
    ///
    /// # Errors
    /// The limit that was met, and when to try again.
    fn admit(
        &self,
        function: &FunctionArn,
        version: VersionUid,
    ) -> impl Future<Output = Result<Permit, Throttle>> + Send;

    /// Of what the functions of its account share, how many more invocations may run now, about; none for a function
    /// with a reservation, which shares nothing.
    fn left(&self, function: &FunctionArn) -> Option<u32>;
}
