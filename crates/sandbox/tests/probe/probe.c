/* What a hostile or unlucky function does, for the tests of the wall. Static; needs no library. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static const char *outcome(long result) { return result < 0 ? strerrorname_np(errno) : "ok"; }

static void cat(const char *path) {
    FILE *file = fopen(path, "r");
    char line[4096];
    if (!file) { printf("%s %s\n", path, strerrorname_np(errno)); return; }
    while (fgets(line, sizeof line, file)) fputs(line, stdout);
    fclose(file);
}

static void ls(const char *path) {
    DIR *directory = opendir(path);
    struct dirent *entry;
    if (!directory) { printf("%s %s\n", path, strerrorname_np(errno)); return; }
    while ((entry = readdir(directory)))
        if (entry->d_name[0] != '.') printf("%s\n", entry->d_name);
    closedir(directory);
}

/* Holds megabytes, touched; "shared" as memory that files in /tmp would look like. */
static void eat(int megabytes, int flags) {
    for (int i = 0; i < megabytes; i++) {
        char *memory = mmap(0, 1 << 20, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) { printf("mmap %s\n", outcome(-1)); return; }
        memset(memory, 1, 1 << 20);
    }
    printf("ate %d\n", megabytes);
}

static void fill(const char *path, int megabytes) {
    static char block[1 << 20];
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
    int written = 0;
    memset(block, 1, sizeof block);
    while (written < megabytes && write(file, block, sizeof block) == sizeof block) written++;
    printf("wrote %d %s\n", written, written < megabytes ? strerrorname_np(errno) : "ok");
    close(file);
}

/* Holds megabytes in the kernel, written to local sockets that nobody reads. */
static void stuff(int megabytes) {
    static char block[64 << 10];
    long left = (long)megabytes << 20, size = 0;
    int pair[2];
    while (left > 0 && socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0)
        for (int end = 0; end < 2; end++)
            while (left > 0 && (size = write(pair[end], block, sizeof block)) > 0) left -= size;
    printf("stuffed %ld %s\n", left > 0 ? megabytes - (left >> 20) : megabytes, left > 0 ? strerrorname_np(errno) : "ok");
}

/* The same in pipes. */
static void pour(int megabytes) {
    static char block[64 << 10];
    long left = (long)megabytes << 20;
    int ends[2];
    while (left > 0 && pipe(ends) == 0) {
        fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
        fcntl(ends[1], F_SETFL, O_NONBLOCK);
        while (left > 0 && write(ends[1], block, sizeof block) == sizeof block) left -= sizeof block;
    }
    printf("poured %ld %s\n", left > 0 ? megabytes - (left >> 20) : megabytes, left > 0 ? strerrorname_np(errno) : "ok");
}

static void bomb(void) {
    int born = 0;
    for (;;) {
        pid_t child = fork();
        if (child == 0) for (;;) pause();
        if (child < 0) break;
        if (++born > 5000) break;
    }
    printf("bore %d %s\n", born, strerrorname_np(errno));
}

static void reach(const char *address, int port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    int socket_ = socket(AF_INET, SOCK_STREAM, 0);
    inet_pton(AF_INET, address, &to.sin_addr);
    printf("connect %s\n", outcome(connect(socket_, (void *)&to, sizeof to)));
}

/* What a server at a port 80 says, of either family. */
static void call(const char *address) {
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(80)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(80)};
    int is_v6 = strchr(address, ':') != 0;
    inet_pton(is_v6 ? AF_INET6 : AF_INET, address, is_v6 ? (void *)&v6.sin6_addr : &v4.sin_addr);
    int socket_ = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
    int done = connect(socket_, is_v6 ? (void *)&v6 : &v4, is_v6 ? sizeof v6 : sizeof v4);
    char seen[64] = "";
    if (done < 0 || read(socket_, seen, sizeof seen - 1) < 0) printf("%s\n", outcome(-1));
    else printf("%s\n", seen);
}

