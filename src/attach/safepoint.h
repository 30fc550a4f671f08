/*
 * safepoint.h - may this stopped thread call pthread_create() now?
 *
 * That function allocates and takes the loader's locks, so the thread must be
 * in neither the allocator nor the loader, nor anywhere in the C library that
 * is not known to be harmless: not even without a lock, since a process with
 * one thread takes none.  Two places are proof: a wait in the kernel that
 * malloc() and ld.so never make, and the program's own code.  Neither counts
 * inside a signal handler, which may have interrupted malloc().
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ATTACH_SAFEPOINT_H
#define LEAKSHIM_ATTACH_SAFEPOINT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct processor_state;
struct program;

enum safepoint {
	SAFEPOINT_WAITING, /* in a system call, interrupted */
	SAFEPOINT_RUNNING, /* code of the program's own */
	SAFEPOINT_NONE,    /* may come by itself */
	SAFEPOINT_LIBRARY, /* not safe: in the C library, which it will leave */
};

/* *why: in a few words, static storage. */
enum safepoint safepoint_classify(struct program *p, pid_t tid,
				  const struct processor_state *s,
				  const char **why);

/*
 * The first address on its stack, outside such libraries, that a call there
 * returns to; 0: none.
 */
uint64_t safepoint_return(const struct program *p,
			  const struct processor_state *s);

/*
 * Some calls return -EINTR after any stop, handler or not: ask the kernel to
 * restart them unless a handler runs.
 */
void safepoint_mend(struct processor_state *s);

#endif /* LEAKSHIM_ATTACH_SAFEPOINT_H */
