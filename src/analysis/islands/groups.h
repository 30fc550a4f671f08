/*
 * groups.h - islands that look alike become one group
 *
 * Leaks come in thousands of the same: same kind, same cause (causes.h),
 * allocated by the same stack.  A group keeps one island as its example and
 * counts the rest; what hangs off may differ from one to the other.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  the arena of the classes, and common/hash.h's pool
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_GROUPS_H
#define LEAKSHIM_ANALYSIS_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/base/classes.h"
#include "analysis/base/source.h"
#include "analysis/cycles/graph.h"
#include "analysis/islands/shared.h"
#include "analysis/sizes/measure.h"

enum { GROUP_MAX_CLASSES = 64 };

struct group_class {
	struct class *class;
	int64_t count, bytes;
};

struct group {
	uint64_t signature;   /* the key */
	uint32_t island;      /* the example, in the graph it was found in */
	uint32_t head;        /* graph index of its head */
	const uint32_t *ring; /* graph indices, from the head on */
	size_t n_ring;        /* 0: the head is in none */
	struct source_block allocated; /* of the head */
	bool is_own; /* allocated by the program, or at an unknown place */
	int64_t count, objects, bytes;
	/* Those that other processes may have, or NULL. */
	struct shared_islands *shared;
	size_t n_classes;
	struct group_class classes[GROUP_MAX_CLASSES];
	UT_hash_handle hh;
};

struct groups {
	struct group *table;
	size_t n;
	bool failed; /* memory ran out: some islands are missing */
	/* For causes.h, or NULL; set before groups_add(). */
	bool (*has_surplus)(const void *lost, uint32_t i);
	const void *lost;
	/* For sizes; its first three set before groups_add(), or none. */
	struct measure measure;
};

/*
 * Put every island k of g for which verdict_of is NULL or verdict_of[k] is
 * `verdict' into a group.  Sets NODE_FOLDED on attribute dicts
 * (the mirror behind g is not const for that).
 */
void groups_add(struct groups *out, const struct graph *g, struct mirror *m,
		const struct source *s, struct classes *classes,
		const uint32_t *verdict_of, uint32_t verdict);

void groups_fini(struct groups *groups);

#endif /* LEAKSHIM_ANALYSIS_GROUPS_H */
