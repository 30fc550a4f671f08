#include "config.h"

#include "shim/stop/tasks.h"

#include <fcntl.h>
#include <sys/syscall.h>

#include "common/dirent64.h"
#include "common/restart.h"
#include "shim/stop/rawcall.h"

enum { PATH_BYTES = 80, STAT_BYTES = 512 };

static char *
put_text(char *p, const char *text)
{
	while (*text)
		*p++ = *text++;
	*p = '\0';
	return p;
}

static char *
put_number(char *p, pid_t number)
{
	char digits[16];
	int n = 0;

	do {
		digits[n++] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	while (n)
		*p++ = digits[--n];
	return p;
}

/* The number that the whole name is, 0 if it is none. */
static pid_t
number_of(const char *name)
{
	pid_t n = 0;

	for (; *name >= '0' && *name <= '9'; name++)
		n = n * 10 + (*name - '0');
	return *name ? 0 : n;
}

static char *
put_directory(char path[PATH_BYTES], pid_t pid)
{
	return put_text(put_number(put_text(path, "/proc/"), pid), "/task");
}

static int
open_path(const char *path, int flags)
{
	return (int)rawcall(SYS_openat, AT_FDCWD, path,
			    O_RDONLY | O_CLOEXEC | flags, 0);
}

bool
tasks_walk(pid_t pid, void (*each)(pid_t tid, void *ctx), void *ctx)
{
	_Alignas(8) char entries[4096];
	char path[PATH_BYTES];
	int directory;
	long n;

	put_directory(path, pid);
	directory = open_path(path, O_DIRECTORY);
	if (directory < 0)
		return false;
	while ((n = rawcall(SYS_getdents64, directory, entries, sizeof entries,
			    0)) > 0) {
		const char *at = entries;

		while (at < entries + n) {
			const struct dirent64_entry *e = (const void *)at;
			pid_t tid = number_of(e->name);

			if (tid)
				each(tid, ctx);
			at += e->size;
		}
	}
	rawcall(SYS_close, directory, 0, 0, 0);
	return n == 0;
}

/* The text of that file of a thread; its length, or less than 0. */
static long
read_file(pid_t pid, pid_t tid, const char *name, char out[STAT_BYTES])
{
	char path[PATH_BYTES];
	char *p = put_text(put_directory(path, pid), "/");
	long n;
	int fd;

	put_text(put_number(p, tid), name);
	fd = open_path(path, 0);
	if (fd < 0)
		return fd;
	n = rawcall(SYS_read, fd, out, STAT_BYTES - 1, 0);
	rawcall(SYS_close, fd, 0, 0, 0);
	out[n > 0 ? n : 0] = '\0';
	return n;
}

char
tasks_state(pid_t pid, pid_t tid)
{
	char stat[STAT_BYTES];
	long i = read_file(pid, tid, "/stat", stat) - 3;

	/* The name, in parentheses, may have more of them. */
	for (; i > 0; i--)
		if (stat[i] == ')')
			return stat[i + 2];
	return 'X';
}

bool
tasks_is_moving(pid_t pid, pid_t tid)
{
	char text[STAT_BYTES];

	return read_file(pid, tid, "/syscall", text) > 0 &&
	       restart_would_cut(text);
}
