#include "config.h"

#include "shim/check/testhooks.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "analysis/check/check.h"
#include "analysis/reach/witness.h"
#include "common/buf.h"
#include "python/sizes.h"

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
	const char *slow = getenv("LEAKSHIM_TEST_SLOW");
	struct timespec t = {2, 0};

	if (slow && !strcmp(slow, step))
		nanosleep(&t, NULL);
}

bool
testhooks_apart(void)
{
	return getenv("LEAKSHIM_TEST_APART");
}

bool
testhooks_second(void)
{
	const char *fate = getenv("LEAKSHIM_TEST_SECOND");

	suffer(fate);
	return fate && !strcmp(fate, "held");
}

static void
write_all(const char *path, const struct buf *b)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path,
			      O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd >= 0) {
		syscall(SYS_write, fd, b->data, b->len);
		syscall(SYS_close, fd);
	}
}

void
testhooks_holders(const struct check *c)
{
	const char *name = getenv("LEAKSHIM_TEST_HOLDERS");

	if (name && c->world.has_reach)
		witness_print(&c->world.reach, name);
}

void
testhooks_unreachable(const struct check *c)
{
	const char *path = getenv("LEAKSHIM_TEST_UNREACHABLE");
	struct buf b;
	size_t i;

	if (!path)
		return;
	buf_init(&b);
	for (i = 0; i < c->world.unreachable.n; i++)
		buf_printf(&b, "0x%lx\n",
			   c->world.mirror.nodes[c->world.unreachable.ids[i]]
				   .address);
	write_all(path, &b);
	buf_fini(&b);
}

/* The whole file; an empty buf if there is none. */
static void
read_all(const char *path, struct buf *b)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY);
	char part[4096];
	ssize_t n;

	while (fd >= 0 && (n = syscall(SYS_read, fd, part, sizeof part)) > 0)
		buf_putn(b, part, (size_t)n);
	if (fd >= 0)
		syscall(SYS_close, fd);
}

void
testhooks_sizes(void)
{
	const char *path = getenv("LEAKSHIM_TEST_SIZES");
	struct buf addresses, sizes, name;
	uintptr_t address = 0;
	size_t i;

	if (!path)
		return;
	buf_init(&addresses);
	buf_init(&sizes);
	buf_init(&name);
	read_all(path, &addresses);
	for (i = 0; i < addresses.len; i++) {
		char c = addresses.data[i];

		if (c != '\n') {
			address = address * 10 + (uintptr_t)(c - '0');
			continue;
		}
		buf_printf(&sizes, "%ld\n",
			   (long)object_bytes((void *)address));
		address = 0;
	}
	buf_printf(&name, "%s.found", path);
	write_all(buf_string(&name), &sizes);
	buf_fini(&name);
	buf_fini(&sizes);
	buf_fini(&addresses);
}
