#include "config.h"

#include "attach/safepoint.h"

#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include "attach/images.h"
#include "attach/newborn.h"
#include "attach/processor.h"
#include "attach/program.h"
#include "common/restart.h"

#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441
#endif

enum {
	/* The kernel's own results (linux/errno.h): the call goes on. */
	RESTART_SYS = -512,
	RESTART_BLOCK = -516,
	STACK_BYTES = 1 << 20, /* that a signal's frame is looked for in */
	RETURN_WORDS = 2048,
	WORDS_AT_ONCE = 4096,
};

/* ---- system calls ---- */

/* What malloc() and ld.so never wait in. */
static bool
may_wait_in(const struct processor_state *s)
{
	int operation;

	switch (processor_system_call(s)) {
#ifdef SYS_poll
	case SYS_poll:
	case SYS_select:
	case SYS_epoll_wait:
	case SYS_pause:
#endif
	case SYS_ppoll:
	case SYS_pselect6:
	case SYS_epoll_pwait:
	case SYS_epoll_pwait2:
	case SYS_accept:
	case SYS_accept4:
	case SYS_recvfrom:
	case SYS_recvmsg:
	case SYS_sendto:
	case SYS_sendmsg:
	case SYS_connect:
	case SYS_nanosleep:
	case SYS_clock_nanosleep:
	case SYS_wait4:
	case SYS_waitid:
	case SYS_rt_sigtimedwait:
	case SYS_rt_sigsuspend:
	case SYS_read:
	case SYS_readv:
	case SYS_flock:
	case SYS_fsync:
	case SYS_io_getevents:
	case SYS_semop:
	case SYS_semtimedop:
	/* A poll, a sleep or a wait with a time limit that goes on. */
	case SYS_restart_syscall:
		return true;
	case SYS_futex:
		/* A plain FUTEX_WAIT is a lock's, maybe malloc's. */
		operation = (int)processor_argument(s, 1) & FUTEX_CMD_MASK;
		return operation == FUTEX_WAIT_BITSET ||
		       operation == FUTEX_WAIT_REQUEUE_PI;
	default:
		return false;
	}
}

static bool
is_interrupted(const struct processor_state *s)
{
	long returned = processor_returned(s);

	return returned == -EINTR ||
	       (returned <= RESTART_SYS && returned >= RESTART_BLOCK);
}

void
safepoint_mend(struct processor_state *s)
{
	if (restart_is_needed(processor_system_call(s), processor_returned(s)))
		processor_set_returned(s, RESTART_UNLESS_HANDLED);
}

/* ---- signal handlers and restartable sequences ---- */

/* The stack has the address that handlers return to: is one running? */
static bool
is_signal_frame(const struct program *p, uint64_t at)
{
	static unsigned char stack[PROCESSOR_SIGNAL_BYTES];
	size_t n = remote_read_some(&p->memory, at, stack, sizeof stack);

	return processor_is_signal_frame(at, stack, n);
}

/* If in doubt: yes. */
static bool
is_in_handler(struct program *p, const struct processor_state *s)
{
	uint64_t words[WORDS_AT_ONCE], at = processor_sp(s) & ~(uint64_t)7, end;
	const struct remote_map *m = remote_map_of(&p->memory, at);

	if (!m && remote_read_maps(&p->memory))
		m = remote_map_of(&p->memory, at);
	if (!m)
		return true;
	end = m->end - at > STACK_BYTES ? at + STACK_BYTES : m->end;
	while (at < end) {
		size_t n = end - at < sizeof words ? (size_t)(end - at) :
						     sizeof words;
		size_t i;

		if (!remote_read(&p->memory, at, words, n))
			return true;
		for (i = 0; i < n / sizeof *words; i++)
			if (words[i] == p->landmarks.signal_return &&
			    is_signal_frame(p, at + i * sizeof *words))
				return true;
		at += n;
	}
	return false;
}

/* struct rseq and rseq_cs (linux/rseq.h); the request is from Linux 5.13. */
enum { GET_RSEQ = 0x420f, RSEQ_CS_AT = 8 };

static bool
is_in_sequence(const struct program *p, pid_t tid, uint64_t pc)
{
	struct {
		uint64_t address;
		uint32_t size, signature, flags, unused;
	} c = {0};
	uint64_t section = 0, words[4]; /* version, start, length, abort */

	if (ptrace((enum __ptrace_request)GET_RSEQ, tid, (void *)sizeof c, &c) <
		    0 ||
	    !c.address)
		return false;
	if (!remote_read(&p->memory, c.address + RSEQ_CS_AT, &section,
			 sizeof section))
		return true;
	if (!section)
		return false;
	return !remote_read(&p->memory, section, words, sizeof words) ||
	       pc - words[1] < words[2];
}

/* ---- code ---- */

/* Libraries whose code may hold a lock that we would need. */
static bool
is_risky(const struct program *p, const struct image *image)
{
	static const char *const names[] = {
		"/libpthread", "/libdl",       "/libgcc_s", "/libstdc++",
		"/libunwind",  "/libleakshim", "/memfd:",
	};
	const char *slash = strrchr(image->name, '/');
	size_t i;

	if (image == p->libc || image == p->loader || image == p->allocator)
		return true;
	for (i = 0; slash && i < sizeof names / sizeof *names; i++)
		if (!strncmp(slash, names[i], strlen(names[i])))
			return true;
	return false;
}

static enum safepoint
classify(struct program *p, pid_t tid, const struct processor_state *s,
	 const char **why)
{
	uint64_t pc = processor_pc(s);
	const struct image *image = images_at(&p->images, pc);

	*why = "in a restartable sequence";
	if (is_in_sequence(p, tid, pc))
		return SAFEPOINT_NONE;
	*why = "in a signal handler";
	if (is_in_handler(p, s))
		return SAFEPOINT_NONE;
	if (processor_system_call(s) >= 0) {
		*why = "in a system call that does not wait";
		if (!is_interrupted(s) || !may_wait_in(s))
			return SAFEPOINT_LIBRARY;
		*why = "in the loader";
		return image == p->loader ? SAFEPOINT_NONE : SAFEPOINT_WAITING;
	}
	*why = "in code of no known library";
	if (!image)
		return SAFEPOINT_NONE;
	*why = "in the C library";
	return is_risky(p, image) ? SAFEPOINT_LIBRARY : SAFEPOINT_RUNNING;
}

enum safepoint
safepoint_classify(struct program *p, pid_t tid,
		   const struct processor_state *s, const char **why)
{
	enum safepoint found = classify(p, tid, s, why);

	/* A thread that waits has left fork(). */
	if ((found == SAFEPOINT_RUNNING || found == SAFEPOINT_LIBRARY) &&
	    newborn_is(p, tid, s)) {
		*why = "just forked";
		return SAFEPOINT_NONE;
	}
	return found;
}

uint64_t
safepoint_return(const struct program *p, const struct processor_state *s)
{
	uint64_t words[RETURN_WORDS];
	size_t n = remote_read_some(&p->memory, processor_sp(s), words,
				    sizeof words);
	size_t i;

	for (i = 0; i < n / sizeof *words; i++) {
		const struct image *image = images_at(&p->images, words[i]);
		const struct remote_map *m =
			remote_map_of(&p->memory, words[i]);
		unsigned char code[PROCESSOR_CALL_BYTES];

		if (image && m && m->is_executable && !is_risky(p, image) &&
		    remote_read(&p->memory, words[i] - sizeof code, code,
				sizeof code) &&
		    processor_is_call(code))
			return words[i];
	}
	return 0;
}
