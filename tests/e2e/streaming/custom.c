// A custom runtime that streams: a piece a chunk, each once the one before is acknowledged.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static char text[65536];

static int dial(const char *host, int port) {
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
  inet_pton(AF_INET, host, &to.sin_addr);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0) exit(1);
  return fd;
}

static void say(int fd, const char *what) {
  if (write(fd, what, strlen(what)) < 0) exit(2);
}

/* Reads until all of these have come. */
static void hear(int fd, const char *first, const char *then) {
  size_t have = 0;
  for (;;) {
    ssize_t more = read(fd, text + have, sizeof text - 1 - have);
    if (more <= 0) exit(3);
    text[have += more] = 0;
    char *found = strstr(text, first);
    if (found && strstr(found, then)) return;
  }
}

int main(void) {
  char api[64];
  snprintf(api, sizeof api, "%s", getenv("AWS_LAMBDA_RUNTIME_API"));
  char *colon = strchr(api, ':');
  *colon = 0;
  for (;;) {
    int runtime = dial(api, atoi(colon + 1));
    say(runtime, "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: a\r\n\r\n");
    hear(runtime, "\r\n\r\n", "}");
    char id[37] = "", head[512];
    for (char *line = text; line; line = strstr(line + 2, "\r\n"))
      if (!strncasecmp(line + 2, "lambda-runtime-aws-request-id:", 30)) sscanf(line + 32, " %36s", id);
    int test = dial("127.0.0.1", atoi(strstr(text, "\"port\":") + 7));
    snprintf(head, sizeof head, "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: a\r\n"
      "Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n\r\n", id);
    say(runtime, head);
    for (int n = 0; n < 3; n++) {
      char piece[32], byte;
      snprintf(piece, sizeof piece, "8\r\npiece %d;\r\n", n);
      say(runtime, piece);
      if (read(test, &byte, 1) != 1) exit(4);
    }
    say(runtime, "0\r\n\r\n");
    hear(runtime, "\r\n\r\n", "}");
    close(test);
    close(runtime);
  }
}
