//! Lambda's quotas. Sizes are bytes unless the name says otherwise.
//!
//! Source: AWS's "Lambda quotas" page and the public service model, November 2026.

use std::time::Duration;

/// The largest synchronous request payload (6 MiB).
pub const SYNC_REQUEST_BYTES: usize = 6_291_456;
/// The largest event of an asynchronous invocation (1 MiB).
pub const ASYNC_REQUEST_BYTES: usize = 1_048_576;
/// The largest event of an InvokeAsync (256 KiB).
pub const INVOKE_ASYNC_BYTES: usize = 262_144;
/// How often an asynchronous invocation is tried again after an error, unless its function says otherwise.
pub const ASYNC_RETRIES: u32 = 2;
/// How old an event may become, unless its function says otherwise.
pub const ASYNC_AGE: Duration = Duration::from_secs(21_600);
/// The largest synchronous response payload (6 MiB and 100 bytes).
pub const SYNC_RESPONSE_BYTES: usize = 6_291_556;
/// A whole streamed answer.
pub const STREAM_BYTES: u64 = 200 << 20;
/// How much of a streamed answer leaves as fast as it can.
pub const STREAM_BURST_BYTES: u64 = 6 << 20;
/// How much of the rest leaves in a second.
pub const STREAM_RATE: u64 = 2 << 20;
/// The largest body of CreateFunction or UpdateFunctionCode.
pub const CREATE_BODY_BYTES: usize = 70_167_211;
/// The largest zip sent inside a request.
pub const ZIP_DIRECT_BYTES: usize = 52_428_800;
/// The largest zip read from a bucket.
pub const ZIP_STORED_BYTES: usize = 262_144_000;
/// The largest sum of unpacked files.
pub const UNZIPPED_BYTES: u64 = 262_144_000;
/// All environment variables of a function together.
pub const ENVIRONMENT_BYTES: usize = 4_096;
/// The log tail an answer can carry.
pub const LOG_TAIL_BYTES: usize = 4_096;
/// Sandboxes running at once, an account and region.
pub const ACCOUNT_CONCURRENCY: u32 = 1_000;
/// Concurrency a reservation must leave to everybody else.
pub const UNRESERVED_MINIMUM: u32 = 100;
/// New sandboxes a function may add in [`GROWTH_WINDOW`].
pub const GROWTH: u32 = 1_000;
/// The window of [`GROWTH`]; refilled continuously.
pub const GROWTH_WINDOW: Duration = Duration::from_secs(10);
/// Requests a second per unit of concurrency.
pub const REQUESTS_PER_CONCURRENCY: u32 = 10;
/// Control-plane requests a second, an account and region, other than GetFunction.
pub const CONTROL_CALLS: u32 = 15;
/// GetFunction requests a second, an account and region.
pub const GET_FUNCTION_CALLS: u32 = 100;
/// Memory of a function, MB: least, most, default.
pub const MEMORY_MB: (u32, u32, u32) = (128, 10_240, 128);
/// `/tmp` of a function, MB: least, most, default.
pub const EPHEMERAL_MB: (u32, u32, u32) = (512, 10_240, 512);
/// Timeout of a function, seconds: least, most, default.
pub const TIMEOUT_SECS: (u32, u32, u32) = (1, 900, 3);
/// Memory that buys one whole CPU, MB.
pub const MB_PER_CPU: u32 = 1_769;
/// The init phase's own time; past it, init runs again under the function's timeout.
pub const INIT_TIMEOUT: Duration = Duration::from_secs(10);
/// The time for the init phase of a sandbox that is started ahead (provisioned concurrency), unless
/// the function's own timeout is longer.
pub const AHEAD_TIMEOUT: Duration = Duration::from_secs(130);
/// The time for an init phase that ends in a snapshot (`SnapStart`), unless the function's own
/// timeout is longer.
pub const CHECKPOINT_TIMEOUT: Duration = Duration::from_secs(130);
/// The time for what a function does after a restore, until it asks for work.
pub const RESTORE_TIMEOUT: Duration = Duration::from_secs(10);
/// Processes (and threads) in a sandbox.
pub const PROCESSES: u32 = 1_024;
/// Open files of a process.
pub const OPEN_FILES: u64 = 1_024;
/// Layers of a function.
pub const LAYERS: usize = 5;
/// The largest resource policy.
pub const POLICY_BYTES: usize = 20_480;
/// All code an account may store in a region (75 GB).
pub const CODE_STORAGE_BYTES: u64 = 80_530_636_800;
