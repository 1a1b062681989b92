//! The seccomp program: the system calls a function may make.
//!
//! An allow-list, wide enough for Node, Python, Go and Rust. All else is answered with `ENOSYS`,
//! as by a kernel that does not have it, because runtimes know how to live with that. Not
//! allowed, among others: mounts, namespaces, tracing, keys, BPF, performance events, io_uring,
//! userfaultfd, file handles, modules, other address families than those below; and what holds or
//! moves more than the sandbox's own: System V's shared memory and queues outlive their makers,
//! `aio-max-nr` is one number for the whole machine, `sync` waits for everybody's files.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Width, SeccompCmpOp as Op, SeccompCondition,
    SeccompFilter, SeccompRule,
};

use crate::error::WallError;

macro_rules! calls {
    ($($name:ident)*) => { &[$(libc::$name),*] };
}

#[rustfmt::skip]
const ALLOWED: &[libc::c_long] = calls![
    // Files.
    SYS_read SYS_write SYS_readv SYS_writev SYS_pread64 SYS_pwrite64 SYS_preadv SYS_pwritev
    SYS_preadv2 SYS_pwritev2 SYS_openat SYS_openat2 SYS_close SYS_close_range SYS_lseek
    SYS_newfstatat SYS_fstat SYS_statx SYS_statfs SYS_fstatfs SYS_faccessat SYS_faccessat2
    SYS_getdents64 SYS_getcwd SYS_chdir SYS_fchdir SYS_mkdirat SYS_mknodat SYS_unlinkat
    SYS_symlinkat SYS_linkat SYS_renameat SYS_renameat2 SYS_readlinkat SYS_truncate SYS_ftruncate
    SYS_fallocate SYS_fadvise64 SYS_readahead SYS_fsync SYS_fdatasync
    SYS_sync_file_range SYS_fchmod SYS_fchmodat SYS_fchown SYS_fchownat SYS_utimensat SYS_umask
    SYS_flock SYS_fcntl SYS_dup SYS_dup3 SYS_pipe2 SYS_sendfile SYS_splice SYS_tee SYS_vmsplice
    SYS_copy_file_range SYS_setxattr SYS_lsetxattr SYS_fsetxattr SYS_getxattr SYS_lgetxattr
    SYS_fgetxattr SYS_listxattr SYS_llistxattr SYS_flistxattr SYS_removexattr SYS_lremovexattr
    SYS_fremovexattr SYS_inotify_init1 SYS_inotify_add_watch SYS_inotify_rm_watch
    // Memory; `mmap` and `memfd_create` are below.
    SYS_brk SYS_munmap SYS_mremap SYS_mprotect SYS_madvise SYS_mincore SYS_msync
    SYS_mlock SYS_mlock2 SYS_munlock SYS_mlockall SYS_munlockall SYS_membarrier
    SYS_get_mempolicy SYS_pkey_alloc SYS_pkey_free SYS_pkey_mprotect
    // Processes and threads; `clone` and `prlimit64` are below.
    SYS_execve SYS_execveat SYS_exit SYS_exit_group SYS_wait4 SYS_waitid SYS_kill SYS_tkill
    SYS_tgkill SYS_getpid SYS_getppid SYS_gettid SYS_getpgid SYS_setpgid SYS_getsid SYS_setsid
    SYS_getuid SYS_geteuid SYS_getgid SYS_getegid SYS_getresuid SYS_getresgid SYS_getgroups
    SYS_setuid SYS_setgid SYS_setreuid SYS_setregid SYS_setresuid SYS_setresgid SYS_setgroups
    SYS_setfsuid SYS_setfsgid SYS_capget SYS_capset SYS_prctl SYS_seccomp SYS_getrlimit
    SYS_setrlimit SYS_getrusage SYS_times SYS_getpriority SYS_setpriority
    SYS_ioprio_get SYS_ioprio_set SYS_sched_yield SYS_sched_getaffinity SYS_sched_setaffinity
    SYS_sched_getparam SYS_sched_setparam SYS_sched_getscheduler SYS_sched_setscheduler
    SYS_sched_get_priority_max SYS_sched_get_priority_min SYS_sched_rr_get_interval
    SYS_sched_getattr SYS_sched_setattr SYS_getcpu SYS_set_tid_address SYS_set_robust_list
    SYS_get_robust_list SYS_rseq SYS_futex SYS_pidfd_open SYS_pidfd_send_signal
    SYS_landlock_create_ruleset SYS_landlock_add_rule SYS_landlock_restrict_self
    // Signals.
    SYS_rt_sigaction SYS_rt_sigprocmask SYS_rt_sigpending SYS_rt_sigtimedwait SYS_rt_sigqueueinfo
    SYS_rt_tgsigqueueinfo SYS_rt_sigsuspend SYS_rt_sigreturn SYS_sigaltstack SYS_signalfd4
    SYS_restart_syscall
    // Time.
    SYS_nanosleep SYS_clock_nanosleep SYS_clock_gettime SYS_clock_getres SYS_gettimeofday
    SYS_getitimer SYS_setitimer SYS_timer_create SYS_timer_settime SYS_timer_gettime
    SYS_timer_getoverrun SYS_timer_delete SYS_timerfd_create SYS_timerfd_settime
    SYS_timerfd_gettime
    // Waiting.
    SYS_ppoll SYS_pselect6 SYS_epoll_create1 SYS_epoll_ctl SYS_epoll_pwait SYS_epoll_pwait2
    SYS_eventfd2
    // Sockets; `socket` and `socketpair` are below.
    SYS_bind SYS_listen SYS_accept SYS_accept4 SYS_connect SYS_shutdown SYS_getsockname
    SYS_getpeername SYS_getsockopt SYS_setsockopt SYS_sendto SYS_recvfrom SYS_sendmsg SYS_recvmsg
    SYS_sendmmsg SYS_recvmmsg
    // POSIX message queues, in a namespace of its own.
    SYS_mq_open SYS_mq_unlink SYS_mq_timedsend SYS_mq_timedreceive SYS_mq_notify
    SYS_mq_getsetattr
    // The machine.
    SYS_uname SYS_sysinfo SYS_getrandom
];

