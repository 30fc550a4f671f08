#include "config.h"

#include "shim/base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/procfs.h"
#include "common/sandbox.h"
#include "common/tally.h"
#include "report/output.h"
#include "shim/base/filters.h"
#include "shim/base/say.h"

struct process process;

static struct tally *tally;

extern char **environ;

const char *
process_environment(const char *name)
{
	size_t n = strlen(name);
	char **e;

	for (e = environ; e && *e; e++)
		if (!strncmp(*e, name, n) && (*e)[n] == '=')
			return *e + n + 1;
	return NULL;
}

static size_t
read_file(const char *path, char *out, size_t n_out)
{
	size_t n = 0;
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	while (n < n_out) {
		long got = syscall(SYS_read, fd, out + n, n_out - n);

		if (got <= 0)
			break;
		n += (size_t)got;
	}
	syscall(SYS_close, fd);
	return n;
}

static pid_t
number_after(const char *text, const char *key)
{
	const char *p = strstr(text, key);
	pid_t v = 0;

	if (!p)
		return 0;
	for (p += strlen(key); *p == ' ' || *p == '\t'; p++)
		;
	for (; *p >= '0' && *p <= '9'; p++)
		v = v * 10 + (*p - '0');
	return v;
}

static void
proc_path(char *out, pid_t pid, const char *name)
{
	char digits[16];
	size_t n = sizeof digits;

	digits[--n] = '\0';
	do {
		digits[--n] = (char)('0' + pid % 10);
		pid /= 10;
	} while (pid);
	memcpy(out, "/proc/", 6);
	memcpy(out + 6, digits + n, sizeof digits - n - 1);
	out += 6 + sizeof digits - n - 1;
	memcpy(out, name, strlen(name) + 1);
}

/*
 * Does that process have the shim, and a Python?  Reads its maps in pieces
 * that overlap, so that a name cut in two is seen.
 */
static bool
is_watched(pid_t pid)
{
	char path[64], text[4097];
	bool has_shim = false, has_python = false;
	size_t kept = 0;
	int fd;

	proc_path(path, pid, "/maps");
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	for (;;) {
		long got = syscall(SYS_read, fd, text + kept, 4096 - kept);

		if (got <= 0)
			break;
		text[kept + (size_t)got] = '\0';
		has_shim |= strstr(text, "libleakshim.so") != NULL;
		has_python |=
			strstr(text, "/python") || strstr(text, "libpython");
		kept = (kept + (size_t)got) < 32 ? kept + (size_t)got : 32;
		memmove(text, text + strlen(text) - kept, kept);
	}
	syscall(SYS_close, fd);
	return has_shim && has_python;
}

/* Asked once, at the start: an ancestor that exits later still counts. */
static bool
has_watched_ancestor(void)
{
	char path[64], text[2048];
	pid_t pid = process.parent;
	int depth;

	for (depth = 0; pid > 1 && depth < 64; depth++) {
		size_t n;

		if (is_watched(pid))
			return true;
		proc_path(path, pid, "/status");
		n = read_file(path, text, sizeof text - 1);
		text[n] = '\0';
		pid = number_after(text, "\nPPid:");
	}
	return false;
}

/* Read from /proc, because a filter could kill for the system call. */
static pid_t
find_parent(void)
{
	char text[2048];
	size_t n;

	if (!sandbox_is_possible())
		return (pid_t)syscall(SYS_getppid);
	n = read_file("/proc/self/status", text, sizeof text - 1);
	text[n] = '\0';
	return n ? number_after(text, "\nPPid:") : -1;
}

static void
read_host(void)
{
	struct utsname u;
	size_t n = read_file("/proc/sys/kernel/hostname", process.host,
			     sizeof process.host - 1);

	process.host[n] = '\0';
	process.host[strcspn(process.host, "\n")] = '\0';
	if (!n && !sandbox_is_possible() && uname(&u) == 0)
		strncpy(process.host, u.nodename, sizeof process.host - 1);
}

/* As it was called: without /proc there is nothing better. */
static void
copy_name_of_exec(void)
{
	const char *name = (const char *)getauxval(AT_EXECFN);

	if (name)
		strncpy(process.exe, name, sizeof process.exe - 1);
}

static void
read_facts(void)
{
	struct timespec t;
	ssize_t n;

	clock_gettime(CLOCK_REALTIME_COARSE, &t);
	process.started_ns = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
	process.pid = (pid_t)syscall(SYS_getpid);
	process.parent = find_parent();
	n = readlink("/proc/self/exe", process.exe, sizeof process.exe - 1);
	process.exe[n > 0 ? n : 0] = '\0';
	if (n <= 0)
		copy_name_of_exec();
	if (syscall(SYS_getcwd, process.cwd, sizeof process.cwd) < 0)
		process.cwd[0] = '\0';
	read_host();
	process.n_argv_bytes = read_file("/proc/self/cmdline", process.argv,
					 sizeof process.argv - 1);
	process.no_ancestors = procfs_problem();
	process.is_first = process.no_ancestors || !has_watched_ancestor();
}

