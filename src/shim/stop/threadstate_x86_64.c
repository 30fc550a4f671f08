#include "config.h"

#include "shim/stop/threadstate.h"

#if defined __x86_64__

#include <elf.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "common/restart.h"
#include "shim/stop/rawcall.h"

/* The first page is never mapped. */
enum { LEAST_ADDRESS = 4096 };

const bool threadstate_is_known = true;

/* Number of bytes, or -errno. */
static long
get_set(pid_t tid, int kind, void *out, size_t room)
{
	struct iovec v = {out, room};
	long error = rawcall(SYS_ptrace, PTRACE_GETREGSET, tid, kind, &v);

	return error ? error : (long)v.iov_len;
}

static void
mend(pid_t tid, struct user_regs_struct *r)
{
	struct iovec v = {r, sizeof *r};

	if (!restart_is_needed((long)r->orig_rax, (long)r->rax))
		return;
	r->rax = (unsigned long)RESTART_UNLESS_HANDLED;
	rawcall(SYS_ptrace, PTRACE_SETREGSET, tid, NT_PRSTATUS, &v);
}

static size_t
keep_words(const unsigned char *from, size_t bytes, uintptr_t *words)
{
	size_t i, n = 0;

	for (i = 0; i + sizeof *words <= bytes; i += sizeof *words) {
		uintptr_t word;

		__builtin_memcpy(&word, from + i, sizeof word);
		if (word >= LEAST_ADDRESS)
			words[n++] = word;
	}
	return n;
}

bool
threadstate_read(pid_t tid, unsigned char scratch[THREADSTATE_BYTES],
		 uintptr_t *words, struct threadstate *out)
{
	struct user_regs_struct r;
	long n = get_set(tid, NT_PRSTATUS, &r, sizeof r);

	if (n != sizeof r)
		return false;
	out->sp = r.rsp;
	out->storage = r.fs_base;
	out->n_words = keep_words((unsigned char *)&r, sizeof r, words);
	mend(tid, &r);
	/*
	 * No function keeps the others for its caller, so in a system call,
	 * which a function of the C library makes, they are leftovers.
	 */
	if ((long)r.orig_rax >= 0)
		return true;
	/* memcpy() moves pointers through these; so do compilers. */
	n = get_set(tid, NT_X86_XSTATE, scratch, THREADSTATE_BYTES);
	if (n <= 0) /* no XSAVE */
		n = get_set(tid, NT_PRFPREG, scratch, THREADSTATE_BYTES);
	if (n <= 0 || n >= THREADSTATE_BYTES)
		return false;
	out->n_words += keep_words(scratch, (size_t)n, words + out->n_words);
	return true;
}

void
threadstate_mend(pid_t tid)
{
	struct user_regs_struct r;

	if (get_set(tid, NT_PRSTATUS, &r, sizeof r) == sizeof r)
		mend(tid, &r);
}

#endif
