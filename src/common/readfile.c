#include "config.h"

#include "common/readfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/filefacts.h"
#include "common/ownmap.h"

enum { FIRST_BYTES = 64 * 1024 };

static int
check_type(int fd)
{
	struct filefacts f;

	if (filefacts_of(fd, &f) != FILE_PRESENT)
		return EINVAL;
	if (S_ISDIR(f.mode))
		return EISDIR;
	return S_ISREG(f.mode) || S_ISCHR(f.mode) ? 0 : EINVAL;
}

static bool
grow(struct readfile *f)
{
	size_t more = f->mapped ? f->mapped * 2 : FIRST_BYTES;
	char *data = ownmap(more);

	if (!data)
		return false;
	if (f->n)
		memcpy(data, f->data, f->n);
	ownunmap(f->data, f->mapped);
	f->data = data;
	f->mapped = more;
	return true;
}

static int
read_all(struct readfile *f, int fd, size_t most)
{
	for (;;) {
		long got;

		if (f->n == f->mapped && !grow(f))
			return ENOMEM;
		got = syscall(SYS_read, fd, f->data + f->n, f->mapped - f->n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno;
		if (got == 0)
			return 0;
		f->n += (size_t)got;
		if (f->n > most)
			return EFBIG;
	}
}

int
readfile_open(struct readfile *f, const char *path, size_t most)
{
	int saved = errno, error;
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path,
			      O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	memset(f, 0, sizeof *f);
	if (fd < 0) {
		error = errno;
	} else {
		error = check_type(fd);
		if (!error)
			error = read_all(f, fd, most);
		syscall(SYS_close, fd);
	}
	if (error)
		readfile_close(f);
	errno = saved;
	return error;
}

void
readfile_close(struct readfile *f)
{
	ownunmap(f->data, f->mapped);
	memset(f, 0, sizeof *f);
}