/// What x86 has besides, by history.
#[cfg(target_arch = "x86_64")]
#[rustfmt::skip]
const OF_THIS_MACHINE: &[libc::c_long] = calls![
    SYS_open SYS_creat SYS_stat SYS_lstat SYS_access SYS_getdents SYS_mkdir SYS_rmdir SYS_unlink
    SYS_symlink SYS_link SYS_rename SYS_readlink SYS_chmod SYS_chown SYS_lchown SYS_mknod
    SYS_utime SYS_utimes SYS_futimesat SYS_dup2 SYS_pipe SYS_poll SYS_select SYS_epoll_create
    SYS_epoll_wait SYS_eventfd SYS_signalfd SYS_inotify_init SYS_fork SYS_vfork SYS_getpgrp
    SYS_alarm SYS_pause SYS_time SYS_arch_prctl
];
#[cfg(not(target_arch = "x86_64"))]
const OF_THIS_MACHINE: &[libc::c_long] = &[];

/// The program as raw `struct sock_filter`s.
///
/// # Errors
/// [`WallError::Filter`] on a machine that seccomp does not know.
pub fn program() -> Result<Vec<u8>, WallError> {
    let failed = |error: seccompiler::BackendError| WallError::Filter(error.to_string());
    let mut rules = rules().map_err(failed)?;
    for &call in ALLOWED.iter().chain(OF_THIS_MACHINE) {
        rules.insert(call, Vec::new());
    }
    let machine = std::env::consts::ARCH.try_into().map_err(failed)?;
    let not_there = SeccompAction::Errno(libc::ENOSYS as u32);
    let filter = SeccompFilter::new(rules, not_there, SeccompAction::Allow, machine);
    let program: BpfProgram = filter.and_then(TryInto::try_into).map_err(failed)?;
    Ok(program.iter().flat_map(instruction).collect())
}

