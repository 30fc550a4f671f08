#include "config.h"

#include "report/output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/buf.h"

/* Not fstat(3): its symbol is younger than the oldest C library we load on. */
struct identity {
	bool is_open;
	uint64_t device, inode;
};

static struct identity at_start;

static struct identity
identify(int fd)
{
	struct identity id = {0};
	struct statx s;
	int saved = errno;

	if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_INO, &s) == 0) {
		id.is_open = true;
		id.device = (uint64_t)s.stx_dev_major << 32 | s.stx_dev_minor;
		id.inode = s.stx_ino;
	}
	errno = saved;
	return id;
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
	/* A host or program name must not lead into another folder. */
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
	struct statx s;

	return syscall(SYS_statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW,
		       STATX_TYPE | STATX_MTIME, &s) == 0 &&
	       S_ISREG(s.stx_mode) &&
	       s.stx_mtime.tv_sec * 1000000000 + s.stx_mtime.tv_nsec > ns;
}

/* Devices and pipes are written as they are: /dev/null, /dev/stdout. */
static bool
is_special(const char *path)
{
	struct statx s;

	return syscall(SYS_statx, AT_FDCWD, path, 0, STATX_TYPE, &s) == 0 &&
	       !S_ISREG(s.stx_mode) && !S_ISDIR(s.stx_mode);
}

void
output_expand(const char *log_path, const struct output_names *names,
	      struct buf *out)
{
	bool has_pid = false, has_number = false, is_taken, is_another;
	const char *s;

	buf_clear(out);
	if (log_path[0] != '/' && names->folder && names->folder[0] == '/')
		buf_printf(out, "%s/", names->folder);
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
	if (is_special(buf_string(out)))
		return;
	is_taken = is_newer(buf_string(out), names->started_ns);
	is_another = !has_number && names->number > 1 &&
		     (is_taken || !names->is_chosen);
	if (!has_pid && (names->is_later || is_another || is_taken))
		buf_printf(out, ".%d", names->pid);
	if (is_another)
		buf_printf(out, ".%d", names->number);
}

int
output_write(int fd, const struct buf *text)
{
	size_t at = 0;

	if (text->failed)
		return ENOMEM;
	while (at < text->len) {
		long n = syscall(SYS_write, fd, text->data + at,
				 text->len - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		if (n == 0)
			return EIO;
		at += (size_t)n;
	}
	return 0;
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

/* Hidden: who reads `report.json*', or the folder, leaves it out. */
static void
temporary_name(const char *path, struct buf *out)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	buf_clear(out);
	buf_printf(out, "%.*s.%s.leakshim-%d", (int)(name - path), path, name,
		   (int)syscall(SYS_getpid));
}

int
output_write_file(const char *path, const struct buf *text)
{
	struct buf name;
	int fd, error;

	if (is_special(path)) {
		fd = (int)syscall(SYS_openat, AT_FDCWD, path,
				  O_WRONLY | O_CLOEXEC | O_NOCTTY);
		return fd < 0 ? errno : write_and_close(fd, text);
	}
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
	/* rename(2) replaces a symbolic link, and never writes through it. */
	if (!error && syscall(SYS_renameat2, AT_FDCWD, buf_string(&name),
			      AT_FDCWD, path, 0) < 0)
		error = errno;
	if (error)
		syscall(SYS_unlinkat, AT_FDCWD, buf_string(&name), 0);
	buf_fini(&name);
	return error;
}
