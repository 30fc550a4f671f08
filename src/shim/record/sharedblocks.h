/*
 * sharedblocks.h - which other processes have a block, since a fork?
 *
 * After a fork, parent and child have the same objects at the same addresses; a
 * leak among them is one leak, which both report.  To let reports be merged,
 * each says which process allocated such objects.  The backtrace shows it: a
 * child starts new stacks (stacks_forked()), so an older stack is an
 * ancestor's.
 *
 * The owner of what was not recorded is not known; it may be any process that
 * runs the same program image.
 *
 * Contract of every function here:
 *   side       shim; sharedblocks_find() also in the analysis child
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_SHAREDBLOCKS_H
#define LEAKSHIM_SHIM_SHAREDBLOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "shim/record/sidetable.h"

/* Once, before anything is recorded. */
void sharedblocks_init(void);

/* After a fork, in the parent; in the child, before stacks_forked(). */
void sharedblocks_has_child(void);
void sharedblocks_is_child(void);

/* Is there a process that may have what we have? */
bool sharedblocks_are_possible(void);

/*
 * May others have a block with that stack (0: not recorded)? *owner: a number
 * for the process that allocated it, the same in all that have it; 0: unknown.
 */
bool sharedblocks_find(stack_id stack, uint64_t *owner);

/* What only this program image and its forked copies know: two words. */
const uint64_t *sharedblocks_key(void);

#endif /* LEAKSHIM_SHIM_SHAREDBLOCKS_H */
