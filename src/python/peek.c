#include "config.h"

#include "python/peek.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* write(2) reads the bytes for us, and read(2) hands them back. */
static bool
peek_by_pipe(void *to, uintptr_t address, size_t n)
{
	int fds[2];
	bool ok = false;

	if (n > 4096 || syscall(SYS_pipe2, fds, O_CLOEXEC | O_NONBLOCK) != 0)
		return false;
	if (syscall(SYS_write, fds[1], address, n) == (long)n)
		ok = syscall(SYS_read, fds[0], to, n) == (long)n;
	syscall(SYS_close, fds[0]);
	syscall(SYS_close, fds[1]);
	return ok;
}

bool
peek(void *to, uintptr_t address, size_t n)
{
	struct iovec local = {to, n}, remote = {(void *)address, n};
	int saved = errno;
	long got = syscall(SYS_process_vm_readv, syscall(SYS_getpid), &local,
			   1UL, &remote, 1UL, 0UL);
	bool ok = got == (long)n;

	if (got < 0 && (errno == EPERM || errno == ENOSYS))
		ok = peek_by_pipe(to, address, n);
	errno = saved;
	return ok;
}

bool
peek_process(pid_t pid, void *to, uintptr_t address, size_t n)
{
	struct iovec local = {to, n}, remote = {(void *)address, n};
	int saved = errno;
	long got = syscall(SYS_process_vm_readv, pid, &local, 1UL, &remote, 1UL,
			   0UL);

	errno = saved;
	return got == (long)n;
}

uintptr_t
peek_word(uintptr_t address, uintptr_t otherwise)
{
	uintptr_t word;

	return peek(&word, address, sizeof word) ? word : otherwise;
}
