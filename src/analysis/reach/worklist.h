/*
 * worklist.h - memory that an object leads to, each piece once
 *
 * A list of blocks that grows while it is worked off; used for one object after
 * the other, without being cleared in between.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only, for an object that leads to very much
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_WORKLIST_H
#define LEAKSHIM_ANALYSIS_WORKLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORKLIST_USUAL = 8192 };

struct worklist_slot {
	uintptr_t node;
	uint32_t stamp;
};

/* Large, and zeroed before the first use. */
struct worklist {
	uint32_t stamp; /* of the present object */
	size_t n, at;
	bool is_cut; /* no memory: not all of it is there */
	/* Of an object that leads to more than half of the usual number. */
	size_t room;
	uintptr_t *more;
	struct worklist_slot *more_seen;
	uintptr_t all[WORKLIST_USUAL / 2];
	struct worklist_slot seen[WORKLIST_USUAL];
};

/* Start with another object: the list is empty. */
void worklist_begin(struct worklist *p);

/* Add the node; false if it is already there, or there is no memory. */
bool worklist_add(struct worklist *p, uintptr_t node);

/* Is it there? */
bool worklist_has(const struct worklist *p, uintptr_t node);

/* The next node to be examined, 0 if none is left. */
uintptr_t worklist_next(struct worklist *p);

/* None is needed any more: give back what large ones needed. */
void worklist_fini(struct worklist *p);

#endif /* LEAKSHIM_ANALYSIS_WORKLIST_H */