/* The number before the end or the next colon, behind which *at is then. */
static long
take_number(const char **at)
{
	const char *s = *at;
	long v = 0;

	for (; *s >= '0' && *s <= '9' && v <= INT32_MAX; s++)
		v = v * 10 + *s - '0';
	if (s == *at || v > INT32_MAX || (*s && *s != ':'))
		return -1;
	*at = *s ? s + 1 : s;
	return v;
}

/* A descriptor of the command; its name proves that it is that. */
static void *
map_tally(pid_t pid, long fd)
{
	char path[64], name[sizeof TALLY_LINK];
	struct buf text;
	int own;
	void *page;

	buf_init(&text);
	buf_printf(&text, "/proc/%d/fd/%ld", pid, fd);
	strncpy(path, buf_string(&text), sizeof path - 1);
	path[sizeof path - 1] = '\0';
	buf_fini(&text);
	if (procfs_problem() ||
	    readlink(path, name, sizeof name) != sizeof TALLY_LINK - 1 ||
	    memcmp(name, TALLY_LINK, sizeof TALLY_LINK - 1))
		return NULL;
	own = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
	if (own < 0)
		return NULL;
	page = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED,
		    own, 0);
	syscall(SYS_close, own);
	return page == MAP_FAILED ? NULL : page;
}

static void *
attach_tally(long id)
{
	void *page = id < 0 ? (void *)-1 : shmat((int)id, NULL, 0);

	return page == (void *)-1 ? NULL : page;
}

/*
 * LEAKSHIM_RUN=PID:FD:ID (common/tally.h).  A process that cannot use it must
 * not change its exit status either: it cannot know whether it is the first.
 */
static void
open_tally(void)
{
	const char *where = process_environment("LEAKSHIM_RUN");
	long pid, fd, id;
	int saved = errno;

	process.has_run = where != NULL;
	if (!where)
		return;
	pid = take_number(&where);
	fd = take_number(&where);
	id = take_number(&where);
	if (pid > 0 && fd >= 0)
		tally = map_tally((pid_t)pid, fd);
	if (!tally)
		tally = attach_tally(id);
	if (tally &&
	    (tally->magic != TALLY_MAGIC || tally->version != TALLY_VERSION))
		tally = NULL;
	if (!tally)
		say("findings of this process do not count for leakshim run",
		    "their shared memory is not accessible (another IPC "
		    "namespace or user?)");
	errno = saved;
}

void
process_tally(unsigned n_failing, bool has_report)
{
	if (!tally)
		return;
	atomic_fetch_add(&tally->failing_findings, n_failing);
	if (has_report)
		atomic_fetch_add(&tally->reports, 1);
}

/* Remove our entry from LD_PRELOAD, so that children start without the shim. */
static void
hide_from_children(void)
{
	char **e;

	for (e = environ; e && *e; e++) {
		char *from, *to, *end;

		if (strncmp(*e, "LD_PRELOAD=", 11))
			continue;
		for (from = to = *e + 11; *from; from = end) {
			size_t n = strcspn(from, ": ");

			end = from + n + (from[n] != '\0');
			if (memmem(from, n, "libleakshim.so", 14))
				continue;
			memmove(to, from, (size_t)(end - from));
			to += end - from;
		}
		*to = '\0';
		if (to > *e + 11 && (to[-1] == ':' || to[-1] == ' '))
			to[-1] = '\0';
	}
}

bool
process_is_own(void)
{
	return process.pid == (pid_t)syscall(SYS_getpid);
}

bool
process_is_first(void)
{
	return process.is_first && !process.is_forked;
}

void
process_init(void)
{
	const char *text = process_environment("LEAKSHIM_OPTIONS");
	struct buf b;

	buf_init(&b);
	read_facts();
	process.no_colour = process_environment("NO_COLOR") != NULL;
	output_remember_stderr();
	options_init(&process.options);
	if (text)
		options_parse(&process.options, text, &b);
	open_tally();
	if (tally)
		atomic_fetch_add(&tally->processes, 1);
	filters_read(&process.options, &b);
	/*
	 * Once for a tree of processes: its children have the same options.  A
	 * relative name may be another file to them, or none.
	 */
	if (b.len && (process_is_first() || filters_are_unreadable()))
		say_text(&b);
	buf_clear(&b);
	if (process.options.help && process_is_first()) {
		options_help(&process.options, &b);
		say_text(&b);
	}
	if (!process.options.follow) {
		process.is_inert = !process_is_first();
		hide_from_children();
	}
	buf_fini(&b);
}

void
process_attach(const char *options)
{
	struct buf complaints;

	buf_init(&complaints);
	read_facts();
	output_remember_stderr();
	options_init(&process.options);
	options_parse(&process.options, options, &complaints);
	filters_read(&process.options, &complaints);
	/* It is not known when code is unloaded: addresses would lie. */
	if (process.options.native)
		buf_put(&complaints, "leakshim: option 'native' has no effect "
				     "in a process that was attached to\n");
	process.options.native = 0;
	if (complaints.len)
		say_text(&complaints);
	buf_fini(&complaints);
	process.is_attached = true;
	process.is_inert = false;
	process.is_forked = false;
}
