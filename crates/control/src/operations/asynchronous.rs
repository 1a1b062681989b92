//! What the event side asks of a function.

use std::sync::Arc;
use std::time::Duration;

use fika_model::arn::LATEST;
use fika_model::{FunctionArn, limits};

use crate::control::Control;
use crate::reference::Which;
use crate::registry::Function;

/// What becomes of a function's events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asynchronous {
    /// How often an event is tried again after an error of the function, 0 to 2.
    pub retries: u32,
    /// How old an event may become.
    pub age: Duration,
    /// The ARN that records of success go to.
    pub on_success: Option<String>,
    /// The ARN that records of failure go to.
    pub on_failure: Option<String>,
    /// The ARN of the queue or topic that failed events go to.
    pub dead_letters: Option<String>,
    /// The function's role.
    pub role: String,
}

impl Control {
    /// What becomes of events for that function, version or alias; none where there is no such. Reads memory only.
    #[must_use]
    pub fn asynchronous(&self, function: &FunctionArn) -> Option<Asynchronous> {
        let FunctionArn { scope, name, qualifier } = function;
        let look = |found: &Arc<Function>| {
            let snapshot = found.snapshot.load();
            let build = match snapshot.which(qualifier.as_deref())? {
                Which::Latest => {
                    snapshot.record.serving.as_deref().unwrap_or(&snapshot.record.latest)
                }
                Which::Published(number) => &snapshot.versions.get(&number)?.record.build,
            };
            let key = qualifier.as_deref().unwrap_or(LATEST);
            let config = snapshot.record.attached.event_invokes.get(key).cloned();
            let config = config.unwrap_or_default();
            let number = |given: Option<i32>| given.and_then(|given| u32::try_from(given).ok());
            let age = number(config.age_s).map(|age| Duration::from_secs(age.into()));
            Some(Asynchronous {
                retries: number(config.retries).unwrap_or(limits::ASYNC_RETRIES),
                age: age.unwrap_or(limits::ASYNC_AGE),
                on_success: config.on_success,
                on_failure: config.on_failure,
                dead_letters: build.settings.connections.dead_letters().map(Into::into),
                role: build.settings.role.clone(),
            })
        };
        self.inner.registry.look(scope, name, look).flatten()
    }

    /// Whether the function's reserved concurrency is zero, so that it runs for nobody. Reads memory only.
    #[must_use]
    pub fn is_switched_off(&self, function: &FunctionArn) -> bool {
        let look = |found: &Arc<Function>| {
            found.snapshot.load().record.attached.concurrency.reserved == Some(0)
        };
        self.inner.registry.look(&function.scope, &function.name, look).unwrap_or(false)
    }
}
