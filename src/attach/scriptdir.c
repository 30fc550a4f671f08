#include "config.h"

#include "attach/scriptdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "attach/remote.h"

enum { SCRIPTDIR_MODE = 0700, FILE_MODE = 0600, TEXT_BYTES = 8192 };

static const char *const places[] = {"tmp", "var/tmp", "dev/shm", "run"};

/*
 * A directory below another, not through a link: the process decides where
 * links lead.
 */
static int
step(int from, const char *path)
{
	int at = fcntl(from, F_DUPFD_CLOEXEC, 0);

	while (at >= 0 && *path) {
		size_t n = strcspn(path, "/");
		char name[16];
		int next;

		snprintf(name, sizeof name, "%.*s", (int)n, path);
		next = openat(at, name,
			      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		close(at);
		at = next;
		path += n + (path[n] == '/');
	}
	return at;
}

/* The user it opens files as. */
static bool
read_owner(struct scriptdir *f)
{
	char text[TEXT_BYTES];
	const char *uid, *gid;

	if (remote_file(f->pid, "status", text, sizeof text) <= 0)
		return false;
	uid = strstr(text, "\nUid:");
	gid = strstr(text, "\nGid:");
	return uid && gid &&
	       sscanf(uid, "\nUid: %*u %*u %*u %u", &f->uid) == 1 &&
	       sscanf(gid, "\nGid: %*u %*u %*u %u", &f->gid) == 1;
}

static bool
give_away(const struct scriptdir *f, int fd)
{
	struct stat s;

	if (fstat(fd, &s) != 0)
		return false;
	return (s.st_uid == f->uid && s.st_gid == f->gid) ||
	       fchown(fd, f->uid, f->gid) == 0;
}

/* In an open directory of the process. */
static bool
make_in(struct scriptdir *f, int parent, const char *place)
{
	struct statvfs v;
	uint64_t bits;

	if (fstatvfs(parent, &v) != 0 || v.f_flag & ST_NOEXEC ||
	    getrandom(&bits, sizeof bits, 0) != (ssize_t)sizeof bits)
		return false;
	snprintf(f->name, sizeof f->name, ".leakshim-%d-%016llx", (int)f->pid,
		 (unsigned long long)bits);
	snprintf(f->path, sizeof f->path, "/%s/%s/", place, f->name);
	if (mkdirat(parent, f->name, SCRIPTDIR_MODE) != 0)
		return false;
	f->parent = parent;
	f->self = openat(parent, f->name,
			 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (f->self >= 0 && give_away(f, f->self))
		return true;
	if (f->self >= 0)
		close(f->self);
	unlinkat(parent, f->name, AT_REMOVEDIR);
	f->parent = f->self = -1;
	return false;
}

bool
scriptdir_make(struct scriptdir *f, pid_t pid, char why[REFUSAL_BYTES])
{
	char path[64];
	int root, parent;
	size_t i;

	*f = (struct scriptdir){.pid = pid, .parent = -1, .self = -1};
	snprintf(path, sizeof path, "/proc/%d/root", (int)pid);
	root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0 || !read_owner(f)) {
		if (root >= 0)
			close(root);
		return refusal_put(why, "its file system cannot be seen",
				   strerror(errno));
	}
	for (i = 0; i < sizeof places / sizeof *places; i++) {
		parent = step(root, places[i]);
		if (parent < 0)
			continue;
		if (make_in(f, parent, places[i])) {
			close(root);
			return true;
		}
		close(parent);
	}
	close(root);
	return refusal_put(
		why,
		"it has no directory for a file that it may execute (/tmp, "
		"/var/tmp, /dev/shm, /run): --method=ptrace needs none",
		NULL);
}

void
scriptdir_remove(struct scriptdir *f)
{
	struct dirent *e;
	DIR *d;

	if (f->self < 0)
		return;
	d = fdopendir(f->self);
	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.')
			unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
	else
		close(f->self);
	unlinkat(f->parent, f->name, AT_REMOVEDIR);
	close(f->parent);
	f->parent = f->self = -1;
}

/* ---- files ---- */

static int
make_file(struct scriptdir *f, const char *name)
{
	int fd = openat(f->self, name,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			FILE_MODE);

	if (fd >= 0 && !give_away(f, fd)) {
		close(fd);
		return -1;
	}
	return fd;
}

bool
scriptdir_put(struct scriptdir *f, const char *name, const void *data, size_t n)
{
	int fd = make_file(f, name);
	bool ok = fd >= 0 && write(fd, data, n) == (ssize_t)n;

	if (fd >= 0)
		close(fd);
	return ok;
}

bool
scriptdir_copy(struct scriptdir *f, const char *name, const char *from)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out = -1;
	struct stat s;
	off_t left = 0;

	if (in >= 0 && fstat(in, &s) == 0 && s.st_size > 0) {
		left = s.st_size;
		out = make_file(f, name);
	}
	while (out >= 0 && left > 0) {
		ssize_t n = sendfile(out, in, NULL, (size_t)left);

		if (n <= 0)
			break;
		left -= n;
	}
	if (in >= 0)
		close(in);
	return out >= 0 && close(out) == 0 && left == 0;
}

int
scriptdir_pipe(struct scriptdir *f, const char *name)
{
	int fd;

	if (mkfifoat(f->self, name, FILE_MODE) != 0)
		return -1;
	/* Nothing needs to be at its other end yet. */
	fd = openat(f->self, name,
		    O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && !give_away(f, fd)) {
		close(fd);
		return -1;
	}
	return fd;
}

bool
scriptdir_has(const struct scriptdir *f, const char *name)
{
	return faccessat(f->self, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool
scriptdir_text(const struct scriptdir *f, const char *name, char *out, size_t n)
{
	int fd = openat(f->self, name,
			O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, out, n - 1);

	if (fd >= 0)
		close(fd);
	out[got > 0 ? got : 0] = '\0';
	return got >= 0;
}