/* Whether a resolver answers: it sends back what it is sent. */
static void resolver(const char *address) {
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(53)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(53)};
    int is_v6 = strchr(address, ':') != 0;
    inet_pton(is_v6 ? AF_INET6 : AF_INET, address, is_v6 ? (void *)&v6.sin6_addr : &v4.sin_addr);
    int socket_ = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
    char seen[8] = "";
    connect(socket_, is_v6 ? (void *)&v6 : &v4, is_v6 ? sizeof v6 : sizeof v4);
    write(socket_, "who?", 4);
    printf("%s\n", read(socket_, seen, sizeof seen - 1) < 0 ? outcome(-1) : seen);
}

/* Sends so many MB to the Runtime API, and counts what comes back. */
static void pump(int mb) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9001)};
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    int socket_ = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(socket_, (void *)&to, sizeof to) < 0) { printf("%s\n", outcome(-1)); return; }
    if (!fork()) {
        static unsigned char out[1 << 16];
        for (long at = 0; at < (long)mb << 20; at += sizeof out) {
            for (int i = 0; i < sizeof out; i++) out[i] = (at + i) * 31 >> 3;
            for (int sent = 0; sent < sizeof out;) sent += write(socket_, out + sent, sizeof out - sent);
        }
        shutdown(socket_, SHUT_WR);
        _exit(0);
    }
    static unsigned char in[1 << 16];
    long at = 0, wrong = 0, got;
    while ((got = read(socket_, in, sizeof in)) > 0)
        for (int i = 0; i < got; i++, at++) wrong += in[i] != (unsigned char)(at * 31 >> 3);
    printf("pumped %ld wrong %ld\n", at, wrong);
}

/* Says hello to the Runtime API, and prints what it answers, however long that takes. */
static void ask(const char *question) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9001)};
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    int socket_ = socket(AF_INET, SOCK_STREAM, 0);
    char seen[64] = "";
    connect(socket_, (void *)&to, sizeof to);
    write(socket_, question, strlen(question));
    printf("%s\n", read(socket_, seen, sizeof seen - 1) < 0 ? outcome(-1) : seen);
}

/* Sixteen random bytes of the kernel's, and the time. */
static void unique(void) {
    unsigned char bytes[16];
    syscall(SYS_getrandom, bytes, sizeof bytes, 0);
    for (int i = 0; i < sizeof bytes; i++) printf("%02x", bytes[i]);
    char name[65] = "";
    gethostname(name, 64);
    printf(" %ld %s\n", (long)time(0), name);
}

static void interfaces(void) {
    struct if_nameindex *all = if_nameindex();
    for (struct if_nameindex *one = all; one && one->if_index; one++) printf("%s\n", one->if_name);
}

/* Its own, but those of loopback. */
static void addresses(void) {
    struct ifaddrs *all;
    char text[INET6_ADDRSTRLEN];
    getifaddrs(&all);
    for (struct ifaddrs *one = all; one; one = one->ifa_next) {
        if (!one->ifa_addr || one->ifa_flags & IFF_LOOPBACK) continue;
        if (one->ifa_addr->sa_family == AF_INET) inet_ntop(AF_INET, &((struct sockaddr_in *)one->ifa_addr)->sin_addr, text, sizeof text);
        else if (one->ifa_addr->sa_family == AF_INET6) inet_ntop(AF_INET6, &((struct sockaddr_in6 *)one->ifa_addr)->sin6_addr, text, sizeof text);
        else continue;
        printf("%s\n", text);
    }
}

static int child_of_namespace(void *nothing) { (void)nothing; return 0; }

