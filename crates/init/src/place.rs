//! Where things are behind the wall. The jailer arranges them, init relies on them.

use std::net::{Ipv4Addr, SocketAddrV4};

/// The version of the protocol. Worker and init are built together; a difference means that an
/// old binary was left in the state directory.
pub const VERSION: u32 = 5;

/// Init's descriptor of the control stream.
pub const CONTROL_FD: i32 = 0;
/// Init's descriptor of the write end of the function's log.
pub const LOG_FD: i32 = 1;
/// Init's descriptor of the tree that holds every code tree. It is mounted where no path leads.
pub const CODE_FD: i32 = 3;
/// Init's descriptor of the seccomp program: raw `struct sock_filter`s.
pub const FILTER_FD: i32 = 4;

/// The word on init's command line where there is no wall.
pub const PLAIN: &str = "plain";

/// Where a function's code is, as on AWS.
pub const TASK_ROOT: &str = "/var/task";
/// Where a function's layers are, as on AWS.
pub const OPT: &str = "/opt";
/// The only place a function may write to.
pub const TMP: &str = "/tmp";

/// Where the Runtime API listens, in the sandbox's own network namespace.
pub const RUNTIME_API: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 9001);

/// Where fika's own AWS endpoint listens, in the sandbox's own network namespace.
pub const ENDPOINT: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 9002);

/// The function's user inside the sandbox, the number AWS uses (`sbx_user1051`).
pub const FUNCTION_UID: u32 = 993;
/// The function's group inside the sandbox, the number AWS uses.
pub const FUNCTION_GID: u32 = 990;
/// Most processes and threads a function may have, Lambda's quota.
pub const MAX_PROCESSES: u64 = 1024;
/// Most files a process may have open, Lambda's quota.
pub const MAX_OPEN_FILES: u64 = 1024;
/// Most memory that a process may keep from being paged out, in bytes: Linux's own default.
pub const MAX_LOCKED: u64 = 8 * 1024 * 1024;

/// The devices of `/dev`, all of major number 1, with their minor numbers: Linux's
/// Documentation/admin-guide/devices.txt.
pub const DEVICES: [(&str, u32); 5] =
    [("null", 3), ("zero", 5), ("full", 7), ("random", 8), ("urandom", 9)];

/// What a `/proc` of one's own would still tell about the kernel, and what commands it. Each is
/// covered by `/dev/null`, where the kernel has it.
pub const MASKED: [&str; 6] = ["kallsyms", "kcore", "keys", "modules", "kmsg", "sysrq-trigger"];
