//! By what right something is sent.

use fika_iam::{Iam, Principal};
use fika_model::{AccountId, Scope};
use fika_service::{Caller, Via, owner};

use crate::{Event, Sender};

/// Services that send by themselves.
const SERVICES: [&str; 8] = [
    "apigateway.amazonaws.com",
    "events.amazonaws.com",
    "lambda.amazonaws.com",
    "logs.amazonaws.com",
    "s3.amazonaws.com",
    "scheduler.amazonaws.com",
    "sns.amazonaws.com",
    "sqs.amazonaws.com",
];

/// What its role is called in a session of the event side.
const SESSION: &str = "fika-events";

/// Who sends an event now.
///
/// # Errors
/// Why nobody may.
pub(crate) fn caller(iam: &Iam, event: &Event) -> Result<Caller, String> {
    let Scope { account, region } = &event.scope;
    match &event.sender {
        Sender::Allowed => {
            // They were asked when it was accepted: nobody is to ask again.
            let owner = owner(&event.target).and_then(|owner| AccountId::new(owner).ok());
            let account = owner.unwrap_or_else(|| account.clone());
            let scope = Scope { account: account.clone(), region: region.clone() };
            Ok(Caller { scope, principal: Principal::Root(account), via: Via::default() })
        }
        Sender::Service { name, source } => {
            let known = SERVICES.into_iter().find(|known| known == name);
            let name = known.ok_or_else(|| format!("There is no service {name}."))?;
            Ok(Caller::service(name, source, account.clone(), region.clone()))
        }
        Sender::Role { service, role } => {
            let acting = iam.acting_as(account, role, service, SESSION);
            let none = || format!("{service} may not act as {role}: make it, with its trust.");
            let principal = acting.ok_or_else(none)?;
            Ok(Caller { scope: event.scope.clone(), principal, via: Via::default() })
        }
    }
}