fn instruction(raw: &seccompiler::sock_filter) -> [u8; 8] {
    let mut bytes = [0; 8];
    bytes[..2].copy_from_slice(&raw.code.to_ne_bytes());
    bytes[2..4].copy_from_slice(&[raw.jt, raw.jf]);
    bytes[4..].copy_from_slice(&raw.k.to_ne_bytes());
    bytes
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Calls whose arguments decide.
fn rules() -> Result<Rules, seccompiler::BackendError> {
    // `clone3` hides its flags from us, so it is "not there", and libraries use `clone`.
    let namespaces = libc::CLONE_NEWUSER
        | libc::CLONE_NEWNS
        | libc::CLONE_NEWPID
        | libc::CLONE_NEWIPC
        | libc::CLONE_NEWUTS
        | libc::CLONE_NEWNET
        | libc::CLONE_NEWCGROUP;
    let namespaces = u64::from(namespaces as u32);
    Ok(BTreeMap::from([
        (libc::SYS_clone, vec![all(vec![without(0, namespaces)?])?]),
        // Huge pages are set aside by the machine's owner, and no cgroup of ours counts them.
        (libc::SYS_mmap, vec![all(vec![without(3, libc::MAP_HUGETLB as u64)?])?]),
        (libc::SYS_memfd_create, vec![all(vec![without(1, libc::MFD_HUGETLB.into())?])?]),
        (libc::SYS_socket, sockets()?),
        (libc::SYS_socketpair, vec![all(vec![equals(0, libc::AF_UNIX)?])?]),
        (libc::SYS_ioctl, vec![all(typing()?)?]),
        // Without root on the host init is the same user, and with its limits a function would
        // end all that init starts later.
        (libc::SYS_prlimit64, vec![all(vec![equals(0, 0)?])?]),
        (libc::SYS_personality, vec![all(vec![equals(0, 0)?])?, all(vec![equals(0, -1)?])?]),
    ]))
}

/// Streams and datagrams, local or over TCP and UDP, and what `getifaddrs` asks the kernel through.
/// Other protocols (SCTP, L2TP, multipath TCP) are modules that the kernel would load for anybody
/// who asks, and each is more of it to attack.
fn sockets() -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    let kind = |kind: i32| is(1, Op::MaskedEq(0xf), kind as u64);
    let mut rules = vec![
        all(vec![equals(0, libc::AF_UNIX)?])?,
        all(vec![equals(0, libc::AF_NETLINK)?, equals(2, libc::NETLINK_ROUTE)?])?,
    ];
    let over_ip = [(libc::SOCK_STREAM, libc::IPPROTO_TCP), (libc::SOCK_DGRAM, libc::IPPROTO_UDP)];
    for family in [libc::AF_INET, libc::AF_INET6] {
        for (socket, its_own) in over_ip {
            for protocol in [0, its_own] {
                let conditions = vec![equals(0, family)?, kind(socket)?, equals(2, protocol)?];
                rules.push(all(conditions)?);
            }
        }
    }
    Ok(rules)
}

/// All but typing into a terminal as if one were its user.
fn typing() -> Result<Vec<SeccompCondition>, seccompiler::BackendError> {
    let requests: [libc::c_ulong; 3] = [libc::TIOCSTI, libc::TIOCLINUX, libc::TIOCSETD];
    requests.into_iter().map(|request| is(1, Op::Ne, request)).collect()
}

fn all(conditions: Vec<SeccompCondition>) -> Result<SeccompRule, seccompiler::BackendError> {
    SeccompRule::new(conditions)
}

fn equals(argument: u8, value: i32) -> Result<SeccompCondition, seccompiler::BackendError> {
    is(argument, Op::Eq, u64::from(value as u32))
}

/// None of these flags.
fn without(argument: u8, flags: u64) -> Result<SeccompCondition, seccompiler::BackendError> {
    is(argument, Op::MaskedEq(flags), 0)
}

fn is(argument: u8, op: Op, value: u64) -> Result<SeccompCondition, seccompiler::BackendError> {
    SeccompCondition::new(argument, Width::Dword, op, value)
}
