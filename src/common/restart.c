#include "config.h"

#include "common/restart.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/syscall.h>

/* Younger than some kernel headers; the same number everywhere. */
enum { IO_URING_ENTER = 426, EPOLL_PWAIT2 = 441 };

/*
 * Those for sockets, and what is done with one by read() and write(), return
 * -EINTR where the socket has a time limit (SO_RCVTIMEO, SO_SNDTIMEO).
 */
/* clang-format off */
static const short noticing[] = {
	SYS_read,
	SYS_readv,
	SYS_write,
	SYS_writev,
	SYS_sendfile,
	/* On tmpfs before Linux 6.9; what it had is given back. */
	SYS_fallocate,
	SYS_accept,
	SYS_accept4,
	SYS_connect,
	SYS_recvfrom,
	SYS_recvmsg,
	SYS_recvmmsg,
	SYS_sendto,
	SYS_sendmsg,
	SYS_sendmmsg,
#ifdef SYS_epoll_wait
	SYS_epoll_wait,
#endif
	SYS_epoll_pwait,
	EPOLL_PWAIT2,
	SYS_rt_sigtimedwait,
	SYS_semop,
	SYS_semtimedop,
	SYS_io_getevents,
#ifdef SYS_io_pgetevents
	SYS_io_pgetevents,
#endif
	IO_URING_ENTER,
};
/* clang-format on */

bool
restart_is_needed(long call, long returned)
{
	size_t i;

	if (returned != -EINTR)
		return false;
	for (i = 0; i < sizeof noticing / sizeof *noticing; i++)
		if (noticing[i] == call)
			return true;
	return false;
}

/* ---- much data ---- */

enum {
	ARGUMENTS = 6,
	NEVER_CUT = 4096 /* PIPE_BUF, and the least of others */
};

/* Past it; what is no number is 0. */
static const char *
take_number(const char *p, uintptr_t *out)
{
	uintptr_t base = 10, digit;

	while (*p == ' ')
		p++;
	if (p[0] == '0' && p[1] == 'x') {
		base = 16;
		p += 2;
	}
	for (*out = 0;; p++) {
		digit = *p >= '0' && *p <= '9' ? (uintptr_t)(*p - '0') :
			*p >= 'a' && *p <= 'f' ? (uintptr_t)(*p - 'a' + 10) :
						 base;
		if (digit >= base)
			return p;
		*out = *out * base + digit;
	}
}

bool
restart_would_cut(const char *text)
{
	uintptr_t call, a[ARGUMENTS];
	size_t i;

	if (*text < '0' || *text > '9')
		return false; /* "running", or "-1": in no call */
	text = take_number(text, &call);
	for (i = 0; i < ARGUMENTS; i++)
		text = take_number(text, &a[i]);
	switch (call) {
	case SYS_write:
	case SYS_sendto:
		return a[2] > NEVER_CUT;
	case SYS_sendfile:
		return a[3] > NEVER_CUT;
	case SYS_writev:
	case SYS_sendmsg:
	case SYS_sendmmsg:
	case SYS_splice:
	case SYS_tee:
	case SYS_vmsplice:
		return true; /* how much it is stands elsewhere */
	case SYS_recvfrom:
		return a[3] & MSG_WAITALL;
	case SYS_recvmsg:
		return a[2] & MSG_WAITALL;
	case SYS_recvmmsg:
		return a[2] > 1;
	default:
		return false;
	}
}