static void try(const char *what) {
    static char stack[65536];
    struct rlimit few = {4, 4}, own;
    unsigned long aio = 0;
    struct { unsigned long long flags, pidfd, tid, ptid, exit, stack, size, tls; } clone3_args = {CLONE_NEWUSER};
    if (!strcmp(what, "mount")) printf("%s\n", outcome(mount("none", "/tmp", "tmpfs", 0, "")));
    else if (!strcmp(what, "umount")) printf("%s\n", outcome(umount2("/var/task", MNT_DETACH)));
    else if (!strcmp(what, "unshare")) printf("%s\n", outcome(unshare(CLONE_NEWUSER)));
    else if (!strcmp(what, "clone")) printf("%s\n", outcome(clone(child_of_namespace, stack + 65536, CLONE_NEWUSER | SIGCHLD, 0)));
    else if (!strcmp(what, "clone3")) printf("%s\n", outcome(syscall(SYS_clone3, &clone3_args, sizeof clone3_args)));
    else if (!strcmp(what, "setns")) printf("%s\n", outcome(setns(open("/proc/self/ns/net", O_RDONLY), 0)));
    else if (!strcmp(what, "ptrace")) printf("%s\n", outcome(ptrace(PTRACE_TRACEME, 0, 0, 0)));
    else if (!strcmp(what, "bpf")) printf("%s\n", outcome(syscall(SYS_bpf, 0, 0, 0)));
    else if (!strcmp(what, "keyctl")) printf("%s\n", outcome(syscall(SYS_keyctl, 0, -3, 0)));
    else if (!strcmp(what, "io_uring")) printf("%s\n", outcome(syscall(SYS_io_uring_setup, 1, 0)));
    else if (!strcmp(what, "userfaultfd")) printf("%s\n", outcome(syscall(SYS_userfaultfd, 0)));
    else if (!strcmp(what, "perf")) printf("%s\n", outcome(syscall(SYS_perf_event_open, 0, 0, 0, 0, 0)));
    else if (!strcmp(what, "raw")) printf("%s\n", outcome(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)));
    else if (!strcmp(what, "packet")) printf("%s\n", outcome(socket(AF_PACKET, SOCK_DGRAM, 0)));
    else if (!strcmp(what, "vsock")) printf("%s\n", outcome(socket(AF_VSOCK, SOCK_STREAM, 0)));
    else if (!strcmp(what, "tiocsti")) printf("%s\n", outcome(ioctl(0, TIOCSTI, "x")));
    else if (!strcmp(what, "chroot")) printf("%s\n", outcome(chroot("/tmp")));
    else if (!strcmp(what, "hostname")) printf("%s\n", outcome(sethostname("x", 1)));
    else if (!strcmp(what, "mknod")) printf("%s\n", outcome(mknod("/tmp/disk", S_IFBLK | 0600, 0)));
    else if (!strcmp(what, "shm")) printf("%s\n", outcome(shmget(IPC_PRIVATE, 1 << 20, IPC_CREAT | 0600)));
    else if (!strcmp(what, "sem")) printf("%s\n", outcome(semget(IPC_PRIVATE, 1, IPC_CREAT | 0600)));
    else if (!strcmp(what, "msg")) printf("%s\n", outcome(msgget(IPC_PRIVATE, IPC_CREAT | 0600)));
    else if (!strcmp(what, "aio")) printf("%s\n", outcome(syscall(SYS_io_setup, 65536, &aio)));
    else if (!strcmp(what, "sync")) printf("%s\n", outcome(syscall(SYS_sync)));
    else if (!strcmp(what, "syncfs")) printf("%s\n", outcome(syncfs(open("/var/task", O_RDONLY))));
    else if (!strcmp(what, "limits1")) printf("%s\n", outcome(prlimit(1, RLIMIT_NOFILE, &few, 0)));
    else if (!strcmp(what, "limits")) printf("%s\n", outcome(prlimit(0, RLIMIT_NOFILE, 0, &own)));
    else if (!strcmp(what, "kill1")) printf("%s\n", outcome(kill(1, SIGKILL)));
    else if (!strcmp(what, "peek1")) printf("%s\n", outcome(open("/proc/1/mem", O_RDONLY)));
    else if (!strcmp(what, "root1")) printf("%s\n", outcome(open("/proc/1/root/etc", O_RDONLY)));
    else if (!strcmp(what, "fd1")) printf("%s\n", outcome(open("/proc/1/fd/0", O_RDONLY)));
    else if (!strcmp(what, "core")) printf("%s\n", outcome(open("/proc/sys/kernel/core_pattern", O_WRONLY)));
    else if (!strcmp(what, "disk")) printf("%s\n", outcome(open("/dev/vda", O_RDONLY)));
    else if (!strcmp(what, "thread")) printf("%s\n", outcome(clone(child_of_namespace, stack + 65536, CLONE_VM | SIGCHLD, 0)));
    else if (!strcmp(what, "stdout")) printf("%s\n", outcome(open("/dev/stdout", O_WRONLY)));
    else if (!strcmp(what, "urandom")) printf("%s\n", outcome(open("/dev/urandom", O_RDONLY)));
    else printf("unknown %s\n", what);
}

