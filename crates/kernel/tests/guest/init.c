/* The init of a test's guest: inserts the modules, says what devices there are, and ends. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

static void insert_modules(void)
{
	struct dirent **found;
	int count = scandir("/modules", &found, NULL, alphasort);

	for (int i = 0; i < count; i++) {
		char path[300];
		int file;

		if (found[i]->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/modules/%s", found[i]->d_name);
		file = open(path, O_RDONLY);
		if (syscall(SYS_finit_module, file, "", 0) == 0)
			printf("inserted %s\n", path);
		else
			printf("refused %s: %m\n", path);
		close(file);
	}
}

/* Says a label, and the first line of a file. */
static void say_file(const char *label, const char *path)
{
	char line[100] = "";
	FILE *file = fopen(path, "r");

	if (file) {
		if (fgets(line, sizeof(line), file))
			printf("%s %s\n", label, line);
		fclose(file);
	}
}

static void say_if_there(const char *label, const char *path, const char *name)
{
	if (access(path, F_OK) == 0)
		printf("%s %s\n", label, name);
}

int main(void)
{
	struct utsname name;

	mount("proc", "/proc", "proc", 0, NULL);
	mount("sys", "/sys", "sysfs", 0, NULL);
	say_if_there("console:", "/dev/console", "/dev/console");
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	insert_modules();
	uname(&name);
	printf("release: %s\n", name.release);
	say_file("filter:", "/filter");
	say_if_there("disk:", "/dev/vda", "/dev/vda");
	/* The host names a port in a message of its own, a moment after the device is there. */
	for (int i = 0; i < 200 && access("/sys/class/virtio-ports/vport0p1/name", F_OK) != 0; i++)
		usleep(10000);
	if (access("/dev/vport0p1", F_OK) == 0)
		say_file("port: /dev/vport0p1", "/sys/class/virtio-ports/vport0p1/name");
	say_if_there("network:", "/sys/class/net/eth0", "eth0");
	say_if_there("vsock:", "/dev/vsock", "/dev/vsock");
	fflush(stdout);
	sync();
	reboot(RB_AUTOBOOT);
	return 0;
}
