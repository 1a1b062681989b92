//! CloudWatch, as far as there is something to tell: the metrics of functions and of what is
//! sent to them (`AWS/Lambda`), and of queues (`AWS/SQS`), by `GetMetricData`, `GetMetricStatistics` and `ListMetrics`.
//!
//! - `wire`: the three protocols clients speak: CBOR, JSON and query
//! - `input`: members of a request, whichever of them it came by
//! - `data`, `statistics`, `list`: the operations

mod data;
mod input;
mod list;
mod statistics;
mod wire;

use bytes::Bytes;
use fika_aws::sigv4::Service;
use fika_metrics::Metrics;
use fika_model::Scope;
use serde_json::Value;

use crate::auth::Caller;
use crate::reply::Reply;
use input::Input;
pub(crate) use wire::{Asked, asked};

/// What CloudWatch signs as.
pub(crate) const MONITORING: Service = Service::standard("monitoring");

/// An operation that is not done, and why.
#[derive(Debug)]
pub(super) struct Refused {
    status: u16,
    /// The error's name, and its code in the query protocol.
    name: &'static str,
    code: &'static str,
    message: String,
}

/// Of its forms.
pub(crate) const VERSION: &str = "2010-08-01";

type Answered = Result<Value, Refused>;

/// Answers one call.
pub(crate) async fn answer(
    metrics: &Metrics,
    caller: &Caller,
    asked: Asked<'_>,
    body: &Bytes,
) -> Reply {
    let answered = match asked.read(body) {
        Ok((operation, input)) => run(metrics, caller, &operation, input).await,
        Err(refused) => (String::new(), Err(refused)),
    };
    asked.write(&answered.0, answered.1)
}

async fn run(
    metrics: &Metrics,
    caller: &Caller,
    operation: &str,
    input: Input,
) -> (String, Answered) {
    let named = |answered| (operation.to_owned(), answered);
    // No metric has an ARN: who may see one may see all of the account.
    let action = format!("cloudwatch:{operation}");
    if let Err(error) = caller.allow(&action, "*", None, &[]) {
        let (name, message) = (error.name(), error.message().to_owned());
        return named(Err(Refused { status: 403, name, code: name, message }));
    }
    let serve: fn(&Metrics, &Scope, &Input) -> Answered = match operation {
        "GetMetricData" => data::get,
        "GetMetricStatistics" => statistics::get,
        "ListMetrics" => list::list,
        other => {
            let message = format!("fika does not serve {} of CloudWatch", other.escape_debug());
            let name = "NotImplementedException";
            return named(Err(Refused { status: 501, name, code: name, message }));
        }
    };
    let (metrics, scope) = (metrics.clone(), caller.scope.clone());
    // What is older than memory is read from the disk.
    let served = tokio::task::spawn_blocking(move || serve(&metrics, &scope, &input));
    named(served.await.unwrap_or_else(|error| Err(failed(&error))))
}

impl Refused {
    fn invalid(message: impl Into<String>) -> Self {
        Self {
            status: 400,
            name: "InvalidParameterValueException",
            code: "InvalidParameterValue",
            message: message.into(),
        }
    }

    fn missing(member: &str) -> Self {
        Self {
            status: 400,
            name: "MissingRequiredParameterException",
            code: "MissingParameter",
            message: format!("The parameter {member} is required."),
        }
    }

    fn combination(message: impl Into<String>) -> Self {
        Self {
            status: 400,
            name: "InvalidParameterCombinationException",
            code: "InvalidParameterCombination",
            message: message.into(),
        }
    }
}

fn failed(error: &dyn std::fmt::Display) -> Refused {
    Refused {
        status: 500,
        name: "InternalServiceFault",
        code: "InternalServiceError",
        message: format!("the metrics cannot be read: {error}"),
    }
}
