#include "config.h"

#include "common/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NAME_BYTES = 16 };

/* "4711", which /proc/self leads to; the bytes, or -1. */
static long
read_self(char name[NAME_BYTES])
{
	long n = syscall(SYS_readlinkat, AT_FDCWD, "/proc/self", name,
			 NAME_BYTES - 1);

	return n < 0 ? readlink("/proc/self", name, NAME_BYTES - 1) : n;
}

static bool
is_number(const char *text, long n, long value)
{
	long read = 0, i;

	for (i = 0; i < n && text[i] >= '0' && text[i] <= '9'; i++)
		read = read * 10 + text[i] - '0';
	return n > 0 && i == n && read == value;
}

const char *
procfs_problem(void)
{
	int saved = errno;
	char name[NAME_BYTES];
	long n = read_self(name), pid = syscall(SYS_getpid);
	bool has_proc = n > 0 || syscall(SYS_faccessat, AT_FDCWD,
					 "/proc/uptime", F_OK) == 0;

	errno = saved;
	if (is_number(name, n, pid))
		return NULL;
	return has_proc ? "/proc is of another PID namespace: mount this one's" :
			  "/proc is not mounted here: mount it";
}
