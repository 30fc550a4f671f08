/*
 * cycles.h - trial deletion over the mirror: what the collector would find
 *
 * The algorithm and its names are gcmodule.c's: update_refs (done when the
 * mirror was made), subtract_refs, move_unreachable.  Without interference the
 * result equals what gc.collect() prints under DEBUG_COLLECTABLE and
 * DEBUG_UNCOLLECTABLE, object for object, with one intended difference: what
 * only gc.garbage refers to is not reachable here, because it is the finding.
 *
 * Contract of every function here:
 *   side       analysis child; or the target with isolate=0, the GIL held
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_CYCLES_H
#define LEAKSHIM_ANALYSIS_CYCLES_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/base/mirror.h"

enum cycles_result { CYCLES_FOUND, CYCLES_NO_MEMORY, CYCLES_LATE };

struct unreachable {
	node_id *ids; /* in the order of the lists */
	size_t n;
	size_t mapped; /* members ids has room for */
};

/*
 * Find what nothing outside the mirror refers to.  Sets NODE_REACHABLE on the
 * rest, and NODE_FROZEN, NODE_IN_GARBAGE and NODE_LEGACY on the unreachable.
 * garbage is the list gc.garbage or NULL; is_late, which may be NULL, is asked
 * now and then and ends the search.
 */
enum cycles_result cycles_find(struct mirror *m, void *garbage,
			       bool (*is_late)(void), struct unreachable *out);

void cycles_fini(struct unreachable *u);

#endif /* LEAKSHIM_ANALYSIS_CYCLES_H */
