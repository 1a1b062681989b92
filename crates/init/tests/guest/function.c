/* What runs as a function in the tests of a guest. The first argument names the scene. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int connect_to(int port) {
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int s = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(s, (struct sockaddr *)&at, sizeof at) != 0) {
		perror("connect");
		exit(9);
	}
	return s;
}

static void say(const char *line) {
	if (write(1, line, strlen(line)) < 0) exit(8);
}

static void cat(const char *path) {
	char text[256];
	FILE *file = fopen(path, "r");
	printf("%s: %s\n", path, file && fgets(text, sizeof text, file) ? text : "none");
}

/* Each byte sent is behind a line that was logged. */
static int order(int rounds) {
	int s = connect_to(9001);
	for (int i = 0; i < rounds; i++) {
		char line[32], byte = (char)('a' + i % 26);
		snprintf(line, sizeof line, "line %d\n", i);
		say(line);
		if (write(s, &byte, 1) != 1 || read(s, &byte, 1) != 1) return 7;
	}
	return 0;
}

/* Sends and takes many bytes, each side closing when it is done. */
static int bulk(int port, long bytes) {
	static char block[50000];
	int s = connect_to(port);
	for (long left = bytes; left > 0;) {
		ssize_t n = write(s, block, left < (long)sizeof block ? left : (long)sizeof block);
		if (n <= 0) return 7;
		left -= n;
	}
	shutdown(s, SHUT_WR);
	long got = 0;
	for (ssize_t n; (n = read(s, block, sizeof block)) > 0;) got += n;
	printf("got %ld\n", got);
	return 0;
}

static int flood(long bytes) {
	static char block[4096];
	memset(block, 'x', sizeof block);
	for (long left = bytes; left > 0; left -= sizeof block)
		if (write(1, block, sizeof block) != sizeof block) return 7;
	return 0;
}

static int hog(long bytes) {
	volatile char *held = malloc(bytes);
	for (long at = 0; at < bytes; at += 4096) held[at] = 1;
	say("held\n");
	pause();
	return 0;
}

static int facts(void) {
	unsigned char random[16];
	char name[65];
	if (getrandom(random, sizeof random, 0) != sizeof random) return 7;
	gethostname(name, sizeof name);
	printf("uid %d\nname %s\ntime %ld\nrandom ", getuid(), name, (long)time(NULL));
	for (size_t i = 0; i < sizeof random; i++) printf("%02x", random[i]);
	printf("\n");
	cat("/var/task/code");
	cat("/proc/kallsyms");
	cat("/proc/self/cgroup");
	cat("/dev/vda");
	cat("/sys/kernel/notes");
	cat("/init");
	return access("/tmp", W_OK) == 0 ? 0 : 6;
}

int main(int argc, char **argv) {
	const char *scene = argc > 1 ? argv[1] : "";
	long number = argc > 2 ? atol(argv[2]) : 0;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!strcmp(scene, "order")) return order((int)number);
	if (!strcmp(scene, "bulk")) return bulk(9001, number);
	if (!strcmp(scene, "endpoint")) return bulk(9002, number);
	if (!strcmp(scene, "flood")) return flood(number);
	if (!strcmp(scene, "hog")) return hog(number);
	if (!strcmp(scene, "facts")) return facts();
	if (!strcmp(scene, "half")) {
		/* Opens all there is, and never reads or closes. */
		for (int i = 0; i < 80; i++) say(write(connect_to(9001), "x", 1) == 1 ? "" : "no\n");
		say("half open\n");
		pause();
	}
	return 5;
}