/* Each argument is a verb; some take a value after '='. */
int main(int count, char **verbs) {
    setvbuf(stdout, 0, _IOLBF, 0);
    for (int i = 1; i < count; i++) {
        char *verb = strdup(verbs[i]), *value = strchr(verb, '=');
        if (value) *value++ = 0; else value = "";
        if (!strcmp(verb, "say")) printf("%s\n", value);
        else if (!strcmp(verb, "warn")) fprintf(stderr, "%s\n", value);
        else if (!strcmp(verb, "cat")) cat(value);
        else if (!strcmp(verb, "ls")) ls(value);
        else if (!strcmp(verb, "env")) for (char **e = environ; *e; e++) printf("%s\n", *e);
        else if (!strcmp(verb, "cwd")) printf("%s\n", getcwd(0, 0));
        else if (!strcmp(verb, "ids")) printf("%d %d %d %d\n", getuid(), getgid(), getpid() > 1, getppid());
        else if (!strcmp(verb, "touch")) printf("%s\n", outcome(open(value, O_WRONLY | O_CREAT, 0644)));
        else if (!strcmp(verb, "try")) try(value);
        else if (!strcmp(verb, "eat")) eat(atoi(value), MAP_PRIVATE);
        else if (!strcmp(verb, "share")) eat(atoi(value), MAP_SHARED);
        else if (!strcmp(verb, "fill")) fill("/tmp/full", atoi(value));
        else if (!strcmp(verb, "more")) fill("/tmp/more", atoi(value));
        else if (!strcmp(verb, "stuff")) stuff(atoi(value));
        else if (!strcmp(verb, "pour")) pour(atoi(value));
        else if (!strcmp(verb, "bomb")) bomb();
        else if (!strcmp(verb, "reach")) reach(value, 9001);
        else if (!strcmp(verb, "call")) call(value);
        else if (!strcmp(verb, "resolver")) resolver(value);
        else if (!strcmp(verb, "addresses")) addresses();
        else if (!strcmp(verb, "pump")) pump(atoi(value));
        else if (!strcmp(verb, "ask")) ask(value);
        else if (!strcmp(verb, "unique")) unique();
        else if (!strcmp(verb, "interfaces")) interfaces();
        else if (!strcmp(verb, "flood")) { static char x[1 << 16]; memset(x, 'x', sizeof x); for (int n = atoi(value) * 16; n; n--) write(1, x, sizeof x); }
        else if (!strcmp(verb, "orphan")) { if (!fork()) { setsid(); for (;;) pause(); } }
        else if (!strcmp(verb, "stubborn")) signal(SIGTERM, SIG_IGN);
        else if (!strcmp(verb, "chatter")) for (;;) printf("chatter\n");
        else if (!strcmp(verb, "exit")) exit(atoi(value));
        else if (!strcmp(verb, "kill")) { signal(atoi(value), SIG_DFL); raise(atoi(value)); }
        else if (!strcmp(verb, "wait")) for (;;) pause();
        else printf("unknown %s\n", verb);
    }
    return 0;
}
