/*
 * causes.h - what identifies an island: its head, and the ring through it
 *
 * What merely hangs off them does not.  Nothing here depends on addresses or on
 * the order of discovery, so that a bug has one fingerprint in all runs.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  the arena of the classes, mmap(2) and common/hash.h's pool
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_CAUSES_H
#define LEAKSHIM_ANALYSIS_CAUSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/base/classes.h"
#include "analysis/base/source.h"
#include "analysis/cycles/graph.h"
#include "analysis/islands/rings.h"

struct causes {
	struct rings rings;
	const struct source *source;
	struct classes *classes;
	/*
	 * For lost objects: is this one counted too often?  Those that are come
	 * first.  NULL: not known.
	 */
	bool (*has_surplus)(const void *lost, uint32_t i);
	const void *lost;
	struct report_line *lines; /* of one stack, for a moment */
	struct causes_place *places;
	uint32_t *paths; /* room for two rings */
};

struct cause {
	uint32_t head; /* graph index */
	struct class *class;
	struct source_block allocated; /* the head */
	const uint32_t *ring; /* graph indices, until the next causes_find() */
	size_t n_ring;        /* 0: the head is in none */
};

/* False when memory is out; causes_fini() is due all the same. */
bool causes_init(struct causes *c, const struct graph *g,
		 const struct source *s, struct classes *classes);

/*
 * The most telling member of the island's head component, and a shortest ring
 * through it or a similar one.  False when memory is out.
 */
bool causes_find(struct causes *c, uint32_t island, struct cause *out);

void causes_fini(struct causes *c);

#endif /* LEAKSHIM_ANALYSIS_CAUSES_H */
