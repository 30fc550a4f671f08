/*
 * rings.h - the ring that identifies a cycle
 *
 * A component may have many rings.  Of those through a given member, a shortest
 * one is reported, and of these the one whose types come first by name, so that
 * it is the same in each run, whatever the addresses and the order of
 * discovery.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_RINGS_H
#define LEAKSHIM_ANALYSIS_RINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/base/classes.h"
#include "analysis/cycles/graph.h"

enum { RINGS_MOST = 4096 }; /* members; a longer ring is not reported */

struct rings_layer {
	struct rings_step *all;
	size_t n, room;
};

struct rings {
	const struct graph *g;
	struct classes *classes;
	uint32_t *seen; /* graph index -> number of the search that met it */
	uint32_t *from; /* graph index -> the member that led there */
	uint32_t number;
	size_t budget; /* edges that may still be looked at */
	struct rings_layer layers[2];
};

/* False when memory is out; rings_fini() is due all the same. */
bool rings_init(struct rings *r, const struct graph *g,
		struct classes *classes);

/*
 * That ring through `start', as graph indices in path (room for RINGS_MOST),
 * which begins with start; its length.  0: there is none, or the budget or
 * memory is out.
 */
size_t rings_find(struct rings *r, uint32_t start, uint32_t *path);

void rings_fini(struct rings *r);

#endif /* LEAKSHIM_ANALYSIS_RINGS_H */
