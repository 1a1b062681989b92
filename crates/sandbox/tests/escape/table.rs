//! What is tried, and what is expected to be seen. The programs are in `attempts.h`.

use crate::page::Column;

/// One way to get out.
pub struct Attempt {
    /// Its name, for program and table.
    pub id: &'static str,
    /// What is tried.
    pub what: &'static str,
    /// The outcomes that are right, with `|` between them.
    expected: &'static str,
    /// Those without a wall.
    open: Open,
}

/// What is expected where there is no wall.
#[derive(Clone, Copy)]
enum Open {
    /// As behind one.
    Same,
    /// These.
    Others(&'static str),
    /// That it may well come to pass: it depends on the machine and the server's user.
    Possible,
    /// As above, and this machine would suffer.
    Untried,
}

const fn attempt(id: &'static str, what: &'static str, expected: &'static str) -> Attempt {
    Attempt { id, what, expected, open: Open::Same }
}

impl Attempt {
    const fn open(self, expected: &'static str) -> Self {
        Self { open: Open::Others(expected), ..self }
    }

    const fn possible(self) -> Self {
        Self { open: Open::Possible, ..self }
    }

    const fn untried(self) -> Self {
        Self { open: Open::Untried, ..self }
    }

    /// The outcomes that are right, with `|` between them; `possible` where any is.
    pub fn expected(&self, column: Column) -> &'static str {
        match (column, self.open) {
            (Column::None, Open::Others(others)) => others,
            (Column::None, Open::Possible | Open::Untried) => POSSIBLE,
            _ => self.expected,
        }
    }

    /// Whether it is tried there.
    pub fn is_tried(&self, column: Column) -> bool {
        column != Column::None || !matches!(self.open, Open::Untried)
    }

    /// Whether an outcome is right.
    pub fn is_right(&self, column: Column, saw: &str) -> bool {
        let expected = self.expected(column);
        expected == POSSIBLE || expected.split('|').any(|one| one == saw)
    }
}

/// Expected where nothing is promised.
pub const POSSIBLE: &str = "possible";

