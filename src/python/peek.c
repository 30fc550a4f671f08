#include "config.h"

#include "python/peek.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "common/sandbox.h"

enum { PAGE = 4096, MASK_BYTES = 8 };

/*
 * A change of the signal mask that is none: the kernel reads the mask first
 * (EFAULT), and then rejects the operation (EINVAL: kernel/signal.c,
 * sys_rt_sigprocmask() and sigprocmask()).
 */
static int
error_of_reading(uintptr_t address)
{
	enum { NO_WAY = ~0 };

	address &= ~(uintptr_t)(MASK_BYTES - 1);
	return syscall(SYS_rt_sigprocmask, NO_WAY, address, NULL,
		       (size_t)MASK_BYTES) == 0 ?
		       0 :
		       errno;
}

/* Not every kernel is Linux's own (gVisor); asked once. */
static bool
can_probe(void)
{
	static volatile enum { NOT_ASKED, NO, YES } answer;
	uintptr_t word = 0;

	if (answer == NOT_ASKED)
		answer =
			error_of_reading((uintptr_t)&word) == EINVAL &&
					error_of_reading(MASK_BYTES) == EFAULT ?
				YES :
				NO;
	return answer == YES;
}

static bool
peek_by_probe(void *to, uintptr_t address, size_t n)
{
	uintptr_t at = address, end = address + n;

	if (end < address)
		return false;
	for (; at < end; at = (at | (PAGE - 1)) + 1)
		if (error_of_reading(at) != EINVAL)
			return false;
	memcpy(to, (const void *)address, n);
	return true;
}

/* write(2) reads the bytes for us, and read(2) hands them back. */
static bool
peek_by_pipe(void *to, uintptr_t address, size_t n)
{
	int fds[2];
	bool ok = false;

	if (n > PAGE || syscall(SYS_pipe2, fds, O_CLOEXEC | O_NONBLOCK) != 0)
		return false;
	if (syscall(SYS_write, fds[1], address, n) == (long)n)
		ok = syscall(SYS_read, fds[0], to, n) == (long)n;
	syscall(SYS_close, fds[0]);
	syscall(SYS_close, fds[1]);
	return ok;
}

static bool
peek_otherwise(void *to, uintptr_t address, size_t n)
{
	return can_probe() ? peek_by_probe(to, address, n) :
			     peek_by_pipe(to, address, n);
}

static bool
peek_at_once(void *to, uintptr_t address, size_t n)
{
	struct iovec local = {to, n}, remote = {(void *)address, n};
	long got = syscall(SYS_process_vm_readv, syscall(SYS_getpid), &local,
			   1UL, &remote, 1UL, 0UL);

	if (got == (long)n)
		return true;
	/* EFAULT is about the memory, and so is a part of it. */
	return got < 0 && errno != EFAULT && peek_otherwise(to, address, n);
}

bool
peek(void *to, uintptr_t address, size_t n)
{
	int saved = errno;
	bool ok = sandbox_is_possible() ? peek_otherwise(to, address, n) :
					  peek_at_once(to, address, n);

	errno = saved;
	return ok;
}

bool
peek_process(pid_t pid, void *to, uintptr_t address, size_t n)
{
	struct iovec local = {to, n}, remote = {(void *)address, n};
	int saved = errno;
	long got = sandbox_is_possible() ?
			   -1 :
			   syscall(SYS_process_vm_readv, pid, &local, 1UL,
				   &remote, 1UL, 0UL);

	errno = saved;
	return got == (long)n;
}

uintptr_t
peek_word(uintptr_t address, uintptr_t otherwise)
{
	uintptr_t word;

	return peek(&word, address, sizeof word) ? word : otherwise;
}
