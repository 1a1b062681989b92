//! The Counting Service: how many invocations may run at once, and how fast that may grow.

use std::future::Future;

use fika_model::{FunctionArn, Throttle};

/// One unit of concurrency, held while an invocation runs and given back when dropped.
#[must_use = "dropping a permit gives the concurrency back"]
pub struct Permit {
    _private: (),
}

/// The arrow frontend → counting.
pub trait CountingService: Send + Sync + 'static {
    /// Asks for one unit of concurrency for an invocation of this function (unqualified ARN).
    ///
    /// # Errors
    /// The limit that was met, and when to try again.
    fn admit(
        &self,
        function: &FunctionArn,
    ) -> impl Future<Output = Result<Permit, Throttle>> + Send;
}
