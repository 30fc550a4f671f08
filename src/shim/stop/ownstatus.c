#include "config.h"

#include "shim/stop/ownstatus.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STATUS_BYTES = 4096, LINK_BYTES = 32 };

static long
number_at(const char *s)
{
	long n = 0;

	s += strspn(s, " \t");
	if (*s < '0' || *s > '9')
		return -1;
	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + (*s - '0');
	return n;
}

/* The line that begins with "KEY:"; the name of a thread has no newline. */
static const char *
find_line(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (; text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (!strncmp(text, key, n) && text[n] == ':')
			return text + n + 1;
	}
	return NULL;
}

long
ownstatus_number(const char *key)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/thread-self/status",
			      O_RDONLY | O_CLOEXEC);
	char text[STATUS_BYTES];
	size_t n = 0;
	long got;

	if (fd < 0)
		return -1;
	while (n < sizeof text - 1 &&
	       (got = syscall(SYS_read, fd, text + n, sizeof text - 1 - n)) > 0)
		n += (size_t)got;
	syscall(SYS_close, fd);
	text[n] = '\0';
	text[0] = n ? text[0] : '\0';
	return find_line(text, key) ? number_at(find_line(text, key)) : -1;
}

pid_t
ownstatus_pid(void)
{
	char link[LINK_BYTES];
	long n = syscall(SYS_readlinkat, AT_FDCWD, "/proc/self", link,
			 sizeof link - 1);

	if (n <= 0)
		return -1;
	link[n] = '\0';
	return (pid_t)number_at(link);
}
