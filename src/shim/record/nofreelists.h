/*
 * nofreelists.h - keep list, dict and tuple out of free lists
 *
 * CPython keeps dead lists, dicts and tuples for reuse, and the allocator does
 * not see the next one being made.  Their dealloc functions put only exact
 * instances on a free list; so the wrapper passes them an object whose type is
 * a copy of the real one.  The object is dead by then, so the copy is never
 * seen.
 *
 * Contract of every function here:
 *   side       shim, the GIL held
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_NOFREELISTS_H
#define LEAKSHIM_SHIM_NOFREELISTS_H

#include <stdbool.h>

/* Wrap the types that this version allows; true when all three are. */
bool nofreelists_wrap(void);

/* Restore the real functions where ours are still in place. */
void nofreelists_unwrap(void);

#endif /* LEAKSHIM_SHIM_NOFREELISTS_H */
