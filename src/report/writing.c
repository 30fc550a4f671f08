#include "config.h"

#include "report/writing.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/filefacts.h"
#include "common/sandbox.h"

enum {
	MOMENT_MS = 10,
	PIECE = 4096, /* a pipe that can be written to has room for a page */
};

static bool (*is_over)(void);

void
writing_end_when(bool (*when)(void))
{
	is_over = when;
}

static void
pause_a_moment(void)
{
	const struct timespec moment = {0, MOMENT_MS * 1000000L};

	nanosleep(&moment, NULL);
}

static unsigned long
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (unsigned long)t.tv_sec * 1000 +
	       (unsigned long)t.tv_nsec / 1000000;
}

/* Regular files never wait for a reader. */
static bool
has_reader(int fd)
{
	struct filefacts f;

	return filefacts_of(fd, &f) != FILE_PRESENT || !S_ISREG(f.mode);
}

/* Unknown is yes. */
static bool
has_room(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};

	return poll(&p, 1, 0) != 0;
}

static bool
is_in_time(unsigned long since_ms, unsigned patience_ms)
{
	return now_ms() - since_ms < patience_ms && !(is_over && is_over());
}

bool
writing_is_possible(int fd, unsigned patience_ms)
{
	unsigned long since = now_ms();

	if (sandbox_is_possible() || !has_reader(fd))
		return true;
	while (!has_room(fd)) {
		if (!is_in_time(since, patience_ms))
			return false;
		pause_a_moment();
	}
	return true;
}

int
writing_do(int fd, const char *text, size_t n, unsigned patience_ms)
{
	bool asks = !sandbox_is_possible() && has_reader(fd);
	unsigned long since = now_ms();
	size_t at = 0;

	while (at < n) {
		size_t piece = asks && n - at > PIECE ? PIECE : n - at;
		long done = -1;

		errno = EAGAIN;
		if (!asks || has_room(fd))
			done = syscall(SYS_write, fd, text + at, piece);
		if (done > 0) {
			at += (size_t)done;
			since = now_ms();
			continue;
		}
		if (done == 0)
			return EIO;
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return errno;
		if (!is_in_time(since, patience_ms))
			return ETIMEDOUT;
		pause_a_moment();
	}
	return 0;
}
