/* What a cold start costs when the runtime costs nothing: a static program that speaks the Runtime
 * API. It answers {"at":NS,"before":NS,"stream":"NAME"}, when (CLOCK_MONOTONIC) and where (the log stream,
 * one a sandbox) an event arrived, and when the one before did (0: none). An event with "hold":MS keeps it busy for that long first. Without
 * AWS_LAMBDA_RUNTIME_API it exits at once: the bare spawn all starts are compared with. */
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
static int api;

static void send_all(const char *data, size_t length)
{
    while (length > 0) {
        ssize_t n = write(api, data, length);
        if (n <= 0) exit(1);
        data += n;
        length -= (size_t)n;
    }
}

static char *after(char *text, const char *name)
{
    char *found = strcasestr(text, name);
    return found == NULL ? NULL : found + strlen(name);
}

/* Reads one whole response into `buffer`; gives its body. */
static char *response(void)
{
    size_t filled = 0;
    for (;;) {
        ssize_t n = read(api, buffer + filled, sizeof buffer - 1 - filled);
        if (n <= 0) exit(0); /* The server is gone. */
        filled += (size_t)n;
        buffer[filled] = 0;
        char *body = after(buffer, "\r\n\r\n");
        char *length = after(buffer, "content-length:");
        size_t wanted = length == NULL ? 0 : strtoul(length, NULL, 10);
        if (body != NULL && (size_t)(buffer + filled - body) >= wanted) return body;
    }
}

static void hold(const char *body)
{
    long ms = body == NULL ? 0 : atol(body);
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static void answer(void)
{
    static long long before;
    struct timespec now;
    char id[128], json[512], head[512];
    char *body = response();
    clock_gettime(CLOCK_MONOTONIC, &now);
    char *found = after(buffer, "lambda-runtime-aws-request-id: ");
    if (found == NULL) exit(2);
    snprintf(id, sizeof id, "%.*s", (int)strcspn(found, "\r"), found);
    hold(after(body, "\"hold\":"));
    const char *stream = getenv("AWS_LAMBDA_LOG_STREAM_NAME");
    long long at = now.tv_sec * 1000000000LL + now.tv_nsec;
    int length = snprintf(json, sizeof json, "{\"at\":%lld,\"before\":%lld,\"stream\":\"%s\"}",
        at, before, stream == NULL ? "" : stream);
    before = at;
    int n = snprintf(head, sizeof head,
        "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: api\r\n"
        "Content-Length: %d\r\n\r\n%s", id, length, json);
    send_all(head, (size_t)n);
    response();
}

static int connect_to(const char *endpoint)
{
    char host[64];
    unsigned port;
    struct sockaddr_in address = {.sin_family = AF_INET};
    if (sscanf(endpoint, "%63[^:]:%u", host, &port) != 2) return -1;
    address.sin_port = htons((unsigned short)port);
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) return -1;
    api = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(api, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    return connect(api, (struct sockaddr *)&address, sizeof address);
}

int main(void)
{
    static const char next[] = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: api\r\n\r\n";
    const char *endpoint = getenv("AWS_LAMBDA_RUNTIME_API");
    if (endpoint == NULL) return 0;
    if (connect_to(endpoint) != 0) return 3;
    for (;;) {
        send_all(next, sizeof next - 1);
        answer();
    }
}
