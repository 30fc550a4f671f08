#include "config.h"

#include "common/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/filefacts.h"

enum { NAME_BYTES = 16 };

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
	/* "4711".  Python reads links at its start, by readlink(2). */
	long n = readlink("/proc/self", name, NAME_BYTES - 1),
	     pid = syscall(SYS_getpid);
	struct filefacts facts;
	bool has_proc = n > 0 || filefacts_find(AT_FDCWD, "/proc/uptime", 0,
						&facts) == FILE_PRESENT;

	errno = saved;
	if (is_number(name, n, pid))
		return NULL;
	return has_proc ?
		       "/proc is of another PID namespace: mount this one's" :
		       "/proc is not mounted here: mount it";
}
