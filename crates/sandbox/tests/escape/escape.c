// Tries to get out, one way at a time. `escape ID…` prints `ID OUTCOME` for each: `ok` when it got
// what it wanted, the name of the error when not, or what it saw. Each attempt has a process of its own.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <unistd.h>

static void see(const char *what) { printf("%s", what); exit(0); }
static void see_number(long number) { printf("%ld", number); exit(0); }
static long reads(const char *path) { return open(path, O_RDONLY | O_CLOEXEC); }
static long writes(const char *path) { return open(path, O_WRONLY | O_CLOEXEC); }
static long makes(const char *path) { return open(path, O_WRONLY | O_CREAT, 0600); }
static long lists(const char *path) { return opendir(path) ? 0 : -1; }
static long put(const char *path, const char *text) {
    int fd = open(path, O_WRONLY);
    return fd < 0 ? -1 : write(fd, text, strlen(text));
}
static long copy_self(const char *to) {
    char buffer[65536];
    ssize_t n;
    int in = open("/proc/self/exe", O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
    while ((n = read(in, buffer, sizeof buffer)) > 0)
        if (write(out, buffer, n) != n) return -1;
    close(in);
    return close(out);
}
static long entries(const char *path, int numbers_only) {
    long n = 0;
    DIR *dir = opendir(path);
    if (!dir) return -1;
    for (struct dirent *e; (e = readdir(dir));)
        if (e->d_name[0] != '.' && (!numbers_only || strspn(e->d_name, "0123456789") == strlen(e->d_name))) n++;
    return n;
}
static long is_null(const char *path) {
    struct stat s;
    if (stat(path, &s)) return -1;
    see(S_ISCHR(s.st_mode) && s.st_rdev == makedev(1, 3) ? "hidden" : "seen");
    return 0;
}
static long reach(int family, const char *address, int port) {
    struct sockaddr_in six4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    inet_pton(family, address, family == AF_INET ? (void *)&six4.sin_addr : (void *)&six.sin6_addr);
    int fd = socket(family, SOCK_STREAM, 0);
    struct timeval patience = {.tv_sec = 2};
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    return family == AF_INET ? connect(fd, (void *)&six4, sizeof six4) : connect(fd, (void *)&six, sizeof six);
}
static long abstract_socket(const char *name) {
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    memcpy(to.sun_path + 1, name, strlen(name));
    return connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&to, offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
}
static long low_port(void) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(80)};
    return bind(socket(AF_INET, SOCK_STREAM, 0), (void *)&at, sizeof at);
}
static long add_address(void) {
    struct { struct nlmsghdr h; struct ifinfomsg i; } ask = {
        .h = {sizeof ask, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, 1, 0}, .i = {.ifi_index = 1, .ifi_change = 1}};
    struct { struct nlmsghdr h; struct nlmsgerr e; char rest[256]; } answer;
    int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    if (send(fd, &ask, sizeof ask, 0) < 0 || recv(fd, &answer, sizeof answer, 0) < 0) return -1;
    errno = -answer.e.error;
    return errno ? -1 : 0;
}
static long climbs(void) {
    for (int i = 0; i < 64; i++)
        if (chdir("..")) return -1;
    return reads("etc/shadow");
}
static long follows(void) { return symlink("/proc/1/root/etc/shadow", "/tmp/follow") ? -1 : reads("/tmp/follow"); }
static long mounts_more(void) {
    struct sock_filter allow = {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
    struct sock_fprog program = {1, &allow};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) return -1;
    return syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, 0);
}
static long setuid_copy(void) {
    if (copy_self("/tmp/setuid") || chmod("/tmp/setuid", 06755)) return -1;
    return chown("/tmp/setuid", 0, 0);
}
static long raise_limit(int what) {
    struct rlimit limit;
    getrlimit(what, &limit);
    limit.rlim_max = limit.rlim_cur = limit.rlim_max + 1024;
    return setrlimit(what, &limit);
}
static long gets_capabilities(void) {
    struct { unsigned version; int pid; } head = {0x20080522, 0};
    struct { unsigned e, p, i; } all[2] = {{~0u, ~0u, ~0u}, {~0u, ~0u, ~0u}};
    return syscall(SYS_capset, &head, all);
}
static long is_realtime(void) {
    struct sched_param most = {.sched_priority = 50};
    return sched_setscheduler(0, SCHED_FIFO, &most);
}
static long own_cgroup(void) {
    char line[4096];
    FILE *file = fopen("/proc/self/cgroup", "r");
    if (!file) return -1;
    while (fgets(line, sizeof line, file))
        if (strlen(line) < 3 || strcmp(line + strlen(line) - 3, ":/\n")) see("seen");
    see("hidden");
    return 0;
}
static long environment(void) {
    extern char **environ;
    long n = 0;
    while (environ[n]) n++;
    see_number(n);
    return 0;
}
static long descriptors(void) {
    long n = 0;
    for (int fd = 3; fd < 1024; fd++) n += fcntl(fd, F_GETFD) >= 0;
    see_number(n);
    return 0;
}
static long forks(void) {
    for (long n = 0; n < 100000; n++) {
        pid_t child = fork();
        if (child < 0) return -1;
        if (!child) { pause(); _exit(0); }
    }
    return 0;
}
static void *sleeps(void *nothing) { pause(); return nothing; }
static long threads(void) {
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 16384);
    for (long n = 0; n < 100000; n++) {
        pthread_t thread;
        errno = pthread_create(&thread, &small, sleeps, 0);
        if (errno) return -1;
    }
    return 0;
}
static long opens(void) {
    for (long n = 0; n < 1000000; n++)
        if (dup(0) < 0) return -1;
    return 0;
}
static long pipes(void) {
    char page[65536] = {0};
    for (;;) {
        int fd[2];
        if (pipe2(fd, O_NONBLOCK)) return -1;
        while (write(fd[1], page, sizeof page) > 0) {}
    }
}
static long eats(void) {
    for (;;) {
        char *page = mmap(0, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED) return -1;
        memset(page, 1, 1 << 20);
    }
}
static long fills(const char *path) {
    static char page[1 << 20];
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    if (fd < 0) return -1;
    for (;;)
        if (write(fd, page, sizeof page) < 0) return -1;
}
static long names(void) {
    char name[64];
    for (long n = 0;; n++) {
        snprintf(name, sizeof name, "/tmp/name%ld", n);
        int fd = open(name, O_WRONLY | O_CREAT, 0600);
        if (fd < 0) return -1;
        close(fd);
    }
}
static long caches(void) {
    static char page[1 << 20];
    if (fills("/tmp/cached") == 0 || errno != ENOSPC) return -1;
    for (int round = 0; round < 3; round++) {
        int fd = open("/tmp/cached", O_RDONLY);
        while (read(fd, page, sizeof page) > 0) {}
        close(fd);
    }
    return 0;
}
static long floods(void) {
    static char page[1 << 16];
    memset(page, 'x', sizeof page);
    page[sizeof page - 1] = '\n';
    for (int n = 0; n < 1024; n++)
        if (write(2, page, sizeof page) < 0) return -1;
    return 0;
}
static long dumps_core(void) {
    pid_t child = fork();
    if (!child) { raise_limit(RLIMIT_CORE); abort(); }
    int status;
    waitpid(child, &status, 0);
    see(WCOREDUMP(status) ? "dumped" : "nothing");
    return 0;
}
static long pins(void) {
    void *pages = mmap(0, 1 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mlock(pages, 1 << 30);
}
static long huge_pages(void) {
    return mmap(0, 2 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0) == MAP_FAILED ? -1 : 0;
}
static long new_user(void) {
    long child = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
    if (!child) _exit(0);
    return child;
}
/// Real addresses are zeros to those without rights.
static long memory_map_is(void) {
    char line[256];
    FILE *file = fopen("/proc/iomem", "r");
    if (!file) return -1;
    while (fgets(line, sizeof line, file))
        if (strspn(line, " 0-") < strcspn(line, ":") - 1) see("seen");
    see("hidden");
    return 0;
}
#ifdef __x86_64__
/// The same kernel by the door of 32-bit programs: getpid.
static long calls_as_of_old(void) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20L) : "memory", "r8", "r9", "r10", "r11");
    if (result >= 0) return 0;
    errno = -result;
    return -1;
}
/// The port at which QEMU is asked for its configuration.
static long writes_port(void) {
    __asm__ volatile("outw %0, %1" : : "a"((short)0), "d"((short)0x510));
    return 0;
}
static long calls_monitor(void) {
    long result;
    __asm__ volatile("vmcall" : "=a"(result) : "a"(0L), "b"(0L), "c"(0L), "d"(0L) : "memory");
    if (result >= 0) return 0;
    errno = -result;
    return -1;
}
#endif
static struct timeval a_time = {.tv_sec = 1};
static struct timespec a_spec = {.tv_sec = 1};
static char some[4096];

static const struct attempt { const char *id; long (*try)(void); } attempts[];
#define TRY(name, does) static long name(void) { return does; }
#include "attempts.h"
#undef TRY
#define TRY(name, does) {#name, name},
static const struct attempt attempts[] = {
#include "attempts.h"
};

int main(int count, char **ids) {
    setvbuf(stdout, 0, _IONBF, 0);
    for (int i = 1; i < count; i++) {
        for (size_t n = 0; n < sizeof attempts / sizeof *attempts; n++) {
            if (strcmp(ids[i], attempts[n].id)) continue;
            printf("%s ", ids[i]);
            pid_t child = fork();
            if (!child) {
                errno = 0;
                long done = attempts[n].try();
                printf("%s", done >= 0 ? "ok" : strerrorname_np(errno));
                _exit(0);
            }
            int status;
            waitpid(child, &status, 0);
            if (WIFSIGNALED(status)) printf("signal %d", WTERMSIG(status));
            printf("\n");
        }
    }
}
