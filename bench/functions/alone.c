/* The other end of a runtime's loop, by itself: a Runtime API that has one event for ever, on
 * loopback, beside the runtime. `alone ROUNDS WARM_UP PORT PAUSE_US` serves one client, pauses before
 * each event, and prints the median nanoseconds from writing it to having read the whole answer. What the same loop costs
 * with a wall and a server around it is compared with that. As fika does, it acknowledges an answer
 * together with the next event. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char buffer[65536];
static size_t filled;
static int client;

/* Waits for one whole request at the start of `buffer`; gives its length. */
static size_t request(void)
{
    for (;;) {
        buffer[filled] = 0;
        char *body = strstr(buffer, "\r\n\r\n");
        char *length = strcasestr(buffer, "content-length:");
        if (body != NULL) {
            int has_body = length != NULL && length < body;
            size_t whole = (size_t)(body + 4 - buffer) + (has_body ? strtoul(length + 15, NULL, 10) : 0);
            if (filled >= whole) return whole;
        }
        ssize_t n = read(client, buffer + filled, sizeof buffer - 1 - filled);
        if (n <= 0) exit(1);
        filled += (size_t)n;
    }
}

static void forget(size_t length)
{
    filled -= length;
    memmove(buffer, buffer + length, filled);
}

static void send_all(const char *data)
{
    size_t length = strlen(data);
    if (write(client, data, length) != (ssize_t)length) exit(1);
}

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    long long left = *(const long long *)a, right = *(const long long *)b;
    return (left > right) - (left < right);
}

static void listen_on(unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 1) != 0) exit(2);
    printf("listening\n");
    fflush(stdout);
    client = accept(listener, NULL, NULL);
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
}

int main(int count, char **words)
{
    static const char accepted[] =
        "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n";
    static const char event[] =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        "Lambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n"
        "Lambda-Runtime-Deadline-Ms: 4102444800000\r\n"
        "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:alone\r\n"
        "Content-Length: 15\r\n\r\n{\"name\":\"fika\"}";
    static char both[sizeof accepted + sizeof event];
    if (count != 5) return 3;
    long rounds = atol(words[1]), warm_up = atol(words[2]), pause = atol(words[4]);
    long long *times = calloc((size_t)rounds, sizeof *times);
    if (times == NULL || rounds < 1) return 3;
    listen_on((unsigned)atoi(words[3]));
    forget(request()); /* next */
    strcat(strcpy(both, accepted), event);
    for (long round = -warm_up; round < rounds; round++) {
        if (pause > 0) usleep((useconds_t)pause);
        long long begun = now();
        send_all(round == -warm_up ? event : both);
        forget(request()); /* response */
        if (round >= 0) times[round] = now() - begun;
        forget(request()); /* next */
    }
    qsort(times, (size_t)rounds, sizeof *times, by_value);
    printf("%lld\n", times[rounds / 2]);
    return 0;
}
