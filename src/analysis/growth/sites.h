/*
 * sites.h - how many objects are alive, by type and place of allocation
 *
 * A site is a type and the innermost frames of the program's own code, by
 * function, file and line: a fingerprint with lines.  Counted are objects that
 * are reachable and were recorded after the program's first line; if
 * allocations are not recorded (Python 2.7, statically linked or attached to),
 * all, by type alone.
 *
 * Contract of every function here:
 *   side       analysis child; or the target with isolate=0, the GIL held
 *   allocates  mmap(2); the arena of the check
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_SITES_H
#define LEAKSHIM_ANALYSIS_SITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/reach/world.h"

struct site {
	uint64_t key; /* the same in each check */
	const struct class *class;
	struct source_block block; /* of one of them */
	int64_t count, bytes;
	uint32_t number; /* the caller's */
	bool is_left_out;
};

struct sites {
	struct site *all; /* by key */
	size_t n;
	uint64_t n_left_out;
	/* Of one type and one stack each, with an index into `all'. */
	struct site_part *parts;
	size_t n_parts;
};

/*
 * Count.  If there are more than n_most, those with the fewest objects are left
 * out.  False when memory or time is out.
 */
bool sites_count(struct sites *s, struct world *world, size_t n_most);

/* The site of a living object and its node; NULL if it has none. */
const struct site *sites_find(const struct sites *s, struct world *world,
			      void *o, uintptr_t node);

void sites_fini(struct sites *s);

#endif /* LEAKSHIM_ANALYSIS_SITES_H */
