/*
 * callers.h - on whose behalf the C library allocates memory
 *
 * strdup(3), fopen(3) and C++'s operator new call malloc(3) themselves: what
 * helps a reader is the first function outside such libraries.  Their frames
 * are crossed with their own unwind tables (callframe.h); what is known about
 * an address is cached, so that each call costs a table look-up.
 *
 * Contract of every function here:
 *   side       shim; in any thread
 *   allocates  mmap(2), once
 *   locks      none
 *   signals    as safe as malloc(3), which is not
 */
#ifndef LEAKSHIM_SHIM_CALLERS_H
#define LEAKSHIM_SHIM_CALLERS_H

#include <stddef.h>
#include <stdint.h>

enum { CALLERS_MOST = 12 };

/* Before the first callers_find(). */
void callers_init(void);

/*
 * The return addresses from `caller', which is below the stack pointer sp, out
 * to the first one outside the system's libraries: at most CALLERS_MOST,
 * innermost first; returns their number.  Where that is not found, it is 1: the
 * caller alone.
 */
size_t callers_find(uintptr_t caller, uintptr_t sp,
		    uintptr_t out[CALLERS_MOST]);

/* Code may be about to be unmapped. */
void callers_closing(void);

/* Code was unmapped: what is cached may be wrong. */
void callers_forget(void);

/* With the GIL, outside malloc(3): libraries may have been loaded. */
void callers_settle(void);

/* In the child of a fork. */
void callers_forked(void);

#endif /* LEAKSHIM_SHIM_CALLERS_H */
