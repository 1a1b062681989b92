//! SNS: topics, and who subscribed to them.
#![forbid(unsafe_code)]
