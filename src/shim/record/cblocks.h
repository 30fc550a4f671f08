/*
 * cblocks.h - which functions allocated the blocks of the C heap
 *
 * Written next to the slots of Python's blocks (sidetable.h), for each block
 * that malloc(3) and its family take from the C library's own heap: the calling
 * function, or the one on whose behalf the C library called (callers.h), on the
 * Python stack if this thread holds the GIL. Memory of Python's allocators is
 * left out: that is theirs.
 *
 * Contract of every function here:
 *   side       shim; in any thread, with or without the GIL
 *   allocates  mmap(2) only
 *   locks      see stacks.h
 *   signals    as safe as malloc(3), which is not; errno is kept
 */
#ifndef LEAKSHIM_SHIM_CBLOCKS_H
#define LEAKSHIM_SHIM_CBLOCKS_H

#include <stdbool.h>
#include <stddef.h>

#include "shim/record/sidetable.h"

extern bool cblocks_is_on;  /* record what comes */
extern bool cblocks_was_on; /* forget what goes */

/* Begin, when the heap is one whose blocks the analysis can walk. */
void cblocks_start(void);

/* Record no more. */
void cblocks_stop(void);

/*
 * p, not NULL, was allocated with n bytes; the call returns to caller, where
 * the stack pointer is sp then.  The first n_dirty bytes may have stale data,
 * which only the search for what is reachable would read: they are cleared.
 */
void cblocks_record(void *p, size_t n, size_t n_dirty, const void *caller,
		    const void *sp);

/* p is about to be freed; returns its stack, 0 if it was not recorded. */
stack_id cblocks_forget(void *p);

/* It was not freed. */
void cblocks_restore(void *p, stack_id stack);

#endif /* LEAKSHIM_SHIM_CBLOCKS_H */
