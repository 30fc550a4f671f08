#include "config.h"

#include "attach/guardian.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* One descriptor with a byte, or the byte alone. */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static void
send_descriptor(int to, int fd)
{
	char byte = 1;
	struct iovec v = {&byte, 1};
	union control c = {.bytes = {0}};
	struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
	struct cmsghdr *h;

	if (fd >= 0) {
		m.msg_control = &c;
		m.msg_controllen = sizeof c.bytes;
		h = CMSG_FIRSTHDR(&m);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(h), &fd, sizeof fd);
	}
	/* Without a reader (we were killed) this fails, and that is all. */
	sendmsg(to, &m, MSG_NOSIGNAL);
}

/* False: the child ended without a word. */
static bool
receive_descriptor(int from, int *fd)
{
	char byte;
	struct iovec v = {&byte, 1};
	union control c;
	struct msghdr m = {.msg_iov = &v,
			   .msg_iovlen = 1,
			   .msg_control = &c,
			   .msg_controllen = sizeof c.bytes};
	struct cmsghdr *h;
	ssize_t n;

	*fd = -1;
	do
		n = recvmsg(from, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	h = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
	if (h && h->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(h), sizeof *fd);
	return n > 0;
}

static void __attribute__((noreturn))
be_guardian(void (*work)(void *state), void *state, const int *fd, int to)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	setsid();
	work(state);
	send_descriptor(to, *fd);
	_exit(0);
}

bool
guardian_run(void (*work)(void *state), void *state, size_t n, int *fd)
{
	char *shared = mmap(NULL, n, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ptrdiff_t fd_at = (char *)fd - (char *)state;
	int ends[2], received = -1;
	bool ok = false;
	pid_t pid;

	if (shared == MAP_FAILED)
		return false;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
		munmap(shared, n);
		return false;
	}
	memcpy(shared, state, n);
	pid = fork();
	if (pid == 0)
		be_guardian(work, shared, (int *)(void *)(shared + fd_at),
			    ends[1]);
	close(ends[1]);
	if (pid > 0) {
		ok = receive_descriptor(ends[0], &received);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close(ends[0]);
	memcpy(state, shared, n);
	*fd = received;
	munmap(shared, n);
	return ok;
}
