//! What a caller of Lambda or CloudWatch Logs asks for: the action each operation stands for, and what it is about.
//! What they may do, [`fika_service::Caller`] knows.

mod lambda;
mod logs;

pub(crate) use lambda::{configuration, create_function, function, operation};
pub(crate) use logs::logs;
