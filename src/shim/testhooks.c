#include "config.h"

#include "shim/testhooks.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "analysis/check.h"
#include "common/buf.h"

static void
suffer(const char *fault)
{
	/* Volatile itself: the compiler must not see where it leads. */
	int *volatile nowhere = NULL;

	if (!fault)
		return;
	if (!strcmp(fault, "segv"))
		*nowhere = 0;
	if (!strcmp(fault, "kill"))
		syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
	while (!strcmp(fault, "hang"))
		pause();
}

void
testhooks_fault(void)
{
	suffer(getenv("LEAKSHIM_TEST_FAULT"));
}

void
testhooks_slow(const char *step)
{
	const char *wish = getenv("LEAKSHIM_TEST_SLOW");
	struct timespec t = {2, 0};

	if (wish && !strcmp(wish, step))
		nanosleep(&t, NULL);
}

bool
testhooks_second(void)
{
	const char *fate = getenv("LEAKSHIM_TEST_SECOND");

	suffer(fate);
	return fate && !strcmp(fate, "held");
}

void
testhooks_unreachable(const struct check *c)
{
	const char *path = getenv("LEAKSHIM_TEST_UNREACHABLE");
	struct buf b;
	size_t i;
	int fd;

	if (!path)
		return;
	buf_init(&b);
	for (i = 0; i < c->unreachable.n; i++)
		buf_printf(&b, "0x%lx\n",
			   c->mirror.nodes[c->unreachable.ids[i]].address);
	fd = (int)syscall(SYS_openat, AT_FDCWD, path,
			  O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd >= 0) {
		syscall(SYS_write, fd, b.data, b.len);
		syscall(SYS_close, fd);
	}
	buf_fini(&b);
}
