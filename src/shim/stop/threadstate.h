/*
 * threadstate.h - the registers of a stopped thread
 *
 * What stopper.c must know about the processor: one file per processor, and
 * threadstate_other.c for those without one.
 *
 * Contract of every function here:
 *   side       the helper of standstill.h, which shares the requester's
 *              thread-local storage: no errno, no call of the C library
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_SHIM_THREADSTATE_H
#define LEAKSHIM_SHIM_THREADSTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	THREADSTATE_BYTES = 16384, /* of scratch: 11 KiB with AMX */
	THREADSTATE_WORDS = THREADSTATE_BYTES / 8 + 64, /* most of one thread */
	THREADSTATE_USUAL_WORDS = 400,                  /* with AVX-512 */
};

struct threadstate {
	uintptr_t sp;
	uintptr_t storage; /* the thread pointer */
	size_t n_words;
};

/* Can registers be read on this processor? */
extern const bool threadstate_is_known;

/*
 * Read the thread, which this one has stopped by ptrace(2): all its words that
 * may be addresses into words[THREADSTATE_WORDS].  A system call that would
 * notice the stop is repaired (common/restart.h).  False: it is gone, or its
 * registers cannot be read.
 */
bool threadstate_read(pid_t tid, unsigned char scratch[THREADSTATE_BYTES],
		      uintptr_t *words, struct threadstate *out);

/* Only repair it. */
void threadstate_mend(pid_t tid);

#endif /* LEAKSHIM_SHIM_THREADSTATE_H */
