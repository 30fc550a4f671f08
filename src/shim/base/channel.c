#include "config.h"

#include "shim/base/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
	PATIENCE_MS = 10000, /* for a command that does not read */
	PIECE = 1 << 15,
};

static struct {
	int fd; /* 0: none, since descriptors are kept one higher */
	long thread;
	bool wants_colour;
} channel;

static int
descriptor(void)
{
	return channel.fd - 1;
}

static long
own_thread(void)
{
	return syscall(SYS_gettid);
}

void
channel_open(int fd, bool wants_colour)
{
	int flags = (int)syscall(SYS_fcntl, fd, F_GETFL, 0);

	syscall(SYS_fcntl, fd, F_SETFL, flags | O_NONBLOCK);
	channel.fd = fd + 1;
	channel.wants_colour = wants_colour;
	channel.thread = own_thread();
}

void
channel_close(void)
{
	int fd = descriptor();

	channel.fd = 0;
	if (fd >= 0)
		syscall(SYS_close, fd);
}

bool
channel_is_open(void)
{
	return channel.fd && channel.thread == own_thread();
}

bool
channel_wants_colour(void)
{
	return channel.wants_colour;
}

/* Without ready(): what has become of the other end? */
static bool
ready(int fd, short wanted, int milliseconds)
{
	struct pollfd p = {fd, wanted, 0};
	struct timespec t = {milliseconds / 1000,
			     milliseconds % 1000 * 1000000L};
	int saved = errno;
	long n = syscall(SYS_ppoll, &p, 1L, &t, NULL, 0L);

	errno = saved;
	if (!wanted)
		return n == 0;
	return n > 0 && !(p.revents & (POLLERR | POLLHUP | POLLNVAL));
}

bool
channel_has_reader(int fd)
{
	return ready(fd, 0, 0);
}

bool
channel_is_alive(void)
{
	return channel_is_open() && channel_has_reader(descriptor());
}

static bool
send_all(int fd, const char *data, size_t n)
{
	int saved = errno;

	while (n) {
		/* SIGPIPE is blocked in the caller. */
		long k = syscall(SYS_write, fd, data, n);

		if (k < 0 && errno == EAGAIN && ready(fd, POLLOUT, PATIENCE_MS))
			continue;
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			break;
		data += k;
		n -= (size_t)k;
	}
	errno = saved;
	return n == 0;
}

bool
channel_send_to(int fd, enum attach_message kind, const void *data, size_t n)
{
	struct attach_header h = {ATTACH_MAGIC, kind, (uint32_t)n, 0};

	return n <= ATTACH_MESSAGE_BYTES &&
	       send_all(fd, (const char *)&h, sizeof h) &&
	       send_all(fd, data, n);
}

bool
channel_send(enum attach_message kind, const void *data, size_t n)
{
	return channel_is_open() &&
	       channel_send_to(descriptor(), kind, data, n);
}

static bool
send_in_pieces(enum attach_message kind, const char *text, size_t n)
{
	size_t at, piece;

	for (at = 0; at < n; at += piece) {
		piece = n - at < PIECE ? n - at : PIECE;
		if (!channel_send(kind, text + at, piece))
			return false;
	}
	return true;
}

bool
channel_report(const char *text, size_t n)
{
	return send_in_pieces(ATTACH_REPORT, text, n);
}

bool
channel_say(const char *text, size_t n)
{
	if (!channel_is_open())
		return false;
	send_in_pieces(ATTACH_SAY, text, n);
	return true;
}

bool
channel_say_parts(const struct iovec *parts, size_t n)
{
	char line[1024];
	size_t at = 0, i;

	for (i = 0; i < n; i++) {
		size_t k = parts[i].iov_len;

		if (k > sizeof line - at)
			k = sizeof line - at;
		memcpy(line + at, parts[i].iov_base, k);
		at += k;
	}
	return channel_say(line, at);
}

void
channel_forked(void)
{
	channel_close();
}

unsigned
channel_cloned(unsigned first)
{
	if (!channel.fd)
		return first;
	/* The clone has the serving thread's memory, and an id of its own. */
	channel.thread = own_thread();
	if (descriptor() != (int)first)
		syscall(SYS_dup3, descriptor(), first, O_CLOEXEC);
	channel.fd = (int)first + 1;
	return first + 1;
}
