#include "config.h"

#include "report/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/filefacts.h"
#include "report/writing.h"

enum {
	PATIENCE = 300, /* moments of 10 ms, for a reader to come */
	/* For one that is there to read something. */
	PATIENT_MS = 10000,
	BRIEF_MS = 3000,
};

struct identity {
	bool is_open;
	uint64_t device, inode;
};

static struct identity at_start;

static bool is_impatient;

void
output_wait_for_readers(bool on)
{
	is_impatient = !on;
}

static struct identity
identify(int fd)
{
	struct filefacts f;

	if (filefacts_of(fd, &f) != FILE_PRESENT)
		return (struct identity){.is_open = false};
	return (struct identity){true, f.device, f.inode};
}

void
output_remember_stderr(void)
{
	at_start = identify(STDERR_FILENO);
}

bool
output_stderr_is_same(void)
{
	struct identity now = identify(STDERR_FILENO);

	return at_start.is_open && now.is_open &&
	       now.device == at_start.device && now.inode == at_start.inode;
}

static void
put_name(struct buf *out, const char *s)
{
	/* A host or program name must not lead into another directory. */
	for (; *s; s++)
		buf_putc(out, *s == '/' ? '_' : *s);
}

static void
put_pattern(struct buf *out, char c, const struct output_names *n)
{
	const char *slash;

	switch (c) {
	case 'p':
		buf_printf(out, "%d", n->pid);
		break;
	case 'n':
		buf_printf(out, "%d", n->number);
		break;
	case 'e':
		slash = strrchr(n->exe, '/');
		put_name(out, slash ? slash + 1 : n->exe);
		break;
	case 't':
		buf_printf(out, "%ld", n->time);
		break;
	case 'h':
		put_name(out, n->host);
		break;
	default: /* %% and what has no meaning */
		if (c != '%')
			buf_putc(out, '%');
		buf_putc(out, c);
	}
}

static bool
is_newer(const char *path, int64_t ns)
{
	struct filefacts f;

	return filefacts_find(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &f) ==
		       FILE_PRESENT &&
	       S_ISREG(f.mode) && f.mtime_ns > ns;
}

enum target {
	TARGET_FILE, /* regular, a directory (rename(2) refuses), or absent */
	TARGET_SPECIAL, /* a device or pipe, written as it is: /dev/stdout */
	TARGET_UNKNOWN, /* may be any of them: nothing may be replaced */
};

static enum target
target_of(const char *path)
{
	struct filefacts f;

	switch (filefacts_find(AT_FDCWD, path, 0, &f)) {
	case FILE_PRESENT:
		return S_ISREG(f.mode) || S_ISDIR(f.mode) ? TARGET_FILE :
							    TARGET_SPECIAL;
	case FILE_ABSENT:
		return TARGET_FILE;
	default:
		return TARGET_UNKNOWN;
	}
}

void
output_expand(const char *log_path, const struct output_names *names,
	      struct buf *out)
{
	bool has_pid = false, has_number = false, is_taken, is_another;
	const char *s;

	buf_clear(out);
	if (log_path[0] != '/' && names->directory &&
	    names->directory[0] == '/')
		buf_printf(out, "%s/", names->directory);
	for (s = log_path; *s; s++) {
		if (*s != '%' || !s[1]) {
			buf_putc(out, *s);
			continue;
		}
		has_pid |= s[1] == 'p';
		has_number |= s[1] == 'n';
		put_pattern(out, *++s, names);
	}
	/* Any number of reports goes there. */
	if (target_of(buf_string(out)) != TARGET_FILE)
		return;
	is_taken = is_newer(buf_string(out), names->started_ns);
	is_another = !has_number && names->number > 1 &&
		     (is_taken || !names->is_chosen);
	if (!has_pid && (names->is_later || is_another || is_taken))
		buf_printf(out, ".%d", names->pid);
	if (is_another)
		buf_printf(out, ".%d", names->number);
}

static void
pause_a_moment(void)
{
	const struct timespec moment = {0, 10 * 1000 * 1000};

	nanosleep(&moment, NULL);
}

int
output_write(int fd, const struct buf *text)
{
	return text->failed ? ENOMEM :
			      writing_do(fd, text->data, text->len,
					 is_impatient ? BRIEF_MS : PATIENT_MS);
}

static int
write_and_close(int fd, const struct buf *text)
{
	int error = output_write(fd, text);

	/* NFS and quotas tell of a full disk here. */
	if (syscall(SYS_close, fd) < 0 && !error && errno != EINTR)
		error = errno;
	return error;
}

/* Hidden: readers of `report.json*', or of the directory, skip it. */
static void
temporary_name(const char *path, struct buf *out)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	buf_clear(out);
	buf_printf(out, "%.*s.%s.leakshim-%d", (int)(name - path), path, name,
		   (int)syscall(SYS_getpid));
}

/*
 * A pipe has a reader, or gets one in a moment; without any, open(2) would
 * wait forever.  A reader that is slow is waited for by writing_do().
 */
static int
open_for_writing(const char *path, int flags)
{
	int fd, tries = PATIENCE;

	do {
		fd = (int)syscall(SYS_openat, AT_FDCWD, path,
				  O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK |
					  flags);
		if (fd >= 0 || errno != ENXIO)
			break;
		pause_a_moment();
	} while (tries--);
	return fd;
}

/* Write into what is there already, whatever it is. */
static int
write_into(const char *path, const struct buf *text, int flags)
{
	int fd = open_for_writing(path, flags);

	return fd < 0 ? errno : write_and_close(fd, text);
}

/*
 * rename(2) replaces a symbolic link, and never writes through it; link(2)
 * replaces nothing.  They are as old as Unix: renameat2(2) may be refused.
 */
static int
move(const char *from, const char *to, bool may_replace)
{
	if (may_replace)
		return rename(from, to) == 0 ? 0 : errno;
	if (link(from, to) != 0)
		return errno;
	unlink(from);
	return 0;
}

int
output_write_file(const char *path, const struct buf *text)
{
	enum target target = target_of(path);
	struct buf name;
	int fd, error;

	if (target == TARGET_SPECIAL)
		return write_into(path, text, 0);
	buf_init(&name);
	temporary_name(path, &name);
	fd = (int)syscall(SYS_openat, AT_FDCWD, buf_string(&name),
			  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			  0600);
	if (fd < 0) {
		error = errno;
		buf_fini(&name);
		return error;
	}
	error = write_and_close(fd, text);
	if (!error)
		error = move(buf_string(&name), path, target != TARGET_UNKNOWN);
	if (error)
		unlink(buf_string(&name));
	buf_fini(&name);
	/* Behind what it holds, which may be anything. */
	if (error && target == TARGET_UNKNOWN)
		error = write_into(path, text, O_APPEND | O_NOFOLLOW);
	return error;
}
