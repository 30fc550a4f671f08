/*
 * mirror.h - a copy of the collector's bookkeeping, to calculate on
 *
 * One node for each tracked object: its address, its generation, and a counter
 * that starts as the reference count and that trial deletion counts down.  The
 * objects themselves are never written to.  Immortal objects (3.12+) stay out:
 * their counts mean nothing, so they are neither candidates nor referrers.
 *
 * Contract of every function here:
 *   side       analysis child; or the target with isolate=0, the GIL held
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_MIRROR_H
#define LEAKSHIM_ANALYSIS_MIRROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "python/gclists.h"

typedef uint32_t node_id;
#define NODE_NONE UINT32_MAX

enum { GENERATION_NONE = 255 }; /* of an object the collector does not track */

enum node_flag {
	NODE_REACHABLE = 1,  /* move_unreachable() kept it */
	NODE_IN_GARBAGE = 2, /* in gc.garbage, or held only from there */
	NODE_LEGACY = 4,     /* legacy finalizer, or reachable from one */
	NODE_FROZEN = 8,     /* kept only by the permanent generation */
	NODE_SURVIVED = 16,  /* still there after the final collection */
	NODE_FOLDED = 32,    /* an attribute dict, shown as part of its owner */
};

struct node {
	uintptr_t address;
	int32_t refs; /* gc_refs of gcmodule.c */
	uint8_t generation;
	uint8_t flags;
	uint8_t interpreter; /* number of its lists, as given */
	uint8_t spare;
};

struct mirror {
	struct node *nodes;
	size_t n;
	size_t n_generation[GENERATION_LISTS]; /* mortal and immortal */
	uint32_t *slots; /* hash of addresses: index + 1, 0 free */
	size_t mask;
};

/*
 * Copy the lists (n_lists of them).  False when memory is out or a list does
 * not close; *why then says which (static storage).
 */
bool mirror_init(struct mirror *m, const struct gclists *lists, size_t n_lists,
		 const char **why);

/*
 * The same for n given objects, tracked or not: `all' says which generation
 * each is in, if any (else GENERATION_NONE).  False when memory is out.
 */
bool mirror_of(struct mirror *m, const uintptr_t *objects, size_t n,
	       const struct mirror *all);

/* The node of the object at address, NODE_NONE if it is not tracked. */
node_id mirror_find(const struct mirror *m, uintptr_t address);

static inline void *
mirror_object(const struct mirror *m, node_id id)
{
	return (void *)m->nodes[id].address;
}

/* update_refs() of one node: back to the object's reference count. */
void mirror_reset_refs(struct mirror *m, node_id id);

void mirror_fini(struct mirror *m);

#endif /* LEAKSHIM_ANALYSIS_MIRROR_H */
