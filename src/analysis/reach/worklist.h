/*
 * worklist.h - memory that an object leads to, each piece once
 *
 * A list of blocks that grows while it is worked off; used for one object after
 * the other, without being cleared in between.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_WORKLIST_H
#define LEAKSHIM_ANALYSIS_WORKLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	WORKLIST_SEEN = 8192, /* slots; half of them are used at most */
	WORKLIST_MOST = WORKLIST_SEEN / 2,
};

/* Large, and zeroed before the first use. */
struct worklist {
	uint32_t stamp; /* of the present object */
	size_t n, at;
	uintptr_t all[WORKLIST_MOST];
	struct {
		uintptr_t node;
		uint32_t stamp;
	} seen[WORKLIST_SEEN];
};

/* Start with another object: the list is empty. */
void worklist_begin(struct worklist *p);

/* Add the node; false if it is already there, or the list is full. */
bool worklist_add(struct worklist *p, uintptr_t node);

/* Is it there? */
bool worklist_has(const struct worklist *p, uintptr_t node);

/* The next node to be examined, 0 if none is left. */
uintptr_t worklist_next(struct worklist *p);

#endif /* LEAKSHIM_ANALYSIS_WORKLIST_H */
