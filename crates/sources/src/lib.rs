//! Event source mappings: pollers of queues and streams.
#![forbid(unsafe_code)]
