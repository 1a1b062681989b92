/* The smallest function there is: a static program that speaks the Runtime API by itself and
 * answers each event with itself. Also what a cold start costs when the runtime costs nothing.
 *
 *     cc -O2 -static -o bootstrap bootstrap.c && zip hello.zip bootstrap
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD_MAX 65536
#define EVENT_MAX (6 * 1024 * 1024 + 1024)

static char head[HEAD_MAX + 1];
static char *event;
/* Bytes of `head` that were read, and those of them that belong to the last response's head. */
static size_t filled, used;
static int api;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void send_all(const char *data, size_t length)
{
    while (length > 0) {
        ssize_t n = write(api, data, length);
        if (n <= 0) die("write");
        data += n;
        length -= (size_t)n;
    }
}

static size_t receive(char *into, size_t most)
{
    ssize_t n = read(api, into, most);
    if (n < 0) die("read");
    if (n == 0) exit(0); /* The server is gone. */
    return (size_t)n;
}

/* The value of a header of the head in `head`, or NULL. */
static char *header(const char *name)
{
    size_t length = strlen(name);
    for (char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, name, length) == 0 && line[2 + length] == ':') {
            char *value = line + 3 + length;
            while (*value == ' ') value++;
            return value;
        }
    }
    return NULL;
}

/* Reads one response: its head stays in `head`, its body comes to `event`. */
static size_t response(void)
{
    char *end;
    memmove(head, head + used, filled - used);
    filled -= used;
    head[filled] = 0;
    while ((end = strstr(head, "\r\n\r\n")) == NULL) {
        if (filled == HEAD_MAX) exit(2);
        filled += receive(head + filled, HEAD_MAX - filled);
        head[filled] = 0;
    }
    used = (size_t)(end - head) + 4;
    end[2] = 0;
    char *value = header("content-length");
    size_t length = value == NULL ? 0 : strtoul(value, NULL, 10);
    if (length > EVENT_MAX) exit(3);
    size_t have = filled - used < length ? filled - used : length;
    memcpy(event, head + used, have);
    used += have;
    while (have < length) have += receive(event + have, length - have);
    return length;
}

static void connect_to(const char *endpoint)
{
    char host[64];
    unsigned port;
    struct sockaddr_in address = {.sin_family = AF_INET};
    if (sscanf(endpoint, "%63[^:]:%u", host, &port) != 2) exit(4);
    address.sin_port = htons((unsigned short)port);
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) exit(5);
    api = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(api, (struct sockaddr *)&address, sizeof address) != 0) die("connect");
    setsockopt(api, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
}

int main(void)
{
    static const char next[] = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: api\r\n\r\n";
    char post[512];
    const char *endpoint = getenv("AWS_LAMBDA_RUNTIME_API");
    if (endpoint == NULL || (event = malloc(EVENT_MAX)) == NULL) return 6;
    connect_to(endpoint);
    for (;;) {
        send_all(next, sizeof next - 1);
        size_t length = response();
        char *id = header("lambda-runtime-aws-request-id");
        if (id == NULL) return 7;
        int n = snprintf(post, sizeof post,
            "POST /2018-06-01/runtime/invocation/%.*s/response HTTP/1.1\r\nHost: api\r\n"
            "Content-Length: %zu\r\n\r\n", (int)strcspn(id, "\r"), id, length);
        send_all(post, (size_t)n);
        send_all(event, length);
        response();
    }
}
