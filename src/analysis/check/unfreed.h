/*
 * unfreed.h - objects that were deallocated and never freed
 *
 * A tp_dealloc that forgets tp_free leaves a block in which a dead object
 * remains: its count is 0, its type is set, the allocator has not got it back,
 * and nothing points to it.  What else is dead and in use:
 *
 *   free lists of the interpreter   of its own static types: left out
 *   free lists of extensions        their variables or module's state point to
 *                                   the first, and the mark stops there: each
 *                                   may hold the next
 *   what is being deallocated       a stack points to it; or, put off by the
 *                                   trashcan, the collector's header of another
 *                                   that is put off (Objects/object.c,
 *                                   _PyTrash_thread_deposit_object())
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  the arena of the check, and common/hash.h's pool
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_UNFREED_H
#define LEAKSHIM_ANALYSIS_UNFREED_H

#include <stdbool.h>

#include "analysis/check/check.h"

/*
 * Each finding, whole but for its fingerprint.  False when memory is out: then
 * some are missing.
 */
bool unfreed_walk(struct check *c,
		  void (*each)(struct check *c, struct finding *f));

#endif /* LEAKSHIM_ANALYSIS_UNFREED_H */
