#include "config.h"

#include "shim/occasions/interrupted.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include "python/peek.h"

/* Those that are made again after a handler with SA_RESTART. */
static const long waiting[] = {
	SYS_read,   SYS_readv,   SYS_pread64, SYS_write,    SYS_writev,
	SYS_accept, SYS_accept4, SYS_connect, SYS_recvfrom, SYS_recvmsg,
	SYS_sendto, SYS_sendmsg, SYS_wait4,   SYS_waitid,   SYS_futex,
	SYS_flock,  SYS_fcntl,   SYS_ioctl,   SYS_openat,
};

#if defined __x86_64__

static const uint8_t instruction[] = {0x0f, 0x05}; /* syscall */

static void
look(const ucontext_t *c, uintptr_t *place, long *result, long *number)
{
	*place = (uintptr_t)c->uc_mcontext.gregs[REG_RIP];
	*result = (long)c->uc_mcontext.gregs[REG_RAX];
	*number = *result; /* before the call; after it, the result */
}

#elif defined __aarch64__

static const uint8_t instruction[] = {0x01, 0, 0, 0xd4}; /* svc 0 */

static void
look(const ucontext_t *c, uintptr_t *place, long *result, long *number)
{
	*place = (uintptr_t)c->uc_mcontext.pc;
	*result = (long)c->uc_mcontext.regs[0];
	*number = (long)c->uc_mcontext.regs[8];
}

#else
#error "say here what a system call looks like"
#endif

static bool
is_call(uintptr_t place)
{
	uint8_t bytes[sizeof instruction];

	return peek(bytes, place, sizeof bytes) &&
	       !memcmp(bytes, instruction, sizeof bytes);
}

static bool
is_one_that_waits(long number)
{
	size_t i;

	for (i = 0; i < sizeof waiting / sizeof *waiting; i++)
		if (waiting[i] == number)
			return true;
	return false;
}

bool
interrupted_while_waiting(const void *context)
{
	uintptr_t place;
	long result, number;

	look(context, &place, &result, &number);
	if (result == -EINTR && is_call(place - sizeof instruction))
		return true;
	return is_one_that_waits(number) && is_call(place);
}
