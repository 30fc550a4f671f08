#include "config.h"

#include "analysis/base/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

bool
lines_open(struct lines *r, const char *path)
{
	r->n = r->at = 0;
	r->fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	return r->fd >= 0;
}

static bool
fill(struct lines *r)
{
	long got;

	do
		got = syscall(SYS_read, r->fd, r->data, sizeof r->data);
	while (got < 0 && errno == EINTR);
	r->n = got > 0 ? (size_t)got : 0;
	r->at = 0;
	return r->n > 0;
}

bool
lines_next(struct lines *r, char line[LINES_BYTES])
{
	size_t n = 0;

	while (r->at < r->n || fill(r)) {
		char c = r->data[r->at++];

		if (c == '\n') {
			line[n] = '\0';
			return true;
		}
		if (n < LINES_BYTES - 1)
			line[n++] = c;
	}
	line[n] = '\0';
	return n > 0;
}

void
lines_close(struct lines *r)
{
	syscall(SYS_close, r->fd);
}

const char *
lines_hex(const char *s, uintptr_t *out)
{
	uintptr_t v = 0;

	for (;; s++) {
		unsigned digit = (unsigned)(*s - '0');

		if (digit > 9) {
			digit = (unsigned)(*s - 'a') + 10;
			if (digit < 10 || digit > 15)
				break;
		}
		v = v << 4 | digit;
	}
	*out = v;
	return s;
}
