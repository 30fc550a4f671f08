/*
 * recycle.h - stacks that no block uses, and code that none of them names
 *
 * A program that generates code, or calls itself in ever new ways, would fill
 * the depot of stacks forever.  When it has grown by a quarter, the next
 * check's clone marks what the blocks in its copy of the heap use, while the
 * program runs on.  The check after that removes what is neither marked nor was
 * requested since: the GIL is held both times, and all caches are invalid from
 * the first on, so that any stack used since has been requested.
 *
 * Not while there is more than one interpreter (3.12 and later: each may have a
 * GIL of its own).
 *
 * Contract of every function here:
 *   side       shim, the GIL held; recycle_mark(): the clone
 *   allocates  mmap(2) only
 *   locks      those of stacks and codes, for a few instructions each
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_RECYCLE_H
#define LEAKSHIM_SHIM_RECYCLE_H

#include <stdbool.h>
#include <stdint.h>

/* What a clone has marked; in memory that it shares with the process. */
struct recycle_marks {
	uint32_t is_complete;
	uint32_t n_nodes, n_codes; /* that there are bits for */
	uint64_t *nodes, *codes;
};

/* Before a check clones the process; sees_objects: blocks are recorded. */
void recycle_begin(bool sees_objects);

/* In the clone: mark, if that was begun. */
void recycle_mark(void);

/* The marks are another process's, or all stacks are forgotten. */
void recycle_forget(void);

#endif /* LEAKSHIM_SHIM_RECYCLE_H */