/// Attempts that harm nobody when they fail: one sandbox makes them all.
pub const QUIET: &[(&str, &[Attempt])] = &[
    (
        "Files of the host",
        &[
            attempt("shadow", "read `/etc/shadow`", "ENOENT").possible(),
            attempt("home", "list `/root`", "ENOENT").possible(),
            attempt("boot", "list `/boot`", "ENOENT").possible(),
            attempt("root_of_init", "reach the host through `/proc/1/root`", "ENOENT").possible(),
            attempt("cwd_of_init", "list `/proc/1/cwd`", "ENOENT").possible(),
            attempt("climb", "climb out with `..`", "ENOENT").possible(),
            attempt("climb_by_proc", "climb out through `/proc/self/root`", "ENOENT").possible(),
            attempt("symlink_out", "follow a symbolic link out of `/tmp`", "ENOENT").untried(),
            attempt("do_chroot", "`chroot`", "ENOSYS"),
            attempt("pivot", "`pivot_root`", "ENOSYS"),
            attempt("by_handle", "open a file by its handle", "ENOSYS"),
            attempt("make_handle", "make a file's handle", "ENOSYS"),
        ],
    ),
    (
        "What it is made of",
        &[
            attempt("write_root", "make a file in `/`", "EROFS").untried(),
            attempt("write_etc", "make a file in `/etc`", "EROFS").untried(),
            attempt("write_dev", "make a file in `/dev`", "EROFS").untried(),
            attempt("write_code", "make a file in `/var/task`", "EROFS").untried(),
            attempt("write_program", "overwrite its own code", "EROFS|EACCES|ETXTBSY").untried(),
            attempt("write_self_exe", "overwrite `/proc/self/exe`", "EROFS|EACCES|ETXTBSY")
                .possible(),
            attempt("truncate_code", "empty its own code", "EROFS|EACCES").untried(),
            attempt("change_mode", "change the mode of its own code", "EROFS").untried(),
            attempt("remove_code", "remove its own code", "EROFS").untried(),
            attempt("rename_code", "rename its own code", "EROFS").untried(),
            attempt("write_init_exe", "overwrite init's program", "ENOENT").possible(),
            attempt("link_code", "hard-link code into `/tmp`", "EXDEV").untried(),
            attempt("link_self_exe", "hard-link `/proc/self/exe`", "EXDEV").untried(),
            attempt("other_code", "entries of `/var` beside its own code", "1").untried(),
            attempt("uncover_code", "unmount its code to see others'", "ENOSYS"),
            attempt("mount_tmpfs", "mount a tmpfs", "ENOSYS"),
            attempt("mount_bind", "bind-mount", "ENOSYS"),
            attempt("remount_root", "remount `/` writable", "ENOSYS"),
            attempt("tree_of_mounts", "`open_tree`", "ENOSYS"),
            attempt("move_a_mount", "`move_mount`", "ENOSYS"),
            attempt("new_mount_call", "`fsopen`", "ENOSYS"),
            attempt("mount_attributes", "`mount_setattr`", "ENOSYS"),
        ],
    ),
    (
        "Authority",
        &[
            attempt("become_root", "`setuid(0)`", "EPERM|EINVAL").possible(),
            attempt("become_roots_group", "`setgid(0)`", "EPERM|EINVAL").possible(),
            attempt("join_groups", "`setgroups`", "EPERM"),
            attempt("take_capabilities", "take all capabilities", "EPERM"),
            attempt("unset_no_new_privs", "unset `no_new_privs`", "EINVAL"),
            attempt("bounding_set", "`CAP_SYS_ADMIN` in the bounding set", "0").possible(),
            attempt("setuid_program", "make a setuid program of root's", "EPERM|EINVAL").untried(),
            attempt("file_capability", "give a program capabilities", "EPERM|EOPNOTSUPP").untried(),
            attempt("loosen_seccomp", "allow itself `mount` by a filter of its own", "ENOSYS"),
        ],
    ),
    (
        "Devices",
        &[
            attempt("memory_device", "make a device node of memory", "EPERM").open("EPERM|EACCES"),
            attempt("disk_device", "make a device node of a disk", "EPERM").open("EPERM|EACCES"),
            attempt("dev_mem", "open `/dev/mem`", "ENOENT").possible(),
            attempt("dev_kmsg", "open `/dev/kmsg`", "ENOENT").possible(),
            attempt("dev_kvm", "open `/dev/kvm`", "ENOENT").possible(),
            attempt("dev_disk", "open `/dev/vda`", "ENOENT").possible(),
            attempt("dev_fuse", "open `/dev/fuse`", "ENOENT").possible(),
            attempt("dev_ptmx", "open `/dev/ptmx`", "ENOENT").possible(),
            attempt("dev_tun", "open `/dev/net/tun`", "ENOENT").possible(),
            attempt("dev_shm", "open `/dev/shm/file`", "ENOENT").untried(),
        ],
    ),
    (
        "The kernel",
        &[
            attempt("do_bpf", "`bpf`", "ENOSYS"),
            attempt("perf", "`perf_event_open`", "ENOSYS"),
            attempt("keys", "`keyctl`", "ENOSYS"),
            attempt("new_key", "`add_key`", "ENOSYS"),
            attempt("ask_key", "`request_key`", "ENOSYS"),
            attempt("fault_handler", "`userfaultfd`", "ENOSYS"),
            attempt("uring", "`io_uring_setup`", "ENOSYS"),
            attempt("kexec", "`kexec_load`", "ENOSYS"),
            attempt("kexec_file", "`kexec_file_load`", "ENOSYS"),
            attempt("load_module", "`init_module`", "ENOSYS"),
            attempt("load_module_file", "`finit_module`", "ENOSYS"),
            attempt("unload_module", "`delete_module`", "ENOSYS"),
            attempt("io_ports", "`iopl`", "ENOSYS"),
            attempt("segments", "`modify_ldt`", "ENOSYS"),
            attempt("other_calls", "`mount` by its x32 number", "ENOSYS"),
            attempt("old_calls", "a system call of 32-bit programs", "signal 31"),
            attempt("do_reboot", "`reboot`", "ENOSYS").untried(),
            attempt("do_swap", "`swapon`", "ENOSYS"),
            attempt("accounting", "`acct`", "ENOSYS"),
            attempt("quotas", "`quotactl`", "ENOSYS"),
            attempt("kernel_log", "read the kernel's log by `syslog`", "ENOSYS"),
            attempt("watch_all_files", "`fanotify_init`", "ENOSYS"),
            attempt("set_time", "`settimeofday`", "ENOSYS"),
            attempt("set_clock", "`clock_settime`", "ENOSYS"),
            attempt("set_ticks", "`adjtimex`", "ENOSYS"),
            attempt("set_hostname", "`sethostname`", "ENOSYS"),
            attempt("set_domain", "`setdomainname`", "ENOSYS"),
            attempt("no_randomisation", "switch address randomisation off", "ENOSYS"),
            attempt("move_pages_of_init", "`move_pages`", "ENOSYS"),
        ],
    ),
    (
        "/proc and /sys",
        &[
            attempt(
                "core_pattern",
                "write `/proc/sys/kernel/core_pattern`",
                "EACCES|EROFS|EPERM|ENOENT",
            )
            .untried(),
            attempt(
                "modprobe_path",
                "write `/proc/sys/kernel/modprobe`",
                "EACCES|EROFS|EPERM|ENOENT",
            )
            .untried(),
            attempt(
                "sysctl_hostname",
                "write `/proc/sys/kernel/hostname`",
                "EACCES|EROFS|EPERM|ENOENT",
            )
            .untried(),
            attempt(
                "sysctl_memory",
                "write `/proc/sys/vm/overcommit_memory`",
                "EACCES|EROFS|EPERM|ENOENT",
            )
            .untried(),
            attempt("sysrq", "see `/proc/sysrq-trigger`", "hidden|ENOENT").possible(),
            attempt("kcore", "see `/proc/kcore`", "hidden|ENOENT").possible(),
            attempt("kernel_symbols", "see `/proc/kallsyms`", "hidden|ENOENT").possible(),
            attempt("kernel_keys", "see `/proc/keys`", "hidden|ENOENT").possible(),
            attempt("kernel_modules", "see `/proc/modules`", "hidden|ENOENT").possible(),
            attempt("kernel_messages", "see `/proc/kmsg`", "hidden|ENOENT").possible(),
            attempt("sysfs", "list `/sys`", "ENOENT").possible(),
            attempt("cgroup_files", "list `/sys/fs/cgroup`", "ENOENT").possible(),
            attempt("cgroup_names", "see its place among cgroups", "hidden").possible(),
            attempt("oom_score", "escape the OOM killer", "EACCES"),
            attempt("user_map", "write its user map", "EPERM").open("EPERM|EACCES"),
        ],
    ),
    (
        "Other processes",
        &[
            attempt("environment_of_init", "read init's environment", "ENOENT").possible(),
            attempt("memory_of_init", "open init's memory", "ENOENT").possible(),
            attempt("descriptors_of_init", "list init's descriptors", "ENOENT").possible(),
            attempt("other_processes", "processes it sees beside its own two", "0").possible(),
            attempt("trace_init", "`ptrace` init", "ENOSYS"),
            attempt("read_memory", "`process_vm_readv`", "ENOSYS"),
            attempt("write_memory", "`process_vm_writev`", "ENOSYS"),
            attempt("steal_descriptor", "`pidfd_getfd`", "ENOSYS"),
            attempt("compare_processes", "`kcmp`", "ENOSYS"),
            attempt("kill_init", "kill init", "EPERM|ok").untried(),
            attempt("join_namespace", "`setns`", "ENOSYS"),
            attempt("unshare_user", "`unshare` users", "ENOSYS"),
            attempt("unshare_mounts", "`unshare` mounts", "ENOSYS"),
            attempt("clone_user", "`clone` into a new user namespace", "ENOSYS"),
            attempt("clone_three", "`clone3`", "ENOSYS"),
        ],
    ),
    (
        "More than its share",
        &[
            attempt("hurry", "raise its priority", "EACCES|EPERM"),
            attempt("realtime", "real-time scheduling", "EPERM"),
            attempt("more_files", "raise its limit of open files", "EPERM"),
            attempt("more_processes", "raise its limit of processes", "EPERM").possible(),
            attempt("limits_of_init", "change init's limits", "ENOSYS"),
            attempt("core_dump", "leave a core dump", "nothing"),
            attempt("pin_memory", "lock a gigabyte of memory", "ENOMEM|EPERM|EAGAIN"),
            attempt("huge_page", "map a huge page", "ENOSYS"),
            attempt("huge_file", "make a file of huge pages", "ENOSYS"),
        ],
    ),
    (
        "The network, and what is shared",
        &[
            attempt("raw_socket", "a raw socket", "ENOSYS"),
            attempt("packet_socket", "a packet socket", "ENOSYS"),
            attempt("sctp", "a socket of SCTP", "ENOSYS"),
            attempt("multipath", "a socket of multipath TCP", "ENOSYS"),
            attempt("l2tp", "a socket of L2TP", "ENOSYS"),
            attempt("ping_socket", "a socket of ICMP", "ENOSYS"),
            attempt("host_socket", "a vsock socket", "ENOSYS"),
            attempt("netlink_generic", "generic netlink", "ENOSYS"),
            attempt("netlink_audit", "audit netlink", "ENOSYS"),
            attempt("crypto_socket", "a socket of the kernel's cryptography", "ENOSYS"),
            attempt(
                "metadata",
                "connect to 169.254.169.254",
                "ENETUNREACH|ETIMEDOUT|EINPROGRESS|ECONNREFUSED",
            )
            .untried(),
            attempt("private_range", "connect to 10.0.0.1", "ENETUNREACH").untried(),
            attempt("link_local", "connect to fe80::1", "ENETUNREACH|EINVAL").untried(),
            attempt("abstract_name", "connect to a host's abstract Unix socket", "ECONNREFUSED")
                .possible(),
            attempt("privileged_port", "listen on port 80", "EACCES").possible(),
            attempt("change_link", "switch an interface off", "EPERM").untried(),
            attempt("type_into_terminal", "`TIOCSTI`", "ENOSYS"),
            attempt("type_with_high_bits", "`TIOCSTI` in a number of 64 bits", "ENOSYS"),
            attempt("line_discipline", "`TIOCSETD`", "ENOSYS"),
            attempt("shared_memory", "System V shared memory", "ENOSYS"),
            attempt("semaphores", "System V semaphores", "ENOSYS"),
            attempt("message_queue", "System V message queues", "ENOSYS"),
            attempt("posix_queue", "a host's POSIX message queue", "ENOENT"),
            attempt("leftover_descriptors", "descriptors beside the standard three", "0"),
            attempt("leftover_environment", "variables nobody gave it", "0").open("2"),
        ],
    ),
    (
        "The machine around a guest",
        &[
            attempt("stream_port", "open the stream between init and host", "ENOENT"),
            attempt("root_disk", "write to the image's disk", "ENOENT").possible(),
            attempt("code_disk", "read a disk with code", "ENOENT").possible(),
            attempt("mount_code_disk", "mount a disk with code", "ENOSYS"),
            attempt("port_file", "open `/dev/port`", "ENOENT").possible(),
            attempt("msr_file", "open `/dev/cpu/0/msr`", "ENOENT").possible(),
            attempt("console", "open `/dev/console`", "ENOENT").possible(),
            attempt("serial_line", "open `/dev/ttyS0`", "ENOENT").possible(),
            attempt("monitor_files", "list what QEMU tells of itself", "ENOENT").possible(),
            attempt("some_ports", "`ioperm`", "ENOSYS"),
            attempt("monitor_port", "write to QEMU's port", "signal 11"),
            attempt("hypercall", "call the monitor", "signal 4|signal 11|EPERM"),
            attempt("memory_map", "see addresses in `/proc/iomem`", "hidden|ENOENT|EACCES"),
            attempt("memory_types", "write `/proc/mtrr`", "EACCES|EPERM|ENOENT").possible(),
            attempt("wake_up", "write `/proc/acpi/wakeup`", "EACCES|ENOENT").possible(),
            attempt("interrupts", "say who serves interrupts", "EACCES|ENOENT").possible(),
            attempt("stop_machine", "have init shut the machine down", "EPERM|ok").untried(),
        ],
    ),
];

/// Attempts to use up the machine: each in a sandbox of its own, and a neighbour must still answer.
pub const BOMBS: &[Attempt] = &[
    attempt("fork_bomb", "fork for ever", "EAGAIN").untried(),
    attempt("thread_bomb", "start threads for ever", "EAGAIN|ENOMEM|killed").untried(),
    attempt("descriptor_bomb", "open files for ever", "EMFILE").untried(),
    attempt("pipe_bomb", "fill pipes for ever", "EMFILE|ENFILE|killed").untried(),
    attempt("memory_bomb", "use memory for ever", "killed").untried(),
    attempt("cache_bomb", "fill the page cache", "ok").untried(),
    attempt("fill_disk", "fill `/tmp`", "ENOSPC").untried(),
    attempt("fill_names", "fill `/tmp` with empty files", "ENOSPC").untried(),
    attempt("flood_log", "write 64 MB of log", "ok").untried(),
];

/// What the next sandbox looks for of the one before it and of its neighbour.
pub const REMAINS: &[Attempt] = &[
    attempt("find_file", "find a file that another left in `/tmp`", "ENOENT").untried(),
    attempt("find_fifo", "find a FIFO that another left", "ENOENT").untried(),
];
