/*
 * cblocks.h - who asked for the blocks of the C heap
 *
 * Written beside the slots of Python's blocks (sidetable.h), for each block
 * from malloc(3) and its family that the C library's own heap gives: the
 * function that called, or that had the C library call (callers.h), on the Python
 * stack if this thread holds the GIL.  What lies below Python's allocators is left out: that is theirs.
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
 * p, not NULL, was allocated with n bytes; the call returns to caller, where the
 * stack pointer is sp then.  The first n_dirty bytes may have old data, that
 * nobody reads but the search for what is reachable: they are cleared.
 */
void cblocks_record(void *p, size_t n, size_t n_dirty, const void *caller,
		    const void *sp);

/* p is about to be freed; returns its stack, 0 if it was not recorded. */
stack_id cblocks_forget(void *p);

/* It was not freed. */
void cblocks_restore(void *p, stack_id stack);

#endif /* LEAKSHIM_SHIM_CBLOCKS_H */
