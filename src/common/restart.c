#include "config.h"

#include "common/restart.h"

#include <errno.h>
#include <stddef.h>
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
	SYS_fallocate, /* on tmpfs before Linux 6.9; what it had is given back */
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
