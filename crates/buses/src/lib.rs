//! EventBridge: buses, rules, patterns, and schedules.
#![forbid(unsafe_code)]
